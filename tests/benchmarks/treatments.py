"""Ways to tell the Bayesian strategy of training jobs that were stopped.

A treatment returns the losses that stopped training jobs are taken to have, by index;
one that it has no loss for is left out.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from amt_magic.config import TuningJobConfig
from amt_magic.deciders import make_strategy
from amt_magic.jobs import History, Report, TrainingJob, TrainingJobStatus
from amt_magic.space import Hyperparameters

Treatment = Callable[[History], Mapping[int, float]]


class Treated:
    """The Bayesian strategy, shown stopped training jobs as if they had completed."""

    def __init__(self, config: TuningJobConfig, treatment: Treatment) -> None:
        self._strategy = make_strategy(config)
        self._treatment = treatment

    def suggest(self, history: History, index: int) -> Hyperparameters | None:
        told, shown = self._treatment(history), []
        for job in history.training_jobs:
            if job.index in told:
                shown.append(completed(job, told[job.index]))
            elif job.status != TrainingJobStatus.STOPPED or not job.has_finite_value:
                shown.append(job)
        known = History(history.objective, shown)
        known.configurations = history.configurations
        return self._strategy.suggest(known, index)

    def has_converged(self, history: History) -> bool:
        return False


def completed(job: TrainingJob, loss: float) -> TrainingJob:
    """Return the training job as completed with this loss, to be minimised."""
    report = Report(index=job.index, resource=1, value=loss, time=0.0)
    return replace(job, status=TrainingJobStatus.COMPLETED, reports=[report])


class Curves:
    """The finite losses of ended training jobs."""

    def __init__(self, history: History) -> None:
        ended = {status: {} for status in TrainingJobStatus}
        for job in history.ended:
            losses = [history.objective.loss(each.value) for each in job.reports]
            if losses and math.isfinite(losses[-1]):
                ended[job.status][job.index] = losses
        self.stopped = ended[TrainingJobStatus.STOPPED]
        self.completed = ended[TrainingJobStatus.COMPLETED]
        self.finals = [losses[-1] for losses in self.completed.values()]

    def pairs(self, count: int) -> np.ndarray:
        """Return loss number `count` and the last of each completed one, in rows."""
        found = [
            (losses[count - 1], losses[-1])
            for losses in self.completed.values()
            if len(losses) >= count and math.isfinite(losses[count - 1])
        ]
        return np.array(found).reshape(-1, 2)


def latest(history: History) -> Mapping[int, float]:
    return {index: losses[-1] for index, losses in Curves(history).stopped.items()}


def left_out(history: History) -> Mapping[int, float]:
    return {}


def median_at_best(history: History) -> Mapping[int, float]:
    """Take the worse of the latest loss and the median of the final ones."""
    curves = Curves(history)
    median = float(np.median(curves.finals)) if curves.finals else -math.inf
    return {index: max(losses[-1], median) for index, losses in curves.stopped.items()}


def worst_of_final(history: History) -> Mapping[int, float]:
    curves = Curves(history)
    if not curves.finals:
        return latest(history)
    return dict.fromkeys(curves.stopped, float(np.max(curves.finals)))


def shifted(history: History) -> Mapping[int, float]:
    """Add what completed ones typically gained from there to their end."""
    curves = Curves(history)
    return {
        index: losses[-1] + _median_change(curves.pairs(len(losses)))
        for index, losses in curves.stopped.items()
    }


def _median_change(pairs: np.ndarray) -> float:
    return float(np.median(pairs[:, 1] - pairs[:, 0])) if len(pairs) else 0.0


def by_line(history: History) -> Mapping[int, float]:
    """Predict the final loss by a line through completed ones, never falling."""
    curves = Curves(history)
    return {
        index: _by_line(losses[-1], curves.pairs(len(losses)))
        for index, losses in curves.stopped.items()
    }


def _by_line(loss: float, pairs: np.ndarray) -> float:
    if not len(pairs):
        return loss
    there, final = pairs.T
    if len(pairs) < 3 or not np.ptp(there) > 0:
        return loss + _median_change(pairs)
    slope = np.cov(there, final)[0, 1] / there.var(ddof=1)
    return float(final.mean() + np.clip(slope, 0, 1) * (loss - there.mean()))


TREATMENTS: dict[str, Treatment] = {
    "latest": latest,
    "left-out": left_out,
    "median-at-best": median_at_best,
    "worst": worst_of_final,
    "shifted": shifted,
    "by-line": by_line,
}

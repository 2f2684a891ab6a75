"""Limits and criteria: why a tuning job is complete, or why it has failed."""

import math
from bisect import insort
from collections.abc import Sequence

from amt_magic.config import Strategy, TuningJobConfig
from amt_magic.jobs import Ended, History, ObjectiveStatus, TrainingJob

FAILURES_TO_GIVE_UP = 5
DEFAULT_JOBS = 750  # Amazon's quota, where no limit is given
IMPROVEMENT = 0.01  # of the best: less than so much is none
CONVERGED = "converged: a further gain of over 1 % of the best is unlikely"


def job_limit(config: TuningJobConfig) -> int:
    """Return how many training jobs are to run; for Grid every combination."""
    limit = config.resource_limits.max_number_of_training_jobs
    if config.strategy == Strategy.GRID:
        combinations = int(min(config.space.size, 10**9))
        return min(combinations, limit or combinations)
    return limit or DEFAULT_JOBS


def deadline(config: TuningJobConfig, started: float, seconds_run: float) -> float:
    """Return when MaxRuntimeInSeconds is over; infinity without a limit.

    started: when this runner started; seconds_run: what earlier ones ran.
    """
    limit = config.resource_limits.max_runtime_in_seconds
    return math.inf if limit is None else started + limit - seconds_run


def failure(history: History) -> str | None:
    """Return why the tuning job fails: five training jobs failed, none succeeded."""
    failed = []
    for job in history.training_jobs:
        if job.objective_status == ObjectiveStatus.SUCCEEDED:
            return None
        if job.objective_status == ObjectiveStatus.FAILED:
            failed.append(job)
    if len(failed) < FAILURES_TO_GIVE_UP:
        return None
    reasons: dict[str, int] = {}
    for job in failed:
        reason = job.failure_reason or job.stop_reason or "no reason known"
        reasons[reason] = reasons.get(reason, 0) + 1
    grouped = "; ".join(f"{count} x {reason}" for reason, count in reasons.items())
    return f"the first {len(failed)} training jobs failed: {grouped}"


def ran_out(count: int, limit: int) -> str:
    """Return why a tuning job is complete that has nothing more to start."""
    if count >= limit:
        return f"reached MaxNumberOfTrainingJobs ({count})"
    return f"every configuration of the space was run ({count})"


def silence(ended: Ended, name: str) -> str:
    """Return why a training job without a value of the objective `name` failed."""
    wrote = f"its last line was {ended.last_line!r}" if ended.last_line else ""
    wrote = wrote or "it printed nothing"
    return (
        f"the objective {name!r} was not found in what it printed; {wrote}; "
        f"print(f'{name}={{value}}') or give a metric definition"
    )


def least_improvement(best: float, ordered: Sequence[float]) -> float:
    """Return by how much a loss must be below `best` to improve on it.

    1 % of the best. Where that is 0, or losses of both signs say that 0 is nothing
    special, 1 % of the interquartile range. `ordered`: the finite losses, ascending.
    """
    if best and (ordered[0] > 0) == (ordered[-1] > 0):
        return IMPROVEMENT * abs(best)
    return IMPROVEMENT * (_quantile(ordered, 0.75) - _quantile(ordered, 0.25))


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below, above = ordered[math.floor(place)], ordered[math.ceil(place)]
    return below + (above - below) * (place % 1)


class Criteria:
    """Tells when one of the completion criteria is met.

    Training jobs count when they end with a value, stopped ones too; failed ones do
    not. The target is reached by a value that is as good or better. A training job
    improves on the best if it is better by 1 % (see `least_improvement`), or the first;
    the others since the last that did are those not improving, in the order in which
    they ended.
    """

    def __init__(self, config: TuningJobConfig, history: History) -> None:
        self._config = config
        self._objective = config.objective
        self._losses: list[float] = []  # ascending
        self.not_improving = 0
        self.reason: str | None = None
        ended = sorted(history.ended, key=lambda job: (job.ended_at or 0.0, job.index))
        for job in ended:
            self.follow(job)

    def follow(self, job: TrainingJob) -> None:
        """Take in a training job that has ended; `reason` tells what came of it."""
        if job.objective_status != ObjectiveStatus.SUCCEEDED or job.value is None:
            return
        loss = self._objective.loss(job.value)
        self.not_improving = 0 if self._improves(loss) else self.not_improving + 1
        insort(self._losses, loss)
        self.reason = self.reason or self._met(job, loss)

    def _improves(self, loss: float) -> bool:
        if not self._losses:
            return True
        best = self._losses[0]
        return 0 < best - loss >= least_improvement(best, self._losses)

    def _met(self, job: TrainingJob, loss: float) -> str | None:
        criteria = self._config.completion_criteria
        target = criteria.target_objective_metric_value
        most = criteria.max_number_of_training_jobs_not_improving
        if target is not None and loss <= self._objective.loss(target):
            name = self._objective.metric_name
            reached = f"training job {job.index} has {name} {job.value:.6g}"
            return f"reached TargetObjectiveMetricValue ({target:.6g}): {reached}"
        if most is not None and self.not_improving >= most:
            return f"reached MaxNumberOfTrainingJobsNotImproving ({most})"
        return None

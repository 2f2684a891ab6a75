"""The history as arrays: what is known of the objective, and what is pending."""

import math
from dataclasses import dataclass

import numpy as np

from amt_magic.jobs import History, TrainingJob, TrainingJobStatus
from amt_magic.strategies.bayesian.output import finite
from amt_magic.strategies.bayesian.unit_cube import Array, UnitCube


@dataclass(frozen=True, slots=True, eq=False)
class Observations:
    """Points and losses of ended training jobs, by index, and pending points.

    `points`: shape (n, dimension); `losses`: shape (n,), finite; `pending`: shape
    (p, dimension).
    """

    points: Array
    losses: Array
    pending: Array

    @property
    def tells_something(self) -> bool:
        """Tell whether two losses differ, so that there is something to model."""
        return len(self.losses) > 1 and bool(np.ptp(self.losses / 2) > 0)


class Reader:
    """Reads histories, and remembers the points of ended training jobs."""

    def __init__(self, cube: UnitCube) -> None:
        self._cube = cube
        self._read: dict[int, tuple[TrainingJob, Array, float]] = {}

    def observations(self, history: History) -> Observations:
        """Return what the history tells.

        A training job that failed, or ended without a finite value, has the worst
        loss of the others; one that was stopped has its latest value, and is left
        out without one.
        """
        points, losses, pending = [], [], []
        for job in history.training_jobs:
            if not job.status.is_terminal:
                pending.append(self._cube.encode(job.hyperparameters))
                continue
            point, loss = self._ended(history, job)
            if not math.isnan(loss):
                points.append(point)
                losses.append(loss)
        shape = (-1, self._cube.dimension)
        return Observations(
            points=np.array(points).reshape(shape),
            losses=finite(np.array(losses, dtype=float)),
            pending=np.array(pending).reshape(shape),
        )

    def _ended(self, history: History, job: TrainingJob) -> tuple[Array, float]:
        """Return the point and the loss; NaN for what tells nothing."""
        known = self._read.get(job.index)
        if known is None or known[0] is not job:
            point = self._cube.encode(job.hyperparameters)
            known = self._read[job.index] = job, point, _loss(history, job)
        return known[1], known[2]


def _loss(history: History, job: TrainingJob) -> float:
    if job.status == TrainingJobStatus.STOPPED and job.value is None:
        return math.nan
    return math.inf if job.status == TrainingJobStatus.FAILED else history.loss(job)

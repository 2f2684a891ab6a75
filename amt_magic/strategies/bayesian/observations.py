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
    """Reads histories, and remembers the ended training jobs that it has read."""

    def __init__(self, cube: UnitCube) -> None:
        self._cube = cube
        self._read: dict[int, TrainingJob] = {}
        self._points = np.empty((0, cube.dimension))  # by index
        self._losses = np.empty(0)

    def observations(self, history: History) -> Observations:
        """Return what the history tells.

        A training job that failed, or ended without a finite value, has the worst
        loss of the others; one that was stopped has its latest value, and is left
        out without one.
        """
        ended = []
        for job in history.training_jobs:
            if self._read.get(job.index) is not job:
                if not job.status.is_terminal:
                    continue
                self._keep(job, history)
            ended.append(job.index)
        rows = np.array(ended, dtype=int)
        rows = rows[~np.isnan(self._losses[rows])]
        pending = [self._cube.encode(job.hyperparameters) for job in history.pending]
        return Observations(
            points=self._points[rows],
            losses=finite(self._losses[rows]),
            pending=np.array(pending).reshape(-1, self._cube.dimension),
        )

    def _keep(self, job: TrainingJob, history: History) -> None:
        """Keep the point and the loss of an ended training job; NaN: tells nothing."""
        if job.index >= len(self._losses):
            size = max(64, 2 * job.index)
            self._points = np.resize(self._points, (size, self._cube.dimension))
            self._losses = np.resize(self._losses, size)
        self._points[job.index] = self._cube.encode(job.hyperparameters)
        self._losses[job.index] = _loss(history, job)
        self._read[job.index] = job


def _loss(history: History, job: TrainingJob) -> float:
    if job.status == TrainingJobStatus.STOPPED and job.value is None:
        return math.nan
    return math.inf if job.status == TrainingJobStatus.FAILED else history.loss(job)

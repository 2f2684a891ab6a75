"""The history as arrays: what is known of the objective, and what is pending."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amt_magic.jobs import History, TrainingJob, TrainingJobStatus
from amt_magic.strategies.bayesian.output import finite
from amt_magic.strategies.bayesian.unit_cube import Array, UnitCube
from amt_magic.strategies.precedents import Precedents

MOST_COMPARED = 256  # completed training jobs that a stopped one is compared with


@dataclass(frozen=True, slots=True, eq=False)
class Observations:
    """Points and losses of ended training jobs, and pending points.

    `points`: shape (n, dimension); `losses`: shape (n,), finite; `pending`: shape
    (p, dimension).
    """

    points: Array
    losses: Array
    pending: Array

    @property
    def tells_something(self) -> bool:
        """Tell whether points and losses differ: there is something to model."""
        if len(self.losses) < 2 or not np.ptp(self.points, axis=0).any():
            return False
        return bool(np.ptp(self.losses / 2) > 0)


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What ended training jobs told: points, shape (n, dimension), and losses.

    Losses, shape (n,), are infinite where they are to count as the worst.
    """

    points: Array
    losses: Array

    @classmethod
    def of(cls, cube: UnitCube, precedents: Sequence[Precedents]) -> "Told":
        """Return what training jobs of parents told, each as its own parent's."""
        told = [Reader(cube).told(each.history) for each in precedents]
        points = [np.empty((0, cube.dimension)), *(each.points for each in told)]
        losses = [np.empty(0), *(each.losses for each in told)]
        return cls(np.vstack(points), np.concatenate(losses))

    def part(self, rows: NDArray[np.intp]) -> "Told":
        """Return what some of them told."""
        return Told(self.points[rows], self.losses[rows])


class Reader:
    """Reads histories, and remembers the ended training jobs that it has read.

    `before`: what parents' training jobs told that count as observations as well.
    """

    def __init__(self, cube: UnitCube, before: Sequence[Precedents] = ()) -> None:
        self._cube = cube
        self._before = Told.of(cube, before) if before else None
        self._read: dict[int, TrainingJob] = {}
        self._points = np.empty((0, cube.dimension))  # by index
        self._losses = np.empty(0)
        self._curves: dict[int, list[float]] = {}  # of those that completed

    def observations(self, history: History) -> Observations:
        """Return what the history tells, after what was told before.

        A training job that failed, or ended without a finite value, has the worst
        loss of the others; one that was stopped has the loss that its latest value
        lets expect (`expected_at_end`), and is left out without a value.
        """
        told = self.told(history)
        points, losses = told.points, told.losses
        if self._before:
            points = np.vstack([self._before.points, points])
            losses = np.concatenate([self._before.losses, losses])
        pending = [self._cube.encode(job.hyperparameters) for job in history.pending]
        return Observations(
            points=points,
            losses=finite(losses),
            pending=np.array(pending).reshape(-1, self._cube.dimension),
        )

    def told(self, history: History) -> Told:
        """Return what the training jobs of this history alone told, by index."""
        ended = []
        for job in history.training_jobs:
            if self._read.get(job.index) is not job:
                if not job.status.is_terminal:
                    continue
                self._keep(job, history)
            ended.append(job)
        rows = np.array([job.index for job in ended], dtype=int)
        losses = self._losses[rows]
        self._look_ahead(ended, losses)
        known = ~np.isnan(losses)
        return Told(self._points[rows[known]], losses[known])

    def _look_ahead(self, ended: Sequence[TrainingJob], losses: Array) -> None:
        """Replace the finite losses of stopped training jobs by those to expect."""
        stopped, whole = defaultdict(list), []
        for row, job in enumerate(ended):
            if job.status == TrainingJobStatus.COMPLETED and job.reports:
                whole.append(self._curves[job.index])
            elif job.status == TrainingJobStatus.STOPPED and math.isfinite(losses[row]):
                stopped[len(job.reports)].append(row)
        for count, rows in stopped.items():
            others = [each for each in whole[-MOST_COMPARED:] if len(each) >= count]
            there = np.array([each[count - 1] for each in others])
            final = np.array([each[-1] for each in others])
            losses[rows] = expected_at_end(losses[rows], there, final)

    def _keep(self, job: TrainingJob, history: History) -> None:
        """Keep the point and the loss of an ended training job; NaN: tells nothing."""
        if job.index >= len(self._losses):
            size = max(64, 2 * job.index)
            self._points = np.resize(self._points, (size, self._cube.dimension))
            self._losses = np.resize(self._losses, size)
        self._points[job.index] = self._cube.encode(job.hyperparameters)
        self._losses[job.index] = _loss(history, job)
        if job.status == TrainingJobStatus.COMPLETED:
            values = [report.value for report in job.reports]
            self._curves[job.index] = list(map(history.objective.loss, values))
        self._read[job.index] = job


def _loss(history: History, job: TrainingJob) -> float:
    if job.status == TrainingJobStatus.STOPPED and job.value is None:
        return math.nan
    return math.inf if job.status == TrainingJobStatus.FAILED else history.loss(job)


def expected_at_end(losses: Array, there: Array, final: Array) -> Array:
    """Return final losses to expect of training jobs stopped at the same report.

    expected_at_end([2.5, 4.0], there=[3.0, 2.0], final=[0.3, 0.1])   # [0.2, 1.3]

    `there` and `final` are the losses of completed ones at that report and at their
    end. A loss stands among `there` where the expected one stands among `final`; by
    what it is worse than the worst there, or better than the best, the expected one
    is as well. So stopped ones are judged by their place among others that were as
    young, not by how young they were. Without completed ones the losses stay.
    """
    known = np.isfinite(there) & np.isfinite(final)
    if not known.any():
        return losses
    there, final = np.sort(there[known]), np.sort(final[known])
    with np.errstate(over="ignore"):
        beyond = losses - np.clip(losses, there[0], there[-1])
        return np.interp(losses, there, final) + beyond

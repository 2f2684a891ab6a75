"""What the plots show, as plain data; nothing here draws."""

import math
from collections.abc import Iterable, Sequence
from operator import attrgetter
from statistics import quantiles
from typing import NamedTuple, TypeVar

from amt_magic.config import Objective, ObjectiveType
from amt_magic.jobs import History, TrainingJob
from amt_magic.ranges import (
    AnyRange,
    CategoricalParameter,
)
from amt_magic.views.summary import ENDED, TrainingJobRow, TuningJobSummary

Item = TypeVar("Item")

MOST_MARKS = 400
FEWEST_FENCED = 8  # values, from which the worst may lie beyond the axis
LARGEST = 1e200  # of a value in a plot; its axis must not overflow
SMALLEST = 1e-100  # of a value on a logarithmic axis, likewise
LOGARITHMIC_FROM = 30  # times the best
GOLDEN = 0.6180339887  # its multiples, modulo 1, fill [0, 1] evenly


class Mark(NamedTuple):
    """One training job in a plot."""

    position: float
    value: float
    status: str


class Axis(NamedTuple):
    """The ends of an axis, and whether it is logarithmic."""

    low: float
    high: float
    is_logarithmic: bool = False

    def pin(self, value: float) -> float:
        """Return the value, or the end of the axis that it lies beyond."""
        return min(self.high, max(self.low, value))

    def share(self, value: float) -> float:
        """Return where a value lies, from 0 at the low end to 1 at the high one."""
        low, high = self.low, self.high
        if self.is_logarithmic:
            value, low, high = math.log(value), math.log(low), math.log(high)
        return (value - low) / (high - low)


class Convergence(NamedTuple):
    """What the convergence plot shows.

    A value beyond the axis is marked on its edge; `beyond` counts them. `line` has
    the corners of the best value so far, and its end.
    """

    marks: Sequence[Mark]
    line: Sequence[tuple[int, float]]
    axis: Axis
    last_index: int
    beyond: int


class LearningCurve(NamedTuple):
    """The values of one training job by resource; those not finite are NaN."""

    number: int
    status: str
    points: Sequence[tuple[int, float]]
    is_best: bool


def convergence(summary: TuningJobSummary) -> Convergence:
    """Choose what the convergence plot shows, 400 training jobs at most."""
    objective = summary.objective
    rows = sorted(summary.rows, key=attrgetter("index"))
    axis = value_axis((row.value for row in rows), objective)
    worse = max(axis.low, axis.high, key=objective.loss)
    marks, beyond = [], 0
    for row in rows:
        status = _plain_status(row.status)
        if row.value is not None and math.isfinite(row.value):
            value = axis.pin(row.value)
            beyond += value != row.value
            marks.append(Mark(row.index, value, status))
        elif row.value is not None or status == "Failed":
            marks.append(Mark(row.index, worse, "Failed"))
    last_index = rows[-1].index if rows else 1
    line = [(index, axis.pin(value)) for index, value in summary.best_so_far]
    if line and line[-1][0] < last_index:
        line.append((last_index, line[-1][1]))
    return Convergence(_thin(marks), _thin(line), axis, last_index, beyond)


def value_axis(values: Iterable[float | None], objective: Objective) -> Axis:
    """Choose the axis for values of the objective.

    From the best to the worst, but not to those that lie further behind the worse
    quartile than 3 times the distance between the quartiles. Logarithmic where
    small values are better, all are above 0, and that quartile is 30 times the best.
    """
    finite = [v for v in values if v is not None and abs(v) <= LARGEST]
    losses = sorted(map(objective.loss, finite))
    if not losses:
        return Axis(0.0, 1.0)
    best, worst = losses[0], losses[-1]
    if best == worst:
        margin = 0.05 * abs(best) or 0.05
        best, worst = best - margin, worst + margin
    first, third = best, worst
    if len(losses) >= FEWEST_FENCED:
        first, _, third = quantiles(losses, n=4, method="inclusive")
    is_positive = objective.type == ObjectiveType.MINIMIZE and best > SMALLEST
    if is_positive and third >= LOGARITHMIC_FROM * best:
        return Axis(best, worst, is_logarithmic=True)
    fence = third + 3 * (third - first) if third > first else math.inf
    worst = max((loss for loss in losses if loss <= fence), default=worst)
    ends = objective.loss(best), objective.loss(max(worst, third))
    return Axis(min(ends), max(ends))


def learning_curves(
    training_jobs: Iterable[TrainingJob], objective: Objective
) -> list[LearningCurve]:
    """Return the curve of each training job that reported, the best one last."""
    history = History(objective, training_jobs)
    best = history.best
    curves = [
        LearningCurve(
            job.index,
            _plain_status(job.status.value),
            [(r.resource, _finite_or_nan(r.value)) for r in job.reports],
            job is best,
        )
        for job in history.training_jobs
        if job.reports
    ]
    return sorted(curves, key=attrgetter("is_best"))


def parameter_marks(
    rows: Iterable[TrainingJobRow], name: str, given: AnyRange
) -> list[Mark]:
    """Return where training jobs with a finite value lie on one hyperparameter.

    Positions of a categorical one are the places of its categories, spread a little.
    """
    return [
        Mark(_position(row, name, given), row.value, _plain_status(row.status))
        for row in rows
        if row.value is not None and abs(row.value) <= LARGEST
        if name in row.hyperparameters and row.hyperparameters[name] in given
    ]


def _position(row: TrainingJobRow, name: str, given: AnyRange) -> float:
    value = row.hyperparameters[name]
    if not isinstance(given, CategoricalParameter):
        return float(value)
    place = given.encode(value) * given.size - 0.5
    return place + 0.5 * (row.index * GOLDEN % 1 - 0.5)


def _plain_status(status: str) -> str:
    return status if status in ENDED else "InProgress"


def _finite_or_nan(value: float) -> float:
    return value if abs(value) <= LARGEST else math.nan


def _thin(items: Sequence[Item]) -> Sequence[Item]:
    """Leave out items evenly down to 400; the first and the last stay."""
    if len(items) <= MOST_MARKS:
        return items
    last = len(items) - 1
    return [items[k * last // (MOST_MARKS - 1)] for k in range(MOST_MARKS)]

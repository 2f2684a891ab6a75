"""Precedents: what the training jobs of a parent tell of a new tuning job, and where.

A parent's training job is one where each of the new job's ranges has a place for what
was run there, tuned or static: numbers also outside the range, as far as its scale
reaches, categories only if they are among today's.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from typing import Any

from amt_magic.checks import is_number
from amt_magic.config import TuningJobConfig, WarmStartType
from amt_magic.jobs import History, ObjectiveStatus
from amt_magic.parents import Parent
from amt_magic.ranges import (
    AnyRange,
    CategoricalParameter,
    ContinuousParameter,
    IntegerParameter,
    category_key,
)
from amt_magic.scaling import scale
from amt_magic.space import Hyperparameters, ParameterRanges, configuration_key

FARTHEST = 10.0  # widths of a range about its middle: what lies beyond tells nothing


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Precedents:
    """Training jobs of a parent that have ended, in terms of a new tuning job.

    Their hyperparameters are values for its ranges, numbers possibly outside.
    `comparable` has the indices of those that ran with what is static in the new job:
    the same configuration would have been run with the same values of all.
    """

    history: History
    comparable: frozenset[int]

    def part(self, *, comparable: bool) -> "Precedents":
        """Return those that are comparable, or those that are not."""
        kept = [
            job
            for job in self.history.training_jobs
            if (job.index in self.comparable) == comparable
        ]
        history = History(self.history.objective, kept)
        return Precedents(history=history, comparable=self.comparable)

    @property
    def tells_something(self) -> bool:
        """Tell whether configurations and losses differ: something can be modelled."""
        jobs, succeeded = self.history.training_jobs, ObjectiveStatus.SUCCEEDED
        done = [job for job in jobs if job.objective_status == succeeded]
        losses = {self.history.loss(job) for job in done}
        return len(losses) > 1 and len(self.history.configurations) > 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lessons:
    """What the parents of a tuning job tell it, of each as its own.

    `comparable` ones count as observations of the job itself; `informing` ones are of
    tasks that may be like it. `configurations` has the keys of what parents ran with
    all that is static now; where `is_identical` it need not be run again. `best` is
    what they did best with, one of each in turn, none twice: all legal.
    """

    is_identical: bool = False
    comparable: Sequence[Precedents] = ()
    informing: Sequence[Precedents] = ()
    configurations: frozenset[object] = frozenset()
    best: Sequence[Hyperparameters] = ()


NOTHING = Lessons()


def lessons(config: TuningJobConfig, parents: Sequence[Parent]) -> Lessons:
    """Return what parents tell, by the type of the warm start.

    Without a type it is TransferLearning: nothing counts as an observation.
    """
    told = [
        precedents(parent, config.space, config.static_hyperparameters)
        for parent in parents
    ]
    asked = config.warm_start and config.warm_start.type
    is_identical = asked == WarmStartType.IDENTICAL_DATA_AND_ALGORITHM
    comparable = [each.part(comparable=True) for each in told]
    informing = [each.part(comparable=False) for each in told] if is_identical else told
    return Lessons(
        is_identical=is_identical,
        comparable=[each for each in comparable if is_identical and len(each.history)],
        informing=[each for each in informing if each.tells_something],
        configurations=_configurations(comparable),
        best=list(_best_first(told, config.space)),
    )


def precedents(
    parent: Parent, ranges: ParameterRanges, static: Mapping[str, Any]
) -> Precedents:
    """Return what a parent tells of a tuning job.

    `ranges` and `static` hyperparameters are the tuning job's.
    """
    translated, comparable = [], set()
    for job in parent.history.ended:
        ran = {**parent.static_hyperparameters, **job.hyperparameters}
        if not all(_has_place(kind, name, ran) for name, kind in ranges.items()):
            continue
        values = {name: _typed(kind, ran.pop(name)) for name, kind in ranges.items()}
        translated.append(replace(job, hyperparameters=values))
        if _same(ran, static):
            comparable.add(job.index)
    history = History(parent.history.objective, translated)
    return Precedents(history=history, comparable=frozenset(comparable))


def coordinate(kind: AnyRange, value: Any) -> float:
    """Return the place of a value on its range's scale: [0, 1] in it, else beyond.

    coordinate(Continuous(1, 100, "Logarithmic"), 1000.0)   # 1.5

    NaN where it has none: no such category, not a number, off the scale, too far.
    """
    if value in kind:
        return kind.encode(value)
    if isinstance(kind, CategoricalParameter) or not is_number(value):
        return math.nan
    try:
        there = scale(float(value), kind.scaling)
    except (ValueError, OverflowError):  # off a logarithmic scale
        return math.nan
    start, end = (scale(b, kind.scaling) for b in (kind.min_value, kind.max_value))
    share = (there / 2 - start / 2) / (end / 2 - start / 2)
    first, last = _ends(kind)
    place = first + share * (last - first)
    return place if abs(place - 0.5) <= FARTHEST else math.nan


def _ends(kind: ContinuousParameter | IntegerParameter) -> tuple[float, float]:
    """Return the coordinates of both bounds: integers' are half a unit inside."""
    if isinstance(kind, IntegerParameter):
        return kind.encode(kind.min_value), kind.encode(kind.max_value)
    return 0.0, 1.0


def _is_legal(hyperparameters: Mapping[str, Any], ranges: ParameterRanges) -> bool:
    """Tell whether all values lie in their ranges."""
    return all(hyperparameters[name] in kind for name, kind in ranges.items())


def _configurations(all_precedents: Sequence[Precedents]) -> frozenset[object]:
    """Return the keys of what was run."""
    keys = (each.history.configurations for each in all_precedents)
    return frozenset().union(*keys)


def _best_first(
    all_precedents: Sequence[Precedents], ranges: ParameterRanges
) -> Iterator[Hyperparameters]:
    """Yield configurations that parents did best with, one of each in turn.

    Of those that succeeded; only legal ones, none twice.
    """
    ordered = [_legal_best_first(each.history, ranges) for each in all_precedents]
    seen = set()
    for hyperparameters in chain.from_iterable(zip_longest(*ordered)):
        if hyperparameters is None:
            continue
        key = configuration_key(hyperparameters)
        if key not in seen:
            seen.add(key)
            yield hyperparameters


def _legal_best_first(
    history: History, ranges: ParameterRanges
) -> list[Hyperparameters]:
    done = [j for j in history.ended if j.objective_status == ObjectiveStatus.SUCCEEDED]
    done.sort(key=lambda job: (history.loss(job), job.index))
    ran = [dict(job.hyperparameters) for job in done]
    return [each for each in ran if _is_legal(each, ranges)]


def _has_place(kind: AnyRange, name: str, ran: Mapping[str, Any]) -> bool:
    return name in ran and not math.isnan(coordinate(kind, ran[name]))


def _typed(kind: AnyRange, value: Any) -> Any:
    """Return a number with the type of its range: 3.0, static once, may be 3 now."""
    if isinstance(kind, ContinuousParameter):
        return float(value)
    is_whole = isinstance(kind, IntegerParameter) and float(value).is_integer()
    return int(value) if is_whole else value


def _same(ran: Mapping[str, Any], static: Mapping[str, Any]) -> bool:
    if ran.keys() != static.keys():
        return False
    return all(_equal(value, static[name]) for name, value in ran.items())


def _equal(one: Any, other: Any) -> bool:
    """Tell whether two values are the same; 3 and 3.0 are, 1 and True are not."""
    if is_number(one) and is_number(other):
        return bool(one == other)
    return category_key(one) == category_key(other)

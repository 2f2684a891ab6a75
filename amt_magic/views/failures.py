"""Failures folded by cause, and the hyperparameter region that a cause keeps to."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, NamedTuple

from amt_magic.jobs import TrainingJob, TrainingJobStatus
from amt_magic.ranges import (
    category_key,
)
from amt_magic.views.formats import hyperparameter, is_numeric

FEWEST = 3  # training jobs that can show a region
LARGEST_SHARE = 0.2  # of the other training jobs that may lie in it
LARGEST_CHANCE = 0.05  # of a region as clear among training jobs drawn blindly
EXAMINED = 5  # largest groups that are searched for a region


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureGroup:
    """Training jobs that failed with the same last line of FailureReason.

    `region` says what they share: `lr >= 0.05 in all 7, 2 of 23 others`, or nothing.
    """

    cause: str
    count: int
    first_index: int
    region: str = ""


class Region(NamedTuple):
    """A side of one hyperparameter that holds all of a group, and few others."""

    condition: str
    others_inside: int
    chance: float


def fold_failures(
    training_jobs: Sequence[TrainingJob], names: Iterable[str]
) -> tuple[FailureGroup, ...]:
    """Group the failed training jobs by cause, the largest group first."""
    groups: dict[str, list[TrainingJob]] = defaultdict(list)
    for job in training_jobs:
        if cause := failure_cause(job):
            groups[cause].append(job)
    if not groups:
        return ()
    names = tuple(names)
    ended = [job for job in training_jobs if job.status.is_terminal]
    largest_first = sorted(groups.items(), key=lambda item: -len(item[1]))
    return tuple(
        FailureGroup(
            cause=cause,
            count=len(jobs),
            first_index=jobs[0].index,
            region=_describe_region(jobs, ended, names) if rank < EXAMINED else "",
        )
        for rank, (cause, jobs) in enumerate(largest_first)
    )


def failure_cause(job: TrainingJob) -> str:
    """Return why an ended training job has no usable value; empty if it has."""
    if job.status == TrainingJobStatus.FAILED:
        return last_line(job.failure_reason or "") or "no reason was recorded"
    if job.status.is_terminal and job.value is not None and not job.has_finite_value:
        return f"the objective was {job.value}"
    return ""


def last_line(text: str) -> str:
    """Return the last line that is not blank; of a traceback, the error."""
    return next(
        (line.strip() for line in reversed(text.splitlines()) if line.strip()), ""
    )


def _describe_region(
    group: Sequence[TrainingJob], ended: Sequence[TrainingJob], names: Sequence[str]
) -> str:
    inside = {job.index for job in group}
    others = [job.hyperparameters for job in ended if job.index not in inside]
    region = find_region([job.hyperparameters for job in group], others, names)
    if region is None:
        return ""
    share = f"{region.others_inside} of {len(others)} others"
    return f"{region.condition} in all {len(group)}, {share}"


def find_region(
    group: Sequence[Mapping[str, Any]],
    others: Sequence[Mapping[str, Any]],
    names: Sequence[str],
) -> Region | None:
    """Find the one-sided condition on one hyperparameter that sets a group apart.

    Tried are, per hyperparameter, `>=` the group's smallest value, `<=` its largest,
    and equality where the group has one value only. The one that holds for the
    fewest others is returned if it holds for at most a fifth of them, and if as
    many training jobs drawn blindly from all would agree so well, in any of the
    conditions tried, with a chance of at most 5 %.
    """
    if len(group) < FEWEST or not others:
        return None
    found: list[Region] = []
    tried = 0
    for name in names:
        ours: list[Any] = [given.get(name) for given in group]
        theirs: list[Any] = [given.get(name) for given in others]
        numeric = is_numeric(ours) and is_numeric(theirs)
        conditions = _bounds if numeric else _equality
        tried += 2 if numeric else len(set(map(category_key, ours + theirs)))
        for condition, inside in conditions(name, ours, theirs):
            chance = _chance(len(group), inside, len(others))
            found.append(Region(condition, inside, chance))
    best = min(found, key=lambda region: region.others_inside, default=None)
    if best is None or best.others_inside > LARGEST_SHARE * len(others):
        return None
    return best if best.chance * tried <= LARGEST_CHANCE else None


def _bounds(
    name: str, ours: Sequence[float], theirs: Sequence[float]
) -> Iterator[tuple[str, int]]:
    """Yield the two bounds that all of ours keep, and how many of theirs do."""
    low = _rounded(min(ours), ROUND_FLOOR)
    high = _rounded(max(ours), ROUND_CEILING)
    yield f"{name} >= {low:g}", sum(map(low.__le__, theirs))
    yield f"{name} <= {high:g}", sum(map(high.__ge__, theirs))


def _equality(
    name: str, ours: Sequence[Any], theirs: Sequence[Any]
) -> Iterator[tuple[str, int]]:
    """Yield the value that all of ours have, if any, and how many of theirs do."""
    keys = set(map(category_key, ours))
    if len(keys) == 1:
        inside = sum(category_key(value) in keys for value in theirs)
        yield f"{name} = {hyperparameter(ours[0])}", inside


def _rounded(value: float, rounding: str) -> float:
    """Round to 3 significant digits, outwards: the condition stays true as written."""
    exact = Decimal(value)
    if not exact:
        return 0.0
    digits = Decimal((0, (1,), exact.adjusted() - 2))
    return float(exact.quantize(digits, rounding=rounding))


def _chance(group: int, others_inside: int, others: int) -> float:
    """Return the chance that `group` of all, drawn blindly, lie among those inside."""
    shares = ((others_inside + k) / (others + k) for k in range(1, group + 1))
    return math.prod(shares)

"""How many training jobs each tuning job has, by status: read without reading them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from amt_magic import wire
from amt_magic.jobs import ObjectiveStatus, TrainingJobStatus
from amt_magic.store.tables import training_jobs, tuning_jobs

Read = Callable[["sa.Select[Any]"], Sequence["sa.Row[Any]"]]


@dataclass(slots=True)
class Counts:
    """Training jobs of one tuning job by status, and the ends of their values.

    `retryable`: how many of the failed ones may be retried.
    """

    by_status: dict[str, int] = field(default_factory=dict)
    by_objective: dict[str, int] = field(default_factory=dict)
    retryable: int = 0
    least: float | None = None
    most: float | None = None


def read_counts(read: Read) -> dict[str, Counts]:
    """Return the counts of every tuning job that has training jobs, by its name."""
    jobs = training_jobs.c
    name = sa.func.min(tuning_jobs.c.name).label("name")
    found = _group(
        read(
            sa.select(
                name,
                jobs.status,
                jobs.objective_status,
                sa.func.count().label("number"),
                sa.func.min(jobs.value).label("least"),
                sa.func.max(jobs.value).label("most"),
            )
            .join(training_jobs, jobs.tuning_job == tuning_jobs.c.id)
            .group_by(tuning_jobs.c.id, jobs.status, jobs.objective_status)
        )
    )
    failed = read(
        sa.select(name, jobs.failure_reason, sa.func.count().label("number"))
        .join(training_jobs, jobs.tuning_job == tuning_jobs.c.id)
        .where(jobs.status == TrainingJobStatus.FAILED)
        .group_by(tuning_jobs.c.id, jobs.failure_reason)
    )
    for row in failed:
        if row.name in found and wire.is_retryable_reason(row.failure_reason):
            found[row.name].retryable += row.number
    return found


def _group(groups: Iterable["sa.Row[Any]"]) -> dict[str, Counts]:
    """Add up rows of name, status, objective_status, number, least and most."""
    found: dict[str, Counts] = {}
    for row in groups:
        counts = found.setdefault(row.name, Counts())
        _add(counts.by_status, row.status, row.number)
        _add(counts.by_objective, row.objective_status, row.number)
        if row.objective_status == ObjectiveStatus.SUCCEEDED:
            known = [v for v in (counts.least, row.least) if v is not None]
            counts.least = min(known, default=None)
            known = [v for v in (counts.most, row.most) if v is not None]
            counts.most = max(known, default=None)
    return found


def _add(counts: dict[str, int], key: str, count: int) -> None:
    counts[key] = counts.get(key, 0) + count

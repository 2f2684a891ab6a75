"""The copies of parents that a warm-started tuning job keeps."""

import json
import math
from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from amt_magic import wire
from amt_magic.config import Objective
from amt_magic.jobs import History, Report, TrainingJob, TrainingJobStatus
from amt_magic.parents import Parent
from amt_magic.store.rows import from_training_job, to_column, to_training_job
from amt_magic.store.tables import parents


def keep_parents(
    connection: sa.Connection, tuning_job: int, copied: Sequence[Parent]
) -> None:
    """Write a copy of the parents of a new tuning job, in their order."""
    rows = [
        {
            "tuning_job": tuning_job,
            "number": number,
            "name": parent.name,
            "static": json.dumps(
                wire.encode_hyperparameters(parent.static_hyperparameters)
            ),
            "training_jobs": _written(parent.history.training_jobs),
        }
        for number, parent in enumerate(copied)
    ]
    if rows:
        connection.execute(parents.insert(), rows)


def to_parent(row: sa.Row[Any], objective: Objective) -> Parent:
    """Turn a row into a parent; it had the same objective."""
    jobs = [_read(columns) for columns in json.loads(row.training_jobs)]
    static = json.loads(row.static).items()
    return Parent(
        name=row.name,
        history=History(objective, jobs),
        static_hyperparameters={
            name: wire.decode_static(text) for name, text in static
        },
    )


def of_tuning_job(tuning_job: int) -> sa.Select[Any]:
    """Return the query for the parents of a tuning job, in their order."""
    query = sa.select(parents).where(parents.c.tuning_job == tuning_job)
    return query.order_by(parents.c.number)


def _written(jobs: Iterable[TrainingJob]) -> str:
    """Write training jobs that have ended as JSON.

    Reports are there for training jobs that were stopped: these are judged by what
    the others had by then. Without such only the latest of each is kept.
    """
    ended = [job for job in jobs if job.status.is_terminal]
    judged = any(job.status == TrainingJobStatus.STOPPED for job in ended)
    return json.dumps([_columns(job, judged) for job in ended])


def _columns(job: TrainingJob, with_values: bool) -> dict[str, Any]:
    columns = from_training_job(0, job)
    del columns["tuning_job"]
    if with_values:
        columns["values"] = [to_column(report.value) for report in job.reports]
    return columns


def _read(columns: dict[str, Any]) -> TrainingJob:
    values = columns.pop("values", None)
    curve = None
    if values is not None:
        curve = [
            Report(
                index=columns["number"],
                resource=resource,
                value=math.nan if value is None else value,
                time=columns["value_at"],
            )
            for resource, value in enumerate(values, 1)
        ]
    row: Any = SimpleNamespace(**columns)
    return to_training_job(row, curve)

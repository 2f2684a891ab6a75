"""The tables, and how they came to be: migrations."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData()

schema = sa.Table(
    "amt_schema", metadata, sa.Column("version", sa.Integer, primary_key=True)
)

tuning_jobs = sa.Table(
    "amt_tuning_jobs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(32), nullable=False),
    sa.Column("name_key", sa.String(32), nullable=False, unique=True),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("request", sa.Text, nullable=False),
    sa.Column("quotas", sa.Text, nullable=False),
    sa.Column("grace_seconds", sa.Double, nullable=False),
    sa.Column("folder", sa.Text, nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("modified_at", sa.Double, nullable=False),
    sa.Column("ended_at", sa.Double),
    sa.Column("seconds_run", sa.Double, nullable=False, default=0.0),
    sa.Column("seconds_choosing", sa.Double, nullable=False, default=0.0),
    sa.Column("completion_reason", sa.Text),
    sa.Column("converged_at", sa.Double),
    sa.Column("savings", sa.Text),  # what stopping early would have saved, JSON
    sa.Column("failure_reason", sa.Text),
    sa.Column("resumed_with", sa.Integer),  # training jobs that had ended by then
    sa.Column("runner_host", sa.Text),
    sa.Column("runner_pid", sa.Integer),
    sa.Column("runner_started_at", sa.Double),
    sa.Column("heartbeat_at", sa.Double, nullable=False),
)

training_jobs = sa.Table(
    "amt_training_jobs",
    metadata,
    sa.Column("tuning_job", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(63), nullable=False),
    sa.Column("hyperparameters", sa.Text, nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("objective_status", sa.String(16), nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("started_at", sa.Double),
    sa.Column("ended_at", sa.Double),
    sa.Column("failure_reason", sa.Text),
    sa.Column("stop_reason", sa.Text),
    sa.Column("stop", sa.Text),  # the same as data, JSON
    sa.Column("worker", sa.Text),
    sa.Column("attempt", sa.Integer, nullable=False),
    # the latest report of the objective; value NULL with a resource means NaN
    sa.Column("resource", sa.Integer, nullable=False),
    sa.Column("value", sa.Double),
    sa.Column("value_at", sa.Double),
    sa.Column("revision", sa.Integer),  # grows with each write to the tuning job
)
sa.Index(
    "amt_training_jobs_revisions",
    training_jobs.c.tuning_job,
    training_jobs.c.revision,
)
sa.Index(
    "amt_training_jobs_counts",
    training_jobs.c.tuning_job,
    training_jobs.c.status,
    training_jobs.c.objective_status,
    training_jobs.c.value,
)

reports = sa.Table(
    "amt_reports",
    metadata,
    sa.Column("tuning_job", sa.Integer, primary_key=True),
    sa.Column("training_job", sa.Integer, primary_key=True),
    sa.Column("metric", sa.String(255), primary_key=True),
    sa.Column("resource", sa.Integer, primary_key=True),
    sa.Column("value", sa.Double),  # NULL means NaN
    sa.Column("time", sa.Double, nullable=False),
    sqlite_with_rowid=False,
)

logs = sa.Table(
    "amt_logs",
    metadata,
    sa.Column("tuning_job", sa.Integer, primary_key=True),
    sa.Column("training_job", sa.Integer, primary_key=True),
    sa.Column("tail", sa.Text, nullable=False),
)

stop_requests = sa.Table(
    "amt_stop_requests",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("tuning_job", sa.Integer, nullable=False, index=True),
    sa.Column("training_job", sa.Integer),
    sa.Column("requested_at", sa.Double, nullable=False),
)

parents = sa.Table(  # as they were when the tuning job was created
    "amt_parents",
    metadata,
    sa.Column("tuning_job", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(32), nullable=False),
    sa.Column("static", sa.Text, nullable=False),
    sa.Column("training_jobs", sa.Text, nullable=False),
)


def create_tables(connection: sa.Connection) -> None:
    """Migration 1: the tables, as this version knows them."""
    metadata.create_all(connection)


def add_stops(connection: sa.Connection) -> None:
    """Migration 2: stops as data, when a tuning job converged, what stopping saves."""
    _add_column(connection, training_jobs.c.stop)
    _add_column(connection, tuning_jobs.c.converged_at)
    _add_column(connection, tuning_jobs.c.savings)


def _add_column(connection: sa.Connection, column: sa.Column[Any]) -> None:
    """Add a column, unless the table was made by this version."""
    table = column.table.name
    known = sa.inspect(connection).get_columns(table)
    if column.name not in {each["name"] for each in known}:
        kind = column.type.compile(connection.dialect)
        text = f"ALTER TABLE {table} ADD COLUMN {column.name} {kind}"
        connection.execute(sa.text(text))


def add_revisions(connection: sa.Connection) -> None:
    """Migration 3: what a reader has not seen yet is found without reading all."""
    _add_column(connection, training_jobs.c.revision)
    for index in training_jobs.indexes:
        index.create(connection, checkfirst=True)


def add_parents(connection: sa.Connection) -> None:
    """Migration 4: the parents of a warm start, and what was done at a resume."""
    parents.create(connection, checkfirst=True)
    _add_column(connection, tuning_jobs.c.resumed_with)


MIGRATIONS: list[Callable[[sa.Connection], None]] = [
    create_tables,
    add_stops,
    add_revisions,
    add_parents,
]


def ended_count(tuning_job: int) -> sa.ScalarSelect[int]:
    """Return how many of a tuning job's training jobs have ended."""
    ended = training_jobs.c.ended_at.is_not(None)
    same = training_jobs.c.tuning_job == tuning_job
    return sa.select(sa.func.count()).where(same, ended).scalar_subquery()


def next_revision(tuning_job: int) -> sa.ScalarSelect[int]:
    """Return the revision that follows those of a tuning job's training jobs."""
    newest = sa.func.coalesce(sa.func.max(training_jobs.c.revision), 0)
    same = training_jobs.c.tuning_job == tuning_job
    return sa.select(newest + 1).where(same).scalar_subquery()

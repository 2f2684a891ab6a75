"""JobStore: create, read, stop and delete tuning jobs. It never runs anything."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from amt_magic import wire
from amt_magic.checks import LARGEST
from amt_magic.config import TuningJobConfig
from amt_magic.errors import ResourceInUseError, ResourceNotFoundError
from amt_magic.jobs import (
    ObjectiveStatus,
    Report,
    TrainingJob,
    TrainingJobStatus,
    TuningJobRecord,
    TuningJobStatus,
)
from amt_magic.parents import Parent
from amt_magic.stops import Stop, StopRule
from amt_magic.store.counts import Counts, read_counts
from amt_magic.store.engine import default_url, open_engine, translated, writing
from amt_magic.store.parents import keep_parents, of_tuning_job, to_parent
from amt_magic.store.rows import (
    from_stop,
    storable,
    to_record,
    to_report,
    to_training_job,
)
from amt_magic.store.tables import (
    ended_count,
    logs,
    next_revision,
    parents,
    reports,
    stop_requests,
    training_jobs,
    tuning_jobs,
)


class JobStore:
    """The tuning jobs in one database.

    store = JobStore()                       # AMT_MAGIC_STORE, or the default file
    store.record("churn").status, store.training_jobs("churn")
    store.request_stop("churn", training_job=7)
    """

    def __init__(self, url: str | None = None) -> None:
        self.url = url or default_url()
        self.engine = open_engine(self.url)

    def create(
        self,
        name: str,
        config: TuningJobConfig,
        folder: Path,
        *,
        quotas: dict[str, Any],
        grace_seconds: float,
        parents: Sequence[Parent] = (),
        kept: Mapping[str, Any] | None = None,
    ) -> None:
        """Enter a new tuning job, InProgress and without a runner.

        Of its `parents` a copy is kept, and of Amazon's request the members `kept`.

        Raises:
            ResourceInUseError: the name is taken, whatever its capitals.
        """
        now = time.time()
        row = {
            "name": name,
            "name_key": name.lower(),
            "status": TuningJobStatus.IN_PROGRESS,
            "request": json.dumps(wire.request_with_kept(config, name, kept or {})),
            "quotas": json.dumps(quotas),
            "grace_seconds": grace_seconds,
            "folder": str(folder),
            "created_at": now,
            "modified_at": now,
            "heartbeat_at": now,
        }
        try:
            with translated(self.engine), writing(self.engine) as connection:
                added = connection.execute(tuning_jobs.insert().values(**row))
                key: Any = added.inserted_primary_key
                keep_parents(connection, key[0], parents)
        except IntegrityError:
            raise name_taken(name) from None

    def record(self, name: str) -> TuningJobRecord:
        """Return what is known of a tuning job."""
        return to_record(self.row(name))

    def records(self) -> list[TuningJobRecord]:
        """Return all tuning jobs, newest first."""
        return [to_record(row) for row in self.rows()]

    def newest_name(self) -> str:
        """Return the name of the newest tuning job."""
        names = self.names()
        if not names:
            raise ResourceNotFoundError("the store has no tuning job yet")
        return names[0]

    def names(self) -> list[str]:
        """Return the names of all tuning jobs, newest first."""
        query = sa.select(tuning_jobs.c.name).order_by(tuning_jobs.c.id.desc())
        return [str(row.name) for row in self._read(query)]

    def exists(self, name: str) -> bool:
        """Tell whether a tuning job has this name."""
        key = tuning_jobs.c.name_key == name.lower()
        return bool(self._read(sa.select(tuning_jobs.c.id).where(key)))

    def folder(self, name: str) -> Path:
        """Return the folder of the tuning job's payload and logs."""
        return Path(self.row(name).folder)

    def training_jobs(self, name: str, *, curves: bool = True) -> list[TrainingJob]:
        """Return the training jobs by index.

        Without `curves`, `reports` holds the latest report only.
        """
        tuning_job = self.row(name).id
        rows = self._read(
            sa.select(training_jobs)
            .where(training_jobs.c.tuning_job == tuning_job)
            .order_by(training_jobs.c.number)
        )
        found = self._curves(name, tuning_job) if curves else {}
        return [to_training_job(row, found.get(row.number)) for row in rows]

    def parents(self, name: str) -> list[Parent]:
        """Return the parents of a warm start, as they were at create."""
        row = self.row(name)
        objective = to_record(row).config.objective
        rows = self._read(of_tuning_job(row.id))
        return [to_parent(each, objective) for each in rows]

    def metrics(self, name: str) -> list[sa.Row[Any]]:
        """Return every value of every metric: training_job, metric, resource, value."""
        return self._read(
            sa.select(reports).where(reports.c.tuning_job == self.row(name).id)
        )

    def counts(self) -> dict[str, Counts]:
        """Return the counts of every tuning job, by its name."""
        return read_counts(self._read)

    def request_stop(self, name: str, training_job: int | None = None) -> None:
        """Ask the runner to stop a training job, or without one the tuning job."""
        row = self.row(name)
        values = {
            "tuning_job": row.id,
            "training_job": training_job,
            "requested_at": time.time(),
        }
        with translated(self.engine), writing(self.engine) as connection:
            connection.execute(stop_requests.insert().values(**values))

    def mark_stopped(self, name: str) -> None:
        """End a tuning job whose runner is dead as Stopped, with what it ran.

        Raises:
            ResourceInUseError: another process has just reopened or ended it.
        """
        row, now = self.row(name), time.time()
        reason = "stopped on request after its runner had died"
        stop = from_stop(Stop(rule=StopRule.TUNING_JOB_ENDED, detail=reason))
        stopped = {"ended_at": now, "stop_reason": reason, "stop": stop}
        with translated(self.engine), writing(self.engine) as connection:
            _update_unchanged(
                connection,
                row,
                row.modified_at,
                status=TuningJobStatus.STOPPED,
                ended_at=now,
                modified_at=now,
                completion_reason=reason,
                runner_host=None,
                runner_pid=None,
            )
            running = training_jobs.c.ended_at.is_(None)
            finite = sa.func.abs(training_jobs.c.value) <= LARGEST
            connection.execute(
                training_jobs.update()
                .where(training_jobs.c.tuning_job == row.id, running)
                .values(
                    status=TrainingJobStatus.STOPPED,
                    objective_status=sa.case(
                        (finite, ObjectiveStatus.SUCCEEDED),
                        else_=ObjectiveStatus.FAILED,
                    ),
                    revision=next_revision(row.id),
                    **stopped,
                )
            )

    def reopen(self, name: str, config: TuningJobConfig, modified_at: float) -> None:
        """Set an ended or interrupted tuning job InProgress again, for a new runner.

        Raises:
            ResourceInUseError: it was modified since `modified_at`: of two that
                reopen it at once, one wins.
        """
        row, now = self.row(name), time.time()
        kept = wire.kept_members(json.loads(row.request))
        values = {
            "status": TuningJobStatus.IN_PROGRESS,
            "request": json.dumps(wire.request_with_kept(config, row.name, kept)),
            "ended_at": None,
            "modified_at": now,
            "heartbeat_at": now,
            "completion_reason": None,
            "converged_at": None,
            "savings": None,
            "failure_reason": None,
            "resumed_with": ended_count(row.id),
            "runner_host": None,
            "runner_pid": None,
        }
        with translated(self.engine), writing(self.engine) as connection:
            _update_unchanged(connection, row, modified_at, **values)
            connection.execute(
                stop_requests.delete().where(stop_requests.c.tuning_job == row.id)
            )

    def delete(self, name: str) -> None:
        """Remove a tuning job and all that belongs to it from the store."""
        tuning_job = self.row(name).id
        with translated(self.engine), writing(self.engine) as connection:
            for table in (training_jobs, reports, logs, stop_requests, parents):
                connection.execute(
                    table.delete().where(table.c.tuning_job == tuning_job)
                )
            connection.execute(
                tuning_jobs.delete().where(tuning_jobs.c.id == tuning_job)
            )

    def log_tail(self, name: str, training_job: int) -> str | None:
        """Return the last 64 kB that an ended training job printed, or None."""
        rows = self._read(
            sa.select(logs.c.tail).where(
                logs.c.tuning_job == self.row(name).id,
                logs.c.training_job == training_job,
            )
        )
        return str(rows[0].tail) if rows else None

    def row(self, name: str) -> sa.Row[Any]:
        """Return the tuning job's row."""
        key = tuning_jobs.c.name_key == name.lower()
        rows = self._read(sa.select(tuning_jobs).where(key))
        if not rows:
            raise ResourceNotFoundError(f"there is no tuning job called {name!r}")
        return rows[0]

    def rows(self) -> list[sa.Row[Any]]:
        """Return the rows of all tuning jobs, newest first."""
        return self._read(sa.select(tuning_jobs).order_by(tuning_jobs.c.id.desc()))

    def _read(self, query: sa.Select[Any]) -> list[sa.Row[Any]]:
        with translated(self.engine), self.engine.connect() as connection:
            return list(connection.execute(query))

    def _curves(self, name: str, tuning_job: int) -> dict[int, list[Report]]:
        objective = storable(self.record(name).config.objective.metric_name)
        rows = self._read(
            sa.select(reports)
            .where(reports.c.tuning_job == tuning_job, reports.c.metric == objective)
            .order_by(reports.c.training_job, reports.c.resource)
        )
        found: dict[int, list[Report]] = {}
        for row in rows:
            found.setdefault(row.training_job, []).append(to_report(row))
        return found


def _update_unchanged(
    connection: sa.Connection, row: sa.Row[Any], seen: float, **values: Any
) -> None:
    """Update a tuning job unless it was modified since the time `seen`."""
    unchanged = tuning_jobs.c.modified_at == seen
    query = tuning_jobs.update().where(tuning_jobs.c.id == row.id, unchanged)
    if not connection.execute(query.values(**values)).rowcount:
        text = f"tuning job {row.name!r} was just resumed or ended by another process"
        raise ResourceInUseError(text)


def name_taken(name: str) -> ResourceInUseError:
    """Make the error for a name that is taken, with its three remedies."""
    return ResourceInUseError(
        f"a tuning job with the name {name!r} already exists; run it anew with "
        f"--replace, leave the name out and one is made, or look at it with "
        f"%tune wait {name}"
    )

"""JobWriter: the runner's end of the store, the only writer of training jobs."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from amt_magic.errors import ResourceInUseError
from amt_magic.jobs import TrainingJob, TuningJobStatus
from amt_magic.savings import Replay
from amt_magic.store.engine import translated, writing
from amt_magic.store.job_store import JobStore
from amt_magic.store.lease import HEARTBEAT_SECONDS, is_alive, own_identity
from amt_magic.store.rows import from_training_job, storable, to_column
from amt_magic.store.tables import (
    logs,
    next_revision,
    reports,
    stop_requests,
    training_jobs,
    tuning_jobs,
)

FLUSH_SECONDS = 0.1
POLL_SECONDS = 0.05
LONGEST_METRIC = 255  # characters of its name, Amazon's limit


class JobWriter:
    """Holds the lease on one tuning job and writes its training jobs and reports.

    An ended training job is committed at once, everything else every 0.1 s.
    One transaction a flush, so a reader sees whole states only. Every one makes
    sure of the lease, so that a runner that was taken for dead writes no more.
    """

    poll_seconds = POLL_SECONDS

    def __init__(
        self, store: JobStore, name: str, read_log: Callable[[int], str]
    ) -> None:
        row = store.row(name)
        self._engine = store.engine
        self._id, self._name = int(row.id), str(row.name)
        self._identity = own_identity()
        self._read_log = read_log
        self._seconds_run_before = float(row.seconds_run)
        self._seconds_choosing_before = float(row.seconds_choosing)
        self._seconds_choosing = 0.0
        self._started = time.time()
        self._jobs: dict[int, TrainingJob] = {}
        self._reports: list[dict[str, Any]] = []
        self._restarted: list[int] = []
        self._is_urgent = False
        self._flushed = self._polled = self._beaten = 0.0
        self._last_request = 0
        self._claim(row)

    def _claim(self, row: sa.Row[Any]) -> None:
        """Take the lease by compare-and-set: of two runners one wins."""
        if row.runner_pid is not None and is_alive(row):
            raise ResourceInUseError(f"tuning job {row.name!r} has a runner already")
        column, pid = tuning_jobs.c.runner_pid, row.runner_pid
        unclaimed = column.is_(None) if pid is None else column == pid
        values = self._identity | {"heartbeat_at": self._started}
        with translated(self._engine), writing(self._engine) as connection:
            mine = tuning_jobs.update().where(tuning_jobs.c.id == self._id, unclaimed)
            if not connection.execute(mine.values(**values)).rowcount:
                text = f"tuning job {row.name!r} was taken by another runner"
                raise ResourceInUseError(text)

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        mine = [tuning_jobs.c[name] == it for name, it in self._identity.items()]
        query = sa.select(tuning_jobs.c.id).where(tuning_jobs.c.id == self._id, *mine)
        with translated(self._engine), writing(self._engine) as connection:
            if connection.scalar(query.with_for_update()) is None:
                text = f"tuning job {self._name!r} was deleted, or has another runner"
                raise ResourceInUseError(text)
            yield connection

    @property
    def seconds_run(self) -> float:
        """Seconds that runners of this tuning job have run, this one included."""
        return self._seconds_run_before + time.time() - self._started

    def begin(self, job: TrainingJob) -> None:
        """Keep a new training job, or a new attempt, whose reports start anew."""
        self._jobs[job.index] = job
        if job.attempt > 1:
            self._restarted.append(job.index)
            self._reports = [
                row for row in self._reports if row["training_job"] != job.index
            ]

    def change(self, job: TrainingJob) -> None:
        """Keep the new state of a training job; its end at once."""
        self._jobs[job.index] = job
        self._is_urgent |= job.status.is_terminal

    def measure(self, job: TrainingJob, metric: str, resource: int, event: Any) -> None:
        """Keep one value of a metric; none under a name that is too long."""
        self._jobs[job.index] = job
        metric = storable(metric)
        if len(metric) > LONGEST_METRIC:
            return
        row = {
            "tuning_job": self._id,
            "training_job": job.index,
            "metric": metric,
            "resource": resource,
            "value": to_column(event.value),
            "time": event.time,
        }
        self._reports.append(row)

    def turn(self, seconds_choosing: float) -> Sequence[int | None]:
        """Write what is due; return the stop requests: training jobs, None for all."""
        now = time.monotonic()
        self._seconds_choosing = seconds_choosing
        waiting = bool(self._jobs or self._reports)
        if self._is_urgent or (waiting and now - self._flushed >= FLUSH_SECONDS):
            self.flush()
        if now - self._beaten >= HEARTBEAT_SECONDS:
            self._beaten = now
            self._update(heartbeat_at=time.time())
        if now - self._polled < POLL_SECONDS * 0.8:
            return ()
        self._polled = now
        return self._new_requests()

    def converged(self) -> None:
        """Note that a further gain has become unlikely; the first time counts."""
        self._update(converged_at=time.time())

    def stopping(self) -> None:
        """Note that the tuning job was asked to stop."""
        self._update(status=TuningJobStatus.STOPPING)

    def finish(
        self,
        status: TuningJobStatus,
        reason: str,
        seconds_choosing: float,
        replays: Sequence[Replay] = (),
    ) -> None:
        """End the tuning job and give the lease back."""
        self._seconds_choosing = seconds_choosing
        failed = status == TuningJobStatus.FAILED
        self.flush()
        self._update(
            status=status,
            ended_at=time.time(),
            failure_reason=storable(reason) if failed else None,
            completion_reason=None if failed else reason,
            savings=json.dumps([asdict(replay) for replay in replays]),
            runner_pid=None,
            runner_host=None,
        )

    def flush(self) -> None:
        """Write all that waits, in one transaction."""
        with self._transaction() as connection:
            self._write_jobs(connection)
            if self._reports:
                connection.execute(reports.insert(), self._reports)
        self._jobs, self._reports, self._restarted = {}, [], []
        self._is_urgent = False
        self._flushed = time.monotonic()

    def _write_jobs(self, connection: sa.Connection) -> None:
        jobs = list(self._jobs.values())
        if not jobs:
            return
        revision = connection.scalar(sa.select(next_revision(self._id)))
        numbers = [{"number_": job.index} for job in jobs]
        connection.execute(_delete(training_jobs, self._id, "number"), numbers)
        new = {"revision": revision}
        rows = [from_training_job(self._id, job) | new for job in jobs]
        connection.execute(training_jobs.insert(), rows)
        if restarted := [{"number_": number} for number in self._restarted]:
            connection.execute(_delete(reports, self._id, "training_job"), restarted)
        ended = [{"number_": job.index} for job in jobs if job.status.is_terminal]
        if ended:
            connection.execute(_delete(logs, self._id, "training_job"), ended)
            connection.execute(logs.insert(), [self._log(**row) for row in ended])

    def _log(self, number_: int) -> dict[str, Any]:
        tail = self._read_log(number_)
        return {"tuning_job": self._id, "training_job": number_, "tail": tail}

    def _update(self, **values: Any) -> None:
        choosing = self._seconds_choosing_before + self._seconds_choosing
        values |= {
            "modified_at": time.time(),
            "seconds_run": self.seconds_run,
            "seconds_choosing": choosing,
        }
        with self._transaction() as connection:
            mine = tuning_jobs.update().where(tuning_jobs.c.id == self._id)
            connection.execute(mine.values(**values))

    def _new_requests(self) -> list[int | None]:
        query = (
            sa.select(stop_requests.c.id, stop_requests.c.training_job)
            .where(
                stop_requests.c.tuning_job == self._id,
                stop_requests.c.id > self._last_request,
            )
            .order_by(stop_requests.c.id)
        )
        with translated(self._engine), self._engine.connect() as connection:
            rows = list(connection.execute(query))
        if rows:
            self._last_request = rows[-1].id
        return [row.training_job for row in rows]


def _delete(table: sa.Table, tuning_job: int, column: str) -> sa.Delete:
    same = table.c[column] == sa.bindparam("number_")
    return table.delete().where(table.c.tuning_job == tuning_job, same)

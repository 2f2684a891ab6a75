"""Reading a tuning job again and again: only what has changed since."""

from typing import Any

import sqlalchemy as sa

from amt_magic.jobs import Report, TrainingJob, TuningJobRecord
from amt_magic.store.engine import translated
from amt_magic.store.job_store import JobStore
from amt_magic.store.rows import storable, to_record, to_report, to_training_job
from amt_magic.store.tables import reports, training_jobs

EVERYTHING = -1  # the revision before the first


class ChangeReader:
    """Reads one tuning job and the training jobs that have changed.

    reader = ChangeReader(store, "churn")
    record, training_jobs = reader.read()         # at first all of them
    reader.curve(7, above=12)                     # its reports from the 13th on
    """

    def __init__(self, store: JobStore, name: str) -> None:
        self._store = store
        self._name = name
        self._tuning_job: tuple[int, float] | None = None  # ids are used again
        self._seen = EVERYTHING
        self._objective = ""

    def read(self) -> tuple[TuningJobRecord, list[TrainingJob]]:
        """Return the record and what has changed, by index.

        `reports` holds the latest report only. A tuning job of the same name that
        has taken the place of the one read before is read as a whole.
        """
        row = self._store.row(self._name)
        if (row.id, row.created_at) != self._tuning_job:
            self._tuning_job = row.id, row.created_at
            self._seen = EVERYTHING
        query = sa.select(training_jobs).where(training_jobs.c.tuning_job == row.id)
        if self._seen > EVERYTHING:
            query = query.where(training_jobs.c.revision > self._seen)
        record = to_record(row)
        self._objective = storable(record.config.objective.metric_name)
        rows = self._read(query.order_by(training_jobs.c.number))
        changed = max((each.revision or 0 for each in rows), default=self._seen)
        self._seen = max(self._seen, changed)
        return record, [to_training_job(each) for each in rows]

    def curve(self, training_job: int, above: int = 0) -> list[Report]:
        """Return reports of the objective of a training job that was read."""
        tuning_job = self._tuning_job[0] if self._tuning_job else None
        query = (
            sa.select(reports)
            .where(
                reports.c.tuning_job == tuning_job,
                reports.c.training_job == training_job,
                reports.c.metric == self._objective,
                reports.c.resource > above,
            )
            .order_by(reports.c.resource)
        )
        return [to_report(each) for each in self._read(query)]

    def _read(self, query: sa.Select[Any]) -> list[sa.Row[Any]]:
        engine = self._store.engine
        with translated(engine), engine.connect() as connection:
            return list(connection.execute(query))

"""What a live view is told of one tuning job: a snapshot, and then what changes."""

import time
from collections.abc import Iterable
from operator import attrgetter

from amt_magic.config import TuningJobConfig
from amt_magic.jobs import TrainingJob, TuningJobRecord
from amt_magic.store.changes import ChangeReader
from amt_magic.views import messages
from amt_magic.views.messages import Message
from amt_magic.views.tally import Tally

MOST_CURVES = 500  # in a snapshot: half of them the best, half the newest
MOST_VALUES = 100_000  # of all curves in a snapshot
QUIET_SECONDS = 5.0  # after which a view is told that the job goes on


class Feed:
    """Reads a tuning job and tells its view what it does not know yet.

    feed = Feed(ChangeReader(store, "churn"), cell="%%tune churn …")
    feed.snapshot()          # everything, for a view that knows nothing
    feed.changes()           # what is new since, or None
    """

    def __init__(self, reader: ChangeReader, cell: str) -> None:
        self._reader = reader
        self._cell = cell
        self._sequence = 0
        self._told_at = 0.0
        self._jobs: dict[int, TrainingJob] = {}
        self._curves: dict[int, tuple[int, int]] = {}  # attempt, reports that are told
        self._record, changed = reader.read()
        self._tally = Tally(self._record.config)
        self._take(changed)

    @property
    def has_ended(self) -> bool:
        """Tell whether nothing more is to come, as far as is known."""
        return self._record.status.is_terminal or self._record.is_interrupted

    def training_job(self, index: int) -> TrainingJob | None:
        """Return a training job as it is known, with its latest report alone."""
        return self._jobs.get(index)

    def snapshot(self) -> Message:
        """Tell everything; of the curves those of the best and of the newest."""
        self._curves = {}
        jobs = sorted(self._jobs.values(), key=attrgetter("index"))
        told = {
            "kind": "snapshot",
            "plan": messages.plan(self._record, self._cell),
            "rows": self._rows(jobs),
            "curves": self._new_reports(self._worth_a_curve(jobs)),
        }
        return self._numbered(told)

    def changes(self) -> Message | None:
        """Tell what is new; None where nothing is and a view was told not long ago."""
        before = self._record
        self._record, changed = self._reader.read()
        if self._record.created_at != before.created_at:  # another took its name
            self._jobs, self._tally = {}, Tally(self._record.config)
            self._take(changed)
            return self.snapshot()
        self._take(changed)
        if _plan(self._record) != _plan(before):  # it was resumed
            self._tally = Tally(self._record.config)
            self._tally.add(self._jobs.values())
            return self.snapshot()
        if self._record.is_interrupted and not before.is_interrupted:
            changed = self._tally.running
        is_quiet = not changed and self._record.status == before.status
        if is_quiet and time.monotonic() < self._told_at + QUIET_SECONDS:
            return None
        rows, curves = self._rows(changed), self._new_reports(changed)
        return self._numbered({"kind": "changes", "rows": rows, "curves": curves})

    def open(self, index: int) -> Message | None:
        """Tell the whole curve of a training job, if it is not told already."""
        job = self._jobs.get(index)
        if job is None or index in self._curves:
            return None
        curves = self._new_reports([job])
        if not curves:
            return None
        return self._numbered({"kind": "changes", "rows": [], "curves": curves})

    def _take(self, changed: Iterable[TrainingJob]) -> None:
        self._tally.add(changed)
        self._jobs.update((job.index, job) for job in changed)

    def _numbered(self, told: Message) -> Message:
        self._sequence += 1
        self._told_at = time.monotonic()
        now = time.time()
        standing = messages.standing(self._record, self._tally, now)
        return {**told, "sequence": self._sequence, "standing": standing}

    def _rows(self, jobs: Iterable[TrainingJob]) -> list[list[object]]:
        names = tuple(self._record.config.ranges)
        interrupted = self._record.is_interrupted
        return [messages.row(job, names, interrupted=interrupted) for job in jobs]

    def _worth_a_curve(self, jobs: list[TrainingJob]) -> list[TrainingJob]:
        """Return the best, the newest and those running, as many as are affordable."""
        several = [job for job in jobs if job.reports and job.reports[-1].resource > 1]
        loss = self._record.config.objective.loss
        ranked = sorted(several, key=lambda job: _rank(loss(job.reports[-1].value)))
        half = MOST_CURVES // 2
        chosen = {job.index: job for job in (*ranked[:half], *several[-half:])}
        room = MOST_VALUES
        affordable = []
        for job in chosen.values():
            room -= job.reports[-1].resource
            if room >= 0:
                affordable.append(job)
        return affordable

    def _new_reports(self, jobs: Iterable[TrainingJob]) -> list[list[object]]:
        """Return the reports that were not told; none of what reported once alone."""
        found = []
        for job in jobs:
            latest = job.reports[-1].resource if job.reports else 0
            attempt, told = self._curves.get(job.index, (job.attempt, 0))
            if attempt != job.attempt:
                told = 0
            if latest <= max(told, 1):
                continue
            reports = self._reader.curve(job.index, above=told)
            if reports:
                self._curves[job.index] = job.attempt, reports[-1].resource
                found.append(messages.curve(job.index, reports))
        return found


def _plan(record: TuningJobRecord) -> tuple[TuningJobConfig, int | None]:
    return record.config, record.resumed_with


def _rank(loss: float) -> tuple[bool, float]:
    return loss != loss, loss

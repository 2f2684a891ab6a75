"""What training jobs add up to, kept up to date as they change."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from amt_magic.completion import Criteria
from amt_magic.config import HyperbandStrategyConfig, Strategy, TuningJobConfig
from amt_magic.jobs import History, ObjectiveStatus, TrainingJob, TrainingJobStatus
from amt_magic.savings import Savings


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Training jobs by status; `running` are those that have not ended."""

    completed: int = 0
    stopped: int = 0
    failed: int = 0
    running: int = 0

    @property
    def ended(self) -> int:
        """Training jobs that have ended."""
        return self.completed + self.stopped + self.failed


class Tally:
    """Counts, best and sums of a tuning job's training jobs.

    tally = Tally(config, training_jobs)
    tally.add([job])                       # a new one, or one that has changed
    tally.counts.running, tally.best, tally.saved

    Of the reports of a training job only the latest is read.
    """

    def __init__(
        self, config: TuningJobConfig, training_jobs: Iterable[TrainingJob] = ()
    ) -> None:
        self._config = config
        self._objective = config.objective
        self._criteria = Criteria(config, History(config.objective))
        self._jobs: dict[int, TrainingJob] = {}
        self._running: dict[int, TrainingJob] = {}
        self._statuses: Counter[TrainingJobStatus] = Counter()
        self._early: Counter[int] = Counter()  # stopped early, by number of reports
        self._completed: Counter[int] = Counter()  # likewise
        self._ended: Counter[int] = Counter()  # likewise
        self._reports = 0
        self._seconds = 0.0  # of those that have ended
        self._seconds_reporting = 0.0  # until the latest report
        self._seconds_completed = 0.0  # likewise, of those that completed
        self.best: TrainingJob | None = None  # the first of equals
        self._best: tuple[float, int] | None = None
        self.add(training_jobs)

    def add(self, training_jobs: Iterable[TrainingJob]) -> None:
        """Take in training jobs that are new or have changed."""
        ended = []
        for job in training_jobs:
            old = self._jobs.get(job.index)
            if old is not None:
                self._count(old, -1)
            self._jobs[job.index] = job
            self._count(job, 1)
            if not job.status.is_terminal:
                self._running[job.index] = job
                continue
            self._running.pop(job.index, None)
            if old is None or not old.status.is_terminal:
                ended.append(job)
        for job in sorted(ended, key=lambda job: (job.ended_at or 0.0, job.index)):
            self._criteria.follow(job)
            self._compare(job)

    @property
    def running(self) -> list[TrainingJob]:
        """Those that have not ended, by index."""
        return [self._running[index] for index in sorted(self._running)]

    @property
    def counts(self) -> Counts:
        """How many there are, by status."""
        return Counts(
            completed=self._statuses[TrainingJobStatus.COMPLETED],
            stopped=self._statuses[TrainingJobStatus.STOPPED],
            failed=self._statuses[TrainingJobStatus.FAILED],
            running=len(self._running),
        )

    @property
    def not_improving(self) -> int:
        """How many ended since the last that improved on the best."""
        return self._criteria.not_improving

    @property
    def gave_single_values(self) -> bool:
        """Tell whether each of several that have ended gave one value."""
        return self._ended.total() > 1 and max(self._ended) == 1

    def seconds_training(self, until: float | None) -> float:
        """Return what all have trained; those that run until then, if it is given."""
        seconds = self._seconds
        for job in self._running.values() if until is not None else ():
            if job.started_at is not None:
                seconds += max(0.0, until - job.started_at)
        return seconds

    @property
    def saved(self) -> Savings | None:
        """What early stops have saved so far; None as long as nothing tells.

        A training job would have made as many reports as Hyperband's maximum, else as
        many as the longest that completed, at the pace of those that completed.
        """
        full = self._full_length
        if not full or not self._early.total():
            return None
        missing = sum(
            count * max(0, full - length) for length, count in self._early.items()
        )
        return Savings(
            by="Hyperband" if self._config.strategy == Strategy.HYPERBAND else "Auto",
            reports=missing,
            all_reports=missing + self._reports,
            seconds=missing * self._pace,
        )

    @property
    def _full_length(self) -> int:
        asked = self._config.strategy_config
        if isinstance(asked, HyperbandStrategyConfig) and asked.max_resource:
            return asked.max_resource
        return max(self._completed, default=0)

    @property
    def _pace(self) -> float:
        """Seconds a report of those that completed: of others the start is too much."""
        completed = sum(length * count for length, count in self._completed.items())
        if completed:
            return self._seconds_completed / completed
        return self._seconds_reporting / max(1, self._reports)

    def _count(self, job: TrainingJob, sign: int) -> None:
        """Add what a training job comes to, or with -1 take it away."""
        latest = job.reports[-1] if job.reports else None
        length = latest.resource if latest else 0
        self._statuses[job.status] += sign
        self._reports += sign * length
        if job.status.is_terminal:
            self._change(self._ended, length, sign)
        if job.started_at is None:
            return
        if job.ended_at is not None:
            self._seconds += sign * max(0.0, job.ended_at - job.started_at)
        reporting = latest.time - job.started_at if latest else 0.0
        self._seconds_reporting += sign * reporting
        if job.stop and job.stop.rule.is_early:
            self._change(self._early, length, sign)
        if job.status == TrainingJobStatus.COMPLETED and latest:
            self._change(self._completed, length, sign)
            self._seconds_completed += sign * reporting

    @staticmethod
    def _change(counter: Counter[int], key: int, sign: int) -> None:
        counter[key] += sign
        if not counter[key]:
            del counter[key]

    def _compare(self, job: TrainingJob) -> None:
        if job.objective_status != ObjectiveStatus.SUCCEEDED or job.value is None:
            return
        rank = self._objective.loss(job.value), job.index
        if self._best is None or rank < self._best:
            self.best, self._best = job, rank

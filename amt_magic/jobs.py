"""Training jobs and the history they form: the only state of a tuning job.

Losses are made here, once: below this line smaller is better.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from amt_magic.config import Objective, TuningJobConfig
from amt_magic.savings import Replay
from amt_magic.space import configuration_key
from amt_magic.stops import Stop

Time = Any  # epoch seconds; aware datetimes where a user reads them


class TuningJobStatus(StrEnum):
    """Status of a tuning job, as Amazon words it."""

    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"

    @property
    def is_terminal(self) -> bool:
        """Tell whether the job has ended."""
        return self not in (TuningJobStatus.IN_PROGRESS, TuningJobStatus.STOPPING)


class TrainingJobStatus(StrEnum):
    """Status of a training job, as Amazon words it."""

    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"

    @property
    def is_terminal(self) -> bool:
        """Tell whether the job has ended."""
        return self not in (TrainingJobStatus.IN_PROGRESS, TrainingJobStatus.STOPPING)


class ObjectiveStatus(StrEnum):
    """Whether a training job's objective value can be used."""

    SUCCEEDED = "Succeeded"
    PENDING = "Pending"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One value of the objective: the `resource`-th that the training job gave."""

    index: int
    resource: int
    value: float
    time: Time


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingJob:
    """One training job: what it ran with, what it gave, how it ended.

    `value` is the latest report's, or None. `reports` grows while it runs. Why it was
    stopped is `stop` as data and `stop_reason` as a sentence.
    """

    index: int
    name: str
    hyperparameters: Mapping[str, Any]
    status: TrainingJobStatus = TrainingJobStatus.IN_PROGRESS
    reports: Sequence[Report] = field(default_factory=list)
    created_at: Time
    started_at: Time | None = None
    ended_at: Time | None = None
    failure_reason: str | None = None
    stop_reason: str | None = None
    stop: Stop | None = None
    worker: str | None = None
    attempt: int = 1

    @property
    def value(self) -> float | None:
        """The latest value of the objective, or None."""
        return self.reports[-1].value if self.reports else None

    @property
    def objective_status(self) -> ObjectiveStatus:
        """Whether the value counts: Succeeded when it ended with a finite one."""
        if not self.status.is_terminal:
            return ObjectiveStatus.PENDING
        if self.status == TrainingJobStatus.FAILED or not self.has_finite_value:
            return ObjectiveStatus.FAILED
        return ObjectiveStatus.SUCCEEDED

    @property
    def has_finite_value(self) -> bool:
        """Tell whether the latest value is there and finite."""
        return self.value is not None and math.isfinite(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a training job ended."""

    index: int
    status: TrainingJobStatus
    time: Time
    failure_reason: str | None = None
    stop_reason: str | None = None
    killed_from_outside: bool = False
    last_line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningJobRecord:
    """What is known of a tuning job beside its training jobs. Times in seconds.

    `seconds_run` counts while a runner runs; `is_interrupted` says that none
    does although the job has not ended. `converged_at`: when a further gain had
    become unlikely. `replays`: what early stopping would have saved. `resumed_with`:
    training jobs that had ended when it was last resumed. `kept`: members of
    Amazon's request that are of no use here, nested as they stood there.
    """

    name: str
    config: TuningJobConfig
    status: TuningJobStatus
    created_at: float
    modified_at: float
    ended_at: float | None = None
    seconds_run: float = 0.0
    seconds_choosing: float = 0.0
    completion_reason: str | None = None
    converged_at: float | None = None
    replays: tuple[Replay, ...] = ()
    failure_reason: str | None = None
    resumed_with: int | None = None
    is_interrupted: bool = False
    kept: Mapping[str, Any] = field(default_factory=dict)


class History:
    """The training jobs of one tuning job, in the order they were created.

    history = History(objective)
    history.add(training_job)                     # by the tuner alone
    history.record(Report(index=1, resource=1, value=0.9, time=0.0))
    history.end(Ended(index=1, status=TrainingJobStatus.COMPLETED, time=1.0))
    history.training_jobs, history.best, history.pending

    `configurations` has the key of every configuration that was ever there,
    `report_count` is the number of reports of all training jobs.
    """

    def __init__(
        self, objective: Objective, training_jobs: Iterable[TrainingJob] = ()
    ) -> None:
        self.objective = objective
        self._jobs = {job.index: job for job in training_jobs}
        self._pending = {
            index for index, job in self._jobs.items() if not job.status.is_terminal
        }
        self.configurations = {
            configuration_key(job.hyperparameters) for job in self._jobs.values()
        }
        self.report_count = sum(len(job.reports) for job in self._jobs.values())

    def copy(self) -> "History":
        """Return the history as it is now; later entries are not in it."""
        same = History(self.objective)
        same._jobs, same._pending = dict(self._jobs), set(self._pending)
        same.configurations = set(self.configurations)
        same.report_count = self.report_count
        return same

    @property
    def training_jobs(self) -> list[TrainingJob]:
        """All training jobs, by index."""
        return list(self._jobs.values())

    def __len__(self) -> int:
        """Return the number of training jobs."""
        return len(self._jobs)

    def __getitem__(self, index: int) -> TrainingJob:
        """Return the training job of this index, counted from 1."""
        return self._jobs[index]

    @property
    def pending(self) -> list[TrainingJob]:
        """Training jobs that have not ended, by index."""
        return [self._jobs[index] for index in sorted(self._pending)]

    def is_running(self, index: int) -> bool:
        """Tell whether there is such a training job, running and not told to stop."""
        job = self._jobs.get(index)
        return job is not None and job.status == TrainingJobStatus.IN_PROGRESS

    @property
    def pending_count(self) -> int:
        """Number of training jobs that have not ended."""
        return len(self._pending)

    @property
    def ended(self) -> list[TrainingJob]:
        """Training jobs that have ended, by index."""
        return [job for job in self._jobs.values() if job.status.is_terminal]

    @property
    def best(self) -> TrainingJob | None:
        """The ended training job with the smallest loss; the first of equals."""
        done = [
            j for j in self.ended if j.objective_status == ObjectiveStatus.SUCCEEDED
        ]
        return min(done, key=self.loss, default=None)

    def loss(self, job: TrainingJob) -> float:
        """Return the job's latest value as a loss; infinity without one."""
        return math.inf if job.value is None else self.objective.loss(job.value)

    def add(self, job: TrainingJob) -> None:
        """Enter a new training job, or the next attempt of one."""
        if job.index in self._jobs:
            self.report_count -= len(self._jobs[job.index].reports)
        self.report_count += len(job.reports)
        self._jobs[job.index] = job
        self._pending.add(job.index)
        self.configurations.add(configuration_key(job.hyperparameters))

    def record(self, report: Report) -> None:
        """Enter a report of a running training job."""
        self._jobs[report.index].reports.append(report)  # type: ignore[attr-defined]
        self.report_count += 1

    def change(self, index: int, **fields: Any) -> TrainingJob:
        """Replace fields of a training job, such as its status."""
        job = self._jobs[index] = replace(self._jobs[index], **fields)
        if job.status.is_terminal:
            self._pending.discard(index)
        return job

    def end(self, ended: Ended, stop: Stop | None = None) -> TrainingJob:
        """Enter the end of a training job, and why it was stopped."""
        return self.change(
            ended.index,
            status=ended.status,
            ended_at=ended.time,
            failure_reason=ended.failure_reason,
            stop_reason=ended.stop_reason,
            stop=stop,
        )


def with_datetimes(job: TrainingJob) -> TrainingJob:
    """Return a training job whose times are aware datetimes in place of seconds."""
    return replace(
        job,
        created_at=_datetime(job.created_at),
        started_at=_datetime(job.started_at),
        ended_at=_datetime(job.ended_at),
        reports=[
            replace(report, time=_datetime(report.time)) for report in job.reports
        ],
    )


def _datetime(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)

"""Training jobs and the history they form: the only state of a tuning job.

Losses are made here, once: below this line smaller is better.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from amt_magic.config import Objective, TuningJobConfig
from amt_magic.savings import Replay
from amt_magic.space import configuration_key
from amt_magic.statuses import ObjectiveStatus, TrainingJobStatus, TuningJobStatus
from amt_magic.stops import Stop

__all__ = [
    "Ended",
    "History",
    "ObjectiveStatus",
    "Report",
    "Time",
    "TrainingJob",
    "TrainingJobStatus",
    "TuningJobRecord",
    "TuningJobStatus",
    "with_datetimes",
]

Time = Any  # epoch seconds; aware datetimes where a user reads them


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One value of the objective, as a training job gave it.

    >>> report = amt.tuning_job("churn").training_jobs[0].reports[-1]
    >>> report.index, report.resource, report.value
    (1, 3, 0.00013...)

    Attributes:
        index: Number of the training job, from 1.
        resource: Number of the report within the training job, from 1.
        value: The objective as it was printed or reported, not turned into a loss.
        time: When it came: an aware datetime in UTC; in a simulation, seconds.
    """

    index: int
    resource: int
    value: float
    time: Time


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingJob:
    """One training job: what it ran with, what it gave, how it ended.

    >>> best = amt.tuning_job("churn").best_training_job
    >>> best.index, best.status, best.hyperparameters
    (1, <TrainingJobStatus.COMPLETED: 'Completed'>, {'lr': 0.00039...})
    >>> [report.value for report in best.reports]
    [0.00039..., 0.00019..., 0.00013...]

    Times are aware datetimes in UTC; in a simulation, seconds from its start.

    Attributes:
        index: Number within the tuning job, from 1.
        name: A name that no other training job has.
        hyperparameters: Names and values, as the code got them.
        status: How it runs, or ended.
        reports: The values of the objective, oldest first; they grow while it runs.
        created_at: When it was suggested.
        started_at: When its code began, or None.
        ended_at: When it ended, or None.
        failure_reason: Why it failed, or None.
        stop_reason: Why it was stopped, as a sentence, or None.
        stop: The same as data, or None.
        worker: Where it ran, as host:process, or None.
        attempt: 1, and one more for each retry.
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
        """Whether the value can be used: Succeeded if it ended with a finite one."""
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

    >>> config = amt.TuningJobConfig(
    ...     objective=amt.Objective(type="Minimize", metric_name="loss"),
    ...     ranges={"lr": amt.Continuous(1e-4, 1e-1)},
    ...     resource_limits=amt.ResourceLimits(max_number_of_training_jobs=3),
    ... )
    >>> history = amt.simulate(config, lambda h: [h["lr"], h["lr"] / 2])
    >>> len(history), history[1].value == history[1].hyperparameters["lr"] / 2
    (3, True)
    >>> history.best.value == min(job.value for job in history.training_jobs)
    True

    `amt.simulate` returns one; the tuner alone adds to it.

    Args:
        objective: The metric, by which training jobs are compared.
        training_jobs: Those to begin with, by index.

    Attributes:
        configurations: The key of every configuration that was ever there.
        report_count: Number of reports of all training jobs.
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
        """Replace fields of a training job, such as its status, and return it."""
        job = self._jobs[index] = replace(self._jobs[index], **fields)
        if job.status.is_terminal:
            self._pending.discard(index)
        return job

    def end(self, ended: Ended, stop: Stop | None = None) -> TrainingJob:
        """Enter the end of a training job and why it was stopped, and return it."""
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

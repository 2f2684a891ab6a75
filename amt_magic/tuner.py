"""The loop that suggests, starts, watches and ends training jobs.

The only module that composes: it alone knows a strategy, an executor and a
recorder together. The same loop runs live and on a virtual clock.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from amt_magic import completion
from amt_magic.chooser import Chooser
from amt_magic.config import TuningJobConfig
from amt_magic.deciders import make_schedulers, make_strategy
from amt_magic.executors import Assignment, Event, Executor, Measured, Started
from amt_magic.jobs import (
    Ended,
    History,
    Report,
    TrainingJob,
    TrainingJobStatus,
    TuningJobStatus,
)
from amt_magic.space import Hyperparameters

ON_REQUEST = "stopped on request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the tuning job ended, and why."""

    status: TuningJobStatus
    reason: str


class Recorder(Protocol):
    """Keeps what happens; the store's writer, or nothing in a simulation.

    `poll_seconds`: how long the loop may wait before it looks for stop requests.
    """

    poll_seconds: float

    def begin(self, job: TrainingJob) -> None:
        """Keep a new training job, or a new attempt of one."""

    def change(self, job: TrainingJob) -> None:
        """Keep the new state of a training job."""

    def measure(
        self, job: TrainingJob, metric: str, resource: int, event: Measured
    ) -> None:
        """Keep one value of a metric."""

    def turn(self, seconds_choosing: float) -> Sequence[int | None]:
        """Write what is due; return the stop requests: training jobs, None for all."""

    def stopping(self) -> None:
        """Note that the tuning job was asked to stop."""


class Tuner:
    """Runs one tuning job from its history to its end.

    history = History(config.objective)      # or one with earlier training jobs
    outcome = Tuner(config, executor, recorder, history, name="churn").run()

    Training jobs that a given history has as pending are run again: same index,
    same hyperparameters, next attempt.
    """

    def __init__(
        self,
        config: TuningJobConfig,
        executor: Executor,
        recorder: Recorder,
        history: History,
        *,
        name: str,
        seconds_run: float = 0.0,
    ) -> None:
        self.config = config
        self.history = history
        self._executor = executor
        self._recorder = recorder
        self._name = name
        self._chooser = Chooser(make_strategy(config), executor)
        self._schedulers = make_schedulers(config)
        self._completing: set[int] = set()  # told to stop since they have had enough
        self._limit = completion.job_limit(config)
        self._criteria = completion.Criteria(config, history)
        started = executor.now()
        self._deadline = completion.deadline(config, started, seconds_run)
        self._retries: dict[int, int] = {}
        self._metric_counts: dict[tuple[int, str], int] = {}
        self._outcome: Outcome | None = None
        self._is_exhausted = False

    @property
    def seconds_choosing(self) -> float:
        """What the strategy has taken to choose hyperparameters."""
        return self._chooser.seconds

    def run(self) -> Outcome:
        """Run until the tuning job has ended; returns how."""
        for job in self.history.pending:
            self._start_again(job)
        self._check_criteria()
        while True:
            self._follow_requests()
            self._check_deadline()
            self._fill_slots()
            if not self.history.pending_count and not self._is_choosing:
                return self._outcome or self._all_done()
            for event in self._executor.events(self._patience()):
                self._handle(event)

    def _patience(self) -> float:
        """Seconds until the loop has something to do by itself."""
        left = math.inf if self._outcome else self._deadline - self._executor.now()
        return max(0.0, min(left, self._recorder.poll_seconds))

    def _follow_requests(self) -> None:
        for training_job in self._recorder.turn(self.seconds_choosing):
            if training_job is None:
                self._recorder.stopping()
                self._finish(TuningJobStatus.STOPPED, ON_REQUEST)
            else:
                self._stop(training_job, ON_REQUEST)

    def _check_deadline(self) -> None:
        if self._executor.now() >= self._deadline:
            seconds = self.config.resource_limits.max_runtime_in_seconds
            reason = f"reached MaxRuntimeInSeconds ({seconds:g})"
            self._finish(TuningJobStatus.COMPLETED, reason)

    def _finish(self, status: TuningJobStatus, reason: str) -> None:
        """End the tuning job: nothing new starts, what runs is stopped."""
        if self._outcome is None or status == TuningJobStatus.STOPPED:
            self._outcome = Outcome(status=status, reason=reason)
        for job in self.history.pending:
            self._stop(job.index, reason)

    def _stop(self, index: int, reason: str) -> None:
        if self.history.is_running(index):
            job = self.history.change(index, status=TrainingJobStatus.STOPPING)
            self._recorder.change(job)
            self._executor.stop(index, reason)

    def _fill_slots(self) -> None:
        slots = self.config.resource_limits.max_parallel_training_jobs
        while self._outcome is None and self.history.pending_count < slots:
            if not self._chooser.is_busy:
                if self._is_exhausted or len(self.history) >= self._limit:
                    return
                self._chooser.begin(self.history, len(self.history) + 1)
            if not self._chooser.is_done:
                return
            self._start_next(self._chooser.take())

    @property
    def _is_choosing(self) -> bool:
        """Tell whether a training job is about to start."""
        return self._chooser.is_busy and self._outcome is None

    def _start_next(self, hyperparameters: Hyperparameters | None) -> None:
        if hyperparameters is None:
            self._is_exhausted = True
            return
        index = len(self.history) + 1
        job = TrainingJob(
            index=index,
            name=training_job_name(self._name, index, self.config.random_seed),
            hyperparameters=hyperparameters,
            created_at=self._executor.now(),
        )
        self._start(job)

    def _start(self, job: TrainingJob) -> None:
        self.history.add(job)
        self._recorder.begin(job)
        assignment = Assignment(
            index=job.index,
            name=job.name,
            hyperparameters=job.hyperparameters,
            attempt=job.attempt,
        )
        self._executor.start(assignment)

    def _start_again(self, job: TrainingJob) -> None:
        for key in [key for key in self._metric_counts if key[0] == job.index]:
            del self._metric_counts[key]
        fresh = TrainingJob(
            index=job.index,
            name=job.name,
            hyperparameters=job.hyperparameters,
            created_at=job.created_at,
            attempt=job.attempt + 1,
        )
        self._start(fresh)

    def _handle(self, event: Event) -> None:
        if isinstance(event, Measured):
            self._measured(event)
        elif isinstance(event, Started):
            fields = {"started_at": event.time, "worker": event.worker}
            self._recorder.change(self.history.change(event.index, **fields))
        else:
            self._ended(event)

    def _measured(self, event: Measured) -> None:
        key = event.index, event.metric
        resource = self._metric_counts[key] = self._metric_counts.get(key, 0) + 1
        is_objective = event.metric == self.config.objective.metric_name
        report = Report(
            index=event.index, resource=resource, value=event.value, time=event.time
        )
        if is_objective:
            self.history.record(report)
        self._recorder.measure(self.history[event.index], event.metric, resource, event)
        if is_objective:
            self._judge(report)

    def _judge(self, report: Report) -> None:
        """Stop the training job if a scheduler says so."""
        for scheduler in self._schedulers:
            decision = scheduler.decide(report, self.history)
            if decision.stops and self.history.is_running(report.index):
                self._stop(report.index, decision.reason)
                if decision.completes:
                    self._completing.add(report.index)

    def _ended(self, ended: Ended) -> None:
        job = self.history[ended.index]
        retried = self._retries.get(ended.index, 0)
        may_retry = ended.killed_from_outside and self.history.is_running(ended.index)
        if may_retry and retried < self.config.max_retries:
            self._retries[ended.index] = retried + 1
            self._start_again(job)
            return
        if ended.index in self._completing:
            ended = replace(ended, status=TrainingJobStatus.COMPLETED)
        if ended.status == TrainingJobStatus.COMPLETED and job.value is None:
            ended = replace(ended, failure_reason=self._silence(ended))
        job = self.history.end(ended)
        self._recorder.change(job)
        self._criteria.follow(job)
        if self._outcome is None and (reason := completion.failure(self.history)):
            self._finish(TuningJobStatus.FAILED, reason)
        self._check_criteria()

    def _check_criteria(self) -> None:
        if self._outcome is None and (reason := self._criteria.reason):
            self._finish(TuningJobStatus.COMPLETED, reason)

    def _silence(self, ended: Ended) -> str:
        name = self.config.objective.metric_name
        wrote = f"its last line was {ended.last_line!r}" if ended.last_line else ""
        wrote = wrote or "it printed nothing"
        return (
            f"the objective {name!r} was not found in what it printed; {wrote}; "
            f"print(f'{name}={{value}}') or give a metric definition"
        )

    def _all_done(self) -> Outcome:
        count = len(self.history)
        if count >= self._limit:
            reason = f"reached MaxNumberOfTrainingJobs ({count})"
        else:
            reason = f"every configuration of the space was run ({count})"
        return Outcome(status=TuningJobStatus.COMPLETED, reason=reason)


def training_job_name(name: str, index: int, seed: int | None) -> str:
    """Name a training job as the service does: churn-007-1f3a9c2e."""
    digest = hashlib.sha256(f"{name}-{index}-{seed}".encode()).hexdigest()
    return f"{name}-{index:03d}-{digest[:8]}"

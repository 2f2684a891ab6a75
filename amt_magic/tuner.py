"""The loop that suggests, starts, watches and ends training jobs.

The only module that composes: it alone knows a strategy, an executor and a
recorder together. The same loop runs live and on a virtual clock.
"""

import hashlib
import math
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from amt_magic import completion
from amt_magic.chooser import Choice, Chooser
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
from amt_magic.max_resource import epochs_in
from amt_magic.parents import Parent
from amt_magic.recorder import Recorder
from amt_magic.space import Hyperparameters
from amt_magic.stops import ON_REQUEST, Stop, StopRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the tuning job ended, and why."""

    status: TuningJobStatus
    reason: str


class Tuner:
    """Runs one tuning job from its history to its end.

    history = History(config.objective)      # or one with earlier training jobs
    outcome = Tuner(config, executor, recorder, history, name="churn").run()

    Training jobs that a given history has as pending are run again: same index,
    same hyperparameters, next attempt. `own_epochs`: how often the code reports by
    itself, if known. `ask`: called after each training job, tells why to end.
    `parents`: what a warm start learns from.

    What a strategy, a scheduler or `ask` raises fails the tuning job, with the reason;
    it is kept as `error`.
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
        own_epochs: int | None = None,
        ask: Callable[[History], str | None] = lambda history: None,
        parents: Sequence[Parent] = (),
    ) -> None:
        self.config = config
        self.history = history
        self._executor = executor
        self._recorder = recorder
        self._name = name
        self._own_epochs = own_epochs
        self._ask = ask
        self.error: Exception | None = None
        strategy = make_strategy(config, parents)
        self._chooser = Chooser(strategy, executor)
        self._schedulers = make_schedulers(config)
        self._stops: dict[int, Stop] = {}  # of those that were told to stop
        self._limit = completion.job_limit(config)
        self._criteria = completion.Criteria(config, history)
        started = executor.now()
        self._deadline = completion.deadline(config, started, seconds_run)
        self._retries: dict[int, int] = {}
        self._metric_counts: dict[tuple[int, str], int] = {}
        self._outcome: Outcome | None = None
        self._is_exhausted = self._has_converged = False

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
                return self._outcome or self._run_out()
            for event in self._executor.events(self._patience()):
                self._handle(event)

    def _run_out(self) -> Outcome:
        reason = completion.ran_out(len(self.history), self._limit)
        return Outcome(status=TuningJobStatus.COMPLETED, reason=reason)

    def _patience(self) -> float:
        """Seconds until the loop has something to do by itself."""
        left = math.inf if self._outcome else self._deadline - self._executor.now()
        return max(0.0, min(left, self._recorder.poll_seconds))

    def _follow_requests(self) -> None:
        for training_job in self._recorder.turn(self.seconds_choosing):
            if training_job is None:
                self._recorder.stopping()
                self._finish(TuningJobStatus.STOPPED, str(ON_REQUEST))
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
        stop = Stop(rule=StopRule.TUNING_JOB_ENDED, detail=reason)
        for job in self.history.pending:
            self._stop(job.index, stop)

    def _stop(self, index: int, stop: Stop) -> None:
        if self.history.is_running(index):
            job = self.history.change(index, status=TrainingJobStatus.STOPPING)
            self._recorder.change(job)
            self._stops[index] = stop
            self._executor.stop(index, str(stop))

    def _fill_slots(self) -> None:
        slots = self.config.resource_limits.max_parallel_training_jobs
        while self._outcome is None and self.history.pending_count < slots:
            if not self._chooser.is_busy:
                if self._is_exhausted or len(self.history) >= self._limit:
                    return
                self._chooser.begin(self.history, len(self.history) + 1)
            if not self._chooser.is_done:
                return
            choice = None
            with self._failing("the strategy"):
                choice = self._chooser.take()
            if choice:
                self._follow(choice)

    @property
    def _is_choosing(self) -> bool:
        """Tell whether a training job is about to start."""
        return self._chooser.is_busy and self._outcome is None

    def _follow(self, choice: Choice) -> None:
        """Start what was chosen, unless a further gain is unlikely."""
        if choice.has_converged and not self._has_converged:
            self._has_converged = True
            self._recorder.converged()
            if self.config.completion_criteria.complete_on_convergence:
                self._finish(TuningJobStatus.COMPLETED, completion.CONVERGED)
        if choice.hyperparameters is None:
            self._is_exhausted = True
        elif self._outcome is None:
            self._start_next(choice.hyperparameters)

    def _start_next(self, hyperparameters: Hyperparameters) -> None:
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
            stop = None
            with self._failing("early stopping"):
                stop = scheduler.decide(report, self.history)
            if stop and not self._is_last(report):
                self._stop(report.index, stop)
            elif stop and stop.rule == StopRule.MAX_RESOURCE:
                self._stops[report.index] = stop

    def _is_last(self, report: Report) -> bool:
        """Tell whether the training job is about to end by itself: let it save."""
        own = epochs_in(self.history[report.index].hyperparameters)
        return report.resource == (own or self._own_epochs)

    def _ended(self, ended: Ended) -> None:
        job, stop = self.history[ended.index], self._stops.pop(ended.index, None)
        retried = self._retries.get(ended.index, 0)
        may_retry = ended.killed_from_outside and self.history.is_running(ended.index)
        if may_retry and retried < self.config.max_retries:
            self._retries[ended.index] = retried + 1
            self._start_again(job)
            return
        if stop and stop.rule == StopRule.MAX_RESOURCE:
            ended = _completed(ended, stop)
        if ended.status == TrainingJobStatus.COMPLETED and job.value is None:
            name = self.config.objective.metric_name
            ended = replace(ended, failure_reason=completion.silence(ended, name))
        job = self.history.end(ended, stop)
        self._recorder.change(job)
        self._criteria.follow(job)
        if reason := completion.failure(self.history):
            self._finish(TuningJobStatus.FAILED, reason)
        self._check_criteria()
        with self._failing("a callback"):
            if self._outcome is None and (reason := self._ask(self.history)):
                self._finish(TuningJobStatus.COMPLETED, reason)

    def _check_criteria(self) -> None:
        if self._outcome is None and (reason := self._criteria.reason):
            self._finish(TuningJobStatus.COMPLETED, reason)

    @contextmanager
    def _failing(self, what: str) -> Iterator[None]:
        """Fail the tuning job if this raises; what has ended is kept."""
        try:
            yield
        except Exception as error:
            self.error = self.error or error
            *_, frame = traceback.extract_tb(error.__traceback__)
            where = f"{frame.filename} line {frame.lineno}"
            told = str(error).partition("\n")[0]
            reason = f"{what} failed: {type(error).__name__}: {told} ({where})"
            self._finish(TuningJobStatus.FAILED, reason)


def _completed(ended: Ended, stop: Stop) -> Ended:
    """Return the end of a training job that had all it may have as Completed."""
    if ended.status == TrainingJobStatus.FAILED:
        return ended
    completed = TrainingJobStatus.COMPLETED
    return replace(ended, status=completed, stop_reason=str(stop))


def training_job_name(name: str, index: int, seed: int | None) -> str:
    """Name a training job as the service does: churn-007-1f3a9c2e."""
    digest = hashlib.sha256(f"{name}-{index}-{seed}".encode()).hexdigest()
    return f"{name}-{index:03d}-{digest[:8]}"

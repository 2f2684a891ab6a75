"""The same Tuner on a virtual clock: hours in milliseconds."""

import heapq
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from amt_magic.checks import Faults
from amt_magic.config import TuningJobConfig
from amt_magic.executors import Assignment, Event, Measured, Started
from amt_magic.jobs import Ended, History, TrainingJobStatus
from amt_magic.parents import with_parents
from amt_magic.recorder import Unrecorded
from amt_magic.tuner import Tuner
from amt_magic.warm_start import check_strategy

Hyperparameters = Mapping[str, Any]
Curve = Callable[[Hyperparameters], Iterable[float]]
SecondsPerEpoch = float | Callable[[Hyperparameters], float]


def simulate(
    config: TuningJobConfig,
    curve: Curve,
    seconds_per_epoch: SecondsPerEpoch = 1.0,
    warm_start: Sequence[History] = (),
) -> History:
    """Run a tuning job on a virtual clock and return its history.

    >>> config = amt.TuningJobConfig(
    ...     strategy="Random",
    ...     objective=amt.Objective(type="Minimize", metric_name="loss"),
    ...     ranges={"lr": amt.Continuous(1e-4, 1e-1)},
    ...     resource_limits=amt.ResourceLimits(max_number_of_training_jobs=5),
    ... )
    >>> def curve(hyperparameters):
    ...     return [hyperparameters["lr"] / epoch for epoch in (1, 2, 3)]
    >>> history = amt.simulate(config, curve)
    >>> len(history), history.best.value == min(j.value for j in history.training_jobs)
    (5, True)
    >>> [job.ended_at for job in history.training_jobs]        # 3 epochs of 1 second
    [3.0, 6.0, 9.0, 12.0, 15.0]

    Times are seconds of the virtual clock from 0: the k-th value comes k epochs after
    the start of its training job, and the end with the last of them. Without a
    `random_seed` in the config the seed is 0.

    Args:
        config: What the tuning job is to do; its training jobs overlap as
            `max_parallel_training_jobs` says.
        curve: A function of a dict of hyperparameters that gives the values of the
            objective, one per unit of resource. One that is not finite is a value too;
            an exception is the training job's failure. A training job that is stopped
            asks for no more.
        seconds_per_epoch: Time from one value to the next, a number above 0, or a
            function of the hyperparameters that returns it.
        warm_start: Histories of earlier tuning jobs to learn from, in the order of the
            config's parents, and as its warm start says; where it says nothing, they
            are parents of TransferLearning. What they do not tell of today's static
            hyperparameters was the same.

    Returns:
        The history: training jobs with hyperparameters, reports, times and ends.

    Raises:
        ValidationError: `seconds_per_epoch` is not a number above 0, Hyperband's
            maximum is not known, or a history does not fit the config.
    """
    config, parents = with_parents(config, warm_start)
    check_strategy(config)
    executor = SimulatedExecutor(config, curve, seconds_per_epoch)
    history = History(config.objective)
    recorder, name = Unrecorded(), "simulation"
    tuner = Tuner(config, executor, recorder, history, name=name, parents=parents)
    tuner.run()
    if tuner.error:
        raise tuner.error
    return history


class SimulatedExecutor:
    """Plays curves on a virtual clock that jumps from event to event."""

    def __init__(
        self,
        config: TuningJobConfig,
        curve: Curve,
        seconds_per_epoch: SecondsPerEpoch,
    ) -> None:
        self._metric = config.objective.metric_name
        self._curve = curve
        self._seconds_per_epoch = seconds_per_epoch
        self._time = 0.0
        self._order = 0  # breaks ties in the order of scheduling
        self._due: list[tuple[float, int, int, float]] = []
        self._running: dict[int, tuple[Iterator[float], float]] = {}
        self._between: list[int] = []  # those whose next epoch is to begin
        self._told: list[Event] = []

    def now(self) -> float:
        """Return the virtual time in seconds."""
        return self._time

    def start(self, assignment: Assignment) -> None:
        """Start a training job: its first value is due one epoch from now."""
        index, hyperparameters = assignment.index, assignment.hyperparameters
        seconds = _checked(self._seconds_per_epoch, hyperparameters)
        self._told.append(Started(index=index, time=self._time, worker="simulated"))
        try:
            self._running[index] = iter(self._curve(hyperparameters)), seconds
        except Exception as error:  # the training job's own
            self._told.append(self._failed(index, error))
        else:
            self._between.append(index)

    def events(self, timeout: float) -> Sequence[Event]:
        """Return the next events; the clock moves on by `timeout` at most."""
        for index in self._between:
            if index in self._running:
                self._begin_epoch(index)
        self._between.clear()
        if self._told:
            told, self._told = self._told, []
            return told
        while self._due and self._due[0][2] not in self._running:
            heapq.heappop(self._due)  # of a training job that was stopped
        if not self._due or self._due[0][0] > self._time + timeout:
            self._time += 0.0 if math.isinf(timeout) else timeout
            return []
        self._time, _, index, value = heapq.heappop(self._due)
        self._between.append(index)
        event = Measured(index=index, metric=self._metric, value=value, time=self._time)
        return [event]

    def beside(self, work: Callable[[], None]) -> None:
        """Do other work at once: it takes none of the virtual time."""
        work()

    def stop(self, index: int, reason: str) -> None:
        """Stop a training job at once."""
        if self._running.pop(index, None):
            ended = Ended(
                index=index,
                status=TrainingJobStatus.STOPPED,
                time=self._time,
                stop_reason=reason,
            )
            self._told.append(ended)

    def close(self) -> None:
        """Do nothing: no process runs."""

    def _begin_epoch(self, index: int) -> None:
        """Take the next value, due at the epoch's end; without one the job ends."""
        values, seconds = self._running[index]
        try:
            value = float(next(values))
        except StopIteration:
            del self._running[index]
            status = TrainingJobStatus.COMPLETED
            self._told.append(Ended(index=index, status=status, time=self._time))
        except Exception as error:  # the training job's own
            del self._running[index]
            self._told.append(self._failed(index, error))
        else:
            self._order += 1
            due = self._time + seconds, self._order, index, value
            heapq.heappush(self._due, due)

    def _failed(self, index: int, error: Exception) -> Ended:
        return Ended(
            index=index,
            status=TrainingJobStatus.FAILED,
            time=self._time,
            failure_reason=f"{type(error).__name__}: {error}",
        )


def _checked(given: SecondsPerEpoch, hyperparameters: Hyperparameters) -> float:
    seconds = float(given(hyperparameters) if callable(given) else given)
    faults, rule = Faults(), "must be a number above 0"
    faults.check(0 < seconds < math.inf, "seconds_per_epoch", rule, seconds)
    faults.raise_if_any()
    return seconds

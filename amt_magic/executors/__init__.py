"""Executors run training jobs and tell what happens to them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from amt_magic.jobs import Ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One training job to run, or to run again as its next attempt."""

    index: int
    name: str
    hyperparameters: Mapping[str, Any]
    attempt: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The training job's process runs; `worker` says where."""

    index: int
    time: float
    worker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The training job gave a value of a metric."""

    index: int
    metric: str
    value: float
    time: float


Event = Started | Measured | Ended


class Executor(Protocol):
    """Runs training jobs, each in a process of its own.

    executor.start(Assignment(index=1, name="churn-001", hyperparameters={"lr": 0.1}))
    executor.events(timeout=0.05)     # [Started(...), Measured(...)]
    executor.stop(1, "asked to")      # an Ended with status Stopped follows
    executor.close()                  # kills what still runs
    """

    def now(self) -> float:
        """Return the time by this executor's clock, in seconds."""

    def start(self, assignment: Assignment) -> None:
        """Start a training job; returns at once."""

    def events(self, timeout: float) -> Sequence[Event]:
        """Return what happened since, in order; wait `timeout` seconds for it."""

    def beside(self, work: Callable[[], None]) -> None:
        """Do other work without holding up `events`, which returns when it is done."""

    def stop(self, index: int, reason: str) -> None:
        """Ask a training job to end, and make it end after a grace."""

    def close(self) -> None:
        """Kill what still runs."""

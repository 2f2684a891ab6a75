"""Recorders keep what happens to a tuning job."""

import math
from collections.abc import Sequence
from typing import Protocol

from amt_magic.executors import Measured
from amt_magic.jobs import TrainingJob


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

    def converged(self) -> None:
        """Note that a further gain has become unlikely."""


class Unrecorded:
    """A recorder that keeps nothing."""

    poll_seconds = math.inf

    def begin(self, job: TrainingJob) -> None:
        """Keep nothing."""

    def change(self, job: TrainingJob) -> None:
        """Keep nothing."""

    def measure(
        self, job: TrainingJob, metric: str, resource: int, event: Measured
    ) -> None:
        """Keep nothing."""

    def turn(self, seconds_choosing: float) -> Sequence[int | None]:
        """Return no stop requests."""
        return ()

    def stopping(self) -> None:
        """Keep nothing."""

    def converged(self) -> None:
        """Keep nothing."""

"""Schedulers decide at each report whether a training job goes on."""

from dataclasses import dataclass
from typing import Protocol

from amt_magic.jobs import History, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether the training job goes on, and, if not, a sentence that says why.

    `completes`: it is stopped because it has had all that it may have.
    """

    stops: bool = False
    completes: bool = False
    reason: str = ""


GO_ON = Decision()


class Scheduler(Protocol):
    """A reader of the history: same history, same decision, in any process."""

    def decide(self, report: Report, history: History) -> Decision:
        """Decide on the training job that gave `report`, the history's newest."""

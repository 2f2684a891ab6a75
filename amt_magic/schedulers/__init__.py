"""Schedulers decide at each report whether a training job goes on."""

from typing import Protocol

from amt_magic.jobs import History, Report
from amt_magic.stops import Stop


class Scheduler(Protocol):
    """A reader of the history: same history, same decision, in any process."""

    def decide(self, report: Report, history: History) -> Stop | None:
        """Decide on the training job that gave `report`, the history's newest.

        Returns why it is to be stopped, or None: it goes on.
        """

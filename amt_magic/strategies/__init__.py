"""Strategies choose the hyperparameters of the next training job."""

from typing import Protocol

from amt_magic.jobs import History
from amt_magic.space import Hyperparameters


class Strategy(Protocol):
    """A reader of the history: same history, same seed, same suggestion."""

    def suggest(self, history: History, index: int) -> Hyperparameters | None:
        """Choose the hyperparameters of training job `index`, counted from 1.

        Pending training jobs are part of the history. None: the space is exhausted.
        """

    def has_converged(self, history: History) -> bool:
        """Tell whether a further gain of over 1 % of the best is unlikely.

        Cheapest right after `suggest` with the same history.
        """

"""Asks the strategy beside the loop, which goes on recording meanwhile."""

import time
from concurrent.futures import Future
from dataclasses import dataclass

from amt_magic.executors import Executor
from amt_magic.jobs import History
from amt_magic.space import Hyperparameters
from amt_magic.strategies import Strategy

RARELY = 50  # convergence is asked for when a fiftieth more training jobs have ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a strategy makes of a history: what to run next, and whether it pays.

    Without hyperparameters the space is exhausted.
    """

    hyperparameters: Hyperparameters | None
    has_converged: bool


class Chooser:
    """Chooses hyperparameters for one training job at a time.

    chooser = Chooser(strategy, executor)
    chooser.begin(history, index=7)
    chooser.is_done                       # False: the executor's events tell when
    chooser.take().hyperparameters        # {'lr': 0.02}
    """

    def __init__(self, strategy: Strategy, executor: Executor) -> None:
        self.seconds = 0.0
        self._strategy = strategy
        self._executor = executor
        self._choice: Future[Choice] | None = None
        self._has_converged = False
        self._asked_from = 1  # training jobs that have ended

    @property
    def is_busy(self) -> bool:
        """Tell whether something was begun and not taken."""
        return self._choice is not None

    @property
    def is_done(self) -> bool:
        """Tell whether there is something to take."""
        return self._choice is not None and self._choice.done()

    def begin(self, history: History, index: int) -> None:
        """Begin to choose for training job `index`, from the history as it is now."""
        choice: Future[Choice] = Future()
        known = history.copy()

        def choose() -> None:
            before = time.perf_counter()
            chosen, failure = None, None
            try:
                chosen = self._choose(known, index)
            except BaseException as error:  # the loop's thread raises it, in `take`
                failure = error
            self.seconds += time.perf_counter() - before
            if chosen:
                choice.set_result(chosen)
            else:
                choice.set_exception(failure)

        self._choice = choice
        self._executor.beside(choose)

    def take(self) -> Choice:
        """Return what was chosen; raises what the strategy raised.

        Raises:
            ValueError: nothing was begun.
        """
        choice, self._choice = self._choice, None
        if choice is None:
            raise ValueError("begin comes before take")
        return choice.result()

    def _choose(self, history: History, index: int) -> Choice:
        chosen = self._strategy.suggest(history, index)
        ended = len(history) - history.pending_count
        if ended >= self._asked_from and not self._has_converged:
            self._asked_from = ended + 1 + ended // RARELY
            self._has_converged = self._strategy.has_converged(history)
        return Choice(hyperparameters=chosen, has_converged=self._has_converged)

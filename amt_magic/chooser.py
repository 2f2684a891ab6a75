"""Asks the strategy beside the loop, which goes on recording meanwhile."""

import time
from concurrent.futures import Future

from amt_magic.executors import Executor
from amt_magic.jobs import History
from amt_magic.space import Hyperparameters
from amt_magic.strategies import Strategy


class Chooser:
    """Chooses hyperparameters for one training job at a time.

    chooser = Chooser(strategy, executor)
    chooser.begin(history, index=7)
    chooser.is_done                       # False: the executor's events tell when
    chooser.take()                        # {'lr': 0.02}, or None: exhausted
    """

    def __init__(self, strategy: Strategy, executor: Executor) -> None:
        self.seconds = 0.0
        self._strategy = strategy
        self._executor = executor
        self._choice: Future[Hyperparameters | None] | None = None

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
        choice: Future[Hyperparameters | None] = Future()
        known = history.copy()

        def choose() -> None:
            before = time.perf_counter()
            chosen, failure = None, None
            try:
                chosen = self._strategy.suggest(known, index)
            except BaseException as error:  # the loop's thread raises it, in `take`
                failure = error
            self.seconds += time.perf_counter() - before
            if failure:
                choice.set_exception(failure)
            else:
                choice.set_result(chosen)

        self._choice = choice
        self._executor.beside(choose)

    def take(self) -> Hyperparameters | None:
        """Return what was chosen; None: the space is exhausted. Raises what failed."""
        choice, self._choice = self._choice, None
        return choice.result() if choice else None

"""Callbacks of scikit-optimize, asked in the runner after each training job."""

import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from amt_magic.checks import Faults
from amt_magic.config import TuningJobConfig
from amt_magic.errors import CaptureError
from amt_magic.jobs import History

Callback = Callable[[Any], Any]
FILE = "callbacks.pickle"


def check_callbacks(given: Any) -> list[Callback]:
    """Return a list of callbacks; one alone, or None, will do.

    Raises:
        ValidationError: something among them cannot be called.
        CaptureError: one of them cannot travel to the runner.
    """
    import cloudpickle

    callbacks = [given] if callable(given) else list(given or ())
    faults = Faults()
    for k, each in enumerate(callbacks):
        where, rule = f"callbacks[{k}]", "must be callable with an OptimizeResult"
        faults.check(callable(each), where, rule, each)
    faults.raise_if_any()
    for k, each in enumerate(callbacks):
        try:
            cloudpickle.dumps(each)
        except Exception as error:
            text = f"callbacks[{k}] cannot travel to the runner: {each!r}: {error}"
            raise CaptureError(text) from error
    return callbacks


def write_callbacks(folder: Path, callbacks: Sequence[Callback]) -> None:
    """Put the callbacks into a tuning job's folder."""
    import cloudpickle

    if callbacks:
        (folder / FILE).write_bytes(cloudpickle.dumps(list(callbacks)))


class Stoppers:
    """Calls the callbacks in a tuning job's folder, as skopt's minimizers do.

    Each gets an OptimizeResult of what has succeeded so far, without models, after
    every training job; the first that returns something true ends the tuning job.
    They keep their state as long as the runner lives.
    """

    def __init__(self, config: TuningJobConfig, folder: Path) -> None:
        file = folder / FILE
        self._config = config
        self._callbacks: list[Callback] = []
        if file.is_file():
            self._callbacks = pickle.loads(file.read_bytes())

    def __call__(self, history: History) -> str | None:
        """Call each; return why the tuning job is to end, or None."""
        if not self._callbacks or history.best is None:
            return None
        from amt_magic.strategies.bayesian.result import optimize_result

        result = optimize_result(self._config, history, with_model=False)
        asking = [each for each in self._callbacks if each(result)]
        return f"callback {_name(asking[0])} ended it" if asking else None


def _name(callback: Callback) -> str:
    return getattr(callback, "__name__", type(callback).__name__)

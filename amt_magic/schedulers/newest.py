"""Which training jobs have reported since a scheduler last looked."""

from collections.abc import Callable, Iterable

from amt_magic.jobs import History, TrainingJob


class Newest:
    """Follows a history report by report, so that none is read twice.

    Where reports were missed, a training job began anew or the history is another
    one, `forget` is called and all training jobs are to be read again.
    """

    def __init__(self, forget: Callable[[], None]) -> None:
        self._forget = forget
        self._history: History | None = None
        self._known = 0  # reports of that history

    def jobs(self, index: int, history: History) -> Iterable[TrainingJob]:
        """Return those to read when training job `index` has given one more report."""
        follows = history is self._history and self._known + 1 == history.report_count
        self._history, self._known = history, history.report_count
        if follows:
            return [history[index]]
        self._forget()
        return history.training_jobs

"""The live view as a cell's output, and the static summary that takes its place.

Two outputs: the view, and below it the summary, which the view hides while it lives.
A notebook that is saved meanwhile, or opened without its kernel, has the summary.
"""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from amt_magic.views.render import bundle
from amt_magic.views.summary import TuningJobSummary

if TYPE_CHECKING:
    from amt_magic.views.live_view import LiveView

FALLBACK_SECONDS = 5.0  # between two updates of the summary behind the view
NOTHING = {"text/plain": "", "text/html": ""}


class LiveOutput:
    """Shows a tuning job by a live view until it has ended.

    output = LiveOutput(view, job.summary)
    output.update(job.summary())      # shows it; it follows the job by itself
    output.finish(job.summary(), final=True)
    """

    def __init__(self, view: "LiveView", read: Callable[[], TuningJobSummary]) -> None:
        self._view = view
        self._read = read
        self._shown: Any = None
        self._fallback: Any = None
        self._updated_at = 0.0
        self._is_left = self._is_over = self._is_finished = False
        self._lock = threading.Lock()  # finish and refresh run in two threads

    def update(self, summary: TuningJobSummary) -> None:
        """Show the view, at the first call."""
        if self._shown is None:
            self._shown = _display(_widget_bundle(self._view))
            self._fallback = _display(self._behind(summary))
            self._updated_at = time.monotonic()
            self._view.follow(self._refresh, self._ended)

    def close(self) -> None:
        """Leave the view to itself: it goes on until the job has ended."""
        self._is_left = True
        if self._is_over:
            self._ended()

    def finish(self, summary: TuningJobSummary, *, final: bool) -> None:
        """Put the summary, with its plot if it is `final`, in the place of the view."""
        shown = bundle(summary, plot=final)
        if self._shown is None:
            _display(shown)
            return
        with self._lock:
            self._is_finished = True
            self._fallback.update(shown, raw=True)
        self._shown.update(NOTHING, raw=True)
        self._view.close()

    def _refresh(self) -> None:
        """Refresh the summary behind the view when it is due; in the view's thread."""
        if time.monotonic() < self._updated_at + FALLBACK_SECONDS:
            return
        shown = self._behind(self._read())
        with self._lock:
            if not self._is_finished:
                self._fallback.update(shown, raw=True)
        self._updated_at = time.monotonic()

    def _ended(self) -> None:
        """Finish in the view's own thread where nobody waits."""
        self._is_over = True
        if self._is_left and not self._is_finished:
            self.finish(self._read(), final=True)

    def _behind(self, summary: TuningJobSummary) -> dict[str, str]:
        return bundle(summary, plot=False, behind=self._view.model_id)


def _widget_bundle(view: "LiveView") -> dict[str, Any]:
    return {
        "application/vnd.jupyter.widget-view+json": {
            "version_major": 2,
            "version_minor": 0,
            "model_id": view.model_id,
        },
        "text/plain": "",
    }


def _display(data: dict[str, Any]) -> Any:
    from IPython.display import display

    return display(data, raw=True, display_id=True)  # type: ignore[no-untyped-call]

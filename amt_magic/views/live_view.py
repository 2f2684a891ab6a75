"""The live view: one anywidget a tuning job, told of changes by a thread of its own.

What the two sides say to each other is in `frontend/src/protocol.ts`.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import anywidget
import traitlets

from amt_magic.errors import AmtError, ResourceNotFoundError
from amt_magic.views import messages
from amt_magic.views.feed import Feed
from amt_magic.views.messages import Message

STATIC = Path(__file__).parents[1] / "static"
PAUSE = 0.1  # seconds between two messages, at least
FIRST_PAUSE = 0.2  # before everything is told again, doubled each time
SHARE = 0.1  # of the time, at most, that reading for the view may take
PAUSE_AFTER_FAILURE = 2.0
LOG_CHARACTERS = 16_000


class Actions(Protocol):
    """What a view can ask for beside news."""

    def stop(self, training_job: int | None = None) -> None:
        """Ask the tuning job, or one training job, to stop."""

    def log_end(self, training_job: int) -> str:
        """Return the end of what a training job printed."""


class LiveView(anywidget.AnyWidget):
    """Shows one tuning job while it runs; no trial data is in its traits.

    view = LiveView("churn", feed, actions)
    view.follow(beat, when_ended)     # tells changes from a thread until it has ended
    """

    _esm = STATIC / "live_view.js"
    name = traitlets.Unicode().tag(sync=True)
    behind = traitlets.Unicode().tag(sync=True)  # marks what the view is to hide

    def __init__(self, name: str, feed: Feed, actions: Actions) -> None:
        super().__init__(name=name)
        self.behind = self.model_id
        self._feed = feed
        self._actions = actions
        self._lock = threading.Lock()  # messages come in several threads
        self._is_heard = False
        self._again_after, self._again_at = FIRST_PAUSE, 0.0
        self.on_msg(self._heard)
        _hear_while_busy(self.comm)

    def follow(
        self,
        beat: Callable[[], None] = lambda: None,
        when_ended: Callable[[], None] = lambda: None,
    ) -> None:
        """Tell changes from a thread until the tuning job has ended.

        The thread calls `beat` again and again, and `when_ended` at the end.
        """
        name, given = f"live view of {self.name}", (beat, when_ended)
        thread = threading.Thread(target=self._follow, args=given, name=name)
        thread.daemon = True
        thread.start()

    def _follow(self, beat: Callable[[], None], when_ended: Callable[[], None]) -> None:
        while not self._feed.has_ended:
            before = time.thread_time()
            try:
                with self._lock:
                    self._tell(self._news())
                beat()
            except ResourceNotFoundError as error:  # deleted
                self._tell({"kind": "failure", "text": str(error)})
                return
            except AmtError as error:
                self._tell({"kind": "failure", "text": str(error)})
                time.sleep(PAUSE_AFTER_FAILURE)
            time.sleep(max(PAUSE, (time.thread_time() - before) / SHARE))
        when_ended()

    def _news(self) -> Message | None:
        """Return what is new; everything, now and then, until the view was heard.

        Its first message may wait for the cell that runs: while JupyterLab opens a
        subshell, and always where the front end has none.
        """
        changes = self._feed.changes()
        if self._is_heard or time.monotonic() < self._again_at:
            return changes
        self._again_after *= 2
        self._again_at = time.monotonic() + self._again_after
        return self._feed.snapshot()

    def _heard(self, widget: Any, content: Any, buffers: Any) -> None:
        """Answer a message of the view; what it cannot mean is let be."""
        kind, index = content.get("kind"), content.get("index")
        try:
            with self._lock:
                if kind == "ready":
                    self._is_heard = True
                    self._tell(self._feed.snapshot())
                elif kind == "open" and isinstance(index, int):
                    self._open(index)
            if kind == "stop" and (index is None or isinstance(index, int)):
                self._actions.stop(index)
        except AmtError as error:
            self._tell({"kind": "failure", "text": str(error)})

    def _open(self, index: int) -> None:
        job = self._feed.training_job(index)
        if job is None:
            return
        self._tell(self._feed.open(index))
        log = self._actions.log_end(index)[-LOG_CHARACTERS:]
        self._tell(messages.detail(job, log))

    def _tell(self, message: Message | None) -> None:
        if message is not None:
            self.send(message)


def _hear_while_busy(comm: Any) -> None:
    """Let the view be heard while a cell runs.

    JupyterLab sends a widget's messages over a subshell, which has a thread of its
    own. ipykernel 7 puts them back into the main one, where an answer was sent from.
    """
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda data, default: default

"""The live view of a tuning job in the store, and what it can ask for."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from amt_magic.errors import StoreError
from amt_magic.executors.logs import log_file, read_tail
from amt_magic.executors.payload import read_manifest
from amt_magic.inputs.cell_writer import write_cell
from amt_magic.store.changes import ChangeReader
from amt_magic.store.job_store import JobStore

if TYPE_CHECKING:
    from amt_magic.views.live_view import LiveView


def new_view(
    store: JobStore, name: str, stop: Callable[[int | None], None]
) -> "LiveView":
    """Make a view that follows nothing yet.

    Raises:
        ImportError: anywidget is not there.
    """
    from amt_magic.views.feed import Feed
    from amt_magic.views.live_view import LiveView

    feed = Feed(ChangeReader(store, name), cell_of(store, name))
    return LiveView(name, feed, Actions(store, name, stop))


def cell_of(store: JobStore, name: str) -> str:
    """Return the cell of a tuning job, with its body if it had one."""
    body = ""
    with suppress(StoreError):  # the payload was removed to make room
        payload = read_manifest(store.folder(name))
        body = payload.source if payload.kind == "cell" else ""
    return write_cell(store.record(name).config, name=name, body=body)


class Actions:
    """What a view asks for beside news: to stop, and the end of a log."""

    def __init__(
        self, store: JobStore, name: str, stop: Callable[[int | None], None]
    ) -> None:
        self._store = store
        self._name = name
        self._stop = stop

    def stop(self, training_job: int | None = None) -> None:
        """Ask the tuning job, or one training job, to stop."""
        self._stop(training_job)

    def log_end(self, training_job: int) -> str:
        """Return the last 64 kB of what a training job printed."""
        text = read_tail(log_file(self._store.folder(self._name), training_job))
        return text or self._store.log_tail(self._name, training_job) or ""

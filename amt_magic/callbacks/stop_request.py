"""Whether the tuner has asked this training job to stop, which it does by SIGTERM."""

import os
import signal
import threading
from types import FrameType

from amt_magic.metrics import INSIDE

_asked = threading.Event()


def listen() -> None:
    """Note SIGTERM from now on, until the process ends, in place of ending at it.

    A handler that was there is replaced. Outside a training job, and in a thread
    other than the main one, this does nothing: then SIGTERM ends the job at once,
    unless the main thread listens.

    Child processes do not listen: a forked one ends at SIGTERM, as does one that
    runs another program. They get it too, as the tuner signals the whole process
    group, and an epoch that needs them fails unless they ignore it, which
    `ignore_stop` makes them.
    """
    main = threading.current_thread() is threading.main_thread()
    if os.environ.get(INSIDE) and main:
        signal.signal(signal.SIGTERM, _note)


def is_stop_asked() -> bool:
    """Tell whether a stop was asked for since this process listens."""
    return _asked.is_set()


def ignore_stop(worker: int = 0) -> None:
    """Let a worker of a PyTorch DataLoader work on until its training job ends.

        from amt_magic.callbacks import ignore_stop

        batches = DataLoader(
            data, num_workers=2, multiprocessing_context="fork",
            worker_init_fn=ignore_stop,
        )

    >>> from amt_magic.callbacks import ignore_stop
    >>> ignore_stop()           # outside a training job it does nothing

    Workers get SIGTERM as their training job does. Without this they end, and the
    running epoch fails: `DataLoader worker is killed by signal: Terminated`. Workers
    of a fork server end with that, so that they have to be forked.

    Args:
        worker: Number of the worker, which makes no difference.
    """
    if os.environ.get(INSIDE):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _note(number: int, frame: FrameType | None) -> None:
    _asked.set()


def _end_as_others_do() -> None:
    if signal.getsignal(signal.SIGTERM) is _note:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


os.register_at_fork(after_in_child=_end_as_others_do)

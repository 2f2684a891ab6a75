"""The one display while a tuning job runs: a notebook output, or a terminal's bar.

No thread, no `clear_output`: the caller's own loop reads and draws.
"""

import math
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from amt_magic.views import headlines
from amt_magic.views.formats import duration, number, visible
from amt_magic.views.render import bundle, render_text
from amt_magic.views.summary import TuningJobSummary

if TYPE_CHECKING:
    from amt_magic.views.live_output import LiveOutput

LONGEST_PAUSE = 0.2  # seconds between two reads, so that the end is seen in 0.25
UPDATE_SECONDS = 1.0  # least time between two updates of a notebook's output
CLOCK_SECONDS = 10.0  # an output without news is updated for its times only
BAR_SECONDS = 0.1
SHARE = 0.1  # of the time, at most, that reading may take


class Display(Protocol):
    """Where a running tuning job is shown."""

    def update(self, summary: TuningJobSummary) -> None:
        """Show the job as it is now, unless it is too early for that."""

    def close(self) -> None:
        """Leave what is shown, and no more."""

    def finish(self, summary: TuningJobSummary, *, final: bool) -> None:
        """Show the last state; as the final output if asked for."""


def watch(
    read: Callable[[], TuningJobSummary],
    *,
    timeout: float | None = None,
    poll_seconds: float = 0.05,
    final: bool = True,
    is_over: Callable[[], bool] = lambda: False,
    live: Callable[[], "LiveOutput | None"] = lambda: None,
) -> TuningJobSummary:
    """Show a tuning job until it has ended, or `timeout` seconds have passed.

    Returns the last summary read; an interrupted job counts as ended. `final`: at
    the end show table and plot, in place of the display or below the bar. `is_over`
    tells cheaply between two reads that the job may have ended. `live` makes a live
    view, for a notebook. What `read` raises, and KeyboardInterrupt, pass through once
    the display is closed.
    """
    display = _choose_display(live)
    started = time.monotonic()
    try:
        while True:
            before = time.monotonic()
            summary = read()
            waited = time.monotonic() - started
            if summary.has_ended or (timeout is not None and waited >= timeout):
                break
            display.update(summary)
            pause = max(poll_seconds, min(LONGEST_PAUSE, waited / 50))
            until = time.monotonic() + max(pause, (time.monotonic() - before) / SHARE)
            if timeout is not None:
                until = min(until, started + timeout)
            _sleep(until, pause, is_over)
    except BaseException:
        display.close()
        raise
    display.finish(summary, final=final)
    return summary


def _sleep(until: float, longest: float, is_over: Callable[[], bool]) -> None:
    """Sleep, `longest` seconds at a time, unless it is over before."""
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, longest))
        if until - time.monotonic() > 0 and is_over():
            return


def show(summary: TuningJobSummary) -> None:
    """Display a summary where this Python shows things: notebook or terminal."""
    if _ipython() is not None:
        _display(bundle(summary))
        return
    known = sys.stdout.encoding or "utf-8"  # an old terminal's lacks the glyphs
    text = render_text(summary).encode(known, "replace").decode(known)
    sys.stdout.write(f"{text}\n")


class NotebookOutput:
    """One output of the cell that runs, replaced as a whole."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._news: object = None
        self._shown_at = 0.0

    def update(self, summary: TuningJobSummary) -> None:
        """Replace the output, once a second at most and only for news."""
        now, news = time.monotonic(), None
        if self._handle is not None:
            if now < self._shown_at + UPDATE_SECONDS:
                return
            news = _news(summary)
            if news == self._news and now < self._shown_at + CLOCK_SECONDS:
                return
        self._news, self._shown_at = news or _news(summary), now
        self._replace(bundle(summary, plot=False))

    def close(self) -> None:
        """Leave the output as it is."""

    def finish(self, summary: TuningJobSummary, *, final: bool) -> None:
        """Replace the output by the last one."""
        self._replace(bundle(summary, plot=final))

    def _replace(self, data: dict[str, str]) -> None:
        if self._handle is None:
            self._handle = _display(data)
        else:
            self._handle.update(data, raw=True)


class TerminalBar:
    """A progress bar on stderr; where that is no terminal, one line at the end."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._bar: Any = None
        self._shown_at = -math.inf

    def update(self, summary: TuningJobSummary) -> None:
        """Redraw the bar, ten times a second at most."""
        now = time.monotonic()
        if self._is_terminal and now >= self._shown_at + BAR_SECONDS:
            self._shown_at = now
            self._draw(summary)

    def close(self) -> None:
        """Leave the bar, and go to the next line."""
        if self._bar is not None:
            self._bar.close()

    def finish(self, summary: TuningJobSummary, *, final: bool) -> None:
        """Draw the last state, and print the summary if asked for."""
        if self._bar is not None:
            self._draw(summary)
        self.close()
        if final:
            show(summary)
        elif not self._is_terminal and sys.stderr is not None:
            sys.stderr.write(f"{summary}\n")

    def _draw(self, summary: TuningJobSummary) -> None:
        words = _words(summary)
        if self._bar is None:
            self._bar = _bar(summary, words)
        elif words != self._bar.postfix:
            self._bar.n = summary.counts.ended
            self._bar.set_postfix_str(words)


def _ipython() -> Any:
    """Return IPython's shell if this process runs one; IPython is not loaded for it."""
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def _choose_display(live: Callable[[], "LiveOutput | None"]) -> Display:
    """Choose by the shell: only a kernel's frontend can replace an output."""
    return (live() or NotebookOutput()) if is_kernel() else TerminalBar()


def is_kernel() -> bool:
    """Tell whether this process is the kernel of a notebook."""
    return getattr(_ipython(), "kernel", None) is not None


def _display(data: dict[str, str]) -> Any:
    from IPython.display import display

    return display(data, raw=True, display_id=True)  # type: ignore[no-untyped-call]


def _news(summary: TuningJobSummary) -> object:
    """Return what of a summary is worth an update; time alone is not."""
    rows = [(row.index, row.status, row.reports, row.value) for row in summary.rows]
    return summary.status, rows


def _words(summary: TuningJobSummary) -> str:
    """Tell beside the bar what it cannot: the best value, what runs, the times."""
    words = []
    if summary.best is not None:
        value = number(summary.best.value)
        words.append(f"best {headlines.metric(summary)} {value}")
    if summary.counts.running:
        words.append(f"{summary.counts.running} running")
    words.append(duration(summary.seconds_elapsed))
    if summary.seconds_left is not None:
        words.append(f"about {duration(summary.seconds_left)} left")
    return ", ".join(words)


def _bar(summary: TuningJobSummary, words: str) -> Any:
    from tqdm import tqdm

    class Bar(tqdm):  # type: ignore[type-arg]
        monitor_interval = 0  # no thread

    Bar.set_lock(threading.RLock())  # the default one may start a process
    counted = "{n_fmt}" if summary.max_training_jobs is None else "{n_fmt}/{total_fmt}"
    return Bar(
        total=summary.max_training_jobs,
        initial=summary.counts.ended,
        file=sys.stderr,
        bar_format=f"{{desc}}: {counted} |{{bar:20}}|{{postfix}}",
        desc=visible(summary.name),
        postfix=words,
        dynamic_ncols=True,
        mininterval=0,
    )

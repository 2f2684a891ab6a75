import io
import json
import os
import pty
import struct
import subprocess
import sys
import termios
import textwrap
import threading
from fcntl import ioctl
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from amt_magic.views import progress
from amt_magic.views.render import render_text
from amt_magic.views.summary import summarize

from .examples import CREATED, a_config, a_job, a_record, finished, interrupted

ROOT = Path(__file__).parents[2]


class Clock:
    """Time that passes while someone sleeps, or reads."""

    def __init__(self):
        self.now = 1000.0
        self.pauses = []

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.pauses.append(seconds)
        self.now += seconds


class Job:
    """A tuning job of `count` training jobs, one after the other."""

    def __init__(self, clock, count=10, seconds_each=1.0):
        self.clock, self.count, self.seconds_each = clock, count, seconds_each
        self.started = clock.now
        self.reads = []

    def read(self):
        seconds = self.clock.now - self.started
        self.reads.append(seconds)
        done = min(self.count, int(seconds / self.seconds_each))
        jobs = [a_job(k, k / 100) for k in range(1, done + 1)]
        if done < self.count:
            jobs.append(a_job(done + 1, None, "InProgress"))
        status = "Completed" if done == self.count else "InProgress"
        record = a_record(status, a_config(jobs=self.count))
        return summarize(record, jobs, now=CREATED + seconds)


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


@pytest.fixture
def outputs(monkeypatch, clock):
    """What a notebook's frontend gets: (time, how, text/html), in order."""
    sent = []

    class Handle:
        def update(self, data, raw):
            sent.append((clock.now, "update", data["text/html"]))

    def display(data, raw, display_id):
        sent.append((clock.now, "display", data["text/html"]))
        return Handle()

    class Shell:
        kernel = object()

    monkeypatch.setattr(progress, "_ipython", Shell)
    monkeypatch.setattr("IPython.display.display", display)
    return sent


def test_the_last_summary_is_returned(clock):
    job = Job(clock)

    summary = progress.watch(job.read, final=False)

    assert summary.status == "Completed"
    assert summary.counts.completed == 10


def test_the_end_is_seen_within_a_quarter_of_a_second(clock):
    job = Job(clock, seconds_each=77.77)

    progress.watch(job.read, final=False)

    assert job.reads[-1] - 777.7 < 0.25
    assert max(clock.pauses) <= 0.25


def test_reads_that_take_long_are_rare_and_the_end_is_seen_all_the_same(clock):
    job = Job(clock, seconds_each=2.0)

    def slow_read():
        clock.now += 0.5
        return job.read()

    progress.watch(
        slow_read, final=False, is_over=lambda: clock.now - job.started >= 20.0
    )

    assert len(job.reads) <= 6
    assert job.reads[-1] - 20.0 < 0.8


def test_reads_are_frequent_at_first_and_rarer_later(clock):
    job = Job(clock, seconds_each=100)

    progress.watch(job.read, final=False)

    assert clock.pauses[:3] == pytest.approx([0.05, 0.05, 0.05])
    assert clock.pauses[-2] == pytest.approx(0.2)


def test_the_timeout_ends_the_watching_and_not_the_job(clock):
    job = Job(clock)

    summary = progress.watch(job.read, timeout=3.33, final=False)

    assert summary.status == "InProgress"
    assert job.reads[-1] == pytest.approx(3.33)


def test_an_interrupted_job_ends_the_watching(clock):
    assert progress.watch(interrupted, final=False).status == "interrupted"
    assert clock.pauses == []


def test_a_notebook_has_one_output_updated_once_a_second_at_most(clock, outputs):
    progress.watch(Job(clock, count=100, seconds_each=0.1).read)

    times = [time for time, _, _ in outputs]
    assert [how for _, how, _ in outputs] == ["display"] + ["update"] * 10
    gaps = [after - before for before, after in pairwise(times[:-1])]
    assert min(gaps) >= 1.0


def test_a_notebook_output_ends_with_the_plot_that_it_had_not_before(clock, outputs):
    progress.watch(Job(clock).read)

    assert ["<img" in html for _, _, html in outputs[:-1]] == [False] * 10
    assert "<img" in outputs[-1][2]
    assert 'data-status="Completed"' in outputs[-1][2]


def test_a_notebook_output_without_news_waits_for_the_clock(clock, outputs):
    progress.watch(Job(clock, count=1, seconds_each=25).read)

    assert [round(time - 1000) for time, _, _ in outputs] == [0, 10, 20, 25]


def test_a_job_that_had_ended_is_shown_once(outputs):
    progress.watch(finished)

    assert [how for _, how, _ in outputs] == ["display"]


def test_final_false_leaves_out_the_plot(clock, outputs):
    progress.watch(Job(clock).read, final=False)

    assert "<img" not in outputs[-1][2]
    assert 'data-status="Completed"' in outputs[-1][2]


def test_a_keyboard_interrupt_passes_and_leaves_the_output(clock, outputs):
    job = Job(clock)

    def read():
        if len(job.reads) == 50:
            raise KeyboardInterrupt
        return job.read()

    with pytest.raises(KeyboardInterrupt):
        progress.watch(read)

    assert 'data-status="InProgress"' in outputs[-1][2]


def test_a_terminal_has_a_bar_drawn_ten_times_a_second_at_most(
    clock, monkeypatch, capsys
):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    progress.watch(Job(clock).read, final=False)

    frames = [frame for frame in terminal.getvalue().split("\r") if "churn" in frame]
    assert 50 < len(frames) <= 102
    assert "3/10" in terminal.getvalue()
    assert "best accuracy 0.03, 1 running" in terminal.getvalue()
    assert terminal.getvalue().endswith("\n")
    assert "10/10" in frames[-1]
    assert capsys.readouterr().out == ""


def test_a_terminal_has_the_summary_below_the_bar(clock, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stderr", Terminal())

    summary = progress.watch(Job(clock).read)

    assert capsys.readouterr().out == f"{render_text(summary)}\n"


def test_a_keyboard_interrupt_passes_and_ends_the_bar(clock, monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    job = Job(clock)

    def read():
        if len(job.reads) == 50:
            raise KeyboardInterrupt
        return job.read()

    with pytest.raises(KeyboardInterrupt):
        progress.watch(read)

    assert terminal.getvalue().endswith("\n")


def test_where_stderr_is_no_terminal_there_is_one_line_at_the_end(clock, capsys):
    progress.watch(Job(clock).read, final=False)

    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == (
        "churn: Completed, 10 of 10 training jobs, best accuracy 0.1\n"
    )


def test_no_thread_is_started(clock, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    before = threading.enumerate()

    progress.watch(Job(clock).read, final=False)

    assert threading.enumerate() == before


def test_a_bar_without_a_limit_counts(clock, monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    config = a_config(jobs=None, runtime=5)
    jobs = [a_job(1, 0.5)]

    def read():
        status = "InProgress" if clock.now < 1005 else "Completed"
        return summarize(a_record(status, config), jobs, now=CREATED + 1)

    progress.watch(read, final=False)

    assert "churn: 1 |" in terminal.getvalue()
    assert "about 4.0 s left" in terminal.getvalue()


def test_an_encoding_without_the_glyphs_does_not_fail(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))

    progress.show(finished())
    sys.stdout.flush()

    assert b"? Completed" in raw.getvalue()


WATCH = """
    import time
    from amt_magic.views.progress import watch
    from tests.views.examples import finished, running

    started = time.monotonic()

    def read():
        seconds = time.monotonic() - started
        return finished(20) if seconds > 1.5 else running(5 + int(seconds))

    summary = watch(read)
"""


def a_notebook():
    cell = nbformat.v4.new_code_cell(textwrap.dedent(WATCH))
    return nbformat.v4.new_notebook(cells=[cell])


@pytest.mark.timeout(60)
def test_in_a_kernel_the_one_output_is_replaced():
    notebook = a_notebook()
    client = NotebookClient(notebook, resources={"metadata": {"path": ROOT}})

    client.execute()

    (output,) = notebook.cells[0].outputs
    assert output.output_type == "display_data"
    assert '<img style="' in output.data["text/html"]
    assert "20 of 20 training jobs" in output.data["text/plain"]


@pytest.mark.timeout(60)
def test_ipython_runs_a_notebook_with_one_summary_as_text(tmp_path):
    path = tmp_path / "watch.ipynb"
    path.write_text(json.dumps(a_notebook()))

    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--no-banner", str(path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "IPYTHONDIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
        check=True,
    )

    assert done.stdout.count("by training job") == 1
    assert "20 of 20 training jobs" in done.stdout
    assert "<div" not in done.stdout


@pytest.mark.timeout(60)
def test_a_real_terminal_shows_the_bar_and_then_the_summary():
    controller, terminal = pty.openpty()
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))

    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WATCH)],
        stdout=terminal,
        stderr=terminal,
        cwd=ROOT,
    ) as process:
        os.close(terminal)
        shown = b""
        while True:
            try:
                shown += os.read(controller, 65536)
            except OSError:  # the other end is closed
                break
    os.close(controller)

    text = shown.decode()
    assert process.returncode == 0
    assert text.index("2/20") < text.index("by training job")
    assert text.count("by training job") == 1

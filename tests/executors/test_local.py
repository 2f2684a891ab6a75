"""The executor by itself, in a process of its own as a runner's is."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from amt_magic.executors.local import signal_name

pytestmark = pytest.mark.timeout(60)

SPAWNING = """
import json, math, multiprocessing, sys
from pathlib import Path
import amt_magic as amt
from amt_magic.executors import Assignment
from amt_magic.executors.local import LocalExecutor
from amt_magic.executors.payload import write_payload
from amt_magic.jobs import Ended
from tests.faults.cells import cell

def main():
    folder = Path(sys.argv[1])
    write_payload(folder, cell("import time; print(f'loss={x}'); time.sleep(x)"))
    config = amt.TuningJobConfig(
        strategy="Random",
        objective=amt.Objective(type="Minimize", metric_name="loss"),
        ranges={"x": amt.Continuous(0, 1)},
    )
    context = multiprocessing.get_context("spawn")
    executor = LocalExecutor(config, folder, context, grace_seconds=1.0)
    for index, seconds in enumerate((0.1, 0.6, 600.0), 1):
        executor.start(
            Assignment(index=index, name=f"t-{index}", hyperparameters={"x": seconds})
        )
    ended = {}
    while len(ended) < 2:
        for event in executor.events(math.inf):
            if isinstance(event, Ended):
                ended[event.index] = str(event.status)
    executor.close()
    print(json.dumps(ended))

if __name__ == "__main__":
    main()
"""


def test_training_jobs_are_spawned_where_there_is_no_fork_server(tmp_path):
    script = tmp_path / "spawning.py"
    script.write_text(SPAWNING)

    root = str(Path(__file__).parents[2])
    ran = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "job")],
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=False,
    )

    assert json.loads(ran.stdout) == {"1": "Completed", "2": "Completed"}, ran.stderr


BESIDE = """
import json, multiprocessing, sys, threading, time
from pathlib import Path
import amt_magic as amt
from amt_magic.executors.local import LocalExecutor

config = amt.TuningJobConfig(
    strategy="Random",
    objective=amt.Objective(type="Minimize", metric_name="loss"),
    ranges={"x": amt.Continuous(0, 1)},
)
folder = Path(sys.argv[1])
context = multiprocessing.get_context("spawn")
executor = LocalExecutor(config, folder, context, grace_seconds=1.0)
told = {}

def waited(timeout):
    before = time.monotonic()
    events = executor.events(timeout)
    return time.monotonic() - before, list(events)

may_end, has_begun = threading.Event(), threading.Event()
where = []
def work():
    where.append(threading.current_thread() is threading.main_thread())
    has_begun.set()
    may_end.wait(20)

before = time.monotonic()
executor.beside(work)
told["beside"] = time.monotonic() - before
has_begun.wait(20)
told["in_main_thread"] = where
told["during"] = waited(0.05)
threading.Timer(0.1, may_end.set).start()
told["at_end"] = waited(20)
told["after"] = waited(0.05)

for _ in range(3):
    executor.beside(lambda: None)
time.sleep(0.2)
told["several"] = waited(20)
told["after_several"] = waited(0.05)

may_end.clear()
executor.beside(lambda: (may_end.wait(20), told.update(survived=True)))
executor.close()
may_end.set()
while "survived" not in told:
    time.sleep(0.01)
time.sleep(0.05)
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def beside(tmp_path_factory):
    """What was told by an executor that did work beside."""
    folder = tmp_path_factory.mktemp("beside")
    root = str(Path(__file__).parents[2])
    ran = subprocess.run(
        [sys.executable, "-c", BESIDE, str(folder)],
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return json.loads(ran.stdout)


def test_work_beside_returns_at_once_and_has_a_thread_of_its_own(beside):
    assert beside["beside"] < 1.0
    assert beside["in_main_thread"] == [False]


def test_events_wait_as_ever_while_there_is_work_beside(beside):
    seconds, events = beside["during"]

    assert (seconds >= 0.05, events) == (True, [])


def test_events_return_as_soon_as_work_beside_is_done(beside):
    seconds, events = beside["at_end"]

    assert (seconds < 5.0, events) == (True, [])


def test_events_wait_again_after_work_beside_was_told(beside):
    assert beside["after"][0] >= 0.05
    assert beside["after_several"][0] >= 0.05


def test_works_that_are_done_before_events_is_called_are_told_at_once(beside):
    assert beside["several"][0] < 5.0


def test_work_that_outlives_the_executor_is_survived(beside):
    assert beside["survived"]


def test_signals_are_named():
    assert (signal_name(11), signal_name(250)) == ("SIGSEGV", "signal 250")

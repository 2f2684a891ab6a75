"""A strategy that blocks holds up nothing, with real processes and the real store."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(60)

REAL = """
import json, sys, threading, time
from pathlib import Path
import amt_magic as amt
from amt_magic import tuner
from amt_magic.executors.local import LocalExecutor, start_fork_server
from amt_magic.executors.payload import write_payload
from amt_magic.jobs import History
from amt_magic.store.job_store import JobStore
from amt_magic.store.job_writer import JobWriter
from tests.faults.cells import cell

LONGEST = 20.0
CELL = "import time; print(f'loss={x}'); time.sleep(0.1 if x < 0.5 else 60)"

class Blocking:
    def __init__(self, blocks_at, answers):
        self.blocks_at, self.answers = blocks_at, answers
        self.is_blocking, self.released = threading.Event(), threading.Event()
        self.was_released = None

    def suggest(self, history, index):
        if index == self.blocks_at:
            self.is_blocking.set()
            self.was_released = self.released.wait(LONGEST)
        if index == self.blocks_at and self.answers == "error":
            raise LookupError("the strategy is broken")
        return {"x": index / 100 + (0.5 if self.answers == "long" else 0.0)}

    def has_converged(self, history):
        return False

def job(context, store, name, blocks_at, answers="short", seconds=None, during=None):
    limits = amt.ResourceLimits(
        max_number_of_training_jobs=3,
        max_parallel_training_jobs=2,
        max_runtime_in_seconds=seconds,
    )
    config = amt.TuningJobConfig(
        strategy="Random",
        objective=amt.Objective(type="Minimize", metric_name="loss"),
        ranges={"x": amt.Continuous(0, 1)},
        resource_limits=limits,
        random_seed=1,
    )
    folder = Path(sys.argv[1]) / name
    write_payload(folder, cell(CELL))
    store.create(name, config, folder, quotas={}, grace_seconds=1.0)
    strategy = Blocking(blocks_at, answers)
    tuner.make_strategy = lambda *given: strategy
    executor = LocalExecutor(config, folder, context, grace_seconds=1.0)
    writer = JobWriter(store, name, lambda number: "")
    running = tuner.Tuner(
        config, executor, writer, History(config.objective), name=name
    )
    told = {}
    def watch():
        strategy.is_blocking.wait()
        told["seen"] = during(store, name)
        told["before_release"] = time.monotonic()
        if told["seen"]:
            strategy.released.set()
    watching = threading.Thread(target=watch)
    if during:
        watching.start()
    started = time.monotonic()
    outcome = running.run()
    writer.finish(outcome.status, outcome.reason, running.seconds_choosing)
    told["outcome"] = [outcome.status, outcome.reason]
    told["seconds"] = time.monotonic() - started
    told["choosing"] = running.seconds_choosing
    if during:
        watching.join()
    strategy.released.set()
    executor.close()
    told["was_released"] = strategy.was_released
    told["recorded"] = [str(t.status) for t in store.training_jobs(name)]
    told["stored_choosing"] = store.record(name).seconds_choosing
    return told

def recorded(store, name):
    deadline = time.monotonic() + LONGEST - 0.5
    while time.monotonic() < deadline:
        jobs = store.training_jobs(name)
        ended = [t for t in jobs if t.status == "Completed"]
        if ended and ended[0].value is not None and ended[0].ended_at:
            return True
        time.sleep(0.02)
    return False

def stop(store, name):
    while not store.training_jobs(name):
        time.sleep(0.02)
    store.request_stop(name)
    return False

def main():
    context = start_fork_server([])
    store = JobStore()
    told = {
        "recorded": job(context, store, "recorded", 2, during=recorded),
        "stopped": job(context, store, "stopped", 2, "long", during=stop),
        "late": job(context, store, "late", 2, "long", seconds=1),
        "broken": job(context, store, "broken", 3, "error", during=recorded),
        "plain": job(context, store, "plain", 0),
    }
    print(json.dumps(told))

if __name__ == "__main__":
    main()
"""


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """What tuning jobs of real processes and a real store told, by their names."""
    folder = tmp_path_factory.mktemp("chooser")
    script = folder / "real.py"
    script.write_text(REAL)
    environment = os.environ | {
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "AMT_MAGIC_STORE": f"sqlite:///{folder / 'store.sqlite'}",
        "JUPYTER_DATA_DIR": str(folder / "jupyter"),
    }
    ran = subprocess.run(
        [sys.executable, str(script), str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_ended_training_job_is_in_the_store_while_the_strategy_blocks(real):
    told = real["recorded"]

    assert (told["seen"], told["was_released"]) == (True, True)
    assert told["recorded"] == ["Completed"] * 3


def test_blocked_time_is_counted_as_choosing_and_stored(real):
    told = real["recorded"]

    assert 0.1 < told["choosing"] < told["seconds"]
    assert told["stored_choosing"] == pytest.approx(told["choosing"])


def test_stop_request_does_not_wait_for_a_strategy_that_blocks(real):
    told = real["stopped"]

    assert told["outcome"] == ["Stopped", "stopped on request"]
    assert told["recorded"] == ["Stopped"]
    assert told["seconds"] < 15.0


def test_deadline_does_not_wait_for_a_strategy_that_blocks(real):
    told = real["late"]

    assert told["outcome"] == ["Completed", "reached MaxRuntimeInSeconds (1)"]
    assert 1.0 <= told["seconds"] < 15.0


def test_exception_fails_the_job_after_what_ended_was_recorded(real):
    told = real["broken"]

    status, reason = told["outcome"]
    assert status == "Failed"
    assert reason.startswith("the strategy failed: LookupError: the strategy is broken")
    assert told["seen"]
    assert "Completed" in told["recorded"]
    assert set(told["recorded"]) <= {"Completed", "Stopped"}


def test_strategy_that_answers_at_once_takes_next_to_nothing(real):
    told = real["plain"]

    assert told["recorded"] == ["Completed"] * 3
    assert told["choosing"] < 0.5

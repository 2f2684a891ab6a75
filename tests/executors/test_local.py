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


def test_signals_are_named():
    assert (signal_name(11), signal_name(250)) == ("SIGSEGV", "signal 250")

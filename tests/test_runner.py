"""The runner as a process; what it does when things die is tested in tests/faults."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from amt_magic.executors.payload import read_manifest
from amt_magic.launcher import start_runner
from amt_magic.store.folders import runner_log_end
from tests.faults.cells import ended, reported, run, runner_of, start, wait_until

pytestmark = pytest.mark.timeout(60)

ENDLESS = "import time; print('loss=1', flush=True); time.sleep(600)"


def folder_of(job):
    return job._store.folder(job.name)


def start_another(job):
    """Start a second runner for a job, as a race between kernels would."""
    folder = folder_of(job)
    start_runner(job.name, job.config, folder, read_manifest(folder), job._store.url)


def test_importing_it_stays_cheap():
    code = (
        "import sys, amt_magic.runner\n"
        "heavy = ('sqlalchemy', 'numpy', 'pandas', 'IPython', 'multiprocessing')\n"
        "print([name for name in heavy if name in sys.modules])"
    )

    printed = subprocess.check_output([sys.executable, "-c", code], text=True)

    assert printed == "[]\n"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_runner_is_detached_from_the_kernel():
    job = start(ENDLESS)
    reported(job)
    runner = runner_of(job)
    guardian = runner.parent()

    assert os.getpid() not in [parent.pid for parent in runner.parents()]
    assert guardian.cmdline() == runner.cmdline()
    assert os.getsid(runner.pid) == guardian.pid != os.getsid(0)
    descriptors = Path(f"/proc/{runner.pid}/fd")
    files = [(descriptors / number).readlink() for number in "012"]
    log = folder_of(job) / "runner.log"
    assert files == [Path(os.devnull), log, log]
    job.stop()
    ended(job)


def test_nothing_of_a_job_that_has_ended_runs_on():
    job = start(ENDLESS)
    reported(job)
    guardian = runner_of(job).parent()

    job.stop()
    ended(job)

    guardian.wait(5)
    assert not (folder_of(job) / "reserve").exists()
    assert runner_log_end(folder_of(job)) == ""


def test_second_runner_of_a_job_gives_way():
    job = start(ENDLESS)
    reported(job)
    first = runner_of(job)

    start_another(job)

    wait_until(lambda: "has a runner already" in runner_log_end(folder_of(job)))
    assert runner_of(job) == first
    assert runner_log_end(folder_of(job)).startswith("ResourceInUseError: ")
    job.stop()
    assert ended(job).training_jobs[0].attempt == 1


def test_runner_of_a_deleted_job_ends_in_one_line():
    job = run("loss = x")
    folder, config, url = folder_of(job), job.config, job._store.url
    payload = read_manifest(folder)
    job._store.delete(job.name)

    start_runner("job", config, folder, payload, url)

    wait_until(lambda: runner_log_end(folder))
    text = (folder / "runner.log").read_text()
    assert text == "ResourceNotFoundError: there is no tuning job called 'job'\n"


def test_resume_goes_on_with_the_seconds_that_were_run():
    job = run("import time; time.sleep(0.3); loss = x")
    before = job._store.record("job").seconds_run

    job.resume(max_jobs=2)

    ended(job)
    assert job._store.record("job").seconds_run >= before + 0.3
    assert before >= 0.3


def test_runner_needs_no_variable_of_its_own_in_training_jobs():
    names = "AMT_MAGIC_FOLDER", "AMT_MAGIC_PRELOAD"
    job = run(f"import os, json; print(json.dumps([n in os.environ for n in {names}]))")

    assert json.loads(job.logs(1).splitlines()[0]) == [False, False]

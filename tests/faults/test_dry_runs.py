"""Dry runs leave nothing behind, however they end."""

import signal
import subprocess
import sys

import pytest

import amt_magic as amt
from amt_magic.dry_run import dry_run
from tests.faults.cells import RANGE, cell, is_gone, wait_until, written

pytestmark = pytest.mark.timeout(60)

CONFIG = amt.TuningJobConfig(
    strategy="Random",
    objective=amt.Objective(type="Minimize", metric_name="loss"),
    ranges=RANGE,
)


def daemonising(pid_file) -> str:
    """Code that starts a daemon and leaves its process id in a file."""
    return (
        "import subprocess, time\n"
        "daemon = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "print('loss=1', flush=True)\n"
        f"open({str(pid_file)!r}, 'w').write(str(daemon.pid))\n"
    )


def test_daemon_dies_with_its_dry_run(tmp_path):
    pid_file = tmp_path / "pid"

    told = dry_run(CONFIG, cell(daemonising(pid_file)))

    assert told.values == [1]
    assert is_gone(int(written(pid_file)))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_interrupted_or_killed_kernel_leaves_nothing(tmp_path, number):
    pid_file = tmp_path / "pid"
    body = daemonising(pid_file) + "time.sleep(600)"
    code = (
        "from amt_magic.dry_run import dry_run\n"
        "from tests.faults.cells import cell\n"
        "from tests.faults.test_dry_runs import CONFIG\n"
        f"dry_run(CONFIG, cell({body!r}))\n"
    )
    kernel = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    daemon = int(wait_until(lambda: written(pid_file)))

    kernel.send_signal(number)

    wait_until(lambda: is_gone(daemon), 5)
    assert kernel.wait() != 0


def test_segfault_in_a_dry_run_is_told():
    with pytest.raises(amt.TuningJobFailedError, match="killed by SIGSEGV"):
        dry_run(CONFIG, cell("import ctypes; ctypes.string_at(0)"))

"""Orphans are made and killed in a process of its own: it kills all its children."""

import json
import signal
import subprocess
import sys

import pytest

from amt_magic.executors.orphans import signal_group
from tests.faults.cells import is_gone, wait_until

pytestmark = [
    pytest.mark.timeout(30),
    pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted on Linux"),
]

# a child starts a daemon in a session of its own, and the daemon a child; then it ends
DAEMONISE = """
import json, os, subprocess, sys, time
from amt_magic.executors.orphans import adopt_orphans, kill_children

def daemonise(reading, writing):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            below = subprocess.Popen(["sleep", "600"], start_new_session=True)
            os.write(writing, f"{os.getpid()} {below.pid}".encode())
            time.sleep(600)
        os._exit(0)
    os.wait()
    return [int(pid) for pid in os.read(reading, 99).split()]
"""


def run(code: str):
    ran = subprocess.run(
        [sys.executable, "-c", DAEMONISE + code],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_daemons_and_what_they_started_are_killed():
    code = (
        "adopt_orphans()\n"
        "pids = daemonise(*os.pipe())\n"
        "kill_children()\n"
        "print(json.dumps(pids))\n"
    )

    pids = run(code)

    assert len(pids) == 2
    wait_until(lambda: all(map(is_gone, pids)), 1)


def test_spared_children_live_and_no_zombie_is_left():
    code = (
        "adopt_orphans()\n"
        "spared = subprocess.Popen(['sleep', '600'])\n"
        "pids = daemonise(*os.pipe())\n"
        "kill_children([spared.pid])\n"
        "left = [os.path.exists(f'/proc/{pid}') for pid in pids]\n"
        "lives = spared.poll() is None\n"
        "spared.kill()\n"
        "print(json.dumps([lives, left]))\n"
    )

    assert run(code) == [True, [False, False]]


def test_nothing_to_kill_takes_no_time():
    code = (
        "before = time.monotonic()\n"
        "kill_children()\n"
        "print(json.dumps(time.monotonic() - before))\n"
    )

    assert run(code) < 1


@pytest.mark.parametrize("leads_a_group", [True, False])
def test_signal_reaches_a_process_before_and_after_it_leads_a_group(leads_a_group):
    process = subprocess.Popen(["sleep", "600"], start_new_session=leads_a_group)

    signal_group(process.pid, signal.SIGTERM)

    assert process.wait() == -signal.SIGTERM


def test_signal_to_a_process_that_is_gone_is_no_error():
    process = subprocess.Popen(["true"])
    process.wait()

    assert signal_group(process.pid, signal.SIGTERM) is None

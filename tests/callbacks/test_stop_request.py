"""Who listens to SIGTERM, and until when; every process here is a fresh one."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from amt_magic.callbacks.stop_request import ignore_stop, listen
from amt_magic.metrics import INSIDE

START = """
import os, signal, sys, threading, time
from amt_magic.callbacks.stop_request import ignore_stop, is_stop_asked, listen

def stop():
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(0.01)

"""
IN_A_CHILD = """
listen()
child = os.fork()
if not child:
    {work}
    time.sleep(20)
    os._exit(0)
time.sleep(0.1)
os.kill(child, signal.SIGTERM)
time.sleep(0.3)
ended, status = os.waitpid(child, os.WNOHANG if {ignores} else 0)
print(os.waitstatus_to_exitcode(status) if ended else "runs on")
os.kill(child, signal.SIGKILL) if not ended else None
"""


def run(code, inside=True):
    environment = {k: v for k, v in os.environ.items() if k != INSIDE}
    if inside:
        environment[INSIDE] = "tuning-1"
    return subprocess.run(
        [sys.executable, "-c", START + code],
        capture_output=True,
        text=True,
        env=environment,
        timeout=20,
    )


def test_a_stop_is_noted_and_nothing_ends():
    ran = run(
        "listen(); before = is_stop_asked(); stop(); print(before, is_stop_asked())"
    )

    assert ran.stdout == "False True\n"
    assert ran.returncode == 0


def test_a_second_stop_ends_nothing_either():
    ran = run("listen(); stop(); stop(); listen(); stop(); print(is_stop_asked())")

    assert ran.stdout == "True\n"


def test_without_listening_a_stop_ends_the_process():
    assert run("stop()").returncode == -signal.SIGTERM


def test_outside_a_training_job_a_stop_ends_the_process():
    ran = run("listen(); stop()", inside=False)

    assert ran.returncode == -signal.SIGTERM


@pytest.mark.parametrize("function", [listen, ignore_stop])
def test_outside_a_training_job_signals_are_left_alone(function, monkeypatch):
    monkeypatch.delenv(INSIDE, raising=False)
    before = signal.getsignal(signal.SIGTERM)

    function()

    assert signal.getsignal(signal.SIGTERM) is before


def test_in_a_second_thread_signals_are_left_alone(monkeypatch):
    monkeypatch.setenv(INSIDE, "tuning-1")
    before, errors = signal.getsignal(signal.SIGTERM), []
    monkeypatch.setattr(threading, "excepthook", errors.append)

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()

    assert not errors
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_thread_hears_of_a_stop_when_the_main_thread_listens():
    thread = "threading.Thread(target=lambda: print(is_stop_asked()))"

    assert run(f"listen(); stop(); {thread}.start()").stdout == "True\n"


def test_a_forked_child_ends_at_sigterm():
    ran = run(IN_A_CHILD.format(work="pass", ignores=False))

    assert ran.stdout == f"{-signal.SIGTERM}\n"


def test_a_child_forked_by_a_thread_ends_at_sigterm():
    body = IN_A_CHILD.format(work="pass", ignores=False).replace("listen()\n", "", 1)
    indented = "".join(f"    {line}\n" for line in body.splitlines())
    code = f"def work():\n{indented}\nlisten()\nthreading.Thread(target=work).start()"

    assert run(code).stdout == f"{-signal.SIGTERM}\n"


def test_a_worker_that_ignores_the_stop_works_on():
    ran = run(IN_A_CHILD.format(work="ignore_stop(0)", ignores=True))

    assert ran.stdout == "runs on\n"

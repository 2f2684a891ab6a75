"""Processes whose parent has ended: on Linux they can be adopted, and killed.

Imports little: the runner's guardian stays as small as an interpreter can be.
"""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def kill_children(spared: Collection[int] = (), seconds: float = 2.0) -> None:
    """Kill all child processes but the spared, then those that this orphans."""
    deadline = time.monotonic() + seconds
    while found := _children() - set(spared):
        for pid in found:
            _kill(pid)
        if time.monotonic() > deadline:
            return
        for pid in found:
            _reap(pid)


def signal_group(pid: int, number: int) -> None:
    """Send a signal to a process and its group, whether or not it leads one yet."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _children() -> set[int]:
    if sys.platform != "linux":
        return set()
    found: set[int] = set()
    for thread in Path("/proc/self/task").iterdir():
        with suppress(OSError):
            found.update(map(int, (thread / "children").read_text().split()))
    return found


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        group = os.getpgid(pid)
        if group != os.getpgrp():
            os.killpg(group, signal.SIGKILL)
        os.kill(pid, signal.SIGKILL)


def _reap(pid: int) -> None:
    """Collect a killed child, waiting a moment for it to be gone."""
    for _ in range(50):
        with suppress(ChildProcessError):
            if os.waitpid(pid, os.WNOHANG)[0] == 0:
                time.sleep(0.002)
                continue
        return

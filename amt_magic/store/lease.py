"""A runner's lease on a tuning job: who holds it, and whether they live."""

import os
import socket
import time
from typing import Any

import psutil
import sqlalchemy as sa

HEARTBEAT_SECONDS = 2.0
DEAD_AFTER_SECONDS = 10.0  # without a heartbeat, on another host
START_SECONDS = 30.0  # that a runner has to take its lease
CLOCK_SECONDS = 2.0  # by which a process's start time may seem to move


def is_alive(row: sa.Row[Any]) -> bool:
    """Tell whether the tuning job's runner lives, or still has time to start.

    On its own host the process itself is looked at; on another the heartbeat.
    """
    age = time.time() - row.heartbeat_at
    if row.runner_pid is None:
        return bool(age < START_SECONDS)
    if row.runner_host != socket.gethostname():
        return bool(age < DEAD_AFTER_SECONDS)
    started = process_started_at(row.runner_pid)
    known = row.runner_started_at
    return started is not None and abs(started - known) < CLOCK_SECONDS


def own_identity() -> dict[str, Any]:
    """Return the columns by which this process is known as a runner."""
    pid = os.getpid()
    return {
        "runner_host": socket.gethostname(),
        "runner_pid": pid,
        "runner_started_at": process_started_at(pid),
    }


def process_started_at(pid: int) -> float | None:
    """Return when the process started, by the system's clock; None for a dead one."""
    try:
        process = psutil.Process(pid)
        alive = process.status() != psutil.STATUS_ZOMBIE
        return float(process.create_time()) if alive else None
    except psutil.Error:
        return None

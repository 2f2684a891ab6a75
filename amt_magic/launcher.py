"""Starts runners. The kernel's end: it never imports what it starts."""

import json
import os
import site
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from amt_magic.config import TuningJobConfig
from amt_magic.errors import StoreError
from amt_magic.executors.payload import Payload
from amt_magic.store.engine import STORE_VARIABLE
from amt_magic.store.folders import FOLDER_VARIABLE

CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")  # microseconds in a period, and that
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


def start_runner(
    name: str, config: TuningJobConfig, folder: Path, payload: Payload, url: str
) -> None:
    """Start the detached runner of a tuning job; returns when it is on its own."""
    try:
        starter = subprocess.run(
            [sys.executable, "-m", "amt_magic.runner", name],
            env=runner_environment(config, folder, payload, url),
            cwd=payload.working_directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:  # no such folder, or no such Python
        raise StoreError(f"the runner of {name!r} did not start: {error}") from None
    if starter.returncode:
        last = starter.stderr.strip().rpartition("\n")[2]
        raise StoreError(f"the runner of {name!r} did not start: {last}")


def run_dry(
    config: TuningJobConfig, folder: Path, payload: Payload, url: str
) -> dict[str, Any]:
    """Run one training job outside the store, and return how it ended."""
    runner = subprocess.Popen(
        [sys.executable, "-m", "amt_magic.runner", "--dry-run", str(folder)],
        env=runner_environment(config, folder, payload, url),
        cwd=payload.working_directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        answer, errors = runner.communicate()
    except BaseException:
        runner.terminate()  # what it started ends with it
        runner.wait()
        raise
    if runner.returncode:
        last = errors.strip().rpartition("\n")[2]
        raise StoreError(f"the dry run did not come to its end: {last}")
    told: dict[str, Any] = json.loads(answer)
    return told


def runner_environment(
    config: TuningJobConfig, folder: Path, payload: Payload, url: str
) -> dict[str, str]:
    """Return the environment of a runner, which training processes inherit.

    Numerical libraries get cores / parallel threads each, unless the user has
    set their variables; Python finds what the kernel finds.
    """
    parallel = config.resource_limits.max_parallel_training_jobs
    threads = str(max(1, core_count() // parallel))
    kernel = dict(os.environ)
    if "inline" in kernel.get("MPLBACKEND", ""):
        kernel["MPLBACKEND"] = "Agg"  # a training job has no notebook to draw into
    return {
        **dict.fromkeys(THREAD_VARIABLES, threads),
        **kernel,
        STORE_VARIABLE: url,
        FOLDER_VARIABLE: str(folder),
        "PYTHONPATH": os.pathsep.join(_own_search_path(payload)),
        "PYTHONUNBUFFERED": "1",
    }


def _own_search_path(payload: Payload) -> list[str]:
    """Return what a fresh interpreter would not search by itself."""
    known = {*site.getsitepackages(), site.getusersitepackages()}
    known |= {sysconfig.get_path(name) for name in ("stdlib", "platstdlib")}
    known |= {path for path in payload.search_path if path.endswith("lib-dynload")}
    known |= {path for path in payload.search_path if path.endswith(".zip")}
    return [path for path in payload.search_path if path not in known]


def core_count() -> int:
    """Return how many cores this process may use, a container's quota included."""
    cores = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    try:
        quota, period = map(int, CPU_QUOTA.read_text().split())
    except (OSError, ValueError):  # none, or no such limit
        return cores
    return max(1, min(cores, -(-quota // period)))

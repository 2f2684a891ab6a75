"""Tuning jobs of cells that are written in tests, and waits on conditions."""

import time
from pathlib import Path

import psutil

import amt_magic as amt
from amt_magic.creation import create
from amt_magic.executors.payload import Payload
from amt_magic.inputs.cell import parse_cell
from amt_magic.inputs.function import cell_payload
from amt_magic.store.folders import runner_log_end
from amt_magic.tuning_jobs import TuningJob

RANGE = {"x": amt.Continuous(0, 1)}


def start(body: str, *, name: str = "job", jobs: int = 1, **options) -> TuningJob:
    """Start a tuning job of a cell; `x` is its one hyperparameter."""
    limits = amt.ResourceLimits(
        max_number_of_training_jobs=jobs,
        max_parallel_training_jobs=options.pop("parallel", 2),
        max_runtime_in_seconds=options.pop("seconds", None),
    )
    grace = options.pop("grace", 5.0)
    config = amt.TuningJobConfig(
        strategy="Random",
        objective=amt.Objective(type="Minimize", metric_name="loss"),
        ranges=RANGE,
        resource_limits=limits,
        random_seed=1,
        **options,
    )
    return create(config, cell(body), name=name, grace_seconds=grace)


def cell(body: str) -> Payload:
    """Make the payload of a cell whose body begins at its line 3."""
    parsed = parse_cell(f"x: Continuous(0, 1)\n{body}", {})
    return cell_payload(parsed, name="cell", objective_name="loss", namespace={})


def run(body: str, **options) -> TuningJob:
    """Run a tuning job of a cell to its end."""
    return ended(start(body, **options))


def ended(job: TuningJob, seconds: float = 30) -> TuningJob:
    """Wait until the job has ended; it must not be interrupted."""
    wait_until(lambda: job.summary().has_ended, seconds)
    assert job.status.is_terminal, runner_log_end(job._store.folder(job.name))
    return job


def wait_until(condition, seconds: float = 20):
    """Wait for a condition, and return what made it true."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {seconds} s: {condition}")
        time.sleep(0.01)
    return value


def reported(job: TuningJob, count: int = 1):
    """Wait until some training jobs have reported; return these."""

    def found():
        jobs = [t for t in job.training_jobs if t.reports]
        return jobs if len(jobs) >= count else None

    return wait_until(found)


def pid_of(training_job) -> int:
    return int(training_job.worker.rpartition(":")[2])


def runner_of(job: TuningJob) -> psutil.Process:
    return psutil.Process(job._store.row(job.name).runner_pid)


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def log_of(job: TuningJob, index: int = 1) -> str:
    return job.logs(index)


def written(path: Path) -> str | None:
    """Return what a file holds, once it holds something."""
    return path.read_text() if path.exists() and path.read_text() else None

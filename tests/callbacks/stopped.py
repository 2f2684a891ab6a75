"""A tuning job whose one training job is stopped while it trains or saves."""

import re
import time

import amt_magic as amt
from tests.conftest import wait_for_the_end_of

GRACE = 5.0
RANGES = {"rate": amt.Continuous(0.1, 0.5)}


def start(train, folder, static=None, **options):
    return amt.tune(
        train,
        RANGES,
        static_hyperparameters={"folder": str(folder), **(static or {})},
        max_jobs=1,
        strategy="Random",
        seed=1,
        wait=False,
        **options,
    )


def end(job):
    """Stop the training job; returns it with the seconds until its end."""
    asked = time.time()
    job.stop(training_job=1)
    job.wait(timeout=30)
    (training_job,) = job.training_jobs
    return training_job, training_job.ended_at.timestamp() - asked


def stop_while_training(train, folder, reports=3, **options):
    """Stop after some reports; returns training job, seconds to the end, and log."""
    job = start(train, folder, **options)
    wait_in(job, lambda: len(job.training_jobs[0].reports) >= reports)
    training_job, seconds = end(job)
    log = job.logs(1)
    print(f"{log}\n{seconds:.2f} s from the stop to the end")
    return training_job, seconds, log


def stop_while_saving(train, folder, **options):
    job = start(train, folder, **options)
    wait_in(job, (folder / "saving").exists)
    training_job, _ = end(job)
    print(job.logs(1))
    return training_job


def wait_in(job, holds, seconds=60):
    """Wait until it holds in the running training job."""

    def is_over():
        return job.status != "InProgress" or (job.training_jobs and holds())

    wait_for_the_end_of(lambda: not is_over(), seconds)
    log = job.logs(1) if job.training_jobs else "no training job has started"
    assert job.status == "InProgress", log
    assert is_over(), log


def lines_of(log):
    """Return the reports in a log, in order."""
    return re.findall(r"amt_magic\.report (\{.*\})", log)

"""A tuning job in a store, with what its runner would write."""

from pathlib import Path

import amt_magic as amt
from amt_magic.executors import Measured
from amt_magic.jobs import Report, TrainingJob
from amt_magic.store import tables
from amt_magic.store.job_writer import JobWriter

CONFIG = amt.TuningJobConfig(
    strategy="Random",
    objective=amt.Objective(type="Minimize", metric_name="loss"),
    ranges={
        "x": amt.Continuous(0, 1),
        "kind": amt.Categorical(1, "1", None, (2, True)),
    },
    random_seed=5,
)
HOSTILE = "nul \0, quote ' \" and \U0001f600 \ud800 <b>"


def create(store, name="job", config=CONFIG):
    folder = Path("/nowhere") / name
    store.create(name, config, folder, quotas={"training_jobs": 750}, grace_seconds=5.0)


def writer_of(store, name="job", log="the log"):
    return JobWriter(store, name, lambda number: f"{log} of {number}")


def training_job(index=1, **fields):
    values = {
        "hyperparameters": {"x": 0.1 + 0.2, "kind": (2, True)},
        "created_at": 1000.25,
        "reports": [],
    }
    return TrainingJob(index=index, name=f"job-{index:03d}", **(values | fields))


def measure(writer, job, value, metric=None, objective="loss"):
    """Give the next value of the objective, or one of another metric."""
    resource = len(job.reports) + 1
    metric = metric or objective
    event = Measured(index=job.index, metric=metric, value=value, time=resource / 7)
    if metric == objective:
        report = Report(
            index=job.index, resource=resource, value=value, time=event.time
        )
        job.reports.append(report)
    writer.measure(job, metric, resource, event)


def lease(store, **columns):
    """Set columns of the runner's lease."""
    with store.engine.begin() as connection:
        connection.execute(tables.tuning_jobs.update().values(**columns))

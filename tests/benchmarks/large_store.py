"""Fills a store with ended tuning jobs, as they would stand after real ones."""

import random
import time

import amt_magic as amt
from amt_magic.jobs import Report, TrainingJob, TrainingJobStatus, TuningJobStatus
from amt_magic.store.folders import new_folder
from amt_magic.store.job_store import JobStore
from amt_magic.store.job_writer import JobWriter


def fill(*, tuning_jobs: int, training_jobs: int) -> None:
    store = JobStore()
    for number in range(tuning_jobs):
        fill_one(store, f"filled-{number:03d}", training_jobs)


def fill_one(store: JobStore, name: str, training_jobs: int) -> None:
    config = amt.TuningJobConfig(
        strategy="Random",
        objective=amt.Objective(type="Maximize", metric_name="accuracy"),
        ranges={
            "lr": amt.Continuous(1e-5, 1e-1),
            "depth": amt.Integer(1, 12),
            "kind": amt.Categorical("relu", "tanh"),
        },
        resource_limits=amt.ResourceLimits(max_number_of_training_jobs=training_jobs),
        random_seed=0,
    )
    folder = new_folder(store, name)
    store.create(name, config, folder, quotas={}, grace_seconds=5.0)
    writer = JobWriter(store, name, lambda number: f"log of {number}\n")
    draw, now = random.Random(name), time.time()
    for index in range(1, training_jobs + 1):
        point = [draw.random() for _ in config.space]
        reports = [
            Report(index=index, resource=k, value=draw.random(), time=now + k)
            for k in range(1, 4)
        ]
        job = TrainingJob(
            index=index,
            name=f"{name}-{index:03d}",
            hyperparameters=config.space.decode(point),
            status=TrainingJobStatus.COMPLETED,
            reports=reports,
            created_at=now,
            started_at=now,
            ended_at=now + 3,
            worker="this:1",
        )
        for report in reports:
            writer.measure(job, "accuracy", report.resource, report)
        writer.change(job)
    writer.finish(TuningJobStatus.COMPLETED, "filled", 0.0)

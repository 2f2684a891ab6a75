"""Copies of parents: as they were, on every database."""

import math
from pathlib import Path

import amt_magic as amt
from amt_magic.jobs import History, Report, TrainingJobStatus
from amt_magic.parents import Parent
from tests.store.examples import CONFIG, HOSTILE, create, training_job, writer_of


def reports(*values):
    return [
        Report(index=1, resource=resource, value=value, time=2.5)
        for resource, value in enumerate(values, 1)
    ]


def parent(*jobs, name="old", static=None):
    history = History(CONFIG.objective, jobs)
    return Parent(name=name, history=history, static_hyperparameters=static or {})


def kept(store, *parents):
    quotas = {"training_jobs": 750}
    folder = Path("/nowhere")
    store.create(
        "child", CONFIG, folder, quotas=quotas, grace_seconds=5.0, parents=parents
    )
    return store.parents("child")


def test_training_jobs_come_back_with_what_they_ran_and_gave(store):
    stopped, completed = TrainingJobStatus.STOPPED, TrainingJobStatus.COMPLETED
    jobs = [
        training_job(1, status=completed, reports=reports(3.0, math.nan, math.inf)),
        training_job(2, status=stopped, reports=reports(0.1 + 0.2)),
        training_job(3, status=TrainingJobStatus.FAILED, failure_reason=HOSTILE),
        training_job(4),  # runs
    ]

    (copied,) = kept(store, parent(*jobs))

    found = copied.history.training_jobs
    assert [job.status for job in found] == ["Completed", "Stopped", "Failed"]
    assert [job.hyperparameters for job in found] == [jobs[0].hyperparameters] * 3
    told = [[report.value for report in job.reports] for job in found]
    assert repr(told) == repr([[3.0, math.nan, math.inf], [0.1 + 0.2], []])
    assert copied.history.best.index == 2


def test_without_stopped_ones_the_latest_report_is_enough(store):
    completed = TrainingJobStatus.COMPLETED
    job = training_job(1, status=completed, reports=reports(3.0, 2.0))

    (copied,) = kept(store, parent(job))

    (found,) = copied.history.training_jobs
    assert [(r.resource, r.value) for r in found.reports] == [(2, 2.0)]


def test_parents_keep_their_order_and_the_types_of_what_is_static(store):
    static = {"depth": 3, "flag": True, "text": "3", "none": None, "list": [1, "1"]}

    found = kept(store, parent(name="b", static=static), parent(name="a"))

    assert [each.name for each in found] == ["b", "a"]
    assert found[0].static_hyperparameters == static
    assert type(found[0].static_hyperparameters["flag"]) is bool


def test_they_go_with_their_child_alone(store):
    kept(store, parent(name="a"))
    create(store, "other")

    store.delete("other")
    assert len(store.parents("child")) == 1
    store.delete("child")

    assert kept(store) == []


def test_resume_tells_what_had_ended(store):
    create(store)
    writer = writer_of(store)
    for index, status in ((1, "Completed"), (2, "InProgress")):
        ended = 3.0 if status == "Completed" else None
        state = TrainingJobStatus(status)
        writer.begin(training_job(index, status=state, ended_at=ended))
    writer.flush()
    record = store.record("job")
    assert record.resumed_with is None

    store.reopen("job", CONFIG, record.modified_at)

    assert store.record("job").resumed_with == 1
    assert store.record("job").status == amt.TuningJobStatus.IN_PROGRESS

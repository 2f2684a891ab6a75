import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amt_magic.config import Objective
from amt_magic.jobs import (
    Ended,
    History,
    ObjectiveStatus,
    Report,
    TrainingJob,
    TrainingJobStatus,
    TuningJobStatus,
)
from amt_magic.space import configuration_key

MINIMIZE = Objective(type="Minimize", metric_name="loss")
MAXIMIZE = Objective(type="Maximize", metric_name="accuracy")
ENDED = ("Completed", "Stopped", "Failed")


def training_job(index, **changes):
    given = {
        "name": f"churn-{index:03}",
        "hyperparameters": {"lr": index / 10},
        "created_at": 0.0,
    }
    return TrainingJob(index=index, **{**given, **changes})


def history_of(values, objective=MINIMIZE, status="Completed"):
    """A history of ended training jobs, each with its reports."""
    history = History(objective)
    for index, reports in enumerate(values, 1):
        history.add(training_job(index))
        for resource, value in enumerate(reports, 1):
            history.record(
                Report(index=index, resource=resource, value=value, time=0.0)
            )
        history.end(Ended(index=index, status=TrainingJobStatus(status), time=1.0))
    return history


@pytest.mark.parametrize("kind", [TuningJobStatus, TrainingJobStatus])
def test_only_running_and_stopping_are_not_the_end(kind):
    running = [status for status in kind if not status.is_terminal]

    assert running == ["InProgress", "Stopping"]


@pytest.mark.parametrize(
    ("status", "values", "expected"),
    [
        ("InProgress", [0.5], ObjectiveStatus.PENDING),
        ("Stopping", [0.5], ObjectiveStatus.PENDING),
        ("Completed", [0.5], ObjectiveStatus.SUCCEEDED),
        ("Stopped", [0.5], ObjectiveStatus.SUCCEEDED),
        ("Failed", [0.5], ObjectiveStatus.FAILED),
        ("Completed", [], ObjectiveStatus.FAILED),
        ("Completed", [0.5, math.nan], ObjectiveStatus.FAILED),
        ("Completed", [math.nan, 0.5], ObjectiveStatus.SUCCEEDED),
        ("Stopped", [math.inf], ObjectiveStatus.FAILED),
    ],
)
def test_a_value_counts_when_the_job_ended_with_a_finite_one(status, values, expected):
    reports = [
        Report(index=1, resource=place, value=value, time=0.0)
        for place, value in enumerate(values, 1)
    ]

    job = training_job(1, status=TrainingJobStatus(status), reports=reports)

    assert job.objective_status == expected


def test_the_value_of_a_training_job_is_its_latest():
    (job,) = history_of([[0.5, 0.3, 0.4]]).training_jobs

    assert job.value == 0.4
    assert [report.resource for report in job.reports] == [1, 2, 3]


def test_a_training_job_without_reports_has_no_value():
    assert training_job(1).value is None


def test_a_training_job_is_pending_until_it_ends():
    history = History(MINIMIZE)
    for index in (1, 2, 3):
        history.add(training_job(index))

    history.change(1, status=TrainingJobStatus.STOPPING)
    history.end(Ended(index=2, status=TrainingJobStatus.COMPLETED, time=1.0))

    assert [job.index for job in history.pending] == [1, 3]
    assert [job.index for job in history.ended] == [2]
    assert history.pending_count == 2
    assert [history.is_running(index) for index in (1, 2, 3, 4)] == [
        False,
        False,
        True,
        False,
    ]


def test_the_end_of_a_training_job_is_entered():
    history = History(MINIMIZE)
    history.add(training_job(1))

    ended = Ended(
        index=1,
        status=TrainingJobStatus.FAILED,
        time=7.0,
        failure_reason="boom",
        stop_reason="asked to",
    )
    job = history.end(ended)

    assert job == history[1]
    assert (job.status, job.ended_at) == ("Failed", 7.0)
    assert (job.failure_reason, job.stop_reason) == ("boom", "asked to")


def test_a_next_attempt_takes_the_place_of_the_one_before():
    history = history_of([[0.5], [0.6]], status="Failed")

    history.add(training_job(1, attempt=2))

    assert len(history) == 2
    assert [job.index for job in history.pending] == [1]
    assert history[1].reports == []
    assert [job.index for job in history.training_jobs] == [1, 2]


def test_a_history_goes_on_from_the_training_jobs_it_was_made_of():
    first = history_of([[0.5], [0.6]])
    first.add(training_job(3))

    again = History(MINIMIZE, first.training_jobs)

    assert again.training_jobs == first.training_jobs
    assert [job.index for job in again.pending] == [3]
    assert again.best.index == 1
    assert again.configurations == first.configurations


def test_configurations_are_all_that_were_ever_there():
    history = history_of([[0.5]])

    history.add(training_job(2, hyperparameters={"lr": True}))

    assert history.configurations == {
        configuration_key({"lr": 0.1}),
        configuration_key({"lr": True}),
    }


@pytest.mark.parametrize(
    ("objective", "values", "best"),
    [
        (MINIMIZE, [[3.0], [1.0], [2.0]], 2),
        (MAXIMIZE, [[3.0], [1.0], [2.0]], 1),
        (MINIMIZE, [[1.0], [1.0]], 1),
        (MAXIMIZE, [[9.0, 1.0], [2.0]], 2),
        (MINIMIZE, [[math.nan], [5.0]], 2),
        (MAXIMIZE, [[math.inf], [5.0]], 2),
        (MINIMIZE, [[], [5.0]], 2),
    ],
)
def test_the_best_has_the_smallest_loss_of_the_latest_values(objective, values, best):
    assert history_of(values, objective).best.index == best


def test_a_stopped_training_job_can_be_the_best():
    assert history_of([[1.0]], status="Stopped").best.index == 1


@pytest.mark.parametrize("values", [[], [[]], [[math.nan]]])
def test_without_a_finite_value_there_is_no_best(values):
    assert history_of(values).best is None


def test_neither_a_failed_nor_a_running_training_job_is_the_best():
    history = history_of([[1.0]], status="Failed")
    history.add(training_job(2))
    history.record(Report(index=2, resource=1, value=0.5, time=0.0))

    assert history.best is None


@given(
    st.lists(st.floats() | st.none(), max_size=6), st.sampled_from([MINIMIZE, MAXIMIZE])
)
def test_no_training_job_is_better_than_the_best(values, objective):
    history = history_of(
        [[] if value is None else [value] for value in values], objective
    )

    losses = [history.loss(job) for job in history.training_jobs]

    best = min(losses, default=math.inf)
    assert (history.best is None) == (best == math.inf)
    assert history.best is None or history.loss(history.best) == best


@given(st.permutations([1, 2, 3, 4]))
def test_the_order_in_which_training_jobs_end_does_not_matter(order):
    history = History(MINIMIZE)
    for index in (1, 2, 3, 4):
        history.add(training_job(index))
        history.record(Report(index=index, resource=1, value=index % 3, time=0.0))

    for index in order:
        history.end(Ended(index=index, status=TrainingJobStatus.COMPLETED, time=1.0))

    assert history.best.index == 3
    assert [job.index for job in history.ended] == [1, 2, 3, 4]

"""Limits, and when a tuning job is given up."""

import math

import pytest

import amt_magic as amt
from amt_magic import completion
from amt_magic.jobs import Ended, History, Report, TrainingJob, TrainingJobStatus

OBJECTIVE = amt.Objective(type="Minimize", metric_name="loss")
GRID = {"a": amt.Categorical(1, 2, 3), "b": amt.Categorical("x", "y")}


def config_of(jobs=None, strategy="Random", seconds=None):
    return amt.TuningJobConfig(
        strategy=strategy,
        objective=OBJECTIVE,
        ranges=GRID,
        resource_limits=amt.ResourceLimits(
            max_number_of_training_jobs=jobs, max_runtime_in_seconds=seconds
        ),
    )


def history_of(*outcomes) -> History:
    """A history of (status, value, reason); without a status pending."""
    history = History(OBJECTIVE)
    for index, (status, value, reason) in enumerate(outcomes, 1):
        name = f"t-{index}"
        job = TrainingJob(index=index, name=name, hyperparameters={}, created_at=0.0)
        history.add(job)
        if value is not None:
            report = Report(index=index, resource=1, value=value, time=1.0)
            history.record(report)
        if status:
            kind = "stop_reason" if status == "Stopped" else "failure_reason"
            status = TrainingJobStatus(status)
            ended = Ended(index=index, status=status, time=2.0, **{kind: reason})
            history.end(ended)
    return history


FAILED = ("Failed", None, "ValueError: no data")
SUCCEEDED = ("Completed", 0.5, None)
PENDING = (None, None, None)


@pytest.mark.parametrize(
    ("strategy", "jobs", "limit"),
    [
        ("Random", 20, 20),
        ("Random", None, completion.DEFAULT_JOBS),
        ("Grid", None, 6),
        ("Grid", 4, 4),
        ("Grid", 99, 6),
    ],
)
def test_job_limit_is_as_given_and_for_grid_every_combination(strategy, jobs, limit):
    assert completion.job_limit(config_of(jobs, strategy)) == limit


def test_deadline_counts_what_earlier_runners_ran():
    config = config_of(seconds=60)

    assert completion.deadline(config, started=1000.0, seconds_run=0.0) == 1060
    assert completion.deadline(config, started=1000.0, seconds_run=45.0) == 1015
    assert completion.deadline(config_of(), started=1000.0, seconds_run=0.0) == math.inf


@pytest.mark.parametrize(
    "outcomes",
    [
        [],
        [FAILED] * 4,
        [FAILED] * 4 + [PENDING] * 4,
        [FAILED] * 9 + [SUCCEEDED],
        [SUCCEEDED] + [FAILED] * 9,
        [("Stopped", 0.5, "stopped on request")] + [FAILED] * 9,
    ],
)
def test_tuning_job_goes_on(outcomes):
    assert completion.failure(history_of(*outcomes)) is None


def test_five_failures_without_a_success_are_grouped_by_reason():
    outcomes = [
        FAILED,
        FAILED,
        ("Completed", None, "the objective 'loss' was not found"),
        ("Completed", math.nan, None),
        PENDING,
        FAILED,
    ]

    assert completion.failure(history_of(*outcomes)) == (
        "the first 5 training jobs failed: 3 x ValueError: no data; "
        "1 x the objective 'loss' was not found; 1 x no reason known"
    )

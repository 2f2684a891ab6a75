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


def criteria_after(values, type="Minimize", **fields):
    """Follow training jobs that end with these values; None is a failure."""
    config = amt.TuningJobConfig(
        strategy="Random",
        objective=amt.Objective(type=type, metric_name="loss"),
        ranges=GRID,
        completion_criteria=amt.CompletionCriteria(**fields),
    )
    outcomes = [
        ("Failed", None, "broke") if value is None else ("Completed", value, None)
        for value in values
    ]
    return completion.Criteria(config, history_of(*outcomes))


@pytest.mark.parametrize(
    ("type", "values", "is_met"),
    [
        ("Minimize", [3.0, 2.1], False),
        ("Minimize", [3.0, 2.0], True),
        ("Minimize", [3.0, 1.0], True),
        ("Maximize", [1.0, 1.9], False),
        ("Maximize", [1.0, 2.0], True),
    ],
)
def test_target_is_met_by_a_value_as_good_or_better(type, values, is_met):
    criteria = criteria_after(values, type, target_objective_metric_value=2.0)

    assert (criteria.reason is not None) == is_met


def test_reason_names_the_training_job_that_met_the_target():
    criteria = criteria_after([3.0, 1.5], target_objective_metric_value=2.0)

    assert criteria.reason == (
        "reached TargetObjectiveMetricValue (2): training job 2 has loss 1.5"
    )


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ([], 0),
        ([1.0], 0),
        ([1.0, 1.0, 2.0], 2),
        ([1.0, 2.0, 0.98, 3.0], 1),  # better by 2 %
        ([1.0, 2.0, 0.995, 3.0], 3),  # better by half a percent: not an improvement
        ([1.0, None, None, 2.0], 1),
        ([1.0, math.nan, 2.0], 1),
        ([0.0, -1e-9], 0),
        ([1.0, 2.0, 3.0, 0.0, -0.001], 1),  # of both signs: a range of 1.5 counts
        ([1.0, 2.0, 3.0, 0.0, -0.02], 0),
        ([-1.0, 1.0, 3.0, -1.015], 3),
        ([-1.0, 1.0, 3.0, -1.025], 0),
        ([-1.0, -1.005, -1.02], 0),
    ],
)
def test_training_jobs_since_the_last_improvement_are_counted(values, count):
    assert criteria_after(values).not_improving == count


def test_small_gains_add_up_to_no_improvement_each():
    criteria = criteria_after([1.0, 0.995, 0.99, 0.985])

    assert criteria.not_improving == 3  # each against the best before it


def test_so_many_not_improving_meet_the_criterion():
    asked = {"max_number_of_training_jobs_not_improving": 3}

    assert criteria_after([1.0, 2.0, 2.0], **asked).reason is None
    assert criteria_after([1.0, 2.0, 2.0, 2.0], **asked).reason == (
        "reached MaxNumberOfTrainingJobsNotImproving (3)"
    )


def simulated(curve, **fields):
    config = amt.TuningJobConfig(
        strategy="Random",
        objective=OBJECTIVE,
        ranges={"x": amt.Continuous(0, 1)},
        resource_limits=amt.ResourceLimits(
            max_number_of_training_jobs=100, max_parallel_training_jobs=4
        ),
        completion_criteria=amt.CompletionCriteria(**fields),
        random_seed=1,
    )
    return amt.simulate(config, curve)


def test_tuning_job_ends_when_its_target_is_met():
    history = simulated(lambda h: [h["x"]], target_objective_metric_value=0.1)

    assert history.best.value <= 0.1
    assert len(history) < 100
    running = [job for job in history.training_jobs if job.status == "Stopped"]
    assert all("TargetObjectiveMetricValue" in job.stop_reason for job in running)


def test_tuning_job_ends_when_nothing_improves():
    history = simulated(lambda h: [1.0], max_number_of_training_jobs_not_improving=5)

    done = [job for job in history.training_jobs if job.status == "Completed"]
    assert len(done) == 6

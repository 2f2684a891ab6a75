import copy
import json
from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given

from amt_magic import wire
from amt_magic.config import ResourceLimits, WarmStart, WarmStartType
from amt_magic.jobs import History, TuningJobStatus
from amt_magic.parents import Parent
from amt_magic.ranges import CategoricalParameter
from tests.wire import service
from tests.wire.generators import tuning_jobs
from tests.wire.recorded import (
    KEPT,
    KILLED,
    SECONDS,
    SUBMITTED,
    TRAINING_JOBS,
    config,
    plain,
    record,
    training_job,
)

DEFINITION = "TrainingJobDefinition"
LIMITS = "ResourceLimits"
RANGES = "ParameterRanges"


def counted(jobs, **changes):
    statuses = Counter(job.status for job in jobs)
    objective_statuses = Counter(job.objective_status for job in jobs)
    return wire.tuning_job_summary(record(**changes), statuses, objective_statuses)


STATES = {
    "completed": {},
    "running": {"status": TuningJobStatus.IN_PROGRESS, "ended_at": None},
    "interrupted": {
        "status": TuningJobStatus.IN_PROGRESS,
        "ended_at": None,
        "is_interrupted": True,
    },
    "stopping": {"status": TuningJobStatus.STOPPING, "ended_at": None},
    "stopped": {"status": TuningJobStatus.STOPPED},
    "failed": {"status": TuningJobStatus.FAILED, "failure_reason": "boom" * 1000},
    "converged": {"converged_at": SECONDS + 60},
    "with kept members": {"kept": KEPT},
    "of a plain config": {"config": plain()},
}


@pytest.mark.parametrize("jobs", [[], TRAINING_JOBS], ids=["none", "of every status"])
@pytest.mark.parametrize("changes", STATES.values(), ids=STATES)
def test_describe_has_the_service_models_shape(jobs, changes):
    answer = wire.describe(record(**changes), jobs)

    assert service.problems(service.output_shape(), answer) == []


@pytest.mark.parametrize("changes", STATES.values(), ids=STATES)
def test_list_items_have_the_service_models_shape(changes):
    item = counted(TRAINING_JOBS, **changes)

    shape = service.model().shape_for("HyperParameterTuningJobSummary")
    assert service.problems(shape, item) == []


@pytest.mark.parametrize("kept", [{}, KEPT], ids=["local", "of a cloud"])
@pytest.mark.parametrize("job", TRAINING_JOBS, ids=lambda job: job.status)
def test_training_job_summaries_have_the_service_models_shape(job, kept):
    item = wire.training_job_summary(record(kept=kept), job)

    shape = service.model().shape_for("HyperParameterTrainingJobSummary")
    assert service.problems(shape, item) == []


@pytest.mark.parametrize("type_", WarmStartType)
@pytest.mark.parametrize("jobs", [[], TRAINING_JOBS], ids=["none", "of every status"])
def test_describe_of_a_warm_started_job_has_the_service_models_shape(jobs, type_):
    given = plain(warm_start=WarmStart(parents=("old", "new"), type=type_))
    parents = [
        Parent(name="old", history=History(given.objective, TRAINING_JOBS[:5])),
        Parent(name="new", history=History(given.objective)),
    ]

    answer = wire.describe(record(config=given), jobs, parents)

    is_identical = type_ == WarmStartType.IDENTICAL_DATA_AND_ALGORITHM
    assert service.problems(service.output_shape(), answer) == []
    assert ("OverallBestTrainingJob" in answer) == is_identical
    assert answer["WarmStartConfig"]["WarmStartType"] == type_


@given(tuning_jobs())
def test_every_answer_has_the_service_models_shape(given):
    record, jobs = given
    shapes = service.model()

    described = wire.describe(record, jobs)
    counts = [Counter(job.status for job in jobs), Counter()]
    listed = wire.tuning_job_summary(record, *counts)
    summaries = [wire.training_job_summary(record, job) for job in jobs]

    assert service.problems(service.output_shape(), described) == []
    listed_shape = shapes.shape_for("HyperParameterTuningJobSummary")
    assert service.problems(listed_shape, listed) == []
    for summary in summaries:
        shape = shapes.shape_for("HyperParameterTrainingJobSummary")
        assert service.problems(shape, summary) == []


def test_the_check_of_shapes_finds_what_botocore_lets_through():
    answer = wire.describe(record(), [])
    answer["HyperParameterTuningJobStatus"] = "Done"
    answer["HyperParameterTuningJobArn"] = "arn"
    answer["TrainingJobDefinition"]["StaticHyperParameters"]["x"] = "y" * 3000

    problems = service.problems(service.output_shape(), answer)

    assert len(problems) == 3


def test_describe_tells_what_the_service_adds_to_a_request():
    ranges = {"kernel": CategoricalParameter("rbf", "poly")}

    answer = wire.describe(record(config=config(ranges=ranges)), [])

    told = answer["HyperParameterTuningJobConfig"]
    definition = answer["TrainingJobDefinition"]
    assert told["ParameterRanges"]["IntegerParameterRanges"] == []
    assert told["ParameterRanges"]["ContinuousParameterRanges"] == []
    assert told["TrainingJobEarlyStoppingType"] == "Off"
    assert definition["StaticHyperParameters"] == {
        "epochs": "27",
        "_tuning_objective_metric": "validation:accuracy",
    }
    assert definition["EnableManagedSpotTraining"] is False
    assert definition["ResourceConfig"]["InstanceCount"] == 1
    assert "AmtMagic" not in answer


@pytest.mark.parametrize(
    ("strategy", "limit"), [("Grid", 6), ("Random", 750), ("Bayesian", 750)]
)
def test_describe_names_the_number_of_training_jobs_where_none_was_given(
    strategy, limit
):
    ranges = {
        "a": CategoricalParameter(1, 2, 3),
        "b": CategoricalParameter("x", "y"),
    }
    given = config(strategy=strategy, ranges=ranges, resource_limits=ResourceLimits())

    answer = wire.describe(record(config=given), [])

    limits = answer["HyperParameterTuningJobConfig"]["ResourceLimits"]
    assert limits["MaxNumberOfTrainingJobs"] == limit


def test_describe_counts_by_status_with_zeros():
    assert wire.describe(record(), [])["TrainingJobStatusCounters"] == {
        "Completed": 0,
        "InProgress": 0,
        "RetryableError": 0,
        "NonRetryableError": 0,
        "Stopped": 0,
    }


def test_describe_shows_kept_members_in_the_place_of_placeholders():
    definition = wire.describe(record(kept=KEPT), [])[DEFINITION]

    given = KEPT[DEFINITION]
    algorithm = definition["AlgorithmSpecification"]
    assert {name: definition[name] for name in given} == {
        **given,
        "AlgorithmSpecification": algorithm,
    }
    assert algorithm["TrainingInputMode"] == "FastFile"
    assert algorithm["MetricDefinitions"][0]["Name"] == "validation:accuracy"


def test_describe_has_no_member_of_a_request_alone():
    assert "Tags" not in wire.describe(record(kept=KEPT), [])


def test_instances_of_a_tuning_job_are_shown_as_a_resource_config_too():
    instances = {"InstanceType": "ml.c5.xlarge", "InstanceCount": 3}
    several = [{**instances, "VolumeSizeInGB": 9}, {"InstanceType": "ml.m5.large"}]
    kept = {DEFINITION: {"HyperParameterTuningResourceConfig": instances}}
    choice = {
        DEFINITION: {"HyperParameterTuningResourceConfig": {"InstanceConfigs": several}}
    }

    flat = wire.describe(record(kept=kept), [])[DEFINITION]
    first = wire.describe(record(kept=choice), [])[DEFINITION]

    assert flat["ResourceConfig"] == {**instances, "VolumeSizeInGB": 1}
    assert first["ResourceConfig"] == several[0]


def test_name_of_an_algorithm_comes_back_as_an_arn_and_without_an_image():
    kept = {DEFINITION: {"AlgorithmSpecification": {"AlgorithmName": "forest"}}}

    answer = wire.describe(record(kept=kept), [])

    algorithm = answer[DEFINITION]["AlgorithmSpecification"]
    assert algorithm["AlgorithmName"].endswith(":000000000000:algorithm/forest")
    assert "TrainingImage" not in algorithm
    assert service.problems(service.output_shape(), answer) == []


@pytest.mark.parametrize("kept", [{}, KEPT], ids=["local", "of a cloud"])
def test_the_sdk_can_attach_to_what_describe_answers(kept):
    answer = wire.describe(record(config=plain(), kept=kept), [])

    assert attach(answer) == {
        "name": "Churn",
        "strategy": "Random",
        "objective": ("Maximize", "validation:accuracy"),
        "jobs": (750, 1),
        "early_stopping_type": "Off",
        "ranges": {"lr": ("0.0001", "1.0"), "depth": ("2", "12")},
        "categories": {"kernel": ["rbf", '"1"', "null", "[64, 32]"]},
        "hyperparameters": {"epochs": "27"},
        "metrics": ["validation:accuracy"],
    }


def attach(details):
    """Read every key that HyperparameterTuner.attach of the SageMaker SDK reads."""
    training = details["TrainingJobDefinition"]
    training["HyperParameters"] = training["StaticHyperParameters"]
    del training["StaticHyperParameters"]
    del training["HyperParameters"]["_tuning_objective_metric"]
    image = training["AlgorithmSpecification"]["TrainingImage"]
    assert image[image.find("/") + 1 : image.find(":")]
    assert training["RoleArn"].startswith("arn:aws:iam::")
    assert training["OutputDataConfig"]["S3OutputPath"].startswith("s3://")
    instances = training["ResourceConfig"]
    assert instances["InstanceType"].startswith("ml.")
    assert instances["InstanceCount"] + instances["VolumeSizeInGB"] > 1
    assert training["StoppingCondition"]["MaxRuntimeInSeconds"] > 0
    config = details["HyperParameterTuningJobConfig"]
    objective, limits = config["HyperParameterTuningJobObjective"], config[LIMITS]
    ranges = config["ParameterRanges"]
    numeric = ranges["ContinuousParameterRanges"] + ranges["IntegerParameterRanges"]
    categorical = ranges["CategoricalParameterRanges"]
    metrics = training["AlgorithmSpecification"]["MetricDefinitions"]
    return {
        "name": details["HyperParameterTuningJobName"],
        "strategy": config["Strategy"],
        "objective": (objective["Type"], objective["MetricName"]),
        "jobs": (
            limits["MaxNumberOfTrainingJobs"],
            limits["MaxParallelTrainingJobs"],
        ),
        "early_stopping_type": config["TrainingJobEarlyStoppingType"],
        "ranges": {
            each["Name"]: (each["MinValue"], each["MaxValue"]) for each in numeric
        },
        "categories": {each["Name"]: each["Values"] for each in categorical},
        "hyperparameters": training["HyperParameters"],
        "metrics": [each["Name"] for each in metrics],
    }


def test_a_request_keeps_its_scaling_types_in_describe():
    ranges = wire.describe(record(), [])["HyperParameterTuningJobConfig"][RANGES]

    assert ranges["ContinuousParameterRanges"][0]["ScalingType"] == "Logarithmic"
    assert ranges["IntegerParameterRanges"][0]["ScalingType"] == "Auto"


@pytest.mark.parametrize(
    ("reason", "counter"),
    [
        (KILLED, "RetryableError"),
        ("killed by SIGTERM, from outside or because memory ran out", "RetryableError"),
        ("ended with exit status 255", "RetryableError"),
        ("killed by SIGSEGV", "NonRetryableError"),
        ("ended with exit status 2", "NonRetryableError"),
        (f"ValueError: {KILLED}", "NonRetryableError"),
        (None, "NonRetryableError"),
    ],
)
def test_training_job_killed_from_outside_counts_as_retryable(reason, counter):
    job = training_job(1, "Failed", failure_reason=reason)

    counters = wire.describe(record(), [job])["TrainingJobStatusCounters"]

    assert {name for name, count in counters.items() if count} == {counter}


def test_what_ran_when_the_runner_died_counts_as_retryable():
    answer = wire.describe(record(**STATES["interrupted"]), TRAINING_JOBS)

    counters = answer["TrainingJobStatusCounters"]
    assert (counters["InProgress"], counters["RetryableError"]) == (0, 2)
    assert answer["ObjectiveStatusCounters"]["Pending"] == 2


def test_describe_counts_training_jobs_by_status():
    answer = wire.describe(record(), TRAINING_JOBS)

    assert answer["TrainingJobStatusCounters"] == {
        "Completed": 3,
        "InProgress": 2,
        "RetryableError": 0,
        "NonRetryableError": 1,
        "Stopped": 1,
    }
    assert answer["ObjectiveStatusCounters"] == {
        "Succeeded": 2,
        "Pending": 2,
        "Failed": 3,
    }


def test_describe_counts_training_jobs_that_did_not_improve():
    jobs = [
        training_job(index, "Completed", [value], ended_at=SECONDS + index)
        for index, value in enumerate((0.8, 0.9, 0.7, 0.9), 1)
    ]

    answer = wire.describe(record(), jobs)

    assert answer["TuningJobCompletionDetails"] == {
        "NumberOfTrainingJobsObjectiveNotImproving": 2
    }


def test_describe_has_the_best_of_the_ended_training_jobs_by_latest_value():
    best = wire.describe(record(), TRAINING_JOBS)["BestTrainingJob"]

    assert best == {
        "TrainingJobName": "Churn-001-0a1b2c3d",
        "TrainingJobArn": "arn:aws:sagemaker:us-east-1:000000000000:"
        "training-job/churn-001-0a1b2c3d",
        "CreationTime": SUBMITTED,
        "TrainingStartTime": SUBMITTED,
        "TrainingEndTime": datetime(2024, 1, 2, 3, 4, 14, tzinfo=UTC),
        "TrainingJobStatus": "Completed",
        "TunedHyperParameters": {"lr": "0.01", "depth": "3", "kernel": '"1"'},
        "FinalHyperParameterTuningJobObjectiveMetric": {
            "MetricName": "validation:accuracy",
            "Value": 0.8,
        },
        "ObjectiveStatus": "Succeeded",
    }


def test_without_a_finished_training_job_there_is_no_best():
    assert "BestTrainingJob" not in wire.describe(record(), TRAINING_JOBS[2:])


def test_describe_has_times_arn_and_run_time():
    answer = wire.describe(record(), [])

    assert answer["HyperParameterTuningJobArn"] == (
        "arn:aws:sagemaker:us-east-1:000000000000:hyper-parameter-tuning-job/churn"
    )
    assert answer["CreationTime"] == SUBMITTED
    assert answer["HyperParameterTuningEndTime"] == datetime(
        2024, 1, 2, 3, 5, 35, tzinfo=UTC
    )
    assert answer["ConsumedResources"] == {"RuntimeInSeconds": 89}


def test_what_a_user_does_to_an_answer_does_not_reach_the_next():
    before = copy.deepcopy(KEPT)
    kept = wire.describe(record(kept=KEPT), [])["TrainingJobDefinition"]
    kept["ResourceConfig"]["InstanceCount"] = 99
    kept["AlgorithmSpecification"]["TrainingImage"] = "x"
    first = wire.describe(record(), [])
    first["TrainingJobDefinition"]["StoppingCondition"]["MaxRuntimeInSeconds"] = 1
    first["TrainingJobDefinition"]["AlgorithmSpecification"]["TrainingImage"] = "x"

    second = wire.describe(record(), [])["TrainingJobDefinition"]

    assert second["StoppingCondition"] == wire.PLACEHOLDERS["StoppingCondition"]
    assert second["AlgorithmSpecification"]["TrainingImage"] != "x"
    assert before == KEPT


def test_tuned_hyperparameters_leave_static_ones_out():
    job = training_job(1, hyperparameters={"lr": 0.5, "epochs": 27})

    summary = wire.training_job_summary(record(), job)

    assert summary["TunedHyperParameters"] == {"lr": "0.5"}


@pytest.mark.parametrize(
    "job", TRAINING_JOBS[2:6], ids=["failed", "nan", "no value", "running"]
)
def test_only_a_training_job_whose_objective_succeeded_has_a_final_metric(job):
    summary = wire.training_job_summary(record(), job)

    assert "FinalHyperParameterTuningJobObjectiveMetric" not in summary


def test_summary_has_the_name_of_the_definition_if_there_is_one():
    job = training_job(1)

    named = wire.training_job_summary(record(kept=KEPT), job)

    assert named["TrainingJobDefinitionName"] == "forest"
    unnamed = wire.training_job_summary(record(), job)
    assert "TrainingJobDefinitionName" not in unnamed


def test_reasons_are_cut_at_the_length_that_the_service_allows():
    job = training_job(1, "Failed", failure_reason="boom" * 1000)

    summary = wire.training_job_summary(record(), job)
    answer = wire.describe(record(**STATES["failed"]), [])

    assert len(summary["FailureReason"]) == len(answer["FailureReason"]) == 1024


def test_list_items_name_the_number_of_training_jobs_as_describe_does():
    item = counted([], config=plain())

    assert item["ResourceLimits"]["MaxNumberOfTrainingJobs"] == 750


def test_a_summary_of_a_training_job_takes_the_times_a_user_reads():
    job = training_job(1, created_at=SUBMITTED)

    assert wire.training_job_summary(record(), job)["CreationTime"] == SUBMITTED


def test_counts_may_be_keyed_by_amazons_strings():
    item = wire.tuning_job_summary(record(), {"Completed": 2}, {"Succeeded": 1})

    assert item["TrainingJobStatusCounters"]["Completed"] == 2
    assert item["ObjectiveStatusCounters"] == {
        "Succeeded": 1,
        "Pending": 0,
        "Failed": 0,
    }


def test_list_items_tell_retryable_failures_from_others():
    item = wire.tuning_job_summary(record(), {"Failed": 3}, {"Failed": 3}, retryable=2)

    counters = item["TrainingJobStatusCounters"]
    assert (counters["RetryableError"], counters["NonRetryableError"]) == (2, 1)


def test_answers_are_strict_json_apart_from_times():
    answer = wire.describe(record(), TRAINING_JOBS)

    assert json.dumps(answer, allow_nan=False, default=str)

import json
import math
import re
from collections import Counter
from datetime import UTC, datetime

import botocore.session
import pytest
from botocore.validate import ParamValidator
from hypothesis import given

from amt_magic import wire
from amt_magic.config import (
    CompletionCriteria,
    HyperbandStrategyConfig,
    Objective,
    ResourceLimits,
    TuningJobConfig,
    WarmStart,
)
from amt_magic.jobs import (
    Report,
    TrainingJob,
    TrainingJobStatus,
    TuningJobRecord,
    TuningJobStatus,
)
from amt_magic.ranges import (
    CategoricalParameter,
    ContinuousParameter,
    IntegerParameter,
)
from tests.generators import tuning_job_configs

CREATE = "CreateHyperParameterTuningJob"
DESCRIBE = "DescribeHyperParameterTuningJob"
SUBMITTED = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
SECONDS = SUBMITTED.timestamp()


@pytest.fixture(scope="module")
def service():
    return botocore.session.get_session().get_service_model("sagemaker")


def violations(shape, value, path=""):
    """Yield what botocore's own validator does not look at: enums, patterns, maxima."""
    if shape.type_name == "structure":
        for name, member in value.items():
            yield from violations(shape.members[name], member, f"{path}.{name}")
    elif shape.type_name == "list":
        for place, item in enumerate(value):
            yield from violations(shape.member, item, f"{path}[{place}]")
    elif shape.type_name == "map":
        for key, item in value.items():
            yield from violations(shape.value, item, f"{path}[{key}]")
    elif shape.type_name == "string":
        pattern = shape.metadata.get("pattern")
        if pattern and not re.fullmatch(pattern, value, re.DOTALL):
            yield f"{path}: {value!r} does not match {pattern}"
        if shape.enum and value not in shape.enum:
            yield f"{path}: {value!r} is not in {shape.enum}"
    size = len(value) if isinstance(value, str | list | dict) else value
    most = shape.metadata.get("max")
    if most is not None and size > most:
        yield f"{path}: {value!r} is above {most}"


def assert_fits(shape, value):
    report = ParamValidator().validate(value, shape)

    assert not report.has_errors(), report.generate_report()
    assert list(violations(shape, value)) == []


def without_ours(request):
    return {name: value for name, value in request.items() if name != "AmtMagic"}


def config(**changes):
    given = {
        "strategy": "Hyperband",
        "objective": Objective(type="Maximize", metric_name="validation:accuracy"),
        "ranges": {
            "lr": ContinuousParameter(1e-4, 1, "Logarithmic"),
            "depth": IntegerParameter(2, 12),
            "kernel": CategoricalParameter("rbf", "1", None, (64, 32)),
        },
        "resource_limits": ResourceLimits(
            max_number_of_training_jobs=50,
            max_parallel_training_jobs=5,
            max_runtime_in_seconds=600,
        ),
        "strategy_config": HyperbandStrategyConfig(max_resource=27),
        "completion_criteria": CompletionCriteria(
            target_objective_metric_value=0.9,
            max_number_of_training_jobs_not_improving=10,
            complete_on_convergence=True,
        ),
        "warm_start": WarmStart(parents=("old",), type="TransferLearning"),
        "static_hyperparameters": {"epochs": 27},
        "max_retries": 2,
        "random_seed": 0,
    }
    return TuningJobConfig(**{**given, **changes})


def record(**changes):
    given = {
        "name": "Churn",
        "config": config(),
        "status": TuningJobStatus.COMPLETED,
        "created_at": SECONDS,
        "modified_at": SECONDS + 90,
        "ended_at": SECONDS + 90,
        "seconds_run": 89.7,
    }
    return TuningJobRecord(**{**given, **changes})


def training_job(index, status="Completed", values=(), **changes):
    reports = [
        Report(index=index, resource=place, value=value, time=SECONDS)
        for place, value in enumerate(values, 1)
    ]
    given = {
        "name": f"Churn-{index:03}-0a1b2c3d",
        "hyperparameters": {"lr": 0.01, "depth": 3, "kernel": "1"},
        "status": TrainingJobStatus(status),
        "reports": reports,
        "created_at": SECONDS,
    }
    return TrainingJob(index=index, **{**given, **changes})


TRAINING_JOBS = [
    training_job(1, "Completed", [0.5, 0.8], started_at=SECONDS, ended_at=SECONDS + 9),
    training_job(2, "Stopped", [0.9, 0.7], stop_reason="median"),
    training_job(3, "Failed", [0.99], failure_reason="boom" * 1000),
    training_job(4, "Completed", [0.95, math.nan]),
    training_job(5, "Completed"),
    training_job(6, "InProgress", [0.99]),
    training_job(7, "Stopping"),
]


@pytest.mark.parametrize("jobs", [[], TRAINING_JOBS], ids=["none", "of every status"])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"status": TuningJobStatus.IN_PROGRESS, "ended_at": None},
        {"status": TuningJobStatus.STOPPING, "ended_at": None},
        {"status": TuningJobStatus.FAILED, "failure_reason": "boom" * 1000},
        {
            "config": config(
                strategy="Random",
                strategy_config=None,
                warm_start=None,
                completion_criteria=CompletionCriteria(),
                resource_limits=ResourceLimits(),
                max_retries=0,
                random_seed=None,
            )
        },
    ],
)
def test_describe_has_the_service_models_shape(service, jobs, changes):
    answer = wire.describe(record(**changes), jobs)

    assert_fits(service.operation_model(DESCRIBE).output_shape, answer)


def test_list_items_have_the_service_models_shape(service):
    statuses = Counter(job.status for job in TRAINING_JOBS)
    objective_statuses = Counter(job.objective_status for job in TRAINING_JOBS)

    item = wire.tuning_job_summary(record(), statuses, objective_statuses)

    assert_fits(service.shape_for("HyperParameterTuningJobSummary"), item)


@pytest.mark.parametrize("job", TRAINING_JOBS, ids=lambda job: job.status)
def test_training_job_summaries_have_the_service_models_shape(service, job):
    item = wire.training_job_summary(record(), job)

    assert_fits(service.shape_for("HyperParameterTrainingJobSummary"), item)


def test_a_request_with_placeholders_is_one_the_service_takes(service):
    request = without_ours(wire.request_from_config(config(), "churn"))
    definition = wire.with_placeholders(request["TrainingJobDefinition"])

    filled = {**request, "TrainingJobDefinition": definition}

    assert_fits(service.operation_model(CREATE).input_shape, filled)


def is_within_amazons_bounds(config):
    seconds = config.resource_limits.max_runtime_in_seconds
    not_improving = config.completion_criteria.max_number_of_training_jobs_not_improving
    return (seconds is None or seconds >= 120) and (
        not_improving is None or not_improving >= 3
    )


@given(tuning_job_configs().filter(is_within_amazons_bounds))
def test_botocore_takes_every_request_with_placeholders(service, config):
    request = without_ours(wire.request_from_config(config, "churn"))
    definition = wire.with_placeholders(request["TrainingJobDefinition"])
    filled = {**request, "TrainingJobDefinition": definition}

    report = ParamValidator().validate(
        filled, service.operation_model(CREATE).input_shape
    )

    assert not report.has_errors(), report.generate_report()


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
    first = wire.describe(record(), [])
    first["TrainingJobDefinition"]["StoppingCondition"]["MaxRuntimeInSeconds"] = 1
    first["TrainingJobDefinition"]["AlgorithmSpecification"]["TrainingImage"] = "x"

    second = wire.describe(record(), [])["TrainingJobDefinition"]

    assert second["StoppingCondition"] == wire.PLACEHOLDERS["StoppingCondition"]
    assert second["AlgorithmSpecification"]["TrainingImage"] != "x"


def test_tuned_hyperparameters_leave_static_ones_out():
    job = training_job(1, hyperparameters={"lr": 0.5, "epochs": 27})

    summary = wire.training_job_summary(record(), job)

    assert summary["TunedHyperParameters"] == {"lr": "0.5"}


@pytest.mark.parametrize("job", TRAINING_JOBS[3:6], ids=["nan", "no value", "running"])
def test_only_an_ended_training_job_with_a_finite_value_has_a_final_metric(job):
    summary = wire.training_job_summary(record(), job)

    assert "FinalHyperParameterTuningJobObjectiveMetric" not in summary


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


def test_answers_are_strict_json_apart_from_times():
    answer = wire.describe(record(), TRAINING_JOBS)

    assert json.dumps(answer, allow_nan=False, default=str)

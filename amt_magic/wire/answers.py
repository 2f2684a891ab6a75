"""What the service's Describe and List operations answer, as boto3 returns it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from amt_magic.completion import Criteria
from amt_magic.jobs import (
    History,
    ObjectiveStatus,
    Time,
    TrainingJob,
    TrainingJobStatus,
    TuningJobRecord,
)
from amt_magic.service_quotas import Quotas, training_job_limit
from amt_magic.wire.requests import request_from_config
from amt_magic.wire.values import encode_hyperparameters

ARN = "arn:aws:sagemaker:us-east-1:000000000000"
LONGEST_REASON = 1024

PLACEHOLDERS: dict[str, Any] = {  # required by a cloud, without a meaning here
    "AlgorithmSpecification": {
        "TrainingImage": "000000000000.dkr.ecr.us-east-1.amazonaws.com/local:latest",
        "TrainingInputMode": "File",
    },
    "RoleArn": "arn:aws:iam::000000000000:role/local",
    "OutputDataConfig": {"S3OutputPath": "s3://local/"},
    "ResourceConfig": {
        "InstanceType": "ml.m5.large",
        "InstanceCount": 1,
        "VolumeSizeInGB": 1,
    },
    "StoppingCondition": {"MaxRuntimeInSeconds": 86_400},
    "EnableNetworkIsolation": False,
    "EnableInterContainerTrafficEncryption": False,
    "EnableManagedSpotTraining": False,
}


def with_placeholders(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return a TrainingJobDefinition with what it lacks filled in."""
    filled = deepcopy({**PLACEHOLDERS, **definition})
    algorithm = definition.get("AlgorithmSpecification", {})
    filled["AlgorithmSpecification"] = {
        **PLACEHOLDERS["AlgorithmSpecification"],
        **algorithm,
    }
    return filled


def describe(
    record: TuningJobRecord, training_jobs: Sequence[TrainingJob]
) -> dict[str, Any]:
    """Return DescribeHyperParameterTuningJob's answer, times as aware datetimes."""
    request = request_from_config(record.config, record.name)
    request.pop("AmtMagic", None)
    limits = request["HyperParameterTuningJobConfig"]["ResourceLimits"]
    jobs = training_job_limit(record.config, Quotas())
    limits.setdefault("MaxNumberOfTrainingJobs", jobs)
    definition = with_placeholders(request["TrainingJobDefinition"])
    objective = record.config.objective
    definition["StaticHyperParameters"]["_tuning_objective_metric"] = (
        objective.metric_name
    )
    history = History(objective, training_jobs)
    best, criteria = history.best, Criteria(record.config, history)
    return {
        **request,
        **_standing(
            record,
            Counter(job.status.value for job in training_jobs),
            Counter(job.objective_status.value for job in training_jobs),
        ),
        **_present(
            TrainingJobDefinition=definition,
            BestTrainingJob=best and training_job_summary(record, best),
            FailureReason=_reason(record.failure_reason),
            TuningJobCompletionDetails=_present(
                NumberOfTrainingJobsObjectiveNotImproving=criteria.not_improving,
                ConvergenceDetectedTime=_datetime(record.converged_at),
            ),
            ConsumedResources={"RuntimeInSeconds": int(record.seconds_run)},
        ),
    }


def tuning_job_summary(
    record: TuningJobRecord,
    statuses: Mapping[str, int],
    objective_statuses: Mapping[str, int],
) -> dict[str, Any]:
    """Return an item of ListHyperParameterTuningJobs, from counts by status."""
    config = request_from_config(record.config, record.name)[
        "HyperParameterTuningJobConfig"
    ]
    return {
        **_standing(record, statuses, objective_statuses),
        "Strategy": config["Strategy"],
        "ResourceLimits": config["ResourceLimits"],
    }


def training_job_summary(record: TuningJobRecord, job: TrainingJob) -> dict[str, Any]:
    """Return an item of ListTrainingJobsForHyperParameterTuningJob."""
    tuned = {
        name: value
        for name, value in job.hyperparameters.items()
        if name in record.config.ranges
    }
    final = {"MetricName": record.config.objective.metric_name, "Value": job.value}
    is_final = job.status.is_terminal and job.has_finite_value
    return _present(
        TrainingJobName=job.name,
        TrainingJobArn=f"{ARN}:training-job/{job.name.lower()}",
        CreationTime=_datetime(job.created_at),
        TrainingStartTime=_datetime(job.started_at),
        TrainingEndTime=_datetime(job.ended_at),
        TrainingJobStatus=job.status.value,
        TunedHyperParameters=encode_hyperparameters(tuned),
        FailureReason=_reason(job.failure_reason),
        FinalHyperParameterTuningJobObjectiveMetric=final if is_final else None,
        ObjectiveStatus=job.objective_status.value,
    )


def _standing(
    record: TuningJobRecord,
    statuses: Mapping[str, int],
    objective_statuses: Mapping[str, int],
) -> dict[str, Any]:
    """What Describe and List both tell of a tuning job."""
    return _present(
        HyperParameterTuningJobName=record.name,
        HyperParameterTuningJobArn=(
            f"{ARN}:hyper-parameter-tuning-job/{record.name.lower()}"
        ),
        HyperParameterTuningJobStatus=record.status.value,
        CreationTime=_datetime(record.created_at),
        LastModifiedTime=_datetime(record.modified_at),
        HyperParameterTuningEndTime=_datetime(record.ended_at),
        TrainingJobStatusCounters={
            "Completed": statuses.get(TrainingJobStatus.COMPLETED, 0),
            "InProgress": statuses.get(TrainingJobStatus.IN_PROGRESS, 0)
            + statuses.get(TrainingJobStatus.STOPPING, 0),
            "RetryableError": 0,
            "NonRetryableError": statuses.get(TrainingJobStatus.FAILED, 0),
            "Stopped": statuses.get(TrainingJobStatus.STOPPED, 0),
        },
        ObjectiveStatusCounters={
            status.value: objective_statuses.get(status, 0)
            for status in ObjectiveStatus
        },
    )


def _present(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _reason(text: str | None) -> str | None:
    return text[:LONGEST_REASON] if text else None


def _datetime(time: Time) -> datetime | None:
    if time is None or isinstance(time, datetime):
        return time
    return datetime.fromtimestamp(time, UTC)

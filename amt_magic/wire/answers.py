"""What the service's Describe and List operations answer, as boto3 returns it."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from amt_magic.completion import Criteria
from amt_magic.config import TuningJobConfig, WarmStartType
from amt_magic.jobs import (
    History,
    ObjectiveStatus,
    Time,
    TrainingJob,
    TrainingJobStatus,
    TuningJobRecord,
)
from amt_magic.parents import Parent
from amt_magic.service_quotas import Quotas, training_job_limit
from amt_magic.wire.kept import add_members
from amt_magic.wire.placeholders import with_placeholders
from amt_magic.wire.requests import request_from_config
from amt_magic.wire.shapes import CONFIG, DEFINITION, OURS
from amt_magic.wire.values import encode_hyperparameters

ARN = "arn:aws:sagemaker:us-east-1:000000000000"
LONGEST_REASON = 1024
RETRYABLE = re.compile(  # how the executor words what no training code has done
    r"killed by \w+, from outside|ended with exit status 255$"
)


def describe(
    record: TuningJobRecord,
    training_jobs: Sequence[TrainingJob],
    parents: Sequence[Parent] = (),
) -> dict[str, Any]:
    """Return DescribeHyperParameterTuningJob's answer, times as aware datetimes.

    Members that only a cloud uses are those of the request, or placeholders. The
    `parents` of a warm start can have the overall best training job.
    """
    request = _request(record)
    history = History(record.config.objective, training_jobs)
    best, criteria = history.best, Criteria(record.config, history)
    return {
        **request,
        **_standing(
            record,
            Counter(job.status.value for job in training_jobs),
            Counter(job.objective_status.value for job in training_jobs),
            sum(map(_is_retryable, training_jobs)),
        ),
        **_present(
            TrainingJobDefinition=_definition(record, request[DEFINITION]),
            BestTrainingJob=best and training_job_summary(record, best),
            OverallBestTrainingJob=_overall_best(record, history, parents),
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
    retryable: int = 0,
) -> dict[str, Any]:
    """Return an item of ListHyperParameterTuningJobs, from counts by status.

    `retryable`: how many of the failed training jobs are.
    """
    return {
        **_standing(record, statuses, objective_statuses, retryable),
        "Strategy": record.config.strategy.value,
        "ResourceLimits": _limits(record.config),
    }


def training_job_summary(record: TuningJobRecord, job: TrainingJob) -> dict[str, Any]:
    """Return an item of ListTrainingJobsForHyperParameterTuningJob."""
    tuned = {
        name: value
        for name, value in job.hyperparameters.items()
        if name in record.config.ranges
    }
    final = {"MetricName": record.config.objective.metric_name, "Value": job.value}
    counts = job.objective_status == ObjectiveStatus.SUCCEEDED
    return _present(
        TrainingJobDefinitionName=definition_name(record),
        TrainingJobName=job.name,
        TrainingJobArn=f"{ARN}:training-job/{job.name.lower()}",
        CreationTime=_datetime(job.created_at),
        TrainingStartTime=_datetime(job.started_at),
        TrainingEndTime=_datetime(job.ended_at),
        TrainingJobStatus=job.status.value,
        TunedHyperParameters=encode_hyperparameters(tuned),
        FailureReason=_reason(job.failure_reason),
        FinalHyperParameterTuningJobObjectiveMetric=final if counts else None,
        ObjectiveStatus=job.objective_status.value,
    )


def _overall_best(
    record: TuningJobRecord, history: History, parents: Sequence[Parent]
) -> dict[str, Any] | None:
    """Summarise the best training job of this tuning job and identical parents."""
    warm_start = record.config.warm_start
    identical = WarmStartType.IDENTICAL_DATA_AND_ALGORITHM
    if warm_start is None or warm_start.type != identical:
        return None
    histories = [(record.name, history), *((p.name, p.history) for p in parents)]
    bests = [(name, each.best) for name, each in histories if each.best]
    if not bests:
        return None
    name, best = min(bests, key=lambda named: history.loss(named[1]))
    tuned = encode_hyperparameters(best.hyperparameters)  # by whom it was run
    summary = training_job_summary(record, best)
    return {**summary, "TuningJobName": name, "TunedHyperParameters": tuned}


def definition_name(record: TuningJobRecord) -> str | None:
    """Return the DefinitionName of the request that made the job, if it has one."""
    name: str | None = record.kept.get(DEFINITION, {}).get("DefinitionName")
    return name


def is_retryable_reason(reason: str | None) -> bool:
    """Tell whether a training job failed by what was done to it from outside."""
    return bool(RETRYABLE.match(reason or ""))


def _is_retryable(job: TrainingJob) -> bool:
    failed = job.status == TrainingJobStatus.FAILED
    return failed and is_retryable_reason(job.failure_reason)


def _request(record: TuningJobRecord) -> dict[str, Any]:
    """Return the request as the service shows it, without what is kept."""
    request = request_from_config(record.config, record.name)
    request.pop(OURS, None)
    request[CONFIG]["ResourceLimits"] = _limits(record.config)
    return request


def _limits(config: TuningJobConfig) -> dict[str, int]:
    limits = config.resource_limits
    seconds = limits.max_runtime_in_seconds
    return _present(
        MaxNumberOfTrainingJobs=training_job_limit(config, Quotas()),
        MaxParallelTrainingJobs=limits.max_parallel_training_jobs,
        MaxRuntimeInSeconds=None if seconds is None else math.ceil(seconds),
    )


def _definition(record: TuningJobRecord, own: dict[str, Any]) -> dict[str, Any]:
    definition = add_members(own, record.kept.get(DEFINITION, {}))
    static = definition["StaticHyperParameters"]
    static["_tuning_objective_metric"] = record.config.objective.metric_name
    algorithm = definition["AlgorithmSpecification"]
    name = algorithm.get("AlgorithmName", "arn:")
    if not name.startswith("arn:"):
        algorithm["AlgorithmName"] = f"{ARN}:algorithm/{name}"
    return with_placeholders(definition)


def _standing(
    record: TuningJobRecord,
    statuses: Mapping[str, int],
    objective_statuses: Mapping[str, int],
    retryable: int,
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
        TrainingJobStatusCounters=_counters(record, statuses, retryable),
        ObjectiveStatusCounters={
            status.value: objective_statuses.get(status, 0)
            for status in ObjectiveStatus
        },
    )


def _counters(
    record: TuningJobRecord, statuses: Mapping[str, int], retryable: int
) -> dict[str, int]:
    """Count by status; what ran when the runner died runs again on `resume`."""
    running = sum(
        statuses.get(status, 0)
        for status in TrainingJobStatus
        if not status.is_terminal
    )
    failed = statuses.get(TrainingJobStatus.FAILED, 0)
    lost = running if record.is_interrupted else 0
    return {
        "Completed": statuses.get(TrainingJobStatus.COMPLETED, 0),
        "InProgress": running - lost,
        "RetryableError": retryable + lost,
        "NonRetryableError": failed - retryable,
        "Stopped": statuses.get(TrainingJobStatus.STOPPED, 0),
    }


def _present(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _reason(text: str | None) -> str | None:
    return text[:LONGEST_REASON] if text else None


def _datetime(time: Time) -> datetime | None:
    if time is None or isinstance(time, datetime):
        return time
    return datetime.fromtimestamp(time, UTC)

"""Rows of the tables become values."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from amt_magic import wire
from amt_magic.jobs import (
    Report,
    TrainingJob,
    TrainingJobStatus,
    TuningJobRecord,
    TuningJobStatus,
)
from amt_magic.savings import Replay
from amt_magic.stops import Stop, StopRule
from amt_magic.store.lease import is_alive


def to_record(row: sa.Row[Any]) -> TuningJobRecord:
    """Turn a tuning job's row into a record."""
    status, request = TuningJobStatus(row.status), json.loads(row.request)
    return TuningJobRecord(
        name=row.name,
        config=wire.config_from_request(request),
        status=status,
        created_at=row.created_at,
        modified_at=row.modified_at,
        ended_at=row.ended_at,
        seconds_run=row.seconds_run,
        seconds_choosing=row.seconds_choosing,
        completion_reason=row.completion_reason,
        converged_at=row.converged_at,
        replays=tuple(Replay(**each) for each in json.loads(row.savings or "[]")),
        failure_reason=row.failure_reason,
        resumed_with=row.resumed_with,
        is_interrupted=not status.is_terminal and not is_alive(row),
        kept=wire.kept_members(request),
    )


def to_report(row: sa.Row[Any]) -> Report:
    """Turn a report's row into a Report; NULL is how NaN is kept."""
    return Report(
        index=row.training_job,
        resource=row.resource,
        value=math.nan if row.value is None else row.value,
        time=row.time,
    )


def to_training_job(
    row: sa.Row[Any], curve: Sequence[Report] | None = None
) -> TrainingJob:
    """Turn a training job's row into a TrainingJob, with its latest report at least."""
    if curve is None:
        value = math.nan if row.value is None else row.value
        latest = Report(
            index=row.number, resource=row.resource, value=value, time=row.value_at
        )
        curve = [latest] if row.resource else []
    return TrainingJob(
        index=row.number,
        name=row.name,
        hyperparameters=wire.decode_hyperparameters(json.loads(row.hyperparameters)),
        status=TrainingJobStatus(row.status),
        reports=curve,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        failure_reason=row.failure_reason,
        stop_reason=row.stop_reason,
        stop=_to_stop(row.stop) if row.stop else None,
        worker=row.worker,
        attempt=row.attempt,
    )


def from_training_job(tuning_job: int, job: TrainingJob) -> dict[str, Any]:
    """Turn a training job into the columns of its row."""
    latest = job.reports[-1] if job.reports else None
    texts = wire.encode_hyperparameters(job.hyperparameters)
    return {
        "tuning_job": tuning_job,
        "number": job.index,
        "name": job.name,
        "hyperparameters": json.dumps(texts),
        "status": str(job.status),
        "objective_status": str(job.objective_status),
        "created_at": job.created_at,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
        "failure_reason": job.failure_reason and storable(job.failure_reason),
        "stop_reason": job.stop_reason and storable(job.stop_reason),
        "stop": from_stop(job.stop) if job.stop else None,
        "worker": job.worker,
        "attempt": job.attempt,
        "resource": latest.resource if latest else 0,
        "value": to_column(latest.value) if latest else None,
        "value_at": latest.time if latest else None,
    }


def _to_stop(text: str) -> Stop:
    facts = json.loads(text)
    return Stop(**facts | {"rule": StopRule(facts["rule"])})


def from_stop(stop: Stop) -> str:
    """Write a stop as JSON: what differs from the defaults, nothing beyond ASCII."""
    known = asdict(Stop(rule=stop.rule)) | {"rule": None}
    facts = {k: value for k, value in asdict(stop).items() if value != known[k]}
    return json.dumps(facts)


def storable(text: str) -> str:
    """Return what every database takes: NUL and halves of pairs as escapes."""
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()


def to_column(value: float) -> float | None:
    """Return what the database keeps of a value: NULL for NaN."""
    return None if math.isnan(value) else value

"""What a live view is told: plain values, as small as they can be."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from amt_magic.config import TuningJobConfig
from amt_magic.jobs import Report, TrainingJob, TuningJobRecord
from amt_magic.ranges import AnyRange, CategoricalParameter, ContinuousParameter
from amt_magic.schedulers.rungs import rungs_of
from amt_magic.views import headlines
from amt_magic.views.failures import failure_cause
from amt_magic.views.formats import hyperparameter
from amt_magic.views.summary import (
    INTERRUPTED,
    TuningJobSummary,
    as_code,
    origins,
    summarize_briefly,
)
from amt_magic.views.tally import Tally
from amt_magic.wire.kept import request_with_kept

Message = dict[str, Any]
DIGITS = 6  # significant, of numbers in rows and curves


def plan(record: TuningJobRecord, cell: str) -> Message:
    """Tell what the tuning job does, which does not change while it runs."""
    config = record.config
    rungs = rungs_of(config)
    request = request_with_kept(config, record.name, record.kept)
    request.pop("AmtMagic", None)
    return {
        "name": record.name,
        "strategy": config.strategy.value,
        "objective": {
            "name": config.objective.metric_name,
            "type": config.objective.type.value,
        },
        "parallel": config.resource_limits.max_parallel_training_jobs,
        "seed": config.random_seed,
        "origins": list(origins(record)),
        "parameters": [_parameter(*each) for each in config.space.items()],
        "rungs": rungs,
        "maxResource": _max_resource(config),
        "cell": cell,
        "request": json.dumps(request, indent=2),
    }


def row(job: TrainingJob, names: Sequence[str], *, interrupted: bool) -> list[Any]:
    """Tell a training job: see the members of ROW in `frontend/src/protocol.ts`."""
    running = not job.status.is_terminal
    given = job.hyperparameters
    return [
        job.index,
        INTERRUPTED if running and interrupted else job.status.value,
        number_or_word(job.value),
        job.reports[-1].resource if job.reports else 0,
        _seconds(job.started_at),
        _seconds(job.ended_at),
        [_plain(given[name]) if name in given else None for name in names],
        failure_cause(job) or (job.stop.brief if job.stop else job.stop_reason) or "",
    ]


def curve(index: int, reports: Sequence[Report]) -> list[Any]:
    """Tell reports that follow one another: CURVE in `frontend/src/protocol.ts`."""
    values = [_rounded(r.value) if math.isfinite(r.value) else None for r in reports]
    return [index, reports[0].resource, values]


def number_or_word(value: float | None) -> float | str | None:
    """Return a number that JSON knows, and the word of one that it does not."""
    if value is None or math.isfinite(value):
        return value
    return str(value)


def _parameter(name: str, kind: AnyRange) -> Message:
    if isinstance(kind, CategoricalParameter):
        told: Message = {"kind": "Categorical", "scaling": None}
        texts = [hyperparameter(value) for value in kind.values]
        return told | {"name": name, "min": None, "max": None, "values": texts}
    continuous = isinstance(kind, ContinuousParameter)
    return {
        "name": name,
        "kind": "Continuous" if continuous else "Integer",
        "scaling": kind.scaling.value,
        "min": kind.min_value,
        "max": kind.max_value,
        "values": None,
    }


def _max_resource(config: TuningJobConfig) -> int | None:
    return getattr(config.strategy_config, "max_resource", None)


def _plain(value: Any) -> float | str:
    """Return a number as such, and a category as its text."""
    if type(value) is float:
        return _rounded(value)
    return value if type(value) is int else hyperparameter(value)


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _seconds(time: float | None) -> float | None:
    return None if time is None else round(time, 2)


def standing(record: TuningJobRecord, tally: Tally, now: float) -> Message:
    """Tell how the tuning job stands: STANDING in `frontend/src/protocol.ts`."""
    summary = summarize_briefly(record, tally, now)
    return {
        "status": summary.status,
        "hasEnded": summary.has_ended,
        "counts": asdict(summary.counts),
        "most": summary.max_training_jobs,
        "limits": list(headlines.limits(summary)),
        "target": record.config.completion_criteria.target_objective_metric_value,
        "now": now,
        "elapsed": summary.seconds_elapsed,
        "left": summary.seconds_left,
        "choosing": summary.seconds_choosing,
        "training": summary.seconds_training,
        "saved": list(headlines.saved(summary)),
        "savedShare": _saved_share(summary),
        "best": _best(summary),
        "ending": headlines.ending(summary),
    }


def _saved_share(summary: TuningJobSummary) -> float | None:
    saved = summary.saved
    return saved.reports / saved.all_reports if saved and saved.reports else None


def _best(summary: TuningJobSummary) -> Message | None:
    best = summary.best
    if best is None:
        return None
    code = summary.best_as_code
    return {"index": best.index, "value": best.value, "code": code}


def detail(job: TrainingJob, log: str) -> Message:
    """Tell of one training job what its row has no room for."""
    return {
        "kind": "detail",
        "index": job.index,
        "code": as_code(job.hyperparameters),
        "why": failure_reason(job),
        "log": log,
        "worker": job.worker,
        "attempt": job.attempt,
    }


def failure_reason(job: TrainingJob) -> str:
    """Return the whole reason why a training job ended."""
    return job.failure_reason or job.stop_reason or ""

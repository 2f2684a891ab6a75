"""The limits of a tuning job, and how much of them is reached."""

from collections.abc import Iterator
from dataclasses import dataclass

from amt_magic.config import Strategy, TuningJobConfig
from amt_magic.jobs import TuningJobRecord
from amt_magic.views.tally import Tally

TRAINING_JOBS = "training jobs"  # what limits are of
RUN_TIME = "seconds"
TARGET = "target"
NOT_IMPROVING = "training jobs not improving"
CONVERGENCE = "convergence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit in force, and how much of it is reached; `None`: not told here."""

    what: str
    limit: float
    reached: float | None = None


def most_training_jobs(config: TuningJobConfig) -> int | None:
    """Return how many training jobs there can be; None: no limit is given."""
    most = config.resource_limits.max_number_of_training_jobs
    if config.strategy != Strategy.GRID:
        return most
    combinations = int(config.space.size)
    return combinations if most is None else min(most, combinations)


def limits_in_force(
    record: TuningJobRecord, tally: Tally, elapsed: float
) -> Iterator[Limit]:
    """Yield the limits and criteria; `elapsed` is in seconds."""
    config = record.config
    most, criteria = most_training_jobs(config), config.completion_criteria
    if most is not None:
        yield Limit(what=TRAINING_JOBS, limit=most, reached=tally.counts.ended)
    seconds = config.resource_limits.max_runtime_in_seconds
    if seconds is not None:
        yield Limit(what=RUN_TIME, limit=seconds, reached=elapsed)
    target = criteria.target_objective_metric_value
    if target is not None:
        best = tally.best
        yield Limit(what=TARGET, limit=target, reached=best.value if best else None)
    not_improving = criteria.max_number_of_training_jobs_not_improving
    if not_improving is not None:
        reached = tally.not_improving
        yield Limit(what=NOT_IMPROVING, limit=not_improving, reached=reached)
    has_converged = record.converged_at is not None
    if has_converged or criteria.complete_on_convergence:
        yield Limit(what=CONVERGENCE, limit=1, reached=has_converged)


def seconds_left(config: TuningJobConfig, ended: int, elapsed: float) -> float | None:
    """Expect the rest at the pace so far, once a first round has ended."""
    expected = []
    limits = config.resource_limits
    if limits.max_runtime_in_seconds is not None:
        expected.append(max(0.0, limits.max_runtime_in_seconds - elapsed))
    most = most_training_jobs(config)
    if most is not None and ended >= limits.max_parallel_training_jobs:
        pace = elapsed / ended
        expected.append(max(0, most - ended) * pace)
    return min(expected, default=None)

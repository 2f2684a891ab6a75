"""Limits: why a tuning job is complete, or why it has failed."""

import math

from amt_magic.config import Strategy, TuningJobConfig
from amt_magic.jobs import History, ObjectiveStatus

FAILURES_TO_GIVE_UP = 5
DEFAULT_JOBS = 750  # Amazon's quota, where no limit is given


def job_limit(config: TuningJobConfig) -> int:
    """Return how many training jobs are to run; for Grid every combination."""
    limit = config.resource_limits.max_number_of_training_jobs
    if config.strategy == Strategy.GRID:
        combinations = int(min(config.space.size, 10**9))
        return min(combinations, limit or combinations)
    return limit or DEFAULT_JOBS


def deadline(config: TuningJobConfig, started: float, seconds_run: float) -> float:
    """Return when MaxRuntimeInSeconds is over; infinity without a limit.

    started: when this runner started; seconds_run: what earlier ones ran.
    """
    limit = config.resource_limits.max_runtime_in_seconds
    return math.inf if limit is None else started + limit - seconds_run


def failure(history: History) -> str | None:
    """Return why the tuning job fails: five training jobs failed, none succeeded."""
    failed = []
    for job in history.training_jobs:
        if job.objective_status == ObjectiveStatus.SUCCEEDED:
            return None
        if job.objective_status == ObjectiveStatus.FAILED:
            failed.append(job)
    if len(failed) < FAILURES_TO_GIVE_UP:
        return None
    reasons: dict[str, int] = {}
    for job in failed:
        reason = job.failure_reason or job.stop_reason or "no reason known"
        reasons[reason] = reasons.get(reason, 0) + 1
    grouped = "; ".join(f"{count} x {reason}" for reason, count in reasons.items())
    return f"the first {len(failed)} training jobs failed: {grouped}"

"""Limits and criteria: why a tuning job is complete, or why it has failed."""

import math

from amt_magic.config import Strategy, TuningJobConfig
from amt_magic.jobs import History, ObjectiveStatus, TrainingJob

FAILURES_TO_GIVE_UP = 5
DEFAULT_JOBS = 750  # Amazon's quota, where no limit is given
IMPROVEMENT = 0.01  # of the best: less than so much is none


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


class Criteria:
    """Tells when one of the completion criteria is met.

    Training jobs count when they end with a value, stopped ones too; failed ones do
    not. The target is reached by a value that is as good or better. A training job
    improves on the best if it is better by 1 % of it, or the first; the others since
    the last that did are those not improving, in the order in which they ended.
    """

    def __init__(self, config: TuningJobConfig, history: History) -> None:
        self._config = config
        self._objective = config.objective
        self._best = math.inf
        self.not_improving = 0
        self.reason: str | None = None
        ended = sorted(history.ended, key=lambda job: (job.ended_at or 0.0, job.index))
        for job in ended:
            self.follow(job)

    def follow(self, job: TrainingJob) -> None:
        """Take in a training job that has ended; `reason` tells what came of it."""
        if job.objective_status != ObjectiveStatus.SUCCEEDED or job.value is None:
            return
        loss = self._objective.loss(job.value)
        needed = IMPROVEMENT * abs(self._best) if math.isfinite(self._best) else 0.0
        improves = self._best - loss >= needed and loss < self._best
        self.not_improving = 0 if improves else self.not_improving + 1
        self._best = min(self._best, loss)
        self.reason = self.reason or self._met(job, loss)

    def _met(self, job: TrainingJob, loss: float) -> str | None:
        criteria = self._config.completion_criteria
        target = criteria.target_objective_metric_value
        most = criteria.max_number_of_training_jobs_not_improving
        if target is not None and loss <= self._objective.loss(target):
            name = self._objective.metric_name
            reached = f"training job {job.index} has {name} {job.value:.6g}"
            return f"reached TargetObjectiveMetricValue ({target:.6g}): {reached}"
        if most is not None and self.not_improving >= most:
            return f"reached MaxNumberOfTrainingJobsNotImproving ({most})"
        return None

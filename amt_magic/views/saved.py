"""What early stopping has saved so far, from what the views know anyway."""

from collections.abc import Sequence

from amt_magic.config import HyperbandStrategyConfig, Strategy, TuningJobConfig
from amt_magic.jobs import TrainingJob, TrainingJobStatus
from amt_magic.savings import Savings


def saved_so_far(
    config: TuningJobConfig, training_jobs: Sequence[TrainingJob]
) -> Savings | None:
    """Return what early stops have saved; None as long as nothing tells.

    A training job would have made as many reports as Hyperband's maximum, else as
    many as the longest that completed, at the pace of those that completed.
    """
    full = _full_length(config, training_jobs)
    early = [job for job in training_jobs if job.stop and job.stop.rule.is_early]
    if not full or not early:
        return None
    reports = sum(max(0, full - _length(job)) for job in early)
    return Savings(
        by="Hyperband" if config.strategy == Strategy.HYPERBAND else "Auto",
        reports=reports,
        all_reports=reports + sum(map(_length, training_jobs)),
        seconds=reports * _seconds_a_report(training_jobs),
    )


def _seconds_a_report(training_jobs: Sequence[TrainingJob]) -> float:
    """Return the pace of those that completed: of others the start is too large."""
    completed = [j for j in training_jobs if j.status == TrainingJobStatus.COMPLETED]
    timed = [j for j in completed or training_jobs if j.reports and j.started_at]
    seconds = sum(job.reports[-1].time - job.started_at for job in timed)
    return float(seconds) / max(1, sum(map(_length, timed)))


def _full_length(config: TuningJobConfig, training_jobs: Sequence[TrainingJob]) -> int:
    asked = config.strategy_config
    if isinstance(asked, HyperbandStrategyConfig) and asked.max_resource:
        return asked.max_resource
    completed = TrainingJobStatus.COMPLETED
    lengths = (_length(job) for job in training_jobs if job.status == completed)
    return max(lengths, default=0)


def _length(job: TrainingJob) -> int:
    return job.reports[-1].resource if job.reports else 0

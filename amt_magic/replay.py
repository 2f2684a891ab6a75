"""What stopping early would have saved: a finished job's reports, decided again."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from amt_magic.config import (
    EarlyStoppingType,
    HyperbandStrategyConfig,
    Strategy,
    TuningJobConfig,
)
from amt_magic.jobs import History, Report, TrainingJob, TrainingJobStatus
from amt_magic.savings import Replay
from amt_magic.schedulers import Scheduler
from amt_magic.schedulers.hyperband import Hyperband
from amt_magic.schedulers.median import MedianRule

MOST_REPORTS = 200_000  # that are decided again, which takes about 3 s
MOST_EACH = 20_000  # of a training job: Hyperband's largest maximum


def replays(
    config: TuningJobConfig, training_jobs: Sequence[TrainingJob]
) -> list[Replay]:
    """Return what Auto and Hyperband would have saved of a job that ran without.

    The same deciders see the same reports at the same times, without those that
    training jobs which they stop would not have made. The clock is not shifted: a stop
    would have let the next training job start sooner, so that some reports had come
    in another order; with one training job at a time they had not, and the replay
    decides as the tuning job would have, as long as its strategy chose the same
    (Random and Grid do; Bayesian learns from what it sees).

    Empty, where early stopping ran, no training job has reported twice, or there are
    more reports than 200,000, or 20,000 of one training job.
    """
    lengths = [len(job.reports) for job in training_jobs]
    longest = max(lengths, default=0)
    ran_without = config.early_stopping == EarlyStoppingType.OFF
    if config.strategy == Strategy.HYPERBAND or not ran_without:
        return []
    if longest < 2 or longest > MOST_EACH or sum(lengths) > MOST_REPORTS:
        return []
    asked: dict[str, Scheduler] = {
        "Auto": MedianRule(),
        "Hyperband": Hyperband(HyperbandStrategyConfig(max_resource=longest)),
    }
    made = [replay(*each, config, training_jobs) for each in asked.items()]
    return [each for each in made if each is not None]


def replay(
    by: str,
    scheduler: Scheduler,
    config: TuningJobConfig,
    training_jobs: Sequence[TrainingJob],
) -> Replay | None:
    """Return what this scheduler would have saved; None without a best value."""
    best = History(config.objective, training_jobs).best
    shortened = _decide_again(scheduler, config, training_jobs)
    kept = shortened.best
    if best is None or kept is None or kept.value is None:
        return None
    pairs = [(job, shortened[job.index]) for job in training_jobs if job.reports]
    return Replay(
        by=by,
        reports=sum(len(job.reports) - len(short.reports) for job, short in pairs),
        all_reports=sum(len(job.reports) for job in training_jobs),
        seconds=sum(
            job.reports[-1].time - short.reports[-1].time for job, short in pairs
        ),
        keeps_best=kept.value == best.value,
        best=kept.value,
    )


def _decide_again(
    scheduler: Scheduler,
    config: TuningJobConfig,
    training_jobs: Sequence[TrainingJob],
) -> History:
    """Return the history as it is when the scheduler stops training jobs."""
    history = History(config.objective)
    stopped: set[int] = set()
    for moment in _moments(training_jobs):
        if isinstance(moment, TrainingJob):
            fresh = replace(
                moment, status=TrainingJobStatus.IN_PROGRESS, reports=[], ended_at=None
            )
            history.add(fresh)
        elif moment.index not in stopped:
            history.record(moment)
            if scheduler.decide(moment, history):
                stopped.add(moment.index)
    for job in training_jobs:
        history.change(job.index, status=job.status, ended_at=job.ended_at)
    return history


def _moments(training_jobs: Sequence[TrainingJob]) -> Iterator[TrainingJob | Report]:
    """Yield training jobs, where they began, and their reports, in order of time."""
    moments: list[tuple[float, int, int, TrainingJob | Report]] = []
    for job in training_jobs:
        moments.append((job.created_at, job.index, 0, job))
        moments += ((r.time, r.index, r.resource, r) for r in job.reports)
    moments.sort(key=lambda moment: moment[:3])
    yield from (moment for *_, moment in moments)

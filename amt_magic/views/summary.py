"""The plain summary of a tuning job: all that the views show, computed once."""

import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from keyword import iskeyword
from operator import attrgetter, itemgetter
from typing import Any, cast

from amt_magic.config import (
    EarlyStoppingType,
    Objective,
    Strategy,
    TuningJobConfig,
)
from amt_magic.jobs import (
    ObjectiveStatus,
    TrainingJob,
    TrainingJobStatus,
    TuningJobRecord,
)
from amt_magic.parents import Parent
from amt_magic.savings import Replay, Savings
from amt_magic.views.failures import FailureGroup, failure_cause, fold_failures
from amt_magic.views.formats import number, plural, visible
from amt_magic.views.limits import (
    Limit,
    limits_in_force,
    most_training_jobs,
    seconds_left,
)
from amt_magic.views.tally import Counts, Tally

INTERRUPTED = "interrupted"
ENDED = frozenset(status.value for status in TrainingJobStatus if status.is_terminal)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingJobRow:
    """What the table shows of one training job.

    `value` is the latest, `reports` how many there were, `seconds` from its start
    to its end or to now, `why` the reason it ended.
    """

    index: int
    value: float | None
    status: str
    seconds: float | None
    hyperparameters: Mapping[str, Any]
    reports: int
    why: str

    @property
    def has_ended(self) -> bool:
        """Tell whether the training job was seen to end."""
        return self.status in ENDED


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TuningJobSummary:
    """One tuning job, as plain data; times are in seconds.

    `status` is Amazon's word, or "interrupted" when the runner is dead. `rows`
    are best first, then those running, then those without a usable value. `saved`:
    what early stopping has saved so far, `replays`: would have, where it was off.
    `gave_single_values`: it had nothing to judge. `origins`: the parents of a warm
    start, and where it was resumed. `better_elsewhere`: the value, number and tuning
    job of a parent's training job that is better than all here, of an identical one.
    `best_so_far` has the corners of the line only: (index, value).
    """

    name: str
    status: str
    has_ended: bool
    reason: str
    remedy: str
    strategy: str
    objective: Objective
    random_seed: int | None
    max_parallel_training_jobs: int
    max_training_jobs: int | None
    limits: tuple[Limit, ...]
    counts: Counts
    seconds_elapsed: float
    seconds_left: float | None
    seconds_choosing: float
    seconds_training: float
    hyperparameter_names: tuple[str, ...]
    best: TrainingJobRow | None
    best_as_code: str
    better_elsewhere: tuple[float, int, str] | None = None
    best_so_far: tuple[tuple[int, float], ...]
    rows: tuple[TrainingJobRow, ...]
    failures: tuple[FailureGroup, ...]
    origins: tuple[str, ...] = ()
    gave_single_values: bool = False
    saved: Savings | None = None
    replays: tuple[Replay, ...] = ()

    @property
    def progress(self) -> str:
        """How many training jobs have ended: `7 of 20 training jobs`."""
        ended, most = self.counts.ended, self.max_training_jobs
        if most is None:
            return plural(ended, "training job")
        return f"{ended:,} of {plural(most, 'training job')}"

    def __str__(self) -> str:
        """Tell the job in one line."""
        best = ""
        if self.best is not None:
            metric = visible(self.objective.metric_name, 60)
            best = f", best {metric} {number(self.best.value)}"
        return f"{visible(self.name)}: {self.status}, {self.progress}{best}"

    def __repr__(self) -> str:
        return f"<TuningJobSummary {self}>"


def summarize(
    record: TuningJobRecord,
    training_jobs: Sequence[TrainingJob],
    now: float | None = None,
    parents: Sequence[Parent] = (),
) -> TuningJobSummary:
    """Compute the summary of a tuning job from its record and training jobs.

    `parents`: of a warm start that ran the same data and algorithm.
    `now` is in epoch seconds, and the time of the call where it is `None`. Of the
    reports of each training job only the latest is read.
    """
    now = time.time() if now is None else now
    config, tally = record.config, Tally(record.config, training_jobs)
    rows = _rows(record, sorted(training_jobs, key=attrgetter("index")), now)
    usable = [row for row, status in rows if status == ObjectiveStatus.SUCCEEDED]
    best_first = sorted(usable, key=lambda row: _loss(row, config.objective))
    return replace(
        summarize_briefly(record, tally, now),
        best=best_first[0] if best_first else None,  # the row itself
        better_elsewhere=_better_elsewhere(config.objective, best_first, parents),
        best_so_far=_best_so_far(usable, config.objective),
        rows=(
            *best_first,
            *(row for row, status in rows if status == ObjectiveStatus.PENDING),
            *(row for row, status in rows if status == ObjectiveStatus.FAILED),
        ),
        failures=fold_failures(training_jobs, tuple(config.ranges)),
    )


def summarize_briefly(
    record: TuningJobRecord, tally: Tally, now: float
) -> TuningJobSummary:
    """Compute the summary without rows, failures, and the best so far."""
    config, counts = record.config, tally.counts
    elapsed = _seconds_elapsed(record, now)
    has_ended = record.status.is_terminal or record.is_interrupted
    best = [row for row, _ in _rows(record, filter(None, [tally.best]), now)]
    hyperband = config.strategy == Strategy.HYPERBAND
    stops_early = hyperband or config.early_stopping != EarlyStoppingType.OFF
    return TuningJobSummary(
        name=record.name,
        status=INTERRUPTED if record.is_interrupted else record.status.value,
        has_ended=has_ended,
        reason=record.failure_reason or record.completion_reason or "",
        remedy=_remedy(record, counts.ended) if record.is_interrupted else "",
        strategy=config.strategy.value,
        objective=config.objective,
        random_seed=config.random_seed,
        max_parallel_training_jobs=config.resource_limits.max_parallel_training_jobs,
        max_training_jobs=most_training_jobs(config),
        limits=tuple(limits_in_force(record, tally, elapsed)),
        counts=counts,
        seconds_elapsed=elapsed,
        seconds_left=None if has_ended else seconds_left(config, counts.ended, elapsed),
        seconds_choosing=record.seconds_choosing,
        seconds_training=tally.seconds_training(None if record.is_interrupted else now),
        hyperparameter_names=tuple(config.ranges),
        best=best[0] if best else None,
        best_as_code=as_code(best[0].hyperparameters) if best else "",
        best_so_far=(),
        rows=(),
        failures=(),
        origins=tuple(origins(record)),
        gave_single_values=stops_early and tally.gave_single_values,
        saved=tally.saved,
        replays=record.replays,
    )


def origins(record: TuningJobRecord) -> Iterator[str]:
    """Yield what the tuning job goes on from: parents, and itself before a resume."""
    if warm_start := record.config.warm_start:
        yield f"warm start from {', '.join(warm_start.parents)} ({warm_start.type})"
    if record.resumed_with is not None:
        yield f"resumed: {_done_and_to_go(record.config, record.resumed_with)}"


def _remedy(record: TuningJobRecord, ended: int) -> str:
    return f"%tune resume {record.name} ({_done_and_to_go(record.config, ended)})"


def _done_and_to_go(config: TuningJobConfig, done: int) -> str:
    most = most_training_jobs(config)
    left = "" if most is None else f" + {max(0, most - done):,} to go"
    return f"{done:,} done{left}"


def as_code(hyperparameters: Mapping[str, Any]) -> str:
    """Write hyperparameters as Python: one `name = value` a line.

    Where a name is no variable's, all become one dict.
    """
    if all(name.isidentifier() and not iskeyword(name) for name in hyperparameters):
        return "\n".join(f"{name} = {v!r}" for name, v in hyperparameters.items())
    lines = (f"    {name!r}: {value!r}," for name, value in hyperparameters.items())
    return "\n".join(("hyperparameters = {", *lines, "}"))


def _better_elsewhere(
    objective: Objective,
    best_first: Sequence[TrainingJobRow],
    parents: Iterable[Parent],
) -> tuple[float, int, str] | None:
    found = [(p.history.loss(p.history.best), p) for p in parents if p.history.best]
    loss, parent = min(found, key=itemgetter(0), default=(math.inf, None))
    own = _loss(best_first[0], objective) if best_first else math.inf
    if parent is None or loss >= own or not (best := parent.history.best):
        return None
    return cast(float, best.value), best.index, parent.name


def _rows(
    record: TuningJobRecord, training_jobs: Iterable[TrainingJob], now: float
) -> list[tuple[TrainingJobRow, ObjectiveStatus]]:
    words = {status: status.value for status in TrainingJobStatus}
    until: float | None = now
    if record.is_interrupted:  # what was running no longer is; nobody saw it end
        until = None
        words[TrainingJobStatus.IN_PROGRESS] = INTERRUPTED
        words[TrainingJobStatus.STOPPING] = INTERRUPTED
    return [
        (
            TrainingJobRow(
                index=job.index,
                value=job.value,
                status=words[job.status],
                seconds=_seconds_between(job.started_at, job.ended_at or until),
                hyperparameters=job.hyperparameters,
                reports=job.reports[-1].resource if job.reports else 0,
                why=failure_cause(job) or job.stop_reason or "",
            ),
            job.objective_status,
        )
        for job in training_jobs
    ]


def _seconds_between(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else max(0.0, end - start)


def _best_so_far(
    usable: Iterable[TrainingJobRow], objective: Objective
) -> tuple[tuple[int, float], ...]:
    corners: list[tuple[int, float]] = []
    smallest = math.inf
    for row in usable:
        if (loss := _loss(row, objective)) < smallest:
            smallest = loss
            corners.append((row.index, cast(float, row.value)))
    return tuple(corners)


def _loss(row: TrainingJobRow, objective: Objective) -> float:
    return math.inf if row.value is None else objective.loss(row.value)


def _seconds_elapsed(record: TuningJobRecord, now: float) -> float:
    """Return for how long a runner ran: `seconds_run` is as of `modified_at`."""
    if not record.status.is_terminal and not record.is_interrupted:
        return record.seconds_run + max(0.0, now - record.modified_at)
    ended_at = record.ended_at or record.modified_at
    return record.seconds_run or max(0.0, ended_at - record.created_at)

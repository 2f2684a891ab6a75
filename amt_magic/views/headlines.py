"""The sentences about a tuning job that text and HTML share; safe to print."""

from collections.abc import Iterator

from amt_magic.savings import Savings
from amt_magic.views.failures import FailureGroup
from amt_magic.views.formats import duration, number, plural, visible
from amt_magic.views.limits import CONVERGENCE, NOT_IMPROVING, RUN_TIME, TARGET
from amt_magic.views.summary import INTERRUPTED, TuningJobSummary


def plan(summary: TuningJobSummary) -> list[str]:
    """Tell what the tuning job does: `Random`, `maximize accuracy`, `seed 7`."""
    parts = [
        visible(summary.strategy),
        f"{summary.objective.type.lower()} {metric(summary)}",
        f"{summary.max_parallel_training_jobs} in parallel",
    ]
    if summary.random_seed is not None:
        parts.append(f"seed {summary.random_seed}")
    return parts + [visible(origin, 250) for origin in summary.origins]


def metric(summary: TuningJobSummary) -> str:
    """Return the objective's name."""
    return visible(summary.objective.metric_name, 40)


def counts(summary: TuningJobSummary) -> Iterator[tuple[str, str]]:
    """Yield (status, words) of the statuses there are: `7 completed`."""
    is_interrupted = summary.status == INTERRUPTED
    running = INTERRUPTED if is_interrupted else "InProgress"
    known = summary.counts
    for status, count, word in (
        ("Completed", known.completed, "completed"),
        ("Stopped", known.stopped, "stopped"),
        ("Failed", known.failed, "failed"),
        (running, known.running, INTERRUPTED if is_interrupted else "running"),
    ):
        if count:
            yield status, f"{count:,} {word}"


def times(summary: TuningJobSummary) -> str:
    """Tell how long it took, or takes yet, and what the time went to."""
    parts = [f"{duration(summary.seconds_elapsed)} elapsed"]
    if summary.seconds_left is not None:
        parts.append(f"about {duration(summary.seconds_left)} left")
    if summary.rows:
        parts.append(f"training {duration(summary.seconds_training)}")
        parts.append(f"choosing {duration(summary.seconds_choosing)}")
    return ", ".join(parts)


def limits(summary: TuningJobSummary) -> Iterator[str]:
    """Yield the limits that the counts do not show, with what is reached."""
    for limit in summary.limits:
        if limit.what == RUN_TIME:
            reached = duration(limit.reached or 0.0)
            yield f"run time {reached} of {duration(limit.limit)}"
        elif limit.what == TARGET:
            now = "" if limit.reached is None else f" (best {number(limit.reached)})"
            yield f"target {number(limit.limit)}{now}"
        elif limit.what == NOT_IMPROVING:
            reached = f"{int(limit.reached or 0):,} of {int(limit.limit):,}"
            yield f"{reached} training jobs not improving"
        elif limit.what == CONVERGENCE:
            unlikely = "converged: a further gain of over 1 % is unlikely"
            yield unlikely if limit.reached else "not converged"


def saved(summary: TuningJobSummary) -> Iterator[str]:
    """Yield what early stopping has saved, or, once it is known, would have."""
    if (so_far := summary.saved) and so_far.reports:
        epochs = f"{so_far.reports:,} of {plural(so_far.all_reports, 'epoch')}"
        yield f"{so_far.by} saved about {epochs}, {_trained(so_far)}"
    for replay in summary.replays:
        if not replay.reports:
            yield f"{replay.by} would have saved nothing"
            continue
        share = f"{100 * replay.reports / replay.all_reports:.0f} % of the epochs"
        kept = f"its best would have been {metric(summary)} {number(replay.best)}"
        if replay.keeps_best:
            kept = "it would have kept the best"
        yield f"{replay.by} would have saved {share}, {_trained(replay)}; {kept}"


def _trained(savings: Savings) -> str:
    return f"{duration(savings.seconds)} of training"


def ending(summary: TuningJobSummary) -> str:
    """Tell why the tuning job ended, or what to do about one without a runner."""
    if summary.status == INTERRUPTED:
        return f"Its runner is dead; to go on: {visible(summary.remedy)}"
    reason = visible(summary.reason, 500)
    if summary.has_ended and summary.gave_single_values:
        reason += "; early stopping had nothing to judge: one value from each"
    return reason


def best(summary: TuningJobSummary) -> str:
    """Tell the best value and whose it is."""
    if summary.best is None:
        return ""
    value = number(summary.best.value)
    return f"{metric(summary)} {value}, training job {summary.best.index}"


def better_elsewhere(summary: TuningJobSummary) -> str:
    """Tell the better value of a parent that ran the same, if one has it."""
    if summary.better_elsewhere is None:
        return ""
    value, index, name = summary.better_elsewhere
    return f"overall best {number(value)}, training job {index} of {visible(name)}"


def failure(group: FailureGroup) -> str:
    """Tell one cause of failures, how many, and where they lie."""
    first = (
        f"first: training job {group.first_index}"
        if group.count > 1
        else (f"training job {group.first_index}")
    )
    region = f"; {visible(group.region, 200)}" if group.region else ""
    count = f"{group.count:,} \N{MULTIPLICATION SIGN}"
    return f"{count} {visible(group.cause, 200)} ({first}{region})"


def left_out(count: int) -> str:
    """Tell how to get the training jobs that a table leaves out."""
    return f"{plural(count, 'more training job')}: job.dataframe()"

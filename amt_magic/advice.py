"""Advice: which strategy, early stopping and warm start suit a tuning job, and why."""

from collections.abc import Iterator, Sequence

from amt_magic.advice_facts import Facts, ended_how, facts_of_config, facts_of_job
from amt_magic.config import (
    EarlyStoppingType,
    Strategy,
    TuningJobConfig,
    WarmStartType,
)
from amt_magic.executors.payload import Payload
from amt_magic.hints import FEW_JOBS, FEWEST_ROUNDS
from amt_magic.jobs import TuningJobStatus
from amt_magic.savings import Replay
from amt_magic.store.job_store import JobStore
from amt_magic.tuning_jobs import TuningJob
from amt_magic.views.advice import Advice, AdviceLine
from amt_magic.views.formats import number, plural
from amt_magic.warm_start import LEARNS_NOTHING
from amt_magic.warm_startable import Candidate

FEW_COMBINATIONS = 50
BAYESIAN_IS_AHEAD = 16  # training jobs: tests/benchmarks/bayesian.py
MEASURED = (
    f"measured on ten problems, Bayesian is ahead from {BAYESIAN_IS_AHEAD} training "
    "jobs on, 76 of 100 to 57"
)
SHORTEST_CURVE = 3  # reports: Hyperband has rungs from there on
COSTLY_SECONDS = 10.0  # of a training job
MOST_PARENTS = 5
IDENTICAL = WarmStartType.IDENTICAL_DATA_AND_ALGORITHM
TRANSFER = WarmStartType.TRANSFER_LEARNING


def advise(
    about: TuningJob | TuningJobConfig,
    *,
    reports: int | None = None,
    seconds: float | None = None,
    code: Payload | None = None,
) -> Advice:
    """Advise on a tuning job that ran or runs, or on a config before it does.

    >>> advice = amt.advise(amt.tuning_job("churn"))
    >>> advice[0].what
    '--warm-start churn --warm-start-type IdenticalDataAndAlgorithm'
    >>> advice[0].fact
    'churn ran the same code, best loss 0.00013...; data cannot be compared'

    The first line suits best; the others say when they would suit instead. Each
    names the fact it rests on.

    Args:
        about: A tuning job, or the config of one to come.
        reports: For a config: how often a training job gives its objective.
        seconds: For a config: how long a training job takes.
        code: For a config: what is to run, as a dry run has it.

    Returns:
        A tuple of lines that shows itself as a table.
    """
    if isinstance(about, TuningJob):
        return advice_from(facts_of_job(about._store, about.name))
    return advice_from(
        facts_of_config(JobStore(), about, reports=reports, seconds=seconds, code=code)
    )


def advice_from(facts: Facts) -> Advice:
    """Return the advice that these facts give."""
    rules = (_resume, _warm_start, _grid, _hyperband, _bayesian, _random, _early_stops)
    return Advice(line for rule in rules for line in rule(facts))


def _resume(facts: Facts) -> Iterator[AdviceLine]:
    record = facts.record
    if record is None or not (record.status.is_terminal or record.is_interrupted):
        return
    left, more = facts.limit - facts.ended, ""
    is_complete = record.status == TuningJobStatus.COMPLETED
    if is_complete or left <= 0:
        if facts.config.space.size <= facts.ended:
            return
        more = f" --max-jobs {2 * facts.limit}"
        left = 2 * facts.limit - facts.ended
    yield AdviceLine(
        kind="resume",
        what=f"%tune resume {record.name}{more}",
        why=f"goes on under its own name with {left} more, and runs nothing twice",
        fact=ended_how(record, facts.ended),
        when="code and data are as they were, and it is not good enough yet",
        suits=not more and facts.own is not None,
    )


def _warm_start(facts: Facts) -> Iterator[AdviceLine]:
    own = [facts.own] if facts.own else []
    same = [*own, *(c for c in facts.others if c.fit.is_other_code is False)]
    different = [c for c in facts.others if c.fit.is_other_code is not False]
    if same and facts.config.space.size > facts.ended:
        yield _from_parents(facts, same[:MOST_PARENTS], IDENTICAL)
    if informing := own or different[:1]:
        yield _from_parents(facts, informing, TRANSFER, suits=not same)


def _from_parents(
    facts: Facts,
    parents: Sequence[Candidate],
    type: WarmStartType,
    *,
    suits: bool = True,
) -> AdviceLine:
    names = " ".join(f"--warm-start {parent.record.name}" for parent in parents)
    what = f"{names} --warm-start-type {type}"
    if facts.config.strategy in LEARNS_NOTHING:
        what += f" --strategy {Strategy.BAYESIAN}"
    finished = plural(sum(p.fit.finished for p in parents), "finished training job")
    counts = {
        IDENTICAL: f"starts with {finished}, which count as its own",
        TRANSFER: f"is guided by {finished}, which do not count as its own",
    }
    when = {
        IDENTICAL: "another name, other ranges or limits are wanted, on the same data",
        TRANSFER: "the data or the version of the model changed",
    }
    return AdviceLine(
        kind="warm_start",
        what=what,
        why=counts[type],
        fact="; ".join([*map(_about, parents), "data cannot be compared"]),
        when=when[type],
        suits=suits,
    )


def _about(parent: Candidate) -> str:
    """Word what is known of a parent."""
    listed = parent.listed
    code = {
        None: "has the same hyperparameters and objective",
        False: "ran the same code",
        True: "has the same hyperparameters and objective, and ran other code",
    }
    best = f"best {listed.objective} {number(listed.best_value)}"
    if parent.record.is_interrupted:
        return f"{ended_how(parent.record, listed.training_jobs)}, {best}"
    return f"{listed.name} {code[parent.fit.is_other_code]}, {best}"


def _grid(facts: Facts) -> Iterator[AdviceLine]:
    space, limit = facts.config.space, facts.limit
    if not space.is_categorical or space.size > max(limit, FEW_COMBINATIONS):
        return
    combinations = int(space.size)
    many = {1: "the range is", 2: "both ranges are"}
    all_ranges = many.get(len(space), f"all {len(space)} ranges are")
    more = f" --max-jobs {combinations}" if limit < combinations else ""
    yield AdviceLine(
        kind="grid",
        what=f"--strategy Grid{more}",
        why="runs every combination once and leaves nothing to chance",
        fact=f"{all_ranges} categorical, {plural(combinations, 'combination')}",
        when="every combination is to be seen",
        is_in_force=facts.config.strategy == Strategy.GRID,
    )


def _hyperband(facts: Facts) -> Iterator[AdviceLine]:
    has_curves = facts.reports is not None and facts.reports >= SHORTEST_CURVE
    if facts.reports is not None and not has_curves:
        return
    limits, limit = facts.config.resource_limits, facts.limit
    allows = limit > FEW_JOBS or limits.max_runtime_in_seconds is not None
    is_in_force = facts.config.strategy == Strategy.HYPERBAND
    what, jobs = "--strategy Hyperband", limit if allows else 5 * limit
    if has_curves and not is_in_force:
        what += f" --max-resource {facts.reports}"
    if not allows:
        what += f" --max-jobs {jobs}"
    replayed = _replay(facts, "Hyperband")
    yield AdviceLine(
        kind="hyperband",
        what=what,
        why="stops the worse ones after a few reports and tries more in the same time; "
        "it wants many training jobs, or a time limit",
        fact=_joined(facts.about_reports or "nothing is known of reports", replayed)
        + f"; {facts.budget}",
        when=f"time allows {jobs} training jobs, most of them short"
        if has_curves
        else "a training job gives its objective once per epoch",
        suits=has_curves and allows,
        is_in_force=is_in_force,
    )


def _bayesian(facts: Facts) -> Iterator[AdviceLine]:
    is_parallel, limit = _is_too_parallel(facts), facts.limit
    what, fact = "--strategy Bayesian", facts.budget
    if is_parallel:
        what += f" --max-parallel-jobs {max(1, limit // FEWEST_ROUNDS)}"
        fact += ": so many at a time learn little of each other"
    is_in_force = facts.config.strategy == Strategy.BAYESIAN and not is_parallel
    yield AdviceLine(
        kind="bayesian",
        what=what,
        why="learns from each training job where to look next, and is ahead of Random "
        f"from {BAYESIAN_IS_AHEAD} training jobs on",
        fact=fact,
        when="precision counts, and there is time for it",
        suits=limit >= BAYESIAN_IS_AHEAD and not is_parallel,
        is_in_force=is_in_force,
    )


def _random(facts: Facts) -> Iterator[AdviceLine]:
    is_small = facts.limit < BAYESIAN_IS_AHEAD
    yield AdviceLine(
        kind="random",
        what="--strategy Random",
        why="draws each training job by itself: the usual advice for a quick look on a "
        f"small budget; {MEASURED}",
        fact=facts.budget,
        when="a first impression is enough, or nearly all run at once",
        suits=is_small or _is_too_parallel(facts),
        is_in_force=facts.config.strategy == Strategy.RANDOM,
    )


def _early_stops(facts: Facts) -> Iterator[AdviceLine]:
    """Advise on the median rule, where there is or may be something to stop."""
    is_known = facts.reports is not None
    gives_one = facts.reports is not None and facts.reports < 2
    if gives_one or facts.config.strategy == Strategy.HYPERBAND:
        return
    replayed = next((r for r in _replays(facts) if r.by == "Auto"), None)
    is_costly = (facts.seconds or 0.0) >= COSTLY_SECONDS
    loses = replayed is not None and not replayed.keeps_best
    found = facts.about_reports or "nothing is known of reports"
    yield AdviceLine(
        kind="early_stopping",
        what="--early-stopping Auto",
        why="stops training jobs that are worse than the median of earlier ones; it "
        "loses where slow starters win late",
        fact=_joined(found, facts.cost, _replay(facts, "Auto")),
        when="training jobs are costly and give their objective once per epoch",
        suits=is_known and is_costly and not loses,
        is_in_force=facts.config.early_stopping == EarlyStoppingType.AUTO,
    )


def _is_too_parallel(facts: Facts) -> bool:
    return facts.parallel > 1 and facts.limit < FEWEST_ROUNDS * facts.parallel


def _replays(facts: Facts) -> Sequence[Replay]:
    return facts.record.replays if facts.record else ()


def _replay(facts: Facts, by: str) -> str:
    """Word what stopping would have saved of the tuning job; empty if not known."""
    for replay in _replays(facts):
        if replay.by == by and replay.all_reports:
            share = replay.reports / replay.all_reports
            kept = "kept" if replay.keeps_best else "lost"
            return (
                f"{by} would have saved {share:.0%} of all reports and {kept} the best"
            )
    return ""


def _joined(*parts: str) -> str:
    return "; ".join(filter(None, parts))

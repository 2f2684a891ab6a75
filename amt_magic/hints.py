"""Hints: what is worth a word before a tuning job runs."""

import math
from collections.abc import Iterator

from amt_magic.advice_facts import Facts, ended_how
from amt_magic.config import (
    BayesianStrategyConfig,
    EarlyStoppingType,
    HyperbandStrategyConfig,
    Strategy,
    TuningJobConfig,
    WarmStartType,
)
from amt_magic.launcher import core_count
from amt_magic.views.formats import duration, plural
from amt_magic.warm_start import LEARNS_NOTHING
from amt_magic.warm_startable import Candidate

AUTO_ADDS_NOTHING = "Hyperband is itself the early stopping: Auto adds nothing to it"
FEWEST_ROUNDS = 3  # of parallel training jobs, for Bayesian search to be worth it
FEW_JOBS = 100  # so many that Hyperband's time is better spent on more of them
WORTH_SECONDS = 60.0  # that would be saved: less is not worth a word
WORTH_SHARE = 0.3  # of the training time, likewise


def hints(
    config: TuningJobConfig, facts: Facts | None = None, told: set[str] | None = None
) -> list[str]:
    """Return what is worth a word before the tuning job runs, a sentence each.

    What has no effect is said always, of advice one piece alone. `facts`: what earlier
    tuning jobs teach about this one. `told`: the kinds of advice that were given
    before, which are not given again; what is given now joins them.
    """
    told = set() if told is None else told
    lines = list(_without_effect(config))
    advice = [*_from_earlier(facts), *_advice(config)] if facts else _advice(config)
    for kind, sentence in advice:
        if kind not in told:
            told.add(kind)
            return [*lines, sentence]
    return lines


def _without_effect(config: TuningJobConfig) -> Iterator[str]:
    is_hyperband = config.strategy == Strategy.HYPERBAND
    if is_hyperband and config.early_stopping == EarlyStoppingType.AUTO:
        yield AUTO_ADDS_NOTHING
    unused = f"options are kept, and not used by {config.strategy}"
    given, is_bayesian = config.strategy_config, config.strategy == Strategy.BAYESIAN
    if isinstance(given, HyperbandStrategyConfig) and not is_hyperband:
        yield f"the Hyperband {unused}"
    if isinstance(given, BayesianStrategyConfig) and not is_bayesian:
        yield f"the Bayesian {unused}"


def _advice(config: TuningJobConfig) -> Iterator[tuple[str, str]]:
    limits, cores = config.resource_limits, core_count()
    parallel = limits.max_parallel_training_jobs
    jobs = limits.max_number_of_training_jobs or math.inf
    is_hyperband = config.strategy == Strategy.HYPERBAND
    if is_hyperband and jobs <= FEW_JOBS and not limits.max_runtime_in_seconds:
        yield (
            "few for Hyperband",
            f"Hyperband ends {jobs} training jobs sooner than Random would, and finds "
            f"less good ones: give it {5 * jobs}, or a time limit",
        )
    is_bayesian = config.strategy == Strategy.BAYESIAN
    if is_bayesian and parallel > 1 and jobs < FEWEST_ROUNDS * parallel:
        yield (
            "few rounds",
            f"with {parallel} of {jobs} training jobs at a time, Bayesian search "
            "learns little and is much like Random; it finds more with fewer at a time",
        )
    if parallel > cores:
        yield "cores", f"{parallel} training jobs at a time share {cores} cores"


def _from_earlier(facts: Facts) -> Iterator[tuple[str, str]]:
    """Yield what an earlier run of the same code would clearly save of this one."""
    if facts.config.warm_start:
        return
    same = [each for each in facts.others if each.fit.is_other_code is False]
    for kind, sentence_on in {
        "resume": _to_resume,
        "warm start": _to_learn_from,
        "early stopping": _to_stop_early,
    }.items():
        sentences = (sentence_on(earlier, facts.config) for earlier in same)
        if first := next(filter(None, sentences), ""):
            yield kind, first


def _to_resume(earlier: Candidate, config: TuningJobConfig) -> str:
    record = earlier.record
    is_same = (record.config.ranges, record.config.objective) == (
        config.ranges,
        config.objective,
    )
    if not (record.is_interrupted and is_same and record.seconds_run >= WORTH_SECONDS):
        return ""
    return (
        f"{ended_how(record, earlier.listed.training_jobs)}, and ran the same code: "
        f"%tune resume {record.name} goes on with it"
    )


def _to_learn_from(earlier: Candidate, config: TuningJobConfig) -> str:
    record = earlier.record
    if config.strategy in LEARNS_NOTHING or record.seconds_run < WORTH_SECONDS:
        return ""
    return (
        f"{record.name} ran the same code, "
        f"{plural(earlier.fit.finished, 'training job')} in "
        f"{duration(record.seconds_run)}: where the data are the same, --warm-start "
        f"{record.name} --warm-start-type {WarmStartType.IDENTICAL_DATA_AND_ALGORITHM} "
        "learns from them"
    )


def _to_stop_early(earlier: Candidate, config: TuningJobConfig) -> str:
    is_off = config.early_stopping == EarlyStoppingType.OFF
    if config.strategy == Strategy.HYPERBAND or not is_off:
        return ""
    for replay in earlier.record.replays:
        share = replay.reports / max(1, replay.all_reports)
        is_worth = replay.seconds >= WORTH_SECONDS and share >= WORTH_SHARE
        if replay.by == EarlyStoppingType.AUTO and replay.keeps_best and is_worth:
            saved = f"{share:.0%} of the training, {duration(replay.seconds)}"
            return (
                f"{earlier.record.name} ran the same code, and --early-stopping Auto "
                f"would have saved {saved}, and kept its best"
            )
    return ""

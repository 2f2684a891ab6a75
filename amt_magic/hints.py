"""Hints: what is worth a word before a tuning job runs."""

import math
from collections.abc import Iterator
from itertools import islice

from amt_magic.config import (
    BayesianStrategyConfig,
    EarlyStoppingType,
    HyperbandStrategyConfig,
    Strategy,
    TuningJobConfig,
)
from amt_magic.launcher import core_count

FEWEST_ROUNDS = 3  # of parallel training jobs, for Bayesian search to be worth it
FEW_JOBS = 100  # so many that Hyperband's time is better spent on more of them


def hints(config: TuningJobConfig) -> list[str]:
    """Return what is worth a word before the tuning job runs, a sentence each.

    What has no effect is said always, of advice the first piece alone.
    """
    return [*_without_effect(config), *islice(_advice(config), 1)]


def _without_effect(config: TuningJobConfig) -> Iterator[str]:
    is_hyperband = config.strategy == Strategy.HYPERBAND
    if is_hyperband and config.early_stopping == EarlyStoppingType.AUTO:
        yield "Hyperband is itself the early stopping: Auto adds nothing to it"
    unused = f"options are kept, and not used by {config.strategy}"
    given, is_bayesian = config.strategy_config, config.strategy == Strategy.BAYESIAN
    if isinstance(given, HyperbandStrategyConfig) and not is_hyperband:
        yield f"the Hyperband {unused}"
    if isinstance(given, BayesianStrategyConfig) and not is_bayesian:
        yield f"the Bayesian {unused}"


def _advice(config: TuningJobConfig) -> Iterator[str]:
    limits, cores = config.resource_limits, core_count()
    parallel = limits.max_parallel_training_jobs
    jobs = limits.max_number_of_training_jobs or math.inf
    is_hyperband = config.strategy == Strategy.HYPERBAND
    if is_hyperband and jobs <= FEW_JOBS and not limits.max_runtime_in_seconds:
        yield (
            f"Hyperband ends {jobs} training jobs sooner than Random would, and finds "
            f"less good ones: give it {5 * jobs}, or a time limit"
        )
    is_bayesian = config.strategy == Strategy.BAYESIAN
    if is_bayesian and parallel > 1 and jobs < FEWEST_ROUNDS * parallel:
        yield (
            f"with {parallel} of {jobs} training jobs at a time, Bayesian search "
            "learns little and is much like Random; it finds more with fewer at a time"
        )
    if parallel > cores:
        yield f"{parallel} training jobs at a time share {cores} cores"

"""Quotas: AMT's defaults, what a config asks of them, and how they are raised."""

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from amt_magic.checks import Faults
from amt_magic.config import Strategy, TuningJobConfig
from amt_magic.errors import ResourceLimitExceededError
from amt_magic.ranges import (
    CategoricalParameter,
)

AMTS_DEFAULT = "AMT's default"
RAISED = {"parallel_training_jobs": 100, "training_jobs": 10_000}  # as far as AMT does
FIXED_TRAINING_JOBS = 750  # for every strategy but Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """The quotas in force. The defaults are AMT's, which lets two be raised.

    >>> quotas = amt.Quotas(parallel_training_jobs=32, runtime_in_seconds=3600)
    >>> quotas.training_jobs
    750
    >>> amt.Quotas(categories=40)
    Traceback (most recent call last):
        ...
    amt_magic.errors.ValidationError: categories must be an integer, 1 or more and 30 at
    most (got 40)

    All can be lowered; `%config Quotas.parallel_training_jobs = 32` sets one.

    Attributes:
        concurrent_tuning_jobs: Tuning jobs that run at a time. Default 100.
        hyperparameter_ranges: Ranges of a tuning job. Default 30.
        categories: Values of a categorical range. Default 30.
        hyperparameters: Ranges, static hyperparameters and the objective's name of a
            tuning job. Default 100.
        metrics: Metric definitions of a tuning job. Default 20.
        parallel_training_jobs: Training jobs of a tuning job that run at a time.
            Default 10, up to 100.
        training_jobs: Training jobs of a tuning job, those of its parents included.
            Default 750, up to 10,000 for Random alone.
        runtime_in_seconds: Time for a tuning job. Default 30 days.

    Raises:
        ValidationError: one of them is below 1, or above what AMT allows.
    """

    concurrent_tuning_jobs: int = 100
    hyperparameter_ranges: int = 30
    categories: int = 30
    hyperparameters: int = 100
    metrics: int = 20
    parallel_training_jobs: int = 10
    training_jobs: int = 750
    runtime_in_seconds: int = 30 * 86_400

    def __post_init__(self) -> None:
        faults = Faults()
        for name in _DEFAULTS:
            most = _highest(name, Strategy.RANDOM)
            faults.whole(name, getattr(self, name), most=most)
        faults.raise_if_any()


def in_force() -> Quotas:
    """Return the quotas in force: those of `%config Quotas`, else AMT's defaults."""
    settings = _settings()
    values: Quotas = settings.values() if settings else Quotas()
    return values


def origins() -> dict[str, str]:
    """Return where each quota was set."""
    settings = _settings()
    named: dict[str, str] = settings.origins() if settings else {}
    return {quota.name: named.get(quota.name, AMTS_DEFAULT) for quota in fields(Quotas)}


def _settings() -> Any:
    """Return the traits that the extension has registered with IPython, or None."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    found = shell.configurables if shell else ()
    return next((each for each in found if type(each).__name__ == "Quotas"), None)


_DEFAULTS: dict[str, Any] = {quota.name: quota.default for quota in fields(Quotas)}


def training_job_limit(config: TuningJobConfig, quotas: Quotas) -> int:
    """Return the number of training jobs that the config asks for.

    Where it has none: all combinations for Grid, else as many as there may be.
    """
    given = config.resource_limits.max_number_of_training_jobs
    if given is not None:
        return given
    if config.strategy == Strategy.GRID:
        return math.prod(kind.size for kind in config.ranges.values())
    return _in_force(quotas, "training_jobs", config.strategy)


def check(
    config: TuningJobConfig,
    quotas: Quotas,
    running_tuning_jobs: int = 0,
    inherited_training_jobs: int = 0,
) -> None:
    """Raise one ResourceLimitExceededError that names every quota passed.

    The training jobs of a warm start's parents count as well: they are inherited.
    """
    utilization = {
        "concurrent_tuning_jobs": running_tuning_jobs,
        "training_jobs": inherited_training_jobs,
    }
    passed = []
    for name, words, count in asked(config, quotas):
        used = utilization.get(name, 0)
        limit = _in_force(quotas, name, config.strategy)
        if used + count > limit:
            remedy = _remedy(name, limit, config.strategy)
            passed.append(
                f"The account-level service limit '{words}' is {limit:,}, with current "
                f"utilization of {used:,} and a request delta of {count:,}; {remedy}"
            )
    if len(passed) > 1:
        passed.insert(0, f"{len(passed)} quotas are exceeded")
    if passed:
        raise ResourceLimitExceededError("\n  ".join(passed))


def asked(config: TuningJobConfig, quotas: Quotas) -> Iterator[tuple[str, str, float]]:
    """Yield quota, what it limits, and how much of it the config asks for."""
    limits, ranges = config.resource_limits, config.ranges
    yield "concurrent_tuning_jobs", "concurrent tuning jobs", 1
    yield "hyperparameter_ranges", "hyperparameters searched", len(ranges)
    for name, kind in ranges.items():
        if isinstance(kind, CategoricalParameter):
            yield "categories", f"values of the category {name!r}", kind.size
    tuned_and_static = len(ranges) + len(config.static_hyperparameters)
    words = "hyperparameters, static ones and the objective's name included"
    yield "hyperparameters", words, tuned_and_static + 1
    words = "metric definitions per tuning job"
    yield "metrics", words, len(config.metric_definitions)
    words = "parallel training jobs per tuning job"
    yield "parallel_training_jobs", words, limits.max_parallel_training_jobs
    words = f"training jobs per tuning job, {config.strategy}"
    yield "training_jobs", words, training_job_limit(config, quotas)
    if limits.max_runtime_in_seconds is not None:
        words = "seconds of run time per tuning job"
        yield "runtime_in_seconds", words, limits.max_runtime_in_seconds


def _in_force(quotas: Quotas, name: str, strategy: Strategy) -> int:
    value: int = getattr(quotas, name)
    return min(value, _highest(name, strategy))


def _highest(name: str, strategy: Strategy) -> int:
    """Return how far this quota can be raised."""
    if name == "training_jobs" and strategy != Strategy.RANDOM:
        return FIXED_TRAINING_JOBS
    highest: int = RAISED.get(name, _DEFAULTS[name])
    return highest


def _remedy(name: str, limit: int, strategy: Strategy) -> str:
    highest = _highest(name, strategy)
    if limit < highest:
        return f"raise it with %config Quotas.{name} = N, {highest:,} at most"
    return "AMT's hard limit, which cannot be raised"

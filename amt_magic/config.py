"""TuningJobConfig and its parts: what a tuning job is to do, checked where built.

Names and limits are those of Amazon's HyperParameterTuningJobConfig. A config
that exists is valid; quotas are another matter (`quotas`), checked at create.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from amt_magic.checks import Faults, set_fields
from amt_magic.config_parts import (
    BayesianStrategyConfig,
    CompletionCriteria,
    EarlyStoppingType,
    HyperbandStrategyConfig,
    Objective,
    ObjectiveType,
    ResourceLimits,
    Strategy,
    StrategyConfig,
    WarmStart,
    WarmStartType,
    check_name,
    listed,
)
from amt_magic.metrics import MetricDefinition, default_definition
from amt_magic.space import ParameterRanges

__all__ = [
    "BayesianStrategyConfig",
    "CompletionCriteria",
    "EarlyStoppingType",
    "HyperbandStrategyConfig",
    "Objective",
    "ObjectiveType",
    "ResourceLimits",
    "Strategy",
    "StrategyConfig",
    "TuningJobConfig",
    "WarmStart",
    "WarmStartType",
    "check_grid",
    "check_name",
    "is_static",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningJobConfig:
    """What one tuning job is to do: a config that exists is valid.

    >>> config = amt.TuningJobConfig(
    ...     strategy="Hyperband",
    ...     objective=amt.Objective(type="Minimize", metric_name="loss"),
    ...     ranges={"lr": amt.Continuous(1e-4, 1e-1), "depth": amt.Integer(2, 12)},
    ...     resource_limits=amt.ResourceLimits(max_number_of_training_jobs=20),
    ...     strategy_config=amt.HyperbandStrategyConfig(max_resource=27),
    ... )
    >>> config.evolve(strategy="Random", max_retries=-1)
    Traceback (most recent call last):
        ...
    amt_magic.errors.ValidationError: max_retries must be an integer, 0 or more (got -1)

    All fields are given by name. Enumerations take Amazon's texts.

    Attributes:
        strategy: "Bayesian" (default), "Random", "Grid" or "Hyperband".
        objective: The metric to tune for, and its direction.
        ranges: A dict of names to `Continuous`, `Integer` or `Categorical`; Grid takes
            categories alone.
        resource_limits: How many training jobs, how many at once, and for how long.
        strategy_config: A HyperbandStrategyConfig or a BayesianStrategyConfig, or None:
            their defaults.
        early_stopping: "Off" (default), or "Auto": the median rule.
        completion_criteria: What ends the tuning job before its limits.
        warm_start: Earlier tuning jobs to learn from, or None.
        metric_definitions: How metrics are found in what is printed. Default: the
            objective by its name.
        static_hyperparameters: Names and values that are the same for every training
            job: what JSON can hold.
        max_retries: How often a training job that was killed from outside runs again.
            Default 0.
        random_seed: With the same seed the same hyperparameters are suggested, where
            the same values come back in the same order. None: drawn at the start.

    Raises:
        ValidationError: with every fault of the config.
    """

    strategy: Strategy = Strategy.BAYESIAN
    objective: Objective
    ranges: Mapping[str, Any]
    resource_limits: ResourceLimits = field(default_factory=ResourceLimits)
    strategy_config: StrategyConfig | None = None
    early_stopping: EarlyStoppingType = EarlyStoppingType.OFF
    completion_criteria: CompletionCriteria = field(default_factory=CompletionCriteria)
    warm_start: WarmStart | None = None
    metric_definitions: tuple[MetricDefinition, ...] = ()
    static_hyperparameters: Mapping[str, Any] = field(default_factory=dict)
    max_retries: int = 0
    random_seed: int | None = None

    def __post_init__(self) -> None:
        faults = Faults()
        strategy = faults.choice("strategy", self.strategy, Strategy)
        stopping = faults.choice(
            "early_stopping", self.early_stopping, EarlyStoppingType
        )
        self._check_types(faults)
        ranges = None
        with faults.within("ranges"):
            ranges = ParameterRanges(self.ranges)
        if ranges and strategy == Strategy.GRID:
            check_grid(faults, ranges)
        definitions = self._checked_definitions(faults)
        static = self._checked_static(faults)
        faults.whole("max_retries", self.max_retries, least=0)
        faults.whole("random_seed", self.random_seed, least=0, optional=True)
        faults.raise_if_any()
        set_fields(
            self,
            strategy=strategy,
            early_stopping=stopping,
            ranges=ranges,
            metric_definitions=definitions,
            static_hyperparameters=static,
        )

    @property
    def space(self) -> ParameterRanges:
        """The ranges, as the ParameterRanges that they became."""
        return cast(ParameterRanges, self.ranges)

    def _check_types(self, faults: Faults) -> None:
        kinds: dict[str, Any] = {
            "objective": Objective,
            "resource_limits": ResourceLimits,
            "strategy_config": StrategyConfig | None,
            "completion_criteria": CompletionCriteria,
            "warm_start": WarmStart | None,
        }
        for name, kind in kinds.items():
            value = getattr(self, name)
            word = getattr(kind, "__name__", None) or str(kind)
            word = re.sub(r"[\w.]+\.", "", word)
            faults.check(isinstance(value, kind), name, f"must be a {word}", value)

    def _checked_definitions(self, faults: Faults) -> tuple[MetricDefinition, ...]:
        given = listed(faults, "metric_definitions", self.metric_definitions)
        rule = "must be a MetricDefinition"
        for place, definition in enumerate(given):
            kind = isinstance(definition, MetricDefinition)
            faults.check(kind, f"metric_definitions[{place}]", rule, definition)
        names = [each.name for each in given if isinstance(each, MetricDefinition)]
        rule = "must define each metric once"
        faults.check(len(set(names)) == len(names), "metric_definitions", rule, *names)
        if not isinstance(self.objective, Objective):
            return given
        wanted = self.objective.metric_name
        if not given:
            with faults.within("metric_definitions[0]"):
                return (default_definition(wanted),)
            return ()
        rule = f"must define the objective {wanted!r}"
        faults.check(wanted in names, "metric_definitions", rule, *names)
        return given

    def _checked_static(self, faults: Faults) -> dict[str, Any]:
        given = self.static_hyperparameters
        rule = "must be a dict of name to value"
        if not faults.check(
            isinstance(given, Mapping), "static_hyperparameters", rule, given
        ):
            return {}
        static = dict(given)
        for name, value in static.items():
            path = f"static_hyperparameters[{name!r}]"
            faults.check(_is_text(name), path, "names must be strings", name)
            tuned = isinstance(self.ranges, Mapping) and name in self.ranges
            faults.check(not tuned, path, "has a range too", value)
            rule = "must be what JSON can hold"
            faults.check(is_static(value), path, rule, value)
        return static

    def evolve(self, **changes: Any) -> "TuningJobConfig":
        """Return a copy with some fields changed, checked again.

        Raises:
            ValidationError: with every fault of the copy.
        """
        return replace(self, **changes)


def check_grid(faults: Faults, ranges: ParameterRanges) -> None:
    """Check that a grid can be made: categorical ranges only."""
    others = [name for name, kind in ranges.items() if not hasattr(kind, "values")]
    for name in others:
        rule = "must be categorical for Grid"
        remedy = "list its values: Categorical(…), or take another strategy"
        path = f"ranges[{name!r}]"
        faults.check(False, path, rule, ranges[name], remedy=remedy)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def is_static(value: object) -> bool:
    """Tell whether a static hyperparameter may have this value: what JSON holds."""
    if isinstance(value, dict):
        return all(isinstance(k, str) and is_static(v) for k, v in value.items())
    if isinstance(value, list):
        return all(map(is_static, value))
    if type(value) is float:
        return math.isfinite(value)
    return value is None or type(value) in (bool, int, str)

"""TuningJobConfig and its parts: what a tuning job is to do, checked where built.

Names and limits are those of Amazon's HyperParameterTuningJobConfig. A config
that exists is valid; quotas are another matter (`quotas`), checked at create.
"""

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, cast

from amt_magic.checks import Faults, is_number, nearest, set_fields
from amt_magic.metrics import MetricDefinition, default_definition
from amt_magic.ranges import ParameterRanges

NAME_PATTERN = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}")
RESOURCE_NAMES = ("epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs")


class Strategy(StrEnum):
    """How the next hyperparameters are chosen."""

    BAYESIAN = "Bayesian"
    RANDOM = "Random"
    GRID = "Grid"
    HYPERBAND = "Hyperband"


class ObjectiveType(StrEnum):
    """Whether large or small values of the objective are better."""

    MAXIMIZE = "Maximize"
    MINIMIZE = "Minimize"


class EarlyStoppingType(StrEnum):
    """Whether training jobs that look bad are stopped by the median rule."""

    OFF = "Off"
    AUTO = "Auto"


class WarmStartType(StrEnum):
    """What the parents of a warm start share with the new tuning job."""

    IDENTICAL_DATA_AND_ALGORITHM = "IdenticalDataAndAlgorithm"
    TRANSFER_LEARNING = "TransferLearning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """The metric to tune for, and its direction.

    Objective(type="Minimize", metric_name="loss")
    """

    type: ObjectiveType
    metric_name: str

    def __post_init__(self) -> None:
        faults = Faults()
        type_ = faults.choice("type", self.type, ObjectiveType)
        faults.text("metric_name", self.metric_name, 255)
        faults.raise_if_any()
        set_fields(self, type=type_)

    def loss(self, value: float) -> float:
        """Turn a value into a loss: lower is better, not finite is the worst."""
        if not math.isfinite(value):
            return math.inf
        return -value if self.type == ObjectiveType.MAXIMIZE else value


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceLimits:
    """How many training jobs, how many at once, and for how long.

    ResourceLimits(max_number_of_training_jobs=50, max_parallel_training_jobs=4)
    `None` for the number: Grid runs every combination, others the quota.
    """

    max_number_of_training_jobs: int | None = None
    max_parallel_training_jobs: int = 1
    max_runtime_in_seconds: float | None = None

    def __post_init__(self) -> None:
        faults = Faults()
        jobs, parallel = (
            self.max_number_of_training_jobs,
            self.max_parallel_training_jobs,
        )
        faults.whole("max_number_of_training_jobs", jobs, optional=True)
        faults.whole("max_parallel_training_jobs", parallel)
        seconds = self.max_runtime_in_seconds
        holds = seconds is None or (is_number(seconds) and 1 <= seconds < math.inf)
        rule = "must be a number of seconds, 1 or more"
        faults.check(holds, "max_runtime_in_seconds", rule, seconds)
        faults.raise_if_any()


@dataclass(frozen=True, slots=True, kw_only=True)
class HyperbandStrategyConfig:
    """Bound the resource of one training job, in reports of the objective.

    HyperbandStrategyConfig(max_resource=27)                  # rungs 1, 3, 9
    HyperbandStrategyConfig(min_resource=2, max_resource=50)  # rungs 2, 6, 18
    `None` for the maximum: taken from a hyperparameter named epochs.
    """

    min_resource: int = 1
    max_resource: int | None = None
    reduction_factor: float = 3
    brackets: int = 1
    classic: bool = False

    def __post_init__(self) -> None:
        faults = Faults()
        faults.whole("min_resource", self.min_resource)
        faults.whole("max_resource", self.max_resource, optional=True, most=20_000)
        if not faults.found and self.max_resource is not None:
            low, high = self.min_resource, self.max_resource
            rule = "must not be above max_resource"
            faults.check(low <= high, "min_resource", rule, low, high)
        factor = self.reduction_factor
        holds = is_number(factor) and 1 < factor < math.inf
        faults.check(holds, "reduction_factor", "must be a number above 1", factor)
        faults.whole("brackets", self.brackets)
        faults.flag("classic", self.classic)
        faults.raise_if_any()


@dataclass(frozen=True, slots=True, kw_only=True)
class BayesianStrategyConfig:
    """Choose a surrogate of scikit-optimize in place of ours.

    BayesianStrategyConfig(base_estimator="RF")    # or "GP", "ET"
    """

    base_estimator: str | None = None

    def __post_init__(self) -> None:
        faults, known = Faults(), ("GP", "RF", "ET")
        rule = f"must be {nearest(str(self.base_estimator), known)}"
        holds = self.base_estimator is None or self.base_estimator in known
        faults.check(holds, "base_estimator", rule, self.base_estimator)
        faults.raise_if_any()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionCriteria:
    """What ends the tuning job before its limits; any one of them does.

    CompletionCriteria(target_objective_metric_value=0.95)
    CompletionCriteria(max_number_of_training_jobs_not_improving=10)
    """

    target_objective_metric_value: float | None = None
    max_number_of_training_jobs_not_improving: int | None = None
    complete_on_convergence: bool = False

    def __post_init__(self) -> None:
        faults = Faults()
        target = self.target_objective_metric_value
        faults.number("target_objective_metric_value", target, optional=True)
        path = "max_number_of_training_jobs_not_improving"
        faults.whole(path, getattr(self, path), optional=True)
        faults.flag("complete_on_convergence", self.complete_on_convergence)
        faults.raise_if_any()


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmStart:
    """Earlier tuning jobs to learn from, five at most.

    WarmStart(parents=("churn",), type="TransferLearning")
    """

    parents: tuple[str, ...]
    type: WarmStartType

    def __post_init__(self) -> None:
        faults = Faults()
        given = self.parents
        parents = _listed(faults, "parents", (given,) if _is_text(given) else given)
        faults.check(1 <= len(parents) <= 5, "parents", "must be 1 to 5 names", parents)
        for place, name in enumerate(parents):
            check_name(faults, f"parents[{place}]", name)
        folded = {str(name).lower() for name in parents}
        rule = "must name each tuning job once"
        faults.check(len(folded) == len(parents), "parents", rule, parents)
        type_ = faults.choice("type", self.type, WarmStartType)
        faults.raise_if_any()
        set_fields(self, parents=parents, type=type_)


StrategyConfig = HyperbandStrategyConfig | BayesianStrategyConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningJobConfig:
    """What one tuning job is to do.

    TuningJobConfig(
        strategy="Random",
        objective=Objective(type="Minimize", metric_name="loss"),
        ranges={"lr": ContinuousParameter(1e-4, 1e-1)},
        resource_limits=ResourceLimits(max_number_of_training_jobs=20),
    )

    `metric_definitions` is made from the objective's name where absent, and
    `random_seed` is drawn at create where it is None.
    """

    strategy: Strategy = Strategy.BAYESIAN
    objective: Objective
    ranges: Mapping[str, Any]
    resource_limits: ResourceLimits = ResourceLimits()
    strategy_config: StrategyConfig | None = None
    early_stopping: EarlyStoppingType = EarlyStoppingType.OFF
    completion_criteria: CompletionCriteria = CompletionCriteria()
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
        """The ranges, as what they became."""
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
            word = getattr(kind, "__name__", None) or str(kind).replace(
                f"{__name__}.", ""
            )
            faults.check(isinstance(value, kind), name, f"must be a {word}", value)

    def _checked_definitions(self, faults: Faults) -> tuple[MetricDefinition, ...]:
        given = _listed(faults, "metric_definitions", self.metric_definitions)
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
            faults.check(_is_json(value), path, rule, value)
        return static

    def evolve(self, **changes: Any) -> "TuningJobConfig":
        """Return a copy with some fields changed, checked again."""
        return replace(self, **changes)


def check_name(faults: Faults, field: str, name: object) -> bool:
    """Check the name of a tuning job: 1 to 32 letters, digits and inner hyphens."""
    holds = isinstance(name, str) and bool(NAME_PATTERN.fullmatch(name))
    rule = "must be 1 to 32 letters, digits and inner hyphens, such as churn-2"
    return faults.check(holds, field, rule, name)


def check_grid(faults: Faults, ranges: ParameterRanges) -> None:
    """Check that a grid can be made: categorical ranges only."""
    others = [name for name, kind in ranges.items() if not hasattr(kind, "values")]
    for name in others:
        rule = "must be categorical for Grid"
        remedy = "list its values: Categorical(…), or take another strategy"
        path = f"ranges[{name!r}]"
        faults.check(False, path, rule, ranges[name], remedy=remedy)


def _listed(faults: Faults, field: str, given: Any) -> tuple[Any, ...]:
    """Return what was given as a tuple; note a fault unless it is a sequence."""
    holds = isinstance(given, Collection) and not isinstance(given, str | Mapping)
    faults.check(holds, field, "must be a list", given)
    return tuple(given) if holds else ()


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_json(value: object) -> bool:
    if isinstance(value, dict):
        return all(isinstance(k, str) and _is_json(v) for k, v in value.items())
    if isinstance(value, list):
        return all(map(_is_json, value))
    if type(value) is float:
        return math.isfinite(value)
    return value is None or type(value) in (bool, int, str)

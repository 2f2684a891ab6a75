"""The parts of a TuningJobConfig, each checked where it is built."""

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from amt_magic.checks import Faults, is_number, nearest, set_fields

NAME_PATTERN = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}")


class Strategy(StrEnum):
    """How the next hyperparameters are chosen.

    Members:
        Bayesian: where a model of the training jobs so far sees the most to gain.
        Random: drawn from the ranges, each by itself.
        Grid: every combination of categories, in order.
        Hyperband: drawn from the ranges; what falls behind at a rung is stopped.
    """

    BAYESIAN = "Bayesian"
    RANDOM = "Random"
    GRID = "Grid"
    HYPERBAND = "Hyperband"


class ObjectiveType(StrEnum):
    """Whether large or small values of the objective are better."""

    MAXIMIZE = "Maximize"
    MINIMIZE = "Minimize"


class EarlyStoppingType(StrEnum):
    """Whether training jobs that look bad are stopped by the median rule.

    Members:
        Off: none is stopped by it.
        Auto: one worse than the median of earlier ones is.
    """

    OFF = "Off"
    AUTO = "Auto"


class WarmStartType(StrEnum):
    """What the parents of a warm start share with the new tuning job.

    Members:
        IdenticalDataAndAlgorithm: data and code; their training jobs count as its own.
        TransferLearning: no more than the task; they guide, and do not count.
    """

    IDENTICAL_DATA_AND_ALGORITHM = "IdenticalDataAndAlgorithm"
    TRANSFER_LEARNING = "TransferLearning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """The metric to tune for, and its direction.

    >>> objective = amt.Objective(type="Maximize", metric_name="accuracy")
    >>> amt.Objective(type="max", metric_name="accuracy")
    Traceback (most recent call last):
        ...
    amt_magic.errors.ValidationError: type must be one of Maximize, Minimize; did you
    mean Maximize? (got 'max')

    Attributes:
        type: "Maximize" or "Minimize".
        metric_name: The name that training jobs print or report, 1 to 255 characters.

    Raises:
        ValidationError: the type is another, or the name is empty or too long.
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
        """Turn a value into a loss: lower is better, not finite is the worst.

        >>> amt.Objective(type="Maximize", metric_name="accuracy").loss(0.9)
        -0.9
        >>> amt.Objective(type="Minimize", metric_name="error").loss(float("nan"))
        inf
        """
        if not math.isfinite(value):
            return math.inf
        return -value if self.type == ObjectiveType.MAXIMIZE else value


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceLimits:
    """How many training jobs, how many at once, and for how long.

    >>> amt.ResourceLimits(max_number_of_training_jobs=50, max_parallel_training_jobs=4)
    ResourceLimits(max_number_of_training_jobs=50, max_parallel_training_jobs=4,
    max_runtime_in_seconds=None)

    Attributes:
        max_number_of_training_jobs: Training jobs in all. None (default): every
            combination for Grid, else the quota, 750.
        max_parallel_training_jobs: Training jobs at a time, each a process of its own.
            Default 1.
        max_runtime_in_seconds: Time for the whole tuning job, 1 or more. None
            (default): no limit.

    Raises:
        ValidationError: one of them is below 1, or no number.
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

    >>> config = amt.HyperbandStrategyConfig(max_resource=27)         # rungs 1, 3, 9
    >>> amt.HyperbandStrategyConfig(min_resource=2, max_resource=50)  # rungs 2, 6, 18
    HyperbandStrategyConfig(min_resource=2, max_resource=50, reduction_factor=3,
    brackets=1, classic=False)

    A training job mostly reports once an epoch. It goes on from a rung while it is in
    the better half of those that came to it.

    Attributes:
        min_resource: Reports to the first rung. Default 1.
        max_resource: Reports of a whole training job, 20,000 at most. None (default):
            what the code or a static hyperparameter says of `epochs`.
        reduction_factor: Each rung is so many times higher than the one before. Above
            1, default 3.
        brackets: Groups of training jobs that are compared among themselves; each skips
            one rung more than the one before, from the lowest up. Default 1.
        classic: As in the paper: one of `reduction_factor` goes on, not the half, and
            is judged once a rung. Default False.

    Raises:
        ValidationError: one of them is out of its bounds.
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

    >>> amt.BayesianStrategyConfig(base_estimator="RF")
    BayesianStrategyConfig(base_estimator='RF')

    Attributes:
        base_estimator: "GP" (Gaussian process), "RF" (random forest) or "ET" (extra
            trees) of scikit-optimize. None (default): our own Gaussian process.

    Raises:
        ValidationError: it is none of these.
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

    >>> criteria = amt.CompletionCriteria(target_objective_metric_value=0.95)

    Attributes:
        target_objective_metric_value: The objective as good as this, or better. None
            (default): no target.
        max_number_of_training_jobs_not_improving: So many training jobs since the last
            one that improved on the best, by 1 % of it. None (default): however many.
        complete_on_convergence: A further gain of over 1 % of the best has become
            unlikely. Default False.

    Raises:
        ValidationError: one of them is no number, or the count is below 1.
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
    """Earlier tuning jobs to learn from.

    >>> amt.WarmStart(parents=("churn", "churn-2"), type="TransferLearning").parents
    ('churn', 'churn-2')

    Attributes:
        parents: Names of tuning jobs, 1 to 5.
        type: "IdenticalDataAndAlgorithm": their training jobs count as its own;
            "TransferLearning": they guide, and do not count.

    Raises:
        ValidationError: there is no parent or more than five, one is named twice, or
            the type is another.
    """

    parents: tuple[str, ...]
    type: WarmStartType

    def __post_init__(self) -> None:
        faults = Faults()
        given: Any = self.parents
        given = (given,) if isinstance(given, str) else given
        parents = listed(faults, "parents", given)
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


def check_name(faults: Faults, field: str, name: object) -> bool:
    """Check the name of a tuning job: 1 to 32 letters, digits and inner hyphens."""
    holds = isinstance(name, str) and bool(NAME_PATTERN.fullmatch(name))
    rule = "must be 1 to 32 letters, digits and inner hyphens, such as churn-2"
    return faults.check(holds, field, rule, name)


def listed(faults: Faults, field: str, given: Any) -> tuple[Any, ...]:
    """Return what was given as a tuple; note a fault unless it is a sequence."""
    holds = isinstance(given, Collection) and not isinstance(given, str | Mapping)
    faults.check(holds, field, "must be a list", given)
    return tuple(given) if holds else ()

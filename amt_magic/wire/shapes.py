"""The shape of CreateHyperParameterTuningJob's request, and where our fields are in it.

What Amazon's shape has no place for stands under one more key, AmtMagic.
"""

from collections.abc import Mapping
from copy import deepcopy
from difflib import get_close_matches
from typing import Any

from amt_magic.checks import Faults, join_path
from amt_magic.ranges import (
    AnyRange,
    CategoricalParameter,
    ContinuousParameter,
    IntegerParameter,
)

NAME = "HyperParameterTuningJobName"
CONFIG = "HyperParameterTuningJobConfig"
OBJECTIVE = f"{CONFIG}.HyperParameterTuningJobObjective"
LIMITS = f"{CONFIG}.ResourceLimits"
HYPERBAND = f"{CONFIG}.StrategyConfig.HyperbandStrategyConfig"
CRITERIA = f"{CONFIG}.TuningJobCompletionCriteria"
RANGES = f"{CONFIG}.ParameterRanges"
DEFINITION = "TrainingJobDefinition"
ALGORITHM = f"{DEFINITION}.AlgorithmSpecification"
METRICS = f"{ALGORITHM}.MetricDefinitions"
STATIC = f"{DEFINITION}.StaticHyperParameters"
WARM_START = "WarmStartConfig"
PARENTS = f"{WARM_START}.ParentHyperParameterTuningJobs"
OURS = "AmtMagic"
BAYESIAN = f"{OURS}.BayesianStrategyConfig"
EXACT_RUNTIME = f"{OURS}.MaxRuntimeInSeconds"  # Amazon's is an integer
RANGE_ORDER = f"{OURS}.RangeOrder"  # Amazon has one list for each kind

FIELDS = {
    "strategy": f"{CONFIG}.Strategy",
    "objective.type": f"{OBJECTIVE}.Type",
    "objective.metric_name": f"{OBJECTIVE}.MetricName",
    "resource_limits.max_number_of_training_jobs": f"{LIMITS}.MaxNumberOfTrainingJobs",
    "resource_limits.max_parallel_training_jobs": f"{LIMITS}.MaxParallelTrainingJobs",
    "resource_limits.max_runtime_in_seconds": f"{LIMITS}.MaxRuntimeInSeconds",
    "strategy_config.min_resource": f"{HYPERBAND}.MinResource",
    "strategy_config.max_resource": f"{HYPERBAND}.MaxResource",
    "strategy_config.reduction_factor": f"{OURS}.ReductionFactor",
    "strategy_config.brackets": f"{OURS}.Brackets",
    "strategy_config.classic": f"{OURS}.Classic",
    "strategy_config.base_estimator": f"{BAYESIAN}.BaseEstimator",
    "early_stopping": f"{CONFIG}.TrainingJobEarlyStoppingType",
    "completion_criteria.target_objective_metric_value": (
        f"{CRITERIA}.TargetObjectiveMetricValue"
    ),
    "completion_criteria.max_number_of_training_jobs_not_improving": (
        f"{CRITERIA}.BestObjectiveNotImproving.MaxNumberOfTrainingJobsNotImproving"
    ),
    "completion_criteria.complete_on_convergence": (
        f"{CRITERIA}.ConvergenceDetected.CompleteOnConvergence"
    ),
    "warm_start.type": f"{WARM_START}.WarmStartType",
    "max_retries": f"{DEFINITION}.RetryStrategy.MaximumRetryAttempts",
    "random_seed": f"{CONFIG}.RandomSeed",
}
COLLECTIONS = {
    "ranges": RANGES,
    "metric_definitions": METRICS,
    "static_hyperparameters": STATIC,
    "warm_start.parents": PARENTS,
}
RANGE_LISTS: dict[type[AnyRange], str] = {
    IntegerParameter: f"{RANGES}.IntegerParameterRanges",
    ContinuousParameter: f"{RANGES}.ContinuousParameterRanges",
    CategoricalParameter: f"{RANGES}.CategoricalParameterRanges",
}
NOT_USED_HERE = [
    "Tags",
    *(f"{ALGORITHM}.{name}" for name in ("AlgorithmName", "TrainingImage")),
    f"{ALGORITHM}.TrainingInputMode",
    *(
        f"{DEFINITION}.{name}"
        for name in (
            "CheckpointConfig",
            "DefinitionName",
            "EnableInterContainerTrafficEncryption",
            "EnableManagedSpotTraining",
            "EnableNetworkIsolation",
            "Environment",
            "HyperParameterTuningResourceConfig",
            "InputDataConfig",
            "OutputDataConfig",
            "ResourceConfig",
            "RoleArn",
            "StoppingCondition",
            "VpcConfig",
        )
    ),
]
NOT_SERVED = {
    "Autotune": "give ParameterRanges",
    "TrainingJobDefinitions": "give one TrainingJobDefinition",
    f"{RANGES}.AutoParameters": "give ranges",
    f"{DEFINITION}.TuningObjective": f"give {OBJECTIVE}",
    f"{DEFINITION}.HyperParameterRanges": f"give {RANGES}",
}


def get(source: Any, path: str) -> Any:
    """Return what stands at a dotted path; None where the path leads nowhere."""
    for name in path.split("."):
        source = source.get(name) if isinstance(source, Mapping) else None
    return source


def put(target: dict[str, Any], path: str, value: Any) -> None:
    """Set what stands at a dotted path."""
    *outer, last = path.split(".")
    for name in outer:
        target = target.setdefault(name, {})
    target[last] = value


def kept_members(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a request holds that this machine does not use, nested as there.

    kept_members({"Tags": [], "TrainingJobDefinition": {"RoleArn": "arn:…"}, …})
    # {'Tags': [], 'TrainingJobDefinition': {'RoleArn': 'arn:…'}}
    """
    kept: dict[str, Any] = {}
    for path in NOT_USED_HERE:
        if (value := get(request, path)) is not None:
            put(kept, path, deepcopy(value))
    return kept


def unused_names(kept: Mapping[str, Any]) -> list[str]:
    """Return the names of the members that were kept, without their paths."""
    paths = (path for path in NOT_USED_HERE if get(kept, path) is not None)
    return [path.rpartition(".")[2] for path in paths]


def check_shape(faults: Faults, request: object) -> None:
    """Note unknown members, nulls, what is not served, and wrong containers."""
    _check(faults, "", request, _SHAPE)
    for path, remedy in NOT_SERVED.items():
        faults.check(not get(request, path), path, "is not served", remedy=remedy)


def _check(faults: Faults, path: str, given: Any, shape: Any) -> None:
    if isinstance(shape, list):
        if faults.check(isinstance(given, list), path, "must be a list", given):
            for place, item in enumerate(given):
                _check(faults, f"{path}[{place}]", item, shape[0])
    elif shape is not None:
        is_object = isinstance(given, Mapping)
        if faults.check(is_object, path, "must be an object", given):
            for name, value in given.items():
                _check_member(faults, path, str(name), value, shape)


def _check_member(
    faults: Faults, outer: str, name: str, value: Any, shape: dict[str, Any]
) -> None:
    path = join_path(outer, name) if outer else name
    if name not in shape:
        close = get_close_matches(name, shape, n=1)
        remedy = f"did you mean {close[0]}?" if close else ""
        faults.check(False, path, "is not a member", remedy=remedy)
    elif faults.check(value is not None, path, "must not be null; leave it out"):
        _check(faults, path, value, shape[name])


def _shape() -> dict[str, Any]:
    shape: dict[str, Any] = {}
    leaves = [*FIELDS.values(), *NOT_USED_HERE, *NOT_SERVED, EXACT_RUNTIME]
    for path in (NAME, *leaves, STATIC):
        put(shape, path, None)
    numeric = dict.fromkeys(("Name", "MinValue", "MaxValue", "ScalingType"))
    for kind, path in RANGE_LISTS.items():
        categorical = kind is CategoricalParameter
        put(shape, path, [{"Name": None, "Values": [None]} if categorical else numeric])
    put(shape, METRICS, [dict.fromkeys(("Name", "Regex"))])
    put(shape, PARENTS, [{NAME: None}])
    put(shape, RANGE_ORDER, [None])
    return shape


_SHAPE = _shape()

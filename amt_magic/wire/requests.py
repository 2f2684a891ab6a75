"""CreateHyperParameterTuningJob's request to a config, and back."""

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from amt_magic.checks import Faults
from amt_magic.config import BayesianStrategyConfig, TuningJobConfig, check_name
from amt_magic.errors import ValidationError
from amt_magic.ranges import AnyRange, CategoricalParameter
from amt_magic.wire.config_reader import CONVERGENCE, RUNTIME, ConfigReader, Switch
from amt_magic.wire.shapes import (
    BAYESIAN,
    EXACT_RUNTIME,
    FIELDS,
    METRICS,
    NAME,
    PARENTS,
    RANGE_LISTS,
    RANGE_ORDER,
    STATIC,
    check_shape,
    get,
    put,
)
from amt_magic.wire.values import encode_hyperparameters, encode_value


def request_from_config(config: TuningJobConfig, name: str) -> dict[str, Any]:
    """Write a config as the request that creates a tuning job of this name."""
    request: dict[str, Any] = {NAME: name}
    for field, path in FIELDS.items():
        value = _plain(field, _attribute(config, field))
        if value is not None:
            put(request, path, value)
    seconds = config.resource_limits.max_runtime_in_seconds
    if isinstance(seconds, float):
        put(request, EXACT_RUNTIME, seconds)
    if config.strategy_config == BayesianStrategyConfig():
        put(request, BAYESIAN, {})
    _write_ranges(request, config.ranges)
    definitions = [
        {"Name": each.name, "Regex": each.regex} for each in config.metric_definitions
    ]
    put(request, METRICS, definitions)
    put(request, STATIC, encode_hyperparameters(config.static_hyperparameters))
    if config.warm_start:
        put(request, PARENTS, [{NAME: parent} for parent in config.warm_start.parents])
    return request


def config_from_request(request: Mapping[str, Any]) -> TuningJobConfig:
    """Read a request; raise all its faults in one error, with Amazon's paths.

    What this machine has no use for, such as roles and instances, is left alone.
    """
    faults = Faults()
    check_shape(faults, request)
    if (name := get(request, NAME)) is not None:
        check_name(faults, NAME, name)
    config, found = ConfigReader(request).read()
    if config is None or faults.found:
        raise ValidationError([*faults.found, *found])
    return config


def _attribute(config: Any, field: str) -> Any:
    for name in field.split("."):
        config = getattr(config, name, None)
    return config


def _plain(field: str, value: Any) -> Any:
    """Return what stands for a field in the request; None: it is left out."""
    if isinstance(value, StrEnum):
        return value.value
    if field == CONVERGENCE:
        return Switch.ENABLED.value if value else None
    if field == RUNTIME and value is not None:
        return math.ceil(value)
    return None if field == "max_retries" and value == 0 else value


def _write_ranges(request: dict[str, Any], ranges: Mapping[str, AnyRange]) -> None:
    order: list[str] = []
    for kind, path in RANGE_LISTS.items():
        chosen = {name: each for name, each in ranges.items() if type(each) is kind}
        put(request, path, [_range_item(name, each) for name, each in chosen.items()])
        order += chosen
    if order != list(ranges):
        put(request, RANGE_ORDER, list(ranges))


def _range_item(name: str, given: AnyRange) -> dict[str, Any]:
    if isinstance(given, CategoricalParameter):
        return {"Name": name, "Values": [encode_value(value) for value in given.values]}
    return {
        "Name": name,
        "MinValue": str(given.min_value),
        "MaxValue": str(given.max_value),
        "ScalingType": given.scaling_type.value,
    }

"""CreateHyperParameterTuningJob's request to a config, and back."""

import math
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from typing import Any

from amt_magic.checks import Faults
from amt_magic.config import (
    BayesianStrategyConfig,
    CompletionCriteria,
    HyperbandStrategyConfig,
    Objective,
    ResourceLimits,
    TuningJobConfig,
    WarmStart,
    check_name,
)
from amt_magic.errors import Fault, ValidationError
from amt_magic.metrics import MetricDefinition
from amt_magic.ranges import (
    AnyRange,
    CategoricalParameter,
)
from amt_magic.scaling import ScalingType
from amt_magic.wire.shapes import (
    BAYESIAN,
    COLLECTIONS,
    EXACT_RUNTIME,
    FIELDS,
    HYPERBAND,
    METRICS,
    NAME,
    PARENTS,
    RANGE_LISTS,
    RANGE_ORDER,
    STATIC,
    WARM_START,
    check_shape,
    get,
    put,
)
from amt_magic.wire.values import (
    decode_static,
    decode_value,
    encode_hyperparameters,
    encode_value,
)

RUNTIME = "resource_limits.max_runtime_in_seconds"
CONVERGENCE = "completion_criteria.complete_on_convergence"


class Switch(StrEnum):
    """What Amazon's API has where ours has a bool."""

    ENABLED = "Enabled"
    DISABLED = "Disabled"


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
    return _Reader(request).config()


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


class _Reader:
    """Reads one request; collects faults under our field paths, and renames them."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        self.request = request
        self.faults = Faults()
        self.paths = {**FIELDS, **COLLECTIONS}
        self.failed: set[str] = set()

    def config(self) -> TuningJobConfig:
        check_shape(self.faults, self.request)
        if (name := get(self.request, NAME)) is not None:
            check_name(self.faults, NAME, name)
        scalars = self._scalars()
        limits = scalars.pop("resource_limits", {})
        criteria = scalars.pop("completion_criteria", {})
        given = {
            "objective": self._objective(scalars.pop("objective", {})),
            "ranges": self._ranges(),
            "resource_limits": self._part(ResourceLimits, "resource_limits", limits),
            "strategy_config": self._strategy(scalars.pop("strategy_config", {})),
            "completion_criteria": self._part(
                CompletionCriteria, "completion_criteria", criteria
            ),
            "warm_start": self._warm_start(scalars.pop("warm_start", {})),
            "metric_definitions": self._metric_definitions(),
            "static_hyperparameters": self._static(),
        }
        try:
            config = TuningJobConfig(**scalars, **given)
        except ValidationError as error:
            new = [each for each in error.faults if each.field not in self.failed]
            self.faults.found += new
        if self.faults.found:
            raise ValidationError(map(self._renamed, self.faults.found))
        return config

    def _scalars(self) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for field, path in FIELDS.items():
            value = get(self.request, path)
            if value is not None and field == CONVERGENCE:
                value = self.faults.choice(field, value, Switch) == Switch.ENABLED
            if value is not None:
                put(given, field, value)
        if (seconds := get(self.request, EXACT_RUNTIME)) is not None:
            put(given, RUNTIME, seconds)
        return given

    def _part(self, build: Callable[..., Any], path: str, given: dict[str, Any]) -> Any:
        """Build a part; None where that fails, of which the faults tell."""
        with self.faults.within(path):
            return build(**given)
        self.failed.add(path.partition("[")[0])
        return None

    def _objective(self, given: dict[str, Any]) -> Any:
        whole = {"type": None, "metric_name": None, **given}
        return self._part(Objective, "objective", whole)

    def _strategy(self, given: dict[str, Any]) -> Any:
        if get(self.request, BAYESIAN) is not None:
            for name in given.keys() - {"base_estimator"}:
                rule = f"stands beside {BAYESIAN}"
                field = f"strategy_config.{name}"
                self.faults.check(False, field, rule, given.pop(name))
            return self._part(BayesianStrategyConfig, "strategy_config", given)
        if given or get(self.request, HYPERBAND) is not None:
            return self._part(HyperbandStrategyConfig, "strategy_config", given)
        return None

    def _warm_start(self, given: dict[str, Any]) -> Any:
        if get(self.request, WARM_START) is None:
            return None
        parents = tuple(get(item, NAME) for _, item in self._items(PARENTS))
        whole = {"type": None, "parents": parents, **given}
        return self._part(WarmStart, "warm_start", whole)

    def _metric_definitions(self) -> tuple[MetricDefinition, ...]:
        found = []
        for place, item in self._items(METRICS):
            path = f"metric_definitions[{place}]"
            given = {"name": get(item, "Name"), "regex": get(item, "Regex")}
            found.append(self._part(MetricDefinition, path, given))
        return tuple(each for each in found if each is not None)

    def _static(self) -> Any:
        given = get(self.request, STATIC)
        if not isinstance(given, Mapping):
            return {} if given is None else given
        return {name: _read(decode_static, text) for name, text in given.items()}

    def _ranges(self) -> dict[str, AnyRange]:
        ranges: dict[str, AnyRange] = {}
        for kind, path in RANGE_LISTS.items():
            for place, item in self._items(path):
                name, where = get(item, "Name"), f"{path}[{place}].Name"
                is_new = not isinstance(name, str) or name not in ranges
                self.faults.check(is_new, where, "has a range already", name)
                self.faults.check(
                    isinstance(name, str), where, "must be a string", name
                )
                ours = f"ranges[{name!r}]"
                self.paths[ours] = f"{path}[{place}]"
                given = self._part(_read_range, ours, {"kind": kind, "item": item})
                if given is not None and isinstance(name, str):
                    ranges[name] = given
        if ranges:
            self.failed.discard("ranges")
        order = get(self.request, RANGE_ORDER)
        first = order if isinstance(order, list) else []
        names = [*(name for name in first if name in list(ranges)), *ranges]
        return {name: ranges[name] for name in names}

    def _items(self, path: str) -> list[tuple[int, Mapping[str, Any]]]:
        """Return the places and items of a list; what is no object is left out."""
        found = get(self.request, path)
        items = enumerate(found if isinstance(found, list) else ())
        return [(place, item) for place, item in items if isinstance(item, Mapping)]

    def _renamed(self, fault: Fault) -> Fault:
        field = fault.field
        for ours in sorted(self.paths, key=len, reverse=True):
            if field == ours or field.startswith((f"{ours}.", f"{ours}[")):
                rest = re.sub(
                    r"\.[a-z_]+(?=$|\[\d+\]$)", _camel, field.removeprefix(ours)
                )
                rule = re.sub(r"\b(min|max)_(value|resource)\b", _camel, fault.rule)
                return replace(fault, field=self.paths[ours] + rest, rule=rule)
        return fault


def _read_range(kind: type[AnyRange], item: Any) -> AnyRange:
    if kind is CategoricalParameter:
        texts = get(item, "Values")
        values = texts if isinstance(texts, list) else []
        return CategoricalParameter([_read(decode_value, text) for text in values])
    low, high = (_read(_number, get(item, name)) for name in ("MinValue", "MaxValue"))
    scaling = get(item, "ScalingType")
    return kind(low, high, ScalingType.AUTO if scaling is None else scaling)


def _read(decode: Callable[[str], Any], given: Any) -> Any:
    """Read a text; numbers where text belongs are taken as they are."""
    return decode(given) if isinstance(given, str) else given


def _number(text: str) -> float | str:
    for kind in (int, float):
        with suppress(ValueError):
            return kind(text)
    return text


def _camel(words: re.Match[str]) -> str:
    return words[0].title().replace("_", "")

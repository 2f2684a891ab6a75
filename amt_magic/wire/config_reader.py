"""The config that a request holds, read part by part."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
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
)
from amt_magic.errors import Fault, ValidationError
from amt_magic.metrics import MetricDefinition
from amt_magic.ranges import AnyRange, CategoricalParameter
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
    get,
    put,
)
from amt_magic.wire.values import decode_static, decode_value

RUNTIME = "resource_limits.max_runtime_in_seconds"
CONVERGENCE = "completion_criteria.complete_on_convergence"


class Switch(StrEnum):
    """What Amazon's API has where ours has a bool."""

    ENABLED = "Enabled"
    DISABLED = "Disabled"


class ConfigReader:
    """Reads the config in one request; faults have Amazon's paths.

    `ranges`, `definitions` and `static` hyperparameters are added to those of the
    request, or replace them by name. They keep our paths, as do the `own` fields,
    which our caller put into the request.
    """

    def __init__(
        self,
        request: Mapping[str, Any],
        *,
        ranges: Mapping[str, AnyRange] | None = None,
        definitions: Sequence[MetricDefinition] = (),
        static: Mapping[str, Any] | None = None,
        own: Collection[str] = (),
    ) -> None:
        self.request = request
        self.ranges, self.static = ranges or {}, static or {}
        self.definitions = definitions
        self.faults = Faults()
        paths = {**FIELDS, **COLLECTIONS}
        self.paths = {field: paths[field] for field in paths.keys() - set(own)}
        added = {"ranges": self.ranges, "static_hyperparameters": self.static}
        self.paths |= {
            f"{field}[{name!r}]": f"{field}[{name!r}]"
            for field, values in added.items()
            for name in values
        }
        self.failed: set[str] = set()

    def read(self) -> tuple[TuningJobConfig | None, list[Fault]]:
        """Return the config, None where there are faults, and these."""
        config = None
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
        faults = list(map(self._renamed, self.faults.found))
        return None if faults else config, faults

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
        found = [each for each in found if each is not None]
        more = {definition.name: definition for definition in self.definitions}
        kept = [more.pop(each.name, each) for each in found]
        return (*kept, *more.values())

    def _static(self) -> Any:
        given = get(self.request, STATIC)
        if not isinstance(given, Mapping):
            return dict(self.static) if given is None else given
        static = {name: _read(decode_static, text) for name, text in given.items()}
        return static | dict(self.static)

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
                if name in list(self.ranges):
                    continue
                ours = f"ranges[{name!r}]"
                self.paths[ours] = f"{path}[{place}]"
                given = self._part(_read_range, ours, {"kind": kind, "item": item})
                if given is not None and isinstance(name, str):
                    ranges[name] = given
        ranges |= self.ranges
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

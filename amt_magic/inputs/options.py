"""From options to a TuningJobConfig; faults name the option as the caller typed it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from amt_magic import wire
from amt_magic.checks import Faults
from amt_magic.config import (
    BayesianStrategyConfig,
    CompletionCriteria,
    HyperbandStrategyConfig,
    Objective,
    ObjectiveType,
    ResourceLimits,
    Strategy,
    StrategyConfig,
    TuningJobConfig,
    WarmStart,
)
from amt_magic.errors import Fault, ValidationError
from amt_magic.inputs.amazon import OPTION, load_request
from amt_magic.inputs.option_table import (
    CONFIG_OPTIONS,
    FIELDS,
    NOT_SERVED,
    Style,
    given_options,
    refuse_unserved,
    spell,
    unknown_option,
)
from amt_magic.metrics import MetricDefinition

OBJECTIVES = {"maximize", "minimize"}
Part = TypeVar("Part")


def build_config(
    ranges: Mapping[str, Any],
    options: Mapping[str, Any],
    *,
    static_hyperparameters: Mapping[str, Any] | None = None,
    style: Style = "python",
) -> TuningJobConfig:
    """Build the config that options describe; raise all faults in one error.

    build_config({"lr": ContinuousParameter(0, 1)}, {"minimize": "loss", "max_jobs": 9})

    None and absent mean the default. `style` is how the caller types options.
    """
    given, faults = _known(options, style)
    given = _defaults(given) | given
    definitions = _definitions(faults, given)
    try:
        config = TuningJobConfig(
            objective=_objective(faults, given, definitions, style),
            ranges=ranges,
            resource_limits=_part(faults, given, "resource_limits", ResourceLimits),
            strategy_config=_strategy_config(faults, given),
            completion_criteria=_part(
                faults, given, "completion_criteria", CompletionCriteria
            ),
            warm_start=_warm_start(faults, given),
            metric_definitions=definitions,
            static_hyperparameters=static_hyperparameters or {},
            **_fields(given, ""),
        )
    except ValidationError as error:
        faults.found += error.faults
    if faults.found:
        names = _typed_names(ranges, given, style)
        raise ValidationError(_renamed(fault, names, style) for fault in faults.found)
    return config


def build_beside(
    ranges: Mapping[str, Any],
    options: Mapping[str, Any],
    *,
    static_hyperparameters: Mapping[str, Any] | None = None,
    style: Style = "python",
    defaults: Mapping[str, Any] | None = None,
    namespace: Mapping[str, Any] | None = None,
) -> wire.TuningJobRequest:
    """Read the request that the option `config` names, with what stands beside it.

    Ranges, options and static hyperparameters outrank the request, which outranks
    the `defaults` of options. `namespace` has the variables of the notebook.
    """
    options = dict(options)
    option = spell(OPTION, style)
    source = load_request(options.pop(OPTION), namespace or {}, option)
    given, faults = _known(options, style)
    weak = given_options(defaults or {})
    given = {**_unsaid(source.request, weak, given), **given}
    definitions = _definitions(faults, given)
    if not isinstance(ranges, Mapping):
        faults.check(False, "ranges", "must be a dict of name to range", ranges)
        ranges = {}
    beside = wire.Beside(
        fields=_fields_beside(faults, source.request, given, definitions, style),
        ranges=ranges,
        definitions=definitions,
        static_hyperparameters=static_hyperparameters or {},
    )
    names = _typed_names(ranges, given, style)
    faults.found = [_renamed(fault, names, style) for fault in faults.found]
    try:
        request = wire.read_beside(
            source.request, source.label, beside, is_checked=not source.is_config
        )
    except ValidationError as error:
        theirs = f"{source.label}: "
        faults.found += [
            fault if fault.field.startswith(theirs) else _renamed(fault, names, style)
            for fault in error.faults
        ]
    faults.raise_if_any()
    return request


def _fields_beside(
    faults: Faults,
    request: Mapping[str, Any],
    given: Mapping[str, Any],
    definitions: Sequence[MetricDefinition],
    style: Style,
) -> dict[str, Any]:
    """Return the fields of the config that options outrank a request with."""
    fields = {FIELDS[name]: given[name] for name in given if name in FIELDS}
    fields.pop("metric_definitions", None)
    if OBJECTIVES & given.keys() or not wire.said(request, "objective"):
        objective = _objective(faults, given, definitions, style)
        fields["objective.type"] = objective.type.value
        fields["objective.metric_name"] = objective.metric_name
    if not OBJECTIVES & given.keys() and "objective.type" in fields:
        fields |= _any_metric(request)  # one is missing, of which a fault tells
    return fields


def _any_metric(request: Mapping[str, Any]) -> dict[str, str]:
    """Return a name for the objective that the request defines, if it does one."""
    found = wire.said(request, "metric_definitions")
    first = found[0] if isinstance(found, list) and found else None
    name = first.get("Name") if isinstance(first, Mapping) else None
    return {"objective.metric_name": name} if isinstance(name, str) else {}


def _known(options: Mapping[str, Any], style: Style) -> tuple[dict[str, Any], Faults]:
    """Return the options that are known, and the faults of the others."""
    given, faults = given_options(options), Faults()
    refuse_unserved(given, style)
    known = [option.spelled(style) for option in CONFIG_OPTIONS]
    for name in given:
        if name not in FIELDS and name not in NOT_SERVED:
            faults.found.append(unknown_option(spell(name, style), known))
    return given, faults


def _unsaid(
    request: Mapping[str, Any], defaults: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the defaults of what neither a request nor an option says."""
    strategy = wire.said(request, FIELDS["strategy"]) or defaults.get("strategy")
    every = {**_defaults({"strategy": strategy, **given}), **defaults}
    has_objective = OBJECTIVES & given.keys() or wire.said(request, "objective")
    return {
        name: value
        for name, value in every.items()
        if wire.said(request, FIELDS[name]) is None
        and not (has_objective and name in OBJECTIVES)
    }


def _defaults(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the defaults; Grid has no number of training jobs of its own."""
    every_combination = given.get("strategy") == Strategy.GRID
    return {
        option.name: option.default
        for option in CONFIG_OPTIONS
        if option.default and not (every_combination and option.name == "max_jobs")
    }


def _fields(given: Mapping[str, Any], part: str) -> dict[str, Any]:
    """Return the fields of one part of the config that have a value."""
    paths = {name: FIELDS[name].rpartition(".") for name in given if name in FIELDS}
    return {
        field: given[name]
        for name, (prefix, _, field) in paths.items()
        if prefix == part and field != "metric_definitions"
    }


def _part(
    faults: Faults, given: Mapping[str, Any], path: str, build: Callable[..., Part]
) -> Part:
    """Build a part; if it has faults, note them and go on with an empty one."""
    with faults.within(path):
        return build(**_fields(given, path))
    return build()


def _objective(
    faults: Faults,
    given: Mapping[str, Any],
    definitions: Sequence[MetricDefinition],
    style: Style,
) -> Objective:
    asked = [kind for kind in ObjectiveType if kind.lower() in given]
    if len(asked) != 1:
        form = "--{} METRIC" if style == "magic" else '{}="METRIC"'
        both = " or ".join(form.format(kind.lower()) for kind in ObjectiveType)
        faults.check(False, both, "must be given" + (", not both" if asked else ""))
    name = definitions[0].name if definitions else "objective"
    kind = asked[0] if asked else ObjectiveType.MINIMIZE
    build = partial(Objective, type=kind, metric_name=name)
    return _part(faults, given, "objective", build)


def _definitions(
    faults: Faults, given: Mapping[str, Any]
) -> tuple[MetricDefinition, ...]:
    pairs = given.get("metric_definition", ())
    definitions, own = [], Faults()
    rule = "must be a name and a regular expression"
    for place, pair in enumerate(pairs if isinstance(pairs, list | tuple) else [pairs]):
        path = f"metric_definitions[{place}]"
        is_pair = isinstance(pair, list | tuple) and len(pair) == 2
        if own.check(is_pair, path, rule, pair):
            with own.within(path):
                definitions.append(MetricDefinition(name=pair[0], regex=pair[1]))
    faults.found += own.found
    return () if own.found else tuple(definitions)


def _strategy_config(faults: Faults, given: Mapping[str, Any]) -> StrategyConfig | None:
    path, fields = "strategy_config", _fields(given, "strategy_config")
    is_bayesian = "base_estimator" in fields
    is_hyperband = given["strategy"] == Strategy.HYPERBAND or len(fields) > is_bayesian
    if is_bayesian and is_hyperband:
        rule = "is for Bayesian; the strategy or another option is for Hyperband"
        faults.check(False, f"{path}.base_estimator", rule, given["base_estimator"])
    elif is_hyperband:
        return _part(faults, given, path, HyperbandStrategyConfig)
    elif is_bayesian:
        return _part(faults, given, path, BayesianStrategyConfig)
    return None


def _warm_start(faults: Faults, given: Mapping[str, Any]) -> WarmStart | None:
    fields = _fields(given, "warm_start")
    if fields:
        with faults.within("warm_start"):
            return WarmStart(**{"parents": (), "type": None} | fields)
    return None


def _typed_names(
    ranges: object, given: Mapping[str, Any], style: Style
) -> dict[str, str]:
    """Map field paths to what the caller typed: an option, or a range's name."""
    known = ranges if isinstance(ranges, Mapping) else ()
    names = {f"ranges[{name!r}]": str(name) for name in known}
    options = sorted(CONFIG_OPTIONS, key=lambda option: option.name in given)
    return names | {str(o.field): o.spelled(style) for o in options}


def _renamed(fault: Fault, names: Mapping[str, str], style: Style) -> Fault:
    """Word a fault of the config with the names that the caller typed."""
    fields = {path.rpartition(".")[2]: name for path, name in names.items()}
    for path, name in names.items():
        rest = fault.field.removeprefix(path)
        if fault.field.startswith(path) and (not rest or rest[0] in ".["):
            shown = "" if style == "magic" else rest
            rule = re.sub(
                r"\w+_\w+", lambda word: fields.get(word[0], word[0]), fault.rule
            )
            return replace(fault, field=f"{name}{shown}", rule=rule)
    return fault

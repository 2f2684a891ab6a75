"""A request that creates a tuning job, read and checked as the service does it."""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any, NamedTuple

from amt_magic.checks import Faults, show
from amt_magic.config import TuningJobConfig
from amt_magic.errors import Fault, ValidationError
from amt_magic.max_resource import with_max_resource
from amt_magic.metrics import MetricDefinition
from amt_magic.ranges import AnyRange
from amt_magic.wire.config_reader import CONVERGENCE, RUNTIME, ConfigReader, Switch
from amt_magic.wire.members import REQUEST, MemberReader, members_of
from amt_magic.wire.placeholders import with_placeholders
from amt_magic.wire.requests import request_from_config
from amt_magic.wire.rules import (
    MAX_RESOURCE,
    MISSING,
    lack_of_ranges,
    rule_faults,
    whole_faults,
)
from amt_magic.wire.service_faults import ServiceValidationError
from amt_magic.wire.shapes import (
    COLLECTIONS,
    CONFIG,
    DEFINITION,
    EXACT_RUNTIME,
    FIELDS,
    NAME,
    OBJECTIVE,
    OURS,
    RANGES,
    STATIC,
    check_shape,
    get,
    kept_members,
    put,
)

INJECTED = "_tuning_objective_metric"  # which Describe shows, and no request has
PLACES = {**FIELDS, **COLLECTIONS, "objective": OBJECTIVE}


class TuningJobRequest(NamedTuple):
    """A request, read. `taken`: members that had a number where text belongs."""

    name: str | None
    config: TuningJobConfig
    kept: dict[str, Any]
    taken: Sequence[str]


class Beside(NamedTuple):
    """What stands beside a request and outranks it: `fields` by our paths.

    `ranges` and `definitions` are added to those of the request, or replace them by
    name, as `static_hyperparameters` do.
    """

    fields: Mapping[str, Any]
    ranges: Mapping[str, AnyRange]
    definitions: Sequence[MetricDefinition]
    static_hyperparameters: Mapping[str, Any]


def read_request(
    given: Any,
    *,
    name: str | None = None,
    strict: bool = False,
    written: Mapping[str, Any] | None = None,
) -> TuningJobRequest:
    """Read a request that stands by itself, or its HyperParameterTuningJobConfig.

    A `name` replaces that of the request. `written`: values that the training code
    gives names, of which epochs can be Hyperband's MaxResource without `strict`.

    Raises:
        ServiceValidationError: with all faults.
    """
    if not isinstance(given, Mapping):
        rule = "must be an object, as CreateHyperParameterTuningJob takes it"
        raise ServiceValidationError(
            [Fault(field="request", rule=rule, given=show(given))]
        )
    given = whole_request(given)
    given = given if name is None else {**given, NAME: name}
    written = {} if strict else written or {}
    request, faults, taken = _members(given, strict=strict)
    rules = [*rule_faults(request), *whole_faults(request, written, strict=strict)]
    config, found = ConfigReader(request).read()
    faults = _joined(faults, rules, found)
    if config is None or faults:
        raise ServiceValidationError(faults)
    try:
        config = with_max_resource(config, written)
    except ValidationError as error:
        named = [replace(fault, field=MAX_RESOURCE) for fault in error.faults]
        raise ServiceValidationError(named) from None
    return TuningJobRequest(get(request, NAME), config, kept_members(request), taken)


def check_strictly(config: TuningJobConfig, name: str | None) -> None:
    """Check that the service would take a config, with what a cloud needs filled in.

    Raises:
        ServiceValidationError: with all faults.
    """
    request = request_from_config(config, name or "")
    given = {key: value for key, value in request.items() if key != OURS}
    given[DEFINITION] = with_placeholders(given[DEFINITION])
    given |= {} if name else {NAME: None}
    read_request(given, strict=True)


def read_beside(
    given: Mapping[str, Any], source: str, beside: Beside, *, is_checked: bool = True
) -> TuningJobRequest:
    """Read a request that need not be complete, and what stands beside it.

    Faults of the request begin with its `source`; those of a field beside it have
    our own path. Without `is_checked` it is one that we wrote ourselves.

    Raises:
        ValidationError: with all faults.
    """
    if is_checked:
        request, faults, taken = _members(whole_request(given), strict=False)
    else:
        request, faults, taken = dict(given), [], []
    overridden = {PLACES[field] for field in beside.fields}
    overridden |= {RANGES} if beside.ranges else set()
    rules = rule_faults(request, overridden) if is_checked else []
    whole = _with_fields(request, beside)
    rules += [] if beside.ranges else lack_of_ranges(request)
    config, found = ConfigReader(
        whole,
        ranges=beside.ranges,
        definitions=beside.definitions,
        static=beside.static_hyperparameters,
        own=beside.fields.keys(),
    ).read()
    theirs, own = _split(found)
    faults = [_from(source, fault) for fault in _joined(faults, rules, theirs)]
    if config is None or faults:
        raise ValidationError([*faults, *own])
    return TuningJobRequest(get(whole, NAME), config, kept_members(whole), taken)


def whole_request(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a request; of a HyperParameterTuningJobConfig alone, one is made."""
    outer, inner = members_of(REQUEST).keys(), members_of(CONFIG).keys()
    is_config = given.keys() & inner and not given.keys() & outer
    return {CONFIG: given} if is_config else given


def said(request: Mapping[str, Any], field: str) -> Any:
    """Return what a request has for a field of the config; None if nothing."""
    return get(whole_request(request), PLACES[field])


def _members(
    given: Mapping[str, Any], *, strict: bool
) -> tuple[dict[str, Any], list[Fault], list[str]]:
    """Return a checked copy, the faults of its members, and what was taken as text."""
    ours = {OURS: given[OURS]} if OURS in given and not strict else {}
    reader, extra = MemberReader(strict=strict), Faults()
    theirs = {name: value for name, value in given.items() if name not in ours}
    copy = reader.read(_without_injected(theirs))
    check_shape(extra, ours)
    copy |= {} if extra.found else deepcopy(ours)
    return copy, [*reader.faults, *extra.found], reader.taken


def _without_injected(request: dict[str, Any]) -> dict[str, Any]:
    static = get(request, STATIC)
    if not isinstance(static, Mapping) or INJECTED not in static:
        return request
    static = {name: text for name, text in static.items() if name != INJECTED}
    last = STATIC.rpartition(".")[2]
    return {**request, DEFINITION: {**request[DEFINITION], last: static}}


def _with_fields(request: Mapping[str, Any], beside: Beside) -> dict[str, Any]:
    """Return the request with what stands beside it in the members' places."""
    whole = deepcopy(dict(request))
    for field, value in beside.fields.items():
        if field == CONVERGENCE:
            value = Switch.ENABLED.value if value else Switch.DISABLED.value
        if field == RUNTIME:
            put(whole, EXACT_RUNTIME, value)
        if field == "warm_start.parents" and isinstance(value, list | tuple):
            value = [{NAME: parent} for parent in value]
        put(whole, PLACES[field], value)
    return whole


def _joined(
    members: Sequence[Fault], rules: Sequence[Fault], found: Iterable[Fault]
) -> list[Fault]:
    """Return all faults; of those found last, what no earlier one tells."""
    rules = [x for x in rules if not any(_is_within(x, y) for y in members)]
    new = []
    for fault in found:
        told = any(_is_within(fault, x) or _is_within(x, fault) for x in members)
        told |= any(_is_within(fault, x) and x.rule == MISSING for x in rules)
        told |= any((fault.field, fault.rule) == (x.field, x.rule) for x in rules)
        new += [] if told else [fault]
    return [*members, *rules, *new]


def _is_within(inner: Fault, outer: Fault) -> bool:
    return inner.field == outer.field or inner.field.startswith(
        (f"{outer.field}.", f"{outer.field}[")
    )


def _split(faults: Iterable[Fault]) -> tuple[list[Fault], list[Fault]]:
    """Tell faults with Amazon's paths, in capitals, from those with our own."""
    found = list(faults)
    theirs = [fault for fault in found if fault.field[:1].isupper()]
    return theirs, [fault for fault in found if fault not in theirs]


def _from(source: str, fault: Fault) -> Fault:
    return replace(fault, field=f"{source}: {fault.field}")

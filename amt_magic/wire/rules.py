"""What the members of a request must be to each other, as far as the service says.

Where a sentence of the service is known, the fault has it.
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from amt_magic.checks import show
from amt_magic.errors import Fault
from amt_magic.max_resource import epochs_in
from amt_magic.ranges import CategoricalParameter, IntegerParameter
from amt_magic.wire.service_faults import ServiceFault, broken
from amt_magic.wire.shapes import (
    ALGORITHM,
    DEFINITION,
    FIELDS,
    METRICS,
    NOT_SERVED,
    OBJECTIVE,
    RANGE_LISTS,
    RANGES,
    STATIC,
    get,
)
from amt_magic.wire.values import decode_static

Request = Mapping[str, Any]
MISSING = "must be given"
STRATEGY = FIELDS["strategy"]
JOBS = FIELDS["resource_limits.max_number_of_training_jobs"]
PARALLEL = FIELDS["resource_limits.max_parallel_training_jobs"]
MAX_RESOURCE = FIELDS["strategy_config.max_resource"]
METRIC_NAME = FIELDS["objective.metric_name"]
STOPPING = f"{DEFINITION}.StoppingCondition"
RESOURCES = f"{DEFINITION}.HyperParameterTuningResourceConfig"
NO_METRIC = (
    "A metric is required for this hyperparameter tuning job objective. "
    "Provide a metric in the metric definitions."
)
NO_MAX_RESOURCE = (
    "MaxResource parameter is not provided and could not be inferred from provided "
    "static hyperparameters of TrainingJobDefinition."
)


class Rule(NamedTuple):
    """A rule, and the members that it compares."""

    faults: Callable[[Request], Iterator[Fault]]
    members: Collection[str]


def rule_faults(request: Request, overridden: Collection[str] = ()) -> list[Fault]:
    """Return the faults of what is refused of every request.

    A rule about members that something else overrides does not apply.
    """
    return [
        fault
        for rule in _RULES
        if not set(rule.members) & set(overridden)
        for fault in rule.faults(request)
    ]


def whole_faults(
    request: Request, written: Mapping[str, Any], *, strict: bool
) -> list[Fault]:
    """Return what a request lacks that has to stand by itself.

    `written`: the values that the training code gives names, such as epochs.
    """
    found = [*_objective(request), *lack_of_ranges(request), *_metric(request)]
    found += _max_resource(request, {} if strict else written)
    return found + [*_combinations(request), *_definition(request)] * strict


def _not_served(request: Request) -> Iterator[Fault]:
    for path, remedy in NOT_SERVED.items():
        if get(request, path) is not None:
            yield Fault(field=path, rule="is not supported here", remedy=remedy)


def _parallel(request: Request) -> Iterator[Fault]:
    parallel, jobs = get(request, PARALLEL), get(request, JOBS)
    if None not in (parallel, jobs) and parallel > jobs:
        rule, given = "must not be above MaxNumberOfTrainingJobs", f"{parallel}, {jobs}"
        yield Fault(field=PARALLEL, rule=rule, given=given)


def _grid(request: Request) -> Iterator[Fault]:
    jobs, count = get(request, JOBS), _combination_count(request)
    if get(request, STRATEGY) != "Grid" or jobs is None or count is None:
        return
    if jobs > count:
        yield _too_few(count, jobs)
    elif jobs < count:
        rule = f"must be the number of combinations for Grid, which is {count}"
        yield Fault(field=JOBS, rule=rule, given=str(jobs), remedy="leave it out")


def _spot(request: Request) -> Iterator[Fault]:
    wait, run = (
        get(request, f"{STOPPING}.{name}")
        for name in ("MaxWaitTimeInSeconds", "MaxRuntimeInSeconds")
    )
    if None not in (wait, run) and wait < run:
        rule, given = "must not be below MaxRuntimeInSeconds", f"{wait}, {run}"
        path = f"{STOPPING}.MaxWaitTimeInSeconds"
        yield Fault(field=path, rule=rule, given=given)


def _instances(request: Request) -> Iterator[Fault]:
    given = get(request, RESOURCES) or {}
    names = ("InstanceType", "InstanceCount", "VolumeSizeInGB")
    flat = [name for name in names if name in given]
    if "InstanceConfigs" in given and flat:
        rule = f"stands beside {', '.join(flat)}"
        path = f"{RESOURCES}.InstanceConfigs"
        yield Fault(field=path, rule=rule, remedy="give one of the two")


def _algorithm(request: Request) -> Iterator[Fault]:
    names = [get(request, f"{ALGORITHM}.{name}") for name in _ALGORITHMS]
    if None not in names:
        rule, given = f"must have {' or '.join(_ALGORITHMS)}, not both", show(names)
        yield Fault(field=ALGORITHM, rule=rule, given=given)


_ALGORITHMS = ("TrainingImage", "AlgorithmName")
_RULES = (
    Rule(_not_served, ()),
    Rule(_parallel, (PARALLEL, JOBS)),
    Rule(_grid, (STRATEGY, JOBS, RANGES)),
    Rule(_spot, ()),
    Rule(_instances, ()),
    Rule(_algorithm, ()),
)


def _objective(request: Request) -> Iterator[Fault]:
    if get(request, OBJECTIVE) is None:
        remedy = "give its Type and MetricName"
        yield Fault(field=OBJECTIVE, rule=MISSING, remedy=remedy)


def lack_of_ranges(request: Request) -> list[Fault]:
    """Return the fault of a request that has nothing to tune, if it has not."""
    if any(get(request, path) for path in RANGE_LISTS.values()):
        return []
    *first, last = (path.rpartition(".")[2] for path in RANGE_LISTS.values())
    remedy = (
        f"give {', '.join(first)} or {last} there, or write the ranges at the top of "
        "a %%tune cell, as in lr: Continuous(0.001, 0.1)"
    )
    return [Fault(field=RANGES, rule="must have at least one range", remedy=remedy)]


def _metric(request: Request) -> Iterator[Fault]:
    wanted, given = get(request, METRIC_NAME), get(request, METRICS)
    names = [get(item, "Name") for item in given or ()]
    if wanted is not None and given and wanted not in names:
        rule, given = (
            f"must define the objective {wanted!r}",
            " and ".join(map(repr, names)),
        )
        yield ServiceFault(field=METRICS, rule=rule, given=given, sentence=NO_METRIC)


def _max_resource(request: Request, written: Mapping[str, Any]) -> Iterator[Fault]:
    is_hyperband = get(request, STRATEGY) == "Hyperband"
    if not is_hyperband or get(request, MAX_RESOURCE) is not None:
        return
    texts = get(request, STATIC) or {}
    static = {name: text and decode_static(text) for name, text in texts.items()}
    if epochs_in(static) is None and epochs_in(written) is None:
        rule = "must be known for Hyperband: how often a training job reports"
        remedy = f"give it, or epochs in {STATIC}"
        yield ServiceFault(
            field=MAX_RESOURCE, rule=rule, remedy=remedy, sentence=NO_MAX_RESOURCE
        )


def _combinations(request: Request) -> Iterator[Fault]:
    jobs, count = get(request, JOBS), _combination_count(request)
    is_grid = get(request, STRATEGY) == "Grid"  # of which every request is held to it
    if not is_grid and jobs is not None and count is not None and jobs > count:
        yield _too_few(count, jobs)


def _too_few(count: int, jobs: int) -> Fault:
    sentence = (
        "You don't have enough combinations of hyperparameter ranges. The total number "
        f"of hyperparameter combinations for the provided ranges [{float(count)}] must "
        f"be equal or greater than the value of MaxNumberOfJobs, [{jobs}]. Provide "
        "additional ranges."
    )
    rule = f"must not be above the number of combinations, which is {count}"
    return ServiceFault(field=JOBS, rule=rule, given=str(jobs), sentence=sentence)


def _combination_count(request: Request) -> int | None:
    """Return the number of configurations; None: endless, or not to be known."""
    sizes = []
    for kind, path in RANGE_LISTS.items():
        for item in get(request, path) or ():
            if kind is CategoricalParameter:
                sizes.append(len(get(item, "Values") or ()))
            elif kind is IntegerParameter:
                sizes.append(_size(item))
            else:
                return None
    return math.prod(sizes) if sizes and all(sizes) else None


def _size(item: Any) -> int:
    """Return how many integers there are; 0 where the bounds are none."""
    with suppress(TypeError, ValueError):
        return max(0, int(get(item, "MaxValue")) - int(get(item, "MinValue")) + 1)
    return 0


def _definition(request: Request) -> Iterator[Fault]:
    if all(get(request, path) is None for path in (DEFINITION, f"{DEFINITION}s")):
        yield broken(DEFINITION, None, MISSING, "Member must not be null")
    elif not any(get(request, f"{ALGORITHM}.{name}") for name in _ALGORITHMS):
        rule = f"must have {' or '.join(_ALGORITHMS)}"
        yield Fault(field=ALGORITHM, rule=rule)

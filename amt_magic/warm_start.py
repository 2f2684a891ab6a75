"""Which earlier tuning jobs a new one may start from: the service's rules.

What AMT's developer guide says under "Run a Warm Start Hyperparameter Tuning Job",
Warm Start Tuning Restrictions.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from amt_magic.checks import Faults, is_number
from amt_magic.config import Strategy, TuningJobConfig, is_static
from amt_magic.errors import Fault
from amt_magic.jobs import TuningJobRecord
from amt_magic.ranges import AnyRange, CategoricalParameter

MOST_CHANGES = 10
LEARNS_NOTHING = {
    Strategy.GRID: "runs every combination whatever is known",
    Strategy.HYPERBAND: "draws at random and compares training jobs of its own",
}


def check_strategy(config: TuningJobConfig) -> None:
    """Check that the strategy learns from parents, if the config has some.

    Raises:
        ValidationError: it is Grid or Hyperband.
    """
    faults = Faults()
    if config.warm_start and (why := LEARNS_NOTHING.get(config.strategy)):
        rule = f"is of no use to {config.strategy}, which {why}"
        remedy = "leave it out, or take Bayesian or Random"
        parents = ", ".join(config.warm_start.parents)
        faults.check(False, "warm start", rule, parents, remedy=remedy)
    faults.raise_if_any()


def check_parents(
    config: TuningJobConfig, name: str | None, known: Sequence[TuningJobRecord]
) -> None:
    """Check that every parent is there and fits; raise all that differs together.

    `known` are the tuning jobs of the store that the config names as parents, `name`
    is that of the new one.

    Raises:
        ValidationError: a parent is unknown, itself, running, or differs too much.
    """
    faults = Faults()
    by_key = {record.name.lower(): record for record in known}
    for parent in config.warm_start.parents if config.warm_start else ():
        record, field = by_key.get(parent.lower()), f"parent {parent!r}"
        if name is not None and parent.lower() == name.lower():
            rule, remedy = "is the tuning job itself", "%tune resume goes on with it"
            faults.check(False, field, rule, remedy=remedy)
        elif record is None:
            remedy = "%tune list --warm-startable shows which there are"
            faults.check(False, field, "is not in the store", remedy=remedy)
        else:
            faults.found += differences(record, config)
    faults.raise_if_any()


def differences(parent: TuningJobRecord, config: TuningJobConfig) -> list[Fault]:
    """Return what keeps an earlier tuning job from being a parent of this config.

    An interrupted one counts as stopped.
    """
    faults, field = Faults(), f"parent {parent.name!r}"
    has_ended = parent.status.is_terminal or parent.is_interrupted
    remedy = f"%tune wait {parent.name}, or %tune stop {parent.name}"
    rule = "must have ended"
    faults.check(has_ended, field, rule, parent.status.value, remedy=remedy)
    theirs, ours = parent.config.objective, config.objective
    rule = f"must {ours.type.lower()} {ours.metric_name!r} too"
    faults.check(theirs == ours, field, rule, f"{theirs.type} {theirs.metric_name}")
    _check_names(faults, field, parent.config, config)
    for name, kind in config.ranges.items():
        other = parent.config.ranges.get(name, kind)
        rule = f"must have {name!r} as {_kind(kind)}, and has it as {_kind(other)}"
        faults.check(type(other) is type(kind), field, rule)
    changed = list(changes(parent.config, config))
    count = sum(number for _, number in changed)
    rule = f"may differ by {MOST_CHANGES} changes at most, and has {count}: " + (
        ", ".join(f"{name} ({number})" for name, number in changed)
    )
    faults.check(count <= MOST_CHANGES, field, rule)
    return faults.found


def changes(
    parent: TuningJobConfig, config: TuningJobConfig
) -> Iterator[tuple[str, int]]:
    """Yield hyperparameters that count as changed, and for how much.

    Those tuned in the parent and static now, and static ones of another value. A
    number counts once. A category counts for each value that goes and comes, as in
    the guide's example: {red, blue} made static 2, a static red that becomes blue 2.
    """
    for name, value in config.static_hyperparameters.items():
        if isinstance(kind := parent.ranges.get(name), AnyRange):
            is_category = isinstance(kind, CategoricalParameter)
            yield name, int(kind.size) if is_category else 1
        elif name in parent.static_hyperparameters:
            before = parent.static_hyperparameters[name]
            if before != value:
                yield name, 1 if is_number(before) and is_number(value) else 2


def with_constants(
    config: TuningJobConfig,
    known: Sequence[TuningJobRecord],
    constants: Mapping[str, Any],
) -> TuningJobConfig:
    """Return the config with hyperparameters of its parents that the code now sets.

    What a parent had and this config lacks is static if the training code gives it a
    constant: `depth = 3` in a cell, or the default of a function's argument.
    """
    names = {name for record in known for name in names_of(record.config)}
    names -= names_of(config)
    names &= {name for name, value in constants.items() if is_static(value)}
    found = {name: constants[name] for name in sorted(names)}
    return config.evolve(
        static_hyperparameters={**config.static_hyperparameters, **found}
    )


def names_of(config: TuningJobConfig) -> set[str]:
    """Return the names of all hyperparameters, tuned and static."""
    return {*config.ranges, *config.static_hyperparameters}


def _check_names(
    faults: Faults, field: str, parent: TuningJobConfig, config: TuningJobConfig
) -> None:
    lacking = sorted(names_of(config) - names_of(parent))
    beside = sorted(names_of(parent) - names_of(config))
    parts = [f"it lacks {', '.join(lacking)}"] if lacking else []
    parts += [f"it has {', '.join(beside)} besides"] if beside else []
    rule = "must have the same hyperparameters, tuned and static ones together: "
    remedy = "what is no longer tuned may be static: give it a constant"
    if not beside:
        remedy = ""
    faults.check(not parts, field, rule + " and ".join(parts), remedy=remedy)


def _kind(kind: AnyRange) -> str:
    return type(kind).__name__.removesuffix("Parameter").lower()

"""The resource of a whole training job under Hyperband: given, or found in epochs."""

import ast
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from amt_magic.checks import Faults
from amt_magic.config import HyperbandStrategyConfig, Strategy, TuningJobConfig

EPOCH_NAMES = ("epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs")  # Amazon's
FIELD = "strategy_config.max_resource"


def with_max_resource(
    config: TuningJobConfig, found: Mapping[str, Any] | None = None
) -> TuningJobConfig:
    """Return the config with the maximum that Hyperband needs; others as they are.

    Without one of its own it is a static hyperparameter with one of `EPOCH_NAMES`, or
    what was found under such a name in the training code.

    Raises:
        ValidationError: there is none, or the two differ.
    """
    asked = config.strategy_config
    if not isinstance(asked, HyperbandStrategyConfig):
        asked = HyperbandStrategyConfig()
    if config.strategy != Strategy.HYPERBAND or asked.max_resource is not None:
        return config
    static = epochs_in(config.static_hyperparameters)
    written = epochs_in(found or {})
    faults = Faults()
    rule = "must be clear: the static hyperparameter and the code differ"
    differ = static is not None and written is not None and static != written
    faults.check(not differ, FIELD, rule, static, written, remedy="give one of them")
    most = written if static is None else static
    remedy = "give --max-resource (max_resource=27), or name it: epochs = 27"
    rule = "must be known for Hyperband: how often a training job reports its objective"
    faults.check(most is not None, FIELD, rule, remedy=remedy)
    faults.raise_if_any()
    return config.evolve(strategy_config=replace(asked, max_resource=most))


def epochs_in(values: Mapping[str, Any]) -> int | None:
    """Return the first whole number that has one of `EPOCH_NAMES`."""
    for name in EPOCH_NAMES:
        value = values.get(name)
        if isinstance(value, str) and value.isdecimal():
            value = int(value)
        if type(value) is int and value > 0:
            return value
    return None


def literals_in(source: str) -> dict[str, Any]:
    """Return the constants that a cell's body assigns: {'epochs': 27}."""
    return {
        target.id: node.value.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }

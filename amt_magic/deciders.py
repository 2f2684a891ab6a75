"""What decides for a tuning job: its strategy and its schedulers."""

from collections.abc import Sequence

from amt_magic.config import (
    BayesianStrategyConfig,
    EarlyStoppingType,
    HyperbandStrategyConfig,
    TuningJobConfig,
)
from amt_magic.config import Strategy as StrategyName
from amt_magic.max_resource import with_max_resource
from amt_magic.parents import Parent
from amt_magic.schedulers import Scheduler
from amt_magic.schedulers.hyperband import Hyperband
from amt_magic.schedulers.median import MedianRule
from amt_magic.strategies import Strategy
from amt_magic.strategies.grid import GridStrategy
from amt_magic.strategies.precedents import lessons
from amt_magic.strategies.random import RandomStrategy


def make_strategy(config: TuningJobConfig, parents: Sequence[Parent] = ()) -> Strategy:
    """Make the strategy that the config names; Hyperband draws as Random does.

    `parents`: what a warm start, of the config's type, is to learn from.
    """
    seed = config.random_seed or 0
    if config.strategy == StrategyName.GRID:
        return GridStrategy(config.space)
    taught = lessons(config, parents)
    if config.strategy == StrategyName.BAYESIAN:
        from amt_magic.strategies.bayesian.strategy import BayesianStrategy

        asked = config.strategy_config
        if not isinstance(asked, BayesianStrategyConfig):
            asked = BayesianStrategyConfig()
        return BayesianStrategy(config.space, seed, asked.base_estimator, taught)
    return RandomStrategy(config.space, seed, taught)


def make_schedulers(config: TuningJobConfig) -> list[Scheduler]:
    """Make the schedulers that the config asks for."""
    asked = with_max_resource(config).strategy_config
    is_hyperband = config.strategy == StrategyName.HYPERBAND
    if is_hyperband and isinstance(asked, HyperbandStrategyConfig):
        return [Hyperband(asked)]  # it is itself the early stopping
    auto = config.early_stopping == EarlyStoppingType.AUTO
    return [MedianRule()] if auto else []

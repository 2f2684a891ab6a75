"""Rungs and brackets: at which resources training jobs are compared, and which."""

import math
from bisect import bisect_left, insort
from functools import lru_cache

from amt_magic.config import HyperbandStrategyConfig, Strategy, TuningJobConfig


def rung_resources(
    min_resource: int, max_resource: int, reduction_factor: float
) -> list[int]:
    """Return the rungs: min_resource and its multiples, below max_resource.

    rung_resources(1, 27, 3)     # [1, 3, 9]
    rung_resources(1, 10, 1.5)   # [1, 2, 3, 5, 8]

    By multiplication: the floor of a logarithm loses a rung (log3 of 243 is 4.99).
    """
    rungs: list[int] = []
    resource: float = min_resource
    while round(resource) < max_resource:
        if not rungs or round(resource) > rungs[-1]:
            rungs.append(round(resource))
        resource *= reduction_factor
    return rungs


def rungs_of(config: TuningJobConfig) -> list[int]:
    """Return the rungs of a tuning job; none where no Hyperband judges at them."""
    asked = config.strategy_config
    is_hyperband = config.strategy == Strategy.HYPERBAND
    if not is_hyperband or not isinstance(asked, HyperbandStrategyConfig):
        return []
    if asked.max_resource is None:
        return []
    return rung_resources(
        asked.min_resource, asked.max_resource, asked.reduction_factor
    )


def bracket_weights(brackets: int, rungs: int) -> tuple[int, ...]:
    """Return how many training jobs go to each bracket, as ratios.

    bracket_weights(5, 4)   # (81, 34, 15, 8, 5)

    Bracket s starts at rung s. Li, Jamieson, DeSalvo, Rostamizadeh and Talwalkar,
    Hyperband, JMLR 18 (2018), algorithm 1, line 4, with eta = 3 and their s counted
    from the other end.
    """
    return tuple(
        -(-(rungs + 1) * 3 ** (rungs - s) // (rungs - s + 1)) for s in range(brackets)
    )


@lru_cache(maxsize=16)
def bracket_schedule(weights: tuple[int, ...], count: int) -> tuple[int, ...]:
    """Return the brackets of training jobs 1 to `count`, by weighted round robin.

    bracket_schedule((81, 34, 15, 8, 5), 12)   # 0 1 0 2 0 1 0 0 3 0 1 0
    """
    total, given = sum(weights), [0] * len(weights)
    schedule = []
    for k in range(1, count + 1):
        due = [
            weight * k - done * total
            for weight, done in zip(weights, given, strict=True)
        ]
        bracket = due.index(max(due))
        given[bracket] += 1
        schedule.append(bracket)
    return tuple(schedule)


def bracket_of(index: int, weights: tuple[int, ...]) -> int:
    """Return the bracket of training job `index`, counted from 1."""
    if len(weights) == 1:
        return 0
    many = max(64, 2 ** index.bit_length())  # so that schedules are made rarely
    return bracket_schedule(weights, many)[index - 1]


class Rung:
    """The scores of a bracket's training jobs at one resource; small is good."""

    def __init__(self) -> None:
        self.scores: dict[int, float] = {}
        self._finite: list[float] = []

    def enter(self, index: int, score: float) -> None:
        """Enter the score of a training job; infinity counts as the worst."""
        self.scores[index] = score
        if math.isfinite(score):
            insort(self._finite, score)

    def better_than(self, index: int) -> int:
        """Return how many have a smaller score than training job `index`."""
        return bisect_left(self._finite, self.scores[index])

    def worst_of(self, count: int) -> float:
        """Return the largest of the `count` smallest scores."""
        return self._finite[count - 1] if count <= len(self._finite) else math.inf

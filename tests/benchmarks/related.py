"""Pairs of tuning problems: a parent, and a child that is like it, or only seems so.

The reference pairs are those that claims are made of; methods are developed on the
others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from amt_magic.ranges import AnyRange, CategoricalParameter
from amt_magic.scaling import scale, unscale
from tests.benchmarks import trained
from tests.benchmarks.problems import PROBLEMS, SUPPORT_VECTORS, TREE

Loss = Callable[..., float]
Treatment = Callable[[np.ndarray, int], np.ndarray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A parent's loss and a child's, over the same ranges.

    `told`: what the child is told of the parent's losses, given them and a seed, if
    not these. `misleads`: what the parent is told to be good is not.
    """

    ranges: Mapping[str, AnyRange]
    parent: Loss
    child: Loss
    told: Treatment | None = None
    misleads: bool = False


def negated(losses: np.ndarray, seed: int) -> np.ndarray:
    return -losses


def shuffled(losses: np.ndarray, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).permutation(losses)


def shifted(
    name: str, share: float, *, factor: float = 1.0, misleads: bool = False
) -> Pair:
    """The problem, and itself with its optimum moved by a share of each range.

    `factor`: of the child's losses.
    """
    problem = PROBLEMS[name]

    def child(**hyperparameters) -> float:
        moved = {
            each: _moved(kind, hyperparameters[each], share)
            for each, kind in problem.ranges.items()
        }
        return factor * problem.train(**moved)

    return Pair(
        ranges=problem.ranges, parent=problem.train, child=child, misleads=misleads
    )


def _moved(kind: AnyRange, value, share: float):
    if isinstance(kind, CategoricalParameter):
        return value
    low, high = (scale(end, kind.scaling) for end in (kind.min_value, kind.max_value))
    return unscale(scale(value, kind.scaling) + share * (high - low), kind.scaling)


def misleading(name: str, told: Treatment) -> Pair:
    """The problem, and itself with the parent's losses changed."""
    problem = PROBLEMS[name]
    return Pair(
        ranges=problem.ranges,
        parent=problem.train,
        child=problem.train,
        told=told,
        misleads=True,
    )


def of_data(
    train: Loss,
    ranges: Mapping[str, AnyRange],
    parent: str,
    child: str,
    told: Treatment | None = None,
) -> Pair:
    """A model on one data set, and on another."""
    one, other = partial(train, data=parent), partial(train, data=child)
    return Pair(ranges=ranges, parent=one, child=other, told=told, misleads=bool(told))


MACHINES = partial(of_data, trained.support_vectors, SUPPORT_VECTORS)
TREES = partial(of_data, trained.classification_tree, TREE)
PAIRS = {
    "hartmann6 moved by 5 %": shifted("hartmann6", 0.05),
    "mixed6 moved by 10 %": shifted("mixed6", 0.1),
    "levy8 moved by 5 %": shifted("levy8", 0.05),
    "SVM, digits to wine": MACHINES("digits", "wine"),
    "tree, breast to digits": TREES("breast_cancer", "digits"),
    "hartmann6, negated": misleading("hartmann6", negated),
    "mixed6, shuffled": misleading("mixed6", shuffled),
}
OTHER_PAIRS = {
    "hartmann6 moved by -8 %": shifted("hartmann6", -0.08),
    "ackley5 moved by 5 %": shifted("ackley5", 0.05),
    "mixedcond6 moved by 8 %": shifted("mixedcond6", 0.08),
    "mixed6 moved by -15 %": shifted("mixed6", -0.15),
    "hartmann6 moved by 8 %, a hundredth": shifted("hartmann6", 0.08, factor=0.01),
    "mixed6 moved by 7 %, hundredfold": shifted("mixed6", 0.07, factor=100.0),
    "SVM, breast to digits": MACHINES("breast_cancer", "digits"),
    "tree, digits to wine": TREES("digits", "wine"),
    "tree, wine to digits": TREES("wine", "digits"),
    "SVM, wine to digits": MACHINES("wine", "digits"),
    "levy8, negated": misleading("levy8", negated),
    "mixedcond6, shuffled": misleading("mixedcond6", shuffled),
    "SVM, wine negated": MACHINES("wine", "wine", negated),
    "ackley5 shuffled": misleading("ackley5", shuffled),
    "mixed6, negated": misleading("mixed6", negated),
    "mixed6 moved by 50 %": shifted("mixed6", 0.5, misleads=True),
}

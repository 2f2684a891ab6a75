"""The kernel: what a loss at one point tells of the loss at another.

The sum of main effects, one of each range, and of a joint effect of all of them.
What is additive is learned from far fewer points (Duvenaud, Nickisch and Rasmussen,
Additive Gaussian Processes, NeurIPS 2011, equation 7: the first order, and here one
kernel of all ranges for the rest), and a few main effects make much of most tuning
problems (Hutter, Hoos and Leyton-Brown, An Efficient Approach for Assessing
Hyperparameter Importance, ICML 2014).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from amt_magic.strategies.bayesian.unit_cube import Array

Groups = NDArray[np.intp]

ROOT_5 = math.sqrt(5.0)
BLOCK = 16_384  # numbers that stay in a core's cache


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """k(a, b) = joint m(|a - b|) + main / P Σ m(√P |a_j - b_j|), of P ranges.

    m is the Matérn 5/2 kernel; distances are in length scales: `scales`
    has one for each column of features, and `groups` the number of its range. Both
    variances, and `noise`, that of what is observed about what is modelled, are in
    units of the outputs' own.
    """

    noise: float
    joint: float
    main: float
    scales: Array
    groups: Groups

    @property
    def variance(self) -> float:
        """k(a, a)."""
        return self.joint + self.main

    def between(self, a: Array, b: Array) -> Array:
        """Return k, shape (len(a), len(b))."""
        a, b = a * (ROOT_5 / self.scales), b * (ROOT_5 / self.scales)
        rows = max(1, BLOCK // max(1, len(a)))
        starts = range(0, max(1, len(b)), rows)
        return np.hstack([self._block(a, b[start : start + rows]) for start in starts])

    def _block(self, a: Array, b: Array) -> Array:
        total = matern(distances(a, b))
        total *= self.joint
        parts = list(columns_of(self.groups))
        for columns in parts:
            r = distances(a[:, columns], b[:, columns])
            r *= math.sqrt(len(parts))
            effect = matern(r)
            effect *= self.main / len(parts)
            total += effect
        return total


def matern(r: Array) -> Array:
    """Return (1 + r + r²/3) exp(-r): √5 r is the distance in length scales.

    Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), equation
    4.17. Written in place, since here the search spends its time.
    """
    shape = r * r
    shape /= 3
    shape += r
    shape += 1
    shape *= np.exp(-r)
    return shape


def columns_of(groups: Groups) -> Iterator[slice]:
    """Yield the columns of each group; they lie side by side."""
    starts = np.flatnonzero(np.diff(groups, prepend=-1)).tolist()
    for start, end in zip(starts, [*starts[1:], len(groups)], strict=True):
        yield slice(start, end)


def distances(a: Array, b: Array) -> Array:
    """Return Euclidean distances between rows, shape (len(a), len(b))."""
    if a.shape[1] == 1:
        difference = np.subtract.outer(a[:, 0], b[:, 0])
        return np.abs(difference, out=difference)
    squares: Array = np.einsum("ij,ij->i", a, a)[:, None] - 2 * (a @ b.T)
    squares += np.einsum("ij,ij->i", b, b)
    np.maximum(squares, 0.0, out=squares)
    return np.sqrt(squares, out=squares)

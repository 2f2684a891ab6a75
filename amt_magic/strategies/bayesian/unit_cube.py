"""The search space in arrays: what the surrogate sees and the search moves in."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amt_magic.ranges import CategoricalParameter, IntegerParameter
from amt_magic.space import Hyperparameters, ParameterRanges
from amt_magic.strategies.precedents import coordinate

Array = NDArray[np.float64]

FINEST = 4096  # a longer integer range is searched at about as many of its values
ONE_OF = math.sqrt(0.5)  # puts two categories at distance 1


class UnitCube:
    """Points with one coordinate per range, shape (n, dimension).

    A number's coordinate is its place in [0, 1] on its scale; a category's is its
    number, 0.0, 1.0, … in the order given.
    """

    def __init__(self, ranges: ParameterRanges) -> None:
        self._ranges = ranges
        kinds = list(ranges.values())
        self.dimension = len(kinds)
        self.levels = np.array(
            [len(k.values) if isinstance(k, CategoricalParameter) else 0 for k in kinds]
        )
        self.categories = np.flatnonzero(self.levels)
        self.numbers = np.flatnonzero(self.levels == 0)
        self.integers = {
            column: _positions(kind)
            for column, kind in enumerate(kinds)
            if isinstance(kind, IntegerParameter)
        }
        columns = np.where(self.levels == 0, 1, self.levels) * (self.levels != 1)
        of = np.repeat(range(self.dimension), columns)
        self.groups = np.unique(of, return_inverse=True)[1]

    def encode(self, hyperparameters: Mapping[str, Any]) -> Array:
        """Map hyperparameters to their point, shape (dimension,).

        Numbers outside their ranges have places outside [0, 1].
        """
        pairs = [(kind, hyperparameters[name]) for name, kind in self._ranges.items()]
        point = np.array([coordinate(kind, value) for kind, value in pairs])
        numbers = point[self.categories] * self.levels[self.categories]
        point[self.categories] = np.floor(numbers)
        return point

    def decode(self, point: Array) -> Hyperparameters:
        """Map a point to its hyperparameters."""
        units = point.copy()
        middles = units[self.categories] + 0.5
        units[self.categories] = middles / self.levels[self.categories]
        return self._ranges.decode(units.tolist())

    def place(self, units: Array) -> Array:
        """Map uniform draws, shape (n, dimension), to points of legal values."""
        points = units.copy()
        numbers = units[:, self.categories] * self.levels[self.categories]
        last = self.levels[self.categories] - 1
        points[:, self.categories] = np.minimum(np.floor(numbers), last)
        return self.snap(points)

    def snap(self, points: Array) -> Array:
        """Move numbers, in place, into [0, 1] and integers to legal values."""
        points[:, self.numbers] = np.clip(points[:, self.numbers], 0.0, 1.0)
        for column, positions in self.integers.items():
            points[:, column] = positions[self.nearest(column, points[:, column])]
        return points

    def reachable(self, points: Array) -> Array:
        """Return the points that lie in [0, 1]; without any, all, moved there."""
        numbers = points[:, self.numbers]
        inside = ((numbers >= 0) & (numbers <= 1)).all(axis=1)
        return points[inside] if inside.any() else self.snap(points.copy())

    def nearest(self, column: int, coordinates: Array) -> NDArray[np.intp]:
        """Return the numbers of the legal values nearest to coordinates."""
        positions = self.integers[column]
        return np.searchsorted((positions[1:] + positions[:-1]) / 2, coordinates)

    def features(self, points: Array) -> Array:
        """Return what the surrogate sees, shape (n, len(groups)).

        A category has one column for each of its values: two different ones are
        at distance 1. `groups` numbers the range that each column is of; a range
        of one value has none.
        """
        if not len(self.categories):
            return points
        columns = [
            np.equal.outer(points[:, j], np.arange(levels)) * ONE_OF
            if levels
            else points[:, j : j + 1]
            for j, levels in enumerate(self.levels)
            if levels != 1
        ]
        return np.hstack([points[:, :0], *columns])


def _positions(kind: IntegerParameter) -> Array:
    """Return the coordinates of the integers, or of as many as the search needs."""
    if kind.size <= FINEST:
        values = range(kind.min_value, kind.max_value + 1)
        return np.array([kind.encode(value) for value in values])
    units = np.linspace(0.0, 1.0, FINEST)
    return np.unique([kind.encode(kind.decode(unit)) for unit in units])

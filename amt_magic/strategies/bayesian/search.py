"""The search for the point that promises most."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from amt_magic.strategies.bayesian.unit_cube import Array, UnitCube

Score = Callable[[Array], Array]  # points, shape (n, dimension), to (n,)

CANDIDATES = 512
KEPT = 6  # candidates that are refined
ROUNDS = 3
NEIGHBOURS = 24  # of each kept candidate in each round
FIRST_STEP = 0.08  # standard deviation, in units of the cube
SHRINKING = 0.4  # of the step from round to round


class Search:
    """Draws candidates, half of them near good points, and refines the best."""

    def __init__(self, cube: UnitCube, generator: np.random.Generator) -> None:
        self._cube = cube
        self._generator = generator

    def maximise(self, score: Score, centres: Array) -> Array:
        """Return all points that were scored, shape (n, dimension), the best first.

        `centres`: good points, shape (k, dimension), that half of the candidates
        are drawn around.
        """
        points = self._candidates(centres)
        scores = score(points)
        step = FIRST_STEP
        for _ in range(ROUNDS):
            around = np.repeat(points[_best_first(scores)[:KEPT]], NEIGHBOURS, axis=0)
            sizes = step * np.exp(self._generator.uniform(-1.5, 0.0, len(around)))
            share = 0.6 if self._cube.dimension > 2 else 1.0
            moved = self._perturbed(around, sizes, share)
            points = np.vstack([points, moved])
            scores = np.concatenate([scores, score(moved)])
            step *= SHRINKING
        return np.asarray(points[_best_first(scores)])

    def _candidates(self, centres: Array) -> Array:
        half, dimension = CANDIDATES // 2, self._cube.dimension
        anywhere = self._cube.place(self._generator.random((half, dimension)))
        around = centres[self._generator.integers(len(centres), size=half)]
        sizes = np.exp(self._generator.uniform(math.log(0.01), math.log(0.4), half))
        share = min(1.0, max(2 / dimension, 0.4))
        return np.vstack([anywhere, self._perturbed(around, sizes, share)])

    def _perturbed(self, points: Array, sizes: Array, share: float) -> Array:
        """Move about `share` of each point's coordinates, at least one.

        Numbers take normal steps of the given sizes, shape (n,); half of those that
        leave the cube are reflected and half end on its face, so that bounds are
        reached. Integers move by one at least, categories change to any.
        """
        cube, generator = self._cube, self._generator
        n, moved = len(points), points.copy()
        moves = generator.random(points.shape) < share
        moves[np.arange(n), generator.integers(cube.dimension, size=n)] = True
        steps = generator.standard_normal(points.shape) * sizes[:, None]
        numbers = cube.numbers
        moved[:, numbers] += np.where(moves, steps, 0.0)[:, numbers]
        reflected = generator.random(n) < 0.5
        outside = moved[reflected][:, numbers]
        folded = 1 - np.abs(1 - np.abs(outside))
        moved[np.ix_(reflected, numbers)] = folded
        for column in cube.categories.tolist():
            changes = moves[:, column] & (generator.random(n) < 0.5)
            drawn = generator.integers(cube.levels[column], size=n)
            moved[:, column] = np.where(changes, drawn, moved[:, column])
        cube.snap(moved)
        for column, positions in cube.integers.items():
            stays = moves[:, column] & (moved[:, column] == points[:, column])
            stays &= generator.random(n) < 0.7
            jump = np.where(steps[:, column] < 0, -1, 1)
            place = cube.nearest(column, moved[:, column]) + jump
            next_to = positions[np.clip(place, 0, len(positions) - 1)]
            moved[:, column] = np.where(stays, next_to, moved[:, column])
        return moved


def _best_first(scores: Array) -> NDArray[np.intp]:
    return np.argsort(-scores, kind="stable")

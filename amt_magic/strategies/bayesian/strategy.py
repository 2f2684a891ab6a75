"""Bayesian search: a surrogate of the objective, and the point that promises most.

Shahriari, Swersky, Wang, Adams and de Freitas, Taking the Human Out of the Loop: A
Review of Bayesian Optimization, Proceedings of the IEEE 104 (2016).
"""

import warnings

import numpy as np
from scipy.stats import qmc
from threadpoolctl import ThreadpoolController

from amt_magic.jobs import History
from amt_magic.space import Hyperparameters, ParameterRanges, configuration_key
from amt_magic.strategies.bayesian.acquisition import ExpectedImprovement
from amt_magic.strategies.bayesian.observations import Observations, Reader
from amt_magic.strategies.bayesian.search import Search
from amt_magic.strategies.bayesian.surrogate import Surrogate
from amt_magic.strategies.bayesian.unit_cube import Array, UnitCube
from amt_magic.strategies.random import RandomStrategy

NOTHING = -np.inf  # the score of a point that was there before
CENTRES = 5
DIGITS = 9  # coordinates that agree to so many are the same


class BayesianStrategy:
    """Starts with points spread evenly, then goes where improvement is expected."""

    def __init__(
        self, ranges: ParameterRanges, seed: int, base_estimator: str | None = None
    ) -> None:
        self._seed = seed
        self._cube = UnitCube(ranges)
        self._reader = Reader(self._cube)
        self._surrogate = Surrogate(self._cube, seed, base_estimator)
        self._random = RandomStrategy(ranges, seed)
        self._initial_count = min(12, max(6, len(ranges) + 3))
        self._libraries = ThreadpoolController()

    def suggest(self, history: History, index: int) -> Hyperparameters | None:
        """Choose the hyperparameters of training job `index`; None: exhausted."""
        observations = self._reader.observations(history)
        with self._libraries.limit(limits=1):  # the same sums on every machine
            if index > self._initial_count and observations.tells_something:
                point = self._most_promising(observations, index)
            else:
                point = self._initial(index)
        chosen = self._cube.decode(point)
        if configuration_key(chosen) in history.configurations:
            return self._random.suggest(history, index)
        return chosen

    def _initial(self, index: int) -> Array:
        """Return a point of a scrambled Sobol sequence."""
        generator = np.random.default_rng(self._seed)
        sequence = qmc.Sobol(self._cube.dimension, scramble=True, seed=generator)
        with warnings.catch_warnings():  # their number is not a power of two
            warnings.simplefilter("ignore", UserWarning)
            return np.asarray(self._cube.place(sequence.random(index)[-1:])[0])

    def _most_promising(self, seen: Observations, index: int) -> Array:
        cube = self._cube
        beliefs = self._surrogate.beliefs(seen.points, seen.losses)
        promise = ExpectedImprovement(
            beliefs, cube.features(seen.points), cube.features(seen.pending)
        )
        taken = set(map(bytes, _rounded(np.vstack([seen.points, seen.pending]))))

        def score(points: Array) -> Array:
            scores = promise(cube.features(points))
            scores[[bytes(row) in taken for row in _rounded(points)]] = NOTHING
            return scores

        centres = seen.points[self._centres(seen.points, promise.means)]
        search = Search(cube, np.random.default_rng([self._seed, index]))
        return search.maximise(score, centres)

    def _centres(self, points: Array, believed: Array) -> list[int]:
        """Return the rows of the best points, and of the best of each category."""
        order = np.argsort(believed, kind="stable")
        rows = list(order[:CENTRES])
        for column in self._cube.categories:
            _, first = np.unique(points[order, column], return_index=True)
            rows.extend(order[first])
        return rows


def _rounded(points: Array) -> Array:
    return np.round(points, DIGITS) + 0.0  # -0.0 becomes 0.0

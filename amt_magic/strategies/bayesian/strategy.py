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

CENTRES = 5


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
                points = self._most_promising(observations, index)
            else:
                points = self._initial(index)
        for chosen in map(self._cube.decode, points):
            if configuration_key(chosen) not in history.configurations:
                return chosen
        return self._random.suggest(history, index)

    def _initial(self, index: int) -> Array:
        """Return the index-th point of a scrambled Sobol sequence, shape (1, …)."""
        generator = np.random.default_rng(self._seed)
        sequence = qmc.Sobol(self._cube.dimension, scramble=True, seed=generator)
        with warnings.catch_warnings():  # their number is not a power of two
            warnings.simplefilter("ignore", UserWarning)
            return self._cube.place(sequence.random(index)[-1:])

    def _most_promising(self, seen: Observations, index: int) -> Array:
        """Return points, shape (n, dimension), the most promising first."""
        features = self._cube.features
        points, beliefs = self._surrogate.model(seen.points, seen.losses)
        promise = ExpectedImprovement(beliefs, features(points), features(seen.pending))
        centres = points[self._centres(points, promise.means)]
        search = Search(self._cube, np.random.default_rng([self._seed, index]))
        return search.maximise(lambda points: promise(features(points)), centres)

    def _centres(self, points: Array, believed: Array) -> list[int]:
        """Return the rows of the best points, and of the best of each category."""
        order = np.argsort(believed, kind="stable")
        rows = list(order[:CENTRES])
        for column in self._cube.categories:
            _, first = np.unique(points[order, column], return_index=True)
            rows.extend(order[first])
        return rows

"""One round of Bayesian search: read, model, and rank what is promising."""

from collections.abc import Iterator

import numpy as np
from threadpoolctl import ThreadpoolController

from amt_magic.jobs import History
from amt_magic.space import Hyperparameters, ParameterRanges
from amt_magic.strategies.bayesian.acquisition import ExpectedImprovement
from amt_magic.strategies.bayesian.convergence import UNLIKELY, ChanceOfGain
from amt_magic.strategies.bayesian.joint import JointSurrogate
from amt_magic.strategies.bayesian.observations import Observations, Reader, Told
from amt_magic.strategies.bayesian.search import Search
from amt_magic.strategies.bayesian.surrogate import Surrogate
from amt_magic.strategies.bayesian.unit_cube import Array, UnitCube
from amt_magic.strategies.precedents import NOTHING, Lessons

CENTRES = 5


class ModelSearch:
    """Looks for improvement with a model of all that the history tells."""

    def __init__(
        self,
        ranges: ParameterRanges,
        seed: int,
        base_estimator: str | None,
        lessons: Lessons = NOTHING,
    ) -> None:
        self._seed = seed
        self._cube = UnitCube(ranges)
        self._reader = Reader(self._cube, lessons.comparable)
        self._surrogate = Surrogate(self._cube, seed, base_estimator)
        self._libraries = ThreadpoolController()
        if lessons.informing:
            told = [Told.of(self._cube, [each]) for each in lessons.informing]
            with self._libraries.limit(limits=1):
                self._joint = JointSurrogate(self._cube, seed, base_estimator, told)

    def promising(self, history: History, index: int) -> Iterator[Hyperparameters]:
        """Yield hyperparameters for training job `index`, the most promising first.

        Nothing, as long as the losses do not differ.
        """
        observations = self._reader.observations(history)
        if observations.tells_something:
            yield from self._ranked(self._surrogate, observations, index)

    def transferred(self, history: History, index: int) -> Iterator[Hyperparameters]:
        """Yield hyperparameters that promise most by what parents told as well."""
        observations = self._reader.observations(history)
        yield from self._ranked(self._joint, observations, index)

    def _ranked(
        self, surrogate: Surrogate | JointSurrogate, seen: Observations, index: int
    ) -> Iterator[Hyperparameters]:
        """Yield hyperparameters, the most promising first."""
        with self._libraries.limit(limits=1):  # the same sums on every machine
            features = surrogate.features
            points, beliefs = surrogate.model(seen.points, seen.losses)
            points = self._cube.reachable(points)
            promise = ExpectedImprovement(
                beliefs, features(points), features(seen.pending)
            )
            centres = points[self._centres(points, promise.means)]
            search = Search(self._cube, np.random.default_rng([self._seed, index]))
            found = search.maximise(lambda points: promise(features(points)), centres)
        yield from map(self._cube.decode, found)

    def gain_is_unlikely(self, history: History, gain: float) -> bool:
        """Tell whether no point is likely to be better by `gain` than the best.

        False, as long as the losses do not differ.
        """
        seen = self._reader.observations(history)
        if not seen.tells_something:
            return False
        with self._libraries.limit(limits=1):
            return self._largest_chance(seen, gain) < UNLIKELY

    def _largest_chance(self, seen: Observations, gain: float) -> float:
        """Return a chance that is enough, of what is pending, or the largest."""
        features = self._cube.features
        points, beliefs = self._surrogate.model(seen.points, seen.losses)
        points = self._cube.reachable(points)
        drop = self._surrogate.drop(seen.points, seen.losses, gain)
        chance = ChanceOfGain(beliefs, features(points), drop)
        if len(seen.pending):
            pending = float(chance(features(seen.pending)).max())
            if pending >= UNLIKELY:
                return pending
        centres = points[self._centres(points, chance.means)]
        search = Search(self._cube, np.random.default_rng([self._seed, len(points)]))
        found = search.maximise(lambda points: chance(features(points)), centres)
        return float(chance(features(found[:1]))[0])

    def _centres(self, points: Array, believed: Array) -> list[int]:
        """Return the rows of the best points, and of the best of each category."""
        order = np.argsort(believed, kind="stable")
        rows = list(order[:CENTRES])
        for column in self._cube.categories:
            _, first = np.unique(points[order, column], return_index=True)
            rows.extend(order[first])
        return rows

"""scikit-optimize's surrogates in the place of ours, and ours as one of its kind."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin, clone
from skopt.utils import cook_estimator
from threadpoolctl import threadpool_limits

from amt_magic.strategies.bayesian.fitting import plausible_kernels
from amt_magic.strategies.bayesian.gaussian_process import Posterior
from amt_magic.strategies.bayesian.unit_cube import Array, UnitCube

SMALLEST_DEVIATION = 1e-5  # trees that agree give none
MOST_ROWS = 300


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """What a regressor of scikit-optimize believes: `GP`, `RF` or `ET`."""

    regressor: Any
    x: Array
    y: Array

    @classmethod
    def of(cls, name: str, x: Array, y: Array, seed: int) -> "Estimate":
        """Fit the regressor of this name to features and standardised losses."""
        cube = [(0.0, 1.0)] * x.shape[1]
        seed %= 2**32  # more, numpy's older generators do not take
        return cls._fitted(cook_estimator(name, cube, random_state=seed), x, y)

    @classmethod
    def _fitted(cls, regressor: Any, x: Array, y: Array) -> "Estimate":
        with warnings.catch_warnings():  # of length scales that reach their bounds
            warnings.simplefilter("ignore")
            return cls(regressor.fit(x, y), x, y)

    def mean(self, x: Array) -> Array:
        """Return means, shape (n,)."""
        return np.asarray(self.regressor.predict(x)) if len(x) else np.zeros(0)

    def predict(self, x: Array) -> tuple[Array, Array]:
        """Return means and standard deviations, both of shape (n,)."""
        with warnings.catch_warnings():  # of variances below 0, which become 0
            warnings.simplefilter("ignore")
            mean, deviation = self.regressor.predict(x, return_std=True)
        return mean, np.maximum(deviation, SMALLEST_DEVIATION)

    def with_pending(self, x: Array) -> "Estimate":
        """Fit again, as if each of these points had given its mean."""
        if not len(x):
            return self
        y = np.concatenate([self.y, self.mean(x)])
        return self._fitted(clone(self.regressor), np.vstack([self.x, x]), y)


class SurrogateRegressor(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """A Gaussian process with our kernel, as scikit-learn knows regressors.

    It takes points as `skopt.space.Space` transforms them with "normalize": numbers
    in [0, 1], categories spread evenly over it. Predictions are in units of the
    losses. Of more than 300 rows a random 300 are used.
    """

    def __init__(self, cube: UnitCube) -> None:
        self.cube = cube

    def fit(self, x: Array, y: Array) -> "SurrogateRegressor":
        """Fit to rows, shape (n, dimension), and losses, shape (n,)."""
        generator = np.random.default_rng(0)
        chosen = np.sort(generator.permutation(len(y))[:MOST_ROWS])
        losses = np.asarray(y, dtype=float)[chosen]
        features = self._features(np.asarray(x)[chosen])
        self.size_ = np.abs(losses).max() or 1.0  # squares of large losses overflow
        shares = losses / self.size_
        self.centre_, self.spread_ = shares.mean(), shares.std() or 1.0
        z = (shares - self.centre_) / self.spread_
        groups = self.cube.groups if len(self.cube.groups) else np.zeros(1, np.intp)
        with threadpool_limits(limits=1):  # more, on a busy machine, take far longer
            kernels = plausible_kernels(features, z, groups, 1, generator)
        self.posterior_ = Posterior.of(kernels[0], features, z)
        return self

    def predict(self, x: Array, return_std: bool = False) -> Any:
        """Return means, shape (n,), and standard deviations where asked for."""
        features = self._features(np.asarray(x, dtype=float))
        if not return_std:
            return self._losses(self.posterior_.mean(features))
        mean, deviation = self.posterior_.predict(features)
        return self._losses(mean), self.size_ * (self.spread_ * deviation)

    def _losses(self, mean: Array) -> Array:
        return np.asarray(self.size_ * (self.centre_ + self.spread_ * mean))

    def _features(self, rows: Array) -> Array:
        points, columns = rows.astype(float), self.cube.categories
        last = self.cube.levels[columns] - 1
        points[:, columns] = np.rint(points[:, columns] * last)
        features = self.cube.features(points)
        return features if features.shape[1] else points[:, :1]  # of constants alone

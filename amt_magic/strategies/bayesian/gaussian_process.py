"""Gaussian process regression, with pending points as fantasies."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular

from amt_magic.strategies.bayesian.likelihood import JITTER
from amt_magic.strategies.bayesian.unit_cube import Array

SMALLEST_VARIANCE = 1e-10


class Covariance(Protocol):
    """What is believed before any observation: how losses go together."""

    @property
    def noise(self) -> float:
        """The variance of what is observed about what is modelled."""

    @property
    def variance(self) -> float:
        """k(a, a)."""

    def between(self, a: Array, b: Array) -> Array:
        """Return k, shape (len(a), len(b))."""


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """What is believed of the function after n observations and some fantasies.

    Rasmussen and Williams (2006), algorithm 2.1. `factor` is the Cholesky factor of
    the covariance of observations and fantasies; `weights` are of observations alone.
    """

    kernel: Covariance
    x: Array
    factor: Array
    weights: Array

    @classmethod
    def of(cls, kernel: Covariance, x: Array, y: Array) -> "Posterior":
        """Condition the kernel on observations."""
        factor = factor_of(kernel.between(x, x), kernel.noise)
        weights = cho_solve((factor, True), y, check_finite=False)
        return cls(kernel, x, factor, weights)

    def predict(self, x: Array) -> tuple[Array, Array]:
        """Return means and standard deviations, both of shape (n,)."""
        cross = self.kernel.between(self.x, x)
        mean = self.weights @ cross[: len(self.weights)]
        v = solve_triangular(self.factor, cross, lower=True, check_finite=False)
        variance = self.kernel.variance - np.einsum("ij,ij->j", v, v)
        return mean, np.sqrt(np.maximum(variance, SMALLEST_VARIANCE))

    def mean(self, x: Array) -> Array:
        """Return means, shape (n,)."""
        n = len(self.weights)
        return self.weights @ self.kernel.between(self.x[:n], x)

    def with_pending(self, x: Array) -> "Posterior":
        """Add points as if each had given its mean: what is unsure there shrinks.

        The mean stays as it is everywhere (kriging believer: Ginsbourger, Le Riche and
        Carraro, Kriging Is Well-Suited to Parallelize Optimization, 2010, section 3.2).
        Without noise, or a noisy surrogate would send a hundred to the same spot.
        """
        if not len(x):
            return self
        n, p = len(self.factor), len(x)
        cross = self.kernel.between(self.x, x)
        below = solve_triangular(self.factor, cross, lower=True, check_finite=False)
        own = self.kernel.between(x, x) - below.T @ below
        factor = np.zeros((n + p, n + p))
        factor[:n, :n], factor[n:, :n] = self.factor, below.T
        factor[n:, n:] = factor_of(own, noise=0.0)
        return Posterior(self.kernel, np.vstack([self.x, x]), factor, self.weights)


def factor_of(covariance: Array, noise: float) -> Array:
    """Return the lower Cholesky factor of a covariance with noise on its diagonal.

    Where points are so close that it fails, more is added until it does not.
    """
    jitter = JITTER
    while True:
        noisy = covariance.copy()
        noisy.flat[:: len(noisy) + 1] += noise + jitter
        try:
            return np.asarray(cholesky(noisy, lower=True, check_finite=False))
        except np.linalg.LinAlgError:
            jitter *= 100

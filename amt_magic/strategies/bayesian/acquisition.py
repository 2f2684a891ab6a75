"""How much a point promises, from what the surrogate believes of it."""

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from scipy.special import erfcx, ndtr

from amt_magic.strategies.bayesian.unit_cube import Array

FAR = -1.0  # standard deviations from which on the asymptotic form is used
LOG_ROOT_2_PI = 0.5 * math.log(2 * math.pi)


class Belief(Protocol):
    """What a surrogate believes of the losses at points, given as features."""

    def mean(self, x: Array) -> Array:
        """Return means, shape (n,)."""

    def predict(self, x: Array) -> tuple[Array, Array]:
        """Return means and standard deviations, both of shape (n,)."""

    def with_pending(self, x: Array) -> "Belief":
        """Believe that each of these points gave its mean."""


class ExpectedImprovement:
    """The logarithm of expected improvement, averaged over several beliefs.

    `means`: what is believed of the observed points, shape (n,). The incumbent is
    the lowest mean of what was observed and what is pending, not the lowest loss,
    which may be luck.
    """

    def __init__(
        self, beliefs: Sequence[Belief], observed: Array, pending: Array
    ) -> None:
        known = np.vstack([observed, pending])
        means = [belief.mean(known) for belief in beliefs]
        self.means = np.mean(means, axis=0)[: len(observed)]
        self._incumbents = [float(mean.min()) for mean in means]
        self._beliefs = [belief.with_pending(pending) for belief in beliefs]

    def __call__(self, x: Array) -> Array:
        """Return scores of features, shape (n,): the more, the more promising."""
        logs = [
            log_expected_improvement(*belief.predict(x), incumbent)
            for belief, incumbent in zip(self._beliefs, self._incumbents, strict=True)
        ]
        return np.asarray(np.logaddexp.reduce(logs, axis=0))


def log_expected_improvement(mean: Array, deviation: Array, incumbent: float) -> Array:
    """Return log EI of minimisation, exact also where EI underflows. Shapes (n,).

    EI = sd (phi(z) + z Phi(z)), z = (incumbent - mean) / sd: Jones, Schonlau and
    Welch, Efficient Global Optimization of Expensive Black-Box Functions (1998),
    equation 15; its logarithm as in Ament, Daulton, Eriksson, Balandat and Bakshy,
    Unexpected Improvements to Expected Improvement, NeurIPS (2023), equation 9.
    """
    z = (incumbent - mean) / deviation
    density = -0.5 * z * z - LOG_ROOT_2_PI
    near = np.maximum(z, FAR)
    direct = np.log(np.exp(-0.5 * near * near - LOG_ROOT_2_PI) + near * ndtr(near))
    far = np.minimum(z, FAR)
    mills = math.sqrt(math.pi / 2) * erfcx(-far / math.sqrt(2))  # Phi(z) / phi(z)
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = np.where(far < -1e3, -2 * np.log(-far), np.log1p(far * mills))
    return np.where(z > FAR, direct, density + rest) + np.log(deviation)

"""Losses as the surrogate sees them: finite, roughly normal, standardised."""

import numpy as np

from amt_magic.strategies.bayesian.unit_cube import Array

LAMBDAS = np.linspace(-4.0, 4.0, 33)[:, None]
FEWEST = 4  # observations from which on a shape can be told
LARGEST = 1e100  # squares of what is larger overflow, of its inverse vanish
LOPSIDED = 1e6  # ratio of quartiles from which on a quarter or more are outliers


def finite(losses: Array) -> Array:
    """Replace losses that are not finite by the worst finite one; 0 without any."""
    known = np.isfinite(losses)
    worst = losses[known].max(initial=-np.inf) if known.any() else 0.0
    return np.where(known, losses, worst)


def standardised(losses: Array) -> Array:
    """Return finite losses, shape (n,), transformed to mean 0 and deviation 1.

    Yeo and Johnson, A New Family of Power Transformations to Improve Normality or
    Symmetry, Biometrika 87 (2000), equation 2.1, with the lambda of a grid that is
    most likely (equation 3.1): scipy's search for it takes a hundred times longer.
    All zeros where losses are equal.
    """
    largest = np.abs(losses).max()
    if largest and not 1 / LARGEST < largest < LARGEST:
        losses = losses / largest
    centred = losses - np.median(losses)
    low, high = np.quantile(centred, (0.25, 0.75))
    spread = high - low or np.std(centred)
    if spread > LOPSIDED * -low > 0:
        spread = -low
    if not spread > 0:
        return np.zeros(len(losses))
    with np.errstate(over="ignore"):
        scaled = np.clip(centred / spread, -LARGEST, LARGEST)
    return _z_scores(most_normal(scaled) if len(losses) >= FEWEST else scaled)


def most_normal(x: Array) -> Array:
    """Return the Yeo-Johnson transform of x with the most likely lambda."""
    with np.errstate(all="ignore"):
        transformed = _yeo_johnson(x, LAMBDAS)
        jacobian = np.sum(np.sign(x) * np.log1p(np.abs(x)))
        likelihood = -0.5 * len(x) * np.log(transformed.var(axis=1))
        likelihood += (LAMBDAS[:, 0] - 1) * jacobian
    likelihood[~np.isfinite(likelihood)] = -np.inf
    chosen = int(likelihood.argmax())
    return transformed[chosen] if np.isfinite(likelihood[chosen]) else x


def _yeo_johnson(x: Array, lambdas: Array) -> Array:
    """Transform x, shape (n,), with lambdas, shape (m, 1), to shape (m, n)."""
    size = np.log1p(np.abs(x))
    above = np.where(lambdas == 0, size, np.expm1(lambdas * size) / lambdas)
    left = 2 - lambdas
    below = np.where(left == 0, size, np.expm1(left * size) / left)
    return np.where(x >= 0, above, -below)


def _z_scores(x: Array) -> Array:
    deviation = np.std(x)
    return (x - np.mean(x)) / deviation if deviation > 0 else np.zeros(len(x))

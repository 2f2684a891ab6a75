"""The Matérn 5/2 kernel, and how likely its hyperparameters are given data.

Rasmussen and Williams, Gaussian Processes for Machine Learning, MIT Press
(2006): the kernel is equation 4.17, the likelihood 2.30, its gradient 5.9.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from amt_magic.strategies.bayesian.unit_cube import Array

ROOT_5 = math.sqrt(5.0)
JITTER = 1e-8  # keeps the Cholesky factor alive where points coincide
IMPOSSIBLE = 1e10


@dataclass(frozen=True, slots=True)
class Kernel:
    """k(a, b) = s² (1 + √5 r + 5 r² / 3) exp(-√5 r), r² = Σ (a - b)² / l².

    `scales` has a length scale for each column. `noise` is the variance of what
    is observed about what is modelled. Inputs are in columns' units, outputs in
    standard deviations.
    """

    variance: float
    noise: float
    scales: Array

    def between(self, a: Array, b: Array) -> Array:
        """Return k, shape (len(a), len(b))."""
        r = ROOT_5 * distances(a / self.scales, b / self.scales)
        shape = r * r  # in place from here: this is where the search spends its time
        shape /= 3
        shape += r
        shape += 1
        shape *= np.exp(-r)
        shape *= self.variance
        return np.asarray(shape)


def distances(a: Array, b: Array) -> Array:
    """Return Euclidean distances between rows, shape (len(a), len(b))."""
    squares: Array = np.einsum("ij,ij->i", a, a)[:, None] - 2 * (a @ b.T)
    squares += np.einsum("ij,ij->i", b, b)
    np.maximum(squares, 0.0, out=squares)
    return np.sqrt(squares, out=squares)


@dataclass(frozen=True, slots=True)
class Prior:
    """Log-normal priors of variance, noise and one length scale per group.

    Length scales grow with the root of the number of groups, as distances do:
    Hvarfner, Hellsten and Nardi, Vanilla Bayesian Optimization Performs Great in
    High Dimensions, ICML (2024), equation 7.
    `theta` is [log variance, log noise, log scales…], shape (2 + groups,).
    """

    mean: Array
    deviation: Array
    low: Array
    high: Array

    def to_units(self, theta: Array) -> Array:
        """Return theta in deviations from the prior's mean."""
        return (theta - self.mean) / self.deviation

    def from_units(self, units: Array) -> Array:
        """Return the theta that lies so many deviations from the prior's mean."""
        return self.mean + units * self.deviation

    @classmethod
    def of(cls, groups: int) -> "Prior":
        """Return the prior for that many groups of columns."""
        scale = math.log(0.4) + 0.5 * math.log(groups)
        ones = np.ones(groups)
        return cls(
            mean=np.concatenate([[0.0, -8.0], scale * ones]),
            deviation=np.concatenate([[1.0, 2.5], ones]),
            low=np.concatenate([[-3.0, -16.0], math.log(0.02) * ones]),
            high=np.concatenate([[4.0, 0.7], math.log(30.0) * ones]),
        )


def kernel_of(theta: Array, groups: NDArray[np.intp]) -> Kernel:
    """Return the kernel that theta stands for; `groups` gives each column's."""
    variance, noise, *scales = np.exp(theta)
    return Kernel(float(variance), float(noise), np.array(scales)[groups])


def negative_log_posterior(
    theta: Array, x: Array, y: Array, groups: NDArray[np.intp], prior: Prior
) -> tuple[float, Array]:
    """Return -log p(theta | x, y) up to a constant, and its gradient.

    With w = K⁻¹y, A = K⁻¹ - ww' and G = A ∘ 5/3 s² (1 + √5 r) exp(-√5 r), the
    gradient by log l is Σ of ½ G (a - b)² / l², without an array of n x n x columns.
    """
    n, kernel = len(y), kernel_of(theta, groups)
    z = x / kernel.scales
    r = distances(z, z)
    decay = np.exp(-ROOT_5 * r)
    linear = 1 + ROOT_5 * r
    shape = (linear + 5 / 3 * r * r) * decay
    covariance = kernel.variance * shape
    covariance.flat[:: n + 1] += kernel.noise + JITTER
    factor, failed = lapack.dpotrf(covariance, lower=1, clean=1)
    if failed:
        return IMPOSSIBLE, np.zeros_like(theta)
    weights = lapack.dpotrs(factor, y, lower=1)[0]
    inverse = lapack.dpotri(factor, lower=1)[0]
    inverse = inverse + inverse.T
    inverse.flat[:: n + 1] /= 2
    a = inverse - np.outer(weights, weights)
    g = a * (5 / 3 * kernel.variance * linear * decay)
    columns = g.sum(axis=1) @ (z * z) - np.einsum("ij,ij->j", z, g @ z)
    gradient = np.concatenate(
        [
            [
                0.5 * kernel.variance * np.sum(a * shape),
                0.5 * kernel.noise * np.trace(a),
            ],
            np.bincount(groups, columns, minlength=len(theta) - 2),
        ]
    )
    value = 0.5 * y @ weights + np.log(np.diag(factor)).sum()
    away = prior.to_units(theta)
    return float(value + 0.5 * away @ away), gradient + away / prior.deviation

"""How likely a kernel's hyperparameters are, given observations and a prior.

Rasmussen and Williams, Gaussian Processes for Machine Learning, MIT Press (2006):
the likelihood is equation 2.30, its gradient 5.9.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from amt_magic.strategies.bayesian.kernel import (
    ROOT_5,
    Groups,
    Kernel,
    columns_of,
    distances,
)
from amt_magic.strategies.bayesian.unit_cube import Array

JITTER = 1e-8  # keeps the Cholesky factor alive where points coincide
IMPOSSIBLE = 1e10


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """Log-normal priors of noise, both variances, and one length scale per group.

    `theta` is [log noise, log joint, log main, log scales…], shape (3 + groups,).
    Length scales grow with the root of the number of groups, as distances do:
    Hvarfner, Hellsten and Nardi, Vanilla Bayesian Optimization Performs Great in
    High Dimensions, ICML (2024), equation 7.
    """

    mean: Array
    deviation: Array
    low: Array
    high: Array

    @classmethod
    def of(cls, groups: int) -> "Prior":
        """Return the prior for that many groups of columns."""
        scale = math.log(0.4) + 0.5 * math.log(groups)
        ones = np.ones(groups)
        return cls(
            mean=np.concatenate([[-8.0, 0.0, -0.7], scale * ones]),
            deviation=np.concatenate([[2.5, 1.0, 1.5], ones]),
            low=np.concatenate([[-16.0, -3.0, -9.0], math.log(0.02) * ones]),
            high=np.concatenate([[0.7, 4.0, 4.0], math.log(30.0) * ones]),
        )

    def to_units(self, theta: Array) -> Array:
        """Return theta in deviations from the prior's mean."""
        return (theta - self.mean) / self.deviation

    def from_units(self, units: Array) -> Array:
        """Return the theta that lies so many deviations from the prior's mean."""
        return self.mean + units * self.deviation


def kernel_of(theta: Array, groups: Groups) -> Kernel:
    """Return the kernel that theta stands for; `groups` gives each column's."""
    noise, joint, main = np.exp(theta[:3]).tolist()
    return Kernel(noise, joint, main, np.exp(theta[3:])[groups], groups)


def negative_log_posterior(
    theta: Array,
    x: Array,
    y: Array,
    groups: Groups,
    prior: Prior,
    shared: Array | None = None,
) -> tuple[float, Array]:
    """Return -log p(theta | x, y) up to a constant, and its gradient.

    `x`: features, shape (n, columns); `y`: shape (n,); `shared`: factors of the
    covariances, shape (n, n), 1 where there are none. With w = K⁻¹y the gradient by
    any log hyperparameter h is ½ Σ A ∘ dK/dh, A = K⁻¹ - ww'.
    """
    n, kernel = len(y), kernel_of(theta, groups)
    z = x * (ROOT_5 / kernel.scales)
    joint, joint_slope = _joint(kernel, z)
    main, main_slopes = _main(kernel, z)
    covariance = joint + main
    if shared is not None:
        covariance *= shared
    covariance.flat[:: n + 1] += kernel.noise + JITTER
    factor, failed = lapack.dpotrf(covariance, lower=1, clean=1)
    if failed:
        return IMPOSSIBLE, np.zeros_like(theta)
    weights = lapack.dpotrs(factor, y, lower=1)[0]
    inverse = lapack.dpotri(factor, lower=1)[0]
    inverse = inverse + inverse.T
    inverse.flat[:: n + 1] /= 2
    a = inverse - np.outer(weights, weights)
    by_noise = kernel.noise * np.trace(a)
    if shared is not None:
        a *= shared
    g = a * joint_slope
    by_column = g.sum(axis=1) @ (z * z) - np.einsum("ij,ij->j", z, g @ z)
    by_scale = np.bincount(groups, by_column)
    by_scale += [np.vdot(a, slope) / 2 for slope in main_slopes]
    by_variance = [by_noise, np.vdot(a, joint), np.vdot(a, main)]
    gradient = np.concatenate([np.divide(by_variance, 2), by_scale])
    value = 0.5 * y @ weights + np.log(np.diag(factor)).sum()
    away = prior.to_units(theta)
    return float(value + 0.5 * away @ away), gradient + away / prior.deviation


def _joint(kernel: Kernel, z: Array) -> tuple[Array, Array]:
    """Return the joint effect, and S with d joint / d log l_j = S ∘ (z_j - z_j')²."""
    r = distances(z, z)
    decay = kernel.joint * np.exp(-r)
    return (1 + r + r * r / 3) * decay, (1 + r) / 3 * decay


def _main(kernel: Kernel, z: Array) -> tuple[Array, list[Array]]:
    """Return the main effects, and the derivative of each by its log l_j."""
    parts = list(columns_of(kernel.groups))
    total, slopes = np.zeros((len(z), len(z))), []
    for columns in parts:
        r = distances(z[:, columns], z[:, columns])
        r *= math.sqrt(len(parts))
        decay = np.exp(-r)
        decay *= kernel.main / len(parts)
        squares = r * r / 3
        r += 1
        total += (r + squares) * decay
        slopes.append(squares * r * decay)
    return total, slopes

"""Which kernels are plausible, given data: the most probable one, and draws."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import fmin_l_bfgs_b

from amt_magic.strategies.bayesian.kernel import Groups, Kernel
from amt_magic.strategies.bayesian.likelihood import (
    Prior,
    kernel_of,
    negative_log_posterior,
)
from amt_magic.strategies.bayesian.unit_cube import Array

ITERATIONS = 20  # of L-BFGS
STEP = 1e-4  # of finite differences, in standard deviations of the prior


def plausible_kernels(
    x: Array,
    y: Array,
    groups: Groups,
    count: int,
    generator: np.random.Generator,
    shared: Array | None = None,
) -> list[Kernel]:
    """Return kernels drawn from p(hyperparameters | x, y), the mode first.

    `x`: features, shape (n, columns); `y`: standardised losses, shape (n,); `shared`:
    factors of the covariances, shape (n, n), 1 where there are none. Averaged
    over them, a surrogate knows how little few observations tell: Snoek, Larochelle
    and Adams, Practical Bayesian Optimization of Machine Learning Algorithms, NeurIPS
    (2012), section 3.2. Draws are from Laplace's approximation (Rasmussen and
    Williams, 2006, section 3.4): normal about the mode, with the inverse Hessian as
    covariance, in standard deviations of the prior. Where the posterior bends the
    other way, the prior's covariance is taken. The search for the mode starts from
    the prior's, so that equal data give equal kernels.
    """
    prior = Prior.of(int(groups.max()) + 1)
    low, high = prior.to_units(prior.low), prior.to_units(prior.high)

    def objective(units: Array) -> tuple[float, Array]:
        theta = prior.from_units(units)
        value, gradient = negative_log_posterior(theta, x, y, groups, prior, shared)
        return value, gradient * prior.deviation

    mode, _, _ = fmin_l_bfgs_b(
        objective,
        np.zeros(len(low)),
        bounds=list(zip(low, high, strict=True)),
        maxiter=ITERATIONS,
        maxfun=2 * ITERATIONS,
    )
    drawn = [mode]
    if count > 1:
        spread = _root_of_covariance(objective, mode)
        steps = generator.standard_normal((count - 1, len(mode))) @ spread.T
        drawn.extend(np.clip(mode + steps, low, high))
    return [kernel_of(prior.from_units(units), groups) for units in drawn]


def _root_of_covariance(
    objective: Callable[[Array], tuple[float, Array]], mode: Array
) -> Array:
    """Return S with SS' = H⁻¹, H the Hessian of the objective at its mode."""
    here = objective(mode)[1]
    moved = [objective(mode + STEP * axis)[1] for axis in np.eye(len(mode))]
    hessian = (np.array(moved) - here) / STEP
    curvatures, directions = np.linalg.eigh((hessian + hessian.T) / 2)
    return np.asarray(directions / np.sqrt(np.maximum(curvatures, 1.0)))

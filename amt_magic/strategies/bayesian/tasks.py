"""Tasks: tuning jobs with losses of their own, and how much they tell of another's."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from amt_magic.strategies.bayesian.kernel import Kernel
from amt_magic.strategies.bayesian.likelihood import JITTER
from amt_magic.strategies.bayesian.unit_cube import Array

CORRELATIONS = np.array([0.0, 0.2, 0.4, 0.6, 0.75, 0.85, 0.92, 0.97, 0.99])
LEVEL = 1.0  # variance of the level of task 0, in deviations of its losses


@dataclass(frozen=True, slots=True, eq=False)
class TaskKernel:
    """The kernel's k(a, b), times the correlation of the tasks that a and b are of.

    Features have a column more for each task: 1 in its own, else 0. Task 0 is the
    tuning job itself. The others, its parents, are like it by `correlations`, shape
    (tasks,), of which the first is 1, and like one another by their products. What
    the losses of task 0 have in common, `LEVEL`, the others do not tell: it was tried
    where they did best.

    Bonilla, Chai and Williams, Multi-task Gaussian Process Prediction, NeurIPS
    (2007), equation 1, with one factor for all tasks.
    """

    kernel: Kernel
    correlations: Array

    @property
    def noise(self) -> float:
        """The variance of what is observed about what is modelled."""
        return self.kernel.noise

    @property
    def variance(self) -> float:
        """k(a, a) of task 0."""
        return self.kernel.variance + LEVEL

    def between(self, a: Array, b: Array) -> Array:
        """Return k, shape (len(a), len(b))."""
        tasks = len(self.correlations)
        alike = np.outer(self.correlations, self.correlations)
        np.fill_diagonal(alike, 1.0)
        covariance = self.kernel.between(a[:, :-tasks], b[:, :-tasks])
        covariance *= a[:, -tasks:] @ alike @ b[:, -tasks:].T
        covariance += LEVEL * np.outer(a[:, -tasks], b[:, -tasks])
        return covariance


def chances_of_correlations(kernel: Kernel, x: Array, y: Array, own: Array) -> Array:
    """Return how likely each of CORRELATIONS is between two tasks, given both.

    `x`: features without tasks, shape (n, columns); `y`: outputs, shape (n,); `own`:
    which rows are of task 0, shape (n,). All are as likely before, so that a parent
    whose losses rank otherwise than this job's is not believed for long.
    """
    covariance = kernel.between(x, x)
    level, same = LEVEL * np.outer(own, own), own[:, None] == own
    logs = []
    for correlation in CORRELATIONS:
        whole = covariance * np.where(same, 1.0, correlation) + level
        whole.flat[:: len(y) + 1] += kernel.noise + JITTER
        factor, failed = lapack.dpotrf(whole, lower=1, clean=1)
        weights = lapack.dpotrs(factor, y, lower=1)[0]
        log = float(-0.5 * y @ weights - np.log(np.diag(factor)).sum())
        logs.append(-np.inf if failed else log)
    if max(logs) == -np.inf:
        return np.asarray(CORRELATIONS == 0.0, dtype=float)
    chances = np.exp(np.array(logs) - max(logs))
    return np.asarray(chances / chances.sum())


def drawn_evenly(chances: Array, count: int) -> Array:
    """Return so many of CORRELATIONS, at evenly spaced quantiles."""
    quantiles = (np.arange(count) + 0.5) / count
    places = np.searchsorted(np.cumsum(chances), quantiles)
    return np.asarray(CORRELATIONS[np.minimum(places, len(CORRELATIONS) - 1)])

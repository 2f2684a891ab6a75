"""The surrogate: which observations it is fitted to, and when."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from amt_magic.strategies.bayesian.acquisition import Belief
from amt_magic.strategies.bayesian.fitting import plausible_kernels
from amt_magic.strategies.bayesian.gaussian_process import Posterior
from amt_magic.strategies.bayesian.kernel import Kernel
from amt_magic.strategies.bayesian.output import standardised
from amt_magic.strategies.bayesian.unit_cube import Array, UnitCube

Model = tuple[Array, Sequence[Belief]]

MOST_FITTED = 100  # observations that kernels are fitted to
MOST_KNOWN = 256  # observations in a posterior
MOST_KERNELS = 6
ROWS = 320  # of all posteriors together: many observations need fewer kernels
GROWTH = 20  # kernels are fitted anew for every 20th part more observations


class Surrogate:
    """Gaussian processes of the losses, their cost bounded whatever the number.

    What they believe depends on the observations alone: kernels are fitted at fixed
    numbers of them, from a cold start. The latest fits are kept. `estimator`: a
    surrogate of scikit-optimize instead, `GP`, `RF` or `ET`.
    """

    def __init__(self, cube: UnitCube, seed: int, estimator: str | None) -> None:
        self._cube = cube
        self._seed = seed
        self._estimator = estimator
        self._kernels: dict[bytes, list[Kernel]] = {}
        self._models: dict[bytes, Model] = {}

    def features(self, points: Array) -> Array:
        """Return points as beliefs take them."""
        return self._cube.features(points)

    def model(self, points: Array, losses: Array) -> Model:
        """Return what is believed after these observations.

        These are the points that the beliefs rest on, shape (k, dimension), and a
        belief for each plausible kernel.
        """
        key = _key(points, losses)
        if key not in self._models:
            self._models = {key: self._condition(points, losses)}
        return self._models[key]

    def drop(self, points: Array, losses: Array, gain: float) -> float:
        """Return what a gain on the best loss is in the units of the beliefs."""
        known = losses[self._informative(points, losses)]
        best = known.argmin()
        y = standardised(np.append(known, known[best] - gain))
        return float(y[best] - y[-1])

    def _condition(self, points: Array, losses: Array) -> Model:
        rows = self._informative(points, losses)
        known, y = points[rows], standardised(losses[rows])
        x = self._cube.features(known)
        if self._estimator:
            from amt_magic.strategies.bayesian.estimators import Estimate

            return known, [Estimate.of(self._estimator, x, y, self._seed)]
        fitted = last_fit(len(losses))
        kernels = self._fitted(points[:fitted], losses[:fitted])
        return known, [Posterior.of(kernel, x, y) for kernel in kernels]

    def _fitted(self, points: Array, losses: Array) -> list[Kernel]:
        key = _key(points, losses)
        if key not in self._kernels:
            self._kernels = {key: self._fit(points, losses)}
        return self._kernels[key]

    def _fit(self, points: Array, losses: Array) -> list[Kernel]:
        """Fit kernels to what is affordable: half of it the best, half any."""
        order = np.argsort(losses, kind="stable")
        drawn = self._draw(order[MOST_FITTED // 2 :], MOST_FITTED // 2)
        chosen = np.union1d(order[: MOST_FITTED // 2], drawn)
        x, y = self._cube.features(points[chosen]), standardised(losses[chosen])
        count = min(MOST_KERNELS, max(1, ROWS // len(losses)))
        generator = np.random.default_rng([self._seed, len(losses)])
        return plausible_kernels(x, y, self._cube.groups, count, generator)

    def _informative(self, points: Array, losses: Array) -> NDArray[np.intp]:
        """Return which observations count: the best, the nearest to it, any others."""
        n = len(losses)
        if n <= MOST_KNOWN:
            return np.arange(n)
        third = MOST_KNOWN // 3
        order = np.argsort(losses, kind="stable")
        away = np.abs(
            self._cube.features(points) - self._cube.features(points[order[:1]])
        )
        near = np.argsort(away.sum(axis=1), kind="stable")[:third]
        kept = np.union1d(order[:third], near)
        others = np.setdiff1d(np.arange(n), kept)
        return np.union1d(kept, self._draw(others, MOST_KNOWN - len(kept)))

    def _draw(self, rows: NDArray[np.intp], count: int) -> NDArray[np.intp]:
        generator = np.random.default_rng([self._seed, len(rows)])
        return generator.permutation(rows)[:count]


def _key(points: Array, losses: Array) -> bytes:
    return points.tobytes() + losses.tobytes()


def last_fit(count: int) -> int:
    """Return the latest number of observations, up to `count`, that is fitted at."""
    size = 2
    while (following := size + max(1, size // GROWTH)) <= count:
        size = following
    return min(size, count)

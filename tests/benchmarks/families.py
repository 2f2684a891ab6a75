"""Learning curves by formula: as many problems as there are seeds, for nothing.

A curve falls from a start that all share to a floor; how low the floor is and how
fast the fall are functions of the hyperparameters.
"""

from dataclasses import dataclass

import numpy as np

import amt_magic as amt
from amt_magic.space import Hyperparameters

DIMENSIONS, EPOCHS, NOISE = 4, 27, 0.01
START = 2.0
NAMES = [f"x{place}" for place in range(DIMENSIONS)]
RANGES = {name: amt.Continuous(0, 1) for name in NAMES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """How many times e the loss falls in a whole training.

    From `slow` where `tells` is 0 to `fast` where it is 1; `rise`: what comes on top
    by the end where it is 1. `follows`: whether the fast are those of a high floor
    (1), of a low one (-1), or others (0).
    """

    slow: float
    fast: float
    follows: int
    rise: float = 0.0


FAMILIES = {
    "early-order-right": Family(slow=3, fast=30, follows=-1),
    "same-speed": Family(slow=4, fast=4, follows=0),
    "unrelated": Family(slow=1.5, fast=40, follows=0),
    "overfitting": Family(slow=1.5, fast=40, follows=0, rise=0.4),
    "slow-win": Family(slow=5, fast=25, follows=1),
}


class Problem:
    """One problem of a family: where the good and the fast are is drawn."""

    def __init__(self, family: str, seed: int) -> None:
        self._family = FAMILIES[family]
        generator = np.random.default_rng([seed, *family.encode()])
        self._centres = generator.uniform(0.15, 0.85, (2, DIMENSIONS))
        self._weights = generator.dirichlet(np.full(DIMENSIONS, 2.0), 2)
        self._noise = int(generator.integers(2**31))
        drawn = generator.random((20_000, DIMENSIONS))
        finals = self._losses(drawn)[:, -1]
        self.known = float(finals.min()), float(np.median(finals))

    def curve(self, hyperparameters: Hyperparameters) -> list[float]:
        """Return the losses, with noise that is the same each time."""
        point = self._point(hyperparameters)
        seeds = [self._noise, *point.view(np.uint32)]
        noise = np.random.default_rng(seeds).normal(0, NOISE, EPOCHS)
        return list(map(float, self._losses(point[None])[0] + noise))

    def final(self, hyperparameters: Hyperparameters) -> float:
        """Return the loss without noise of a whole training."""
        return float(self._losses(self._point(hyperparameters)[None])[0, -1])

    def _point(self, hyperparameters: Hyperparameters) -> np.ndarray:
        return np.array([hyperparameters[name] for name in NAMES])

    def _losses(self, points: np.ndarray) -> np.ndarray:
        """Return losses, shape (n, epochs), of points, shape (n, dimensions)."""
        away = np.abs(points[:, None] - self._centres)
        floor, other = np.minimum(1, 2 * np.sum(self._weights * away, 2)).T
        family = self._family
        share = {-1: 1 - floor, 0: other, 1: floor}[family.follows]
        speed = family.slow * (family.fast / family.slow) ** share
        done = np.arange(1, EPOCHS + 1) / EPOCHS
        left = np.exp(-speed[:, None] * done)
        falling = floor[:, None] + (START - floor[:, None]) * left
        return falling + family.rise * share[:, None] * done**2

"""When a surrogate's word is taken that nothing better is to be found."""

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr

from amt_magic.strategies.bayesian.acquisition import Belief
from amt_magic.strategies.bayesian.unit_cube import Array

UNLIKELY = 0.02  # the chance of a gain at the most promising point


class ChanceOfGain:
    """How likely points are better by `gain` than the best is believed to be.

    The probability of improvement by a margin, averaged over several beliefs:
    Kushner, A New Method of Locating the Maximum Point of an Arbitrary Multipeak
    Curve in the Presence of Noise, Journal of Basic Engineering 86 (1964). As in
    `ExpectedImprovement` the best is the lowest mean, not the lowest loss, which may
    be luck. `means`: what is believed of the observed points, shape (n,).
    """

    def __init__(self, beliefs: Sequence[Belief], observed: Array, gain: float) -> None:
        means = [belief.mean(observed) for belief in beliefs]
        self.means = np.mean(means, axis=0)
        self._goals = [float(mean.min()) - gain for mean in means]
        self._beliefs = beliefs

    def __call__(self, x: Array) -> Array:
        """Return the chances of features, shape (n,)."""
        chances = []
        for belief, goal in zip(self._beliefs, self._goals, strict=True):
            mean, deviation = belief.predict(x)
            chances.append(ndtr((goal - mean) / deviation))
        return np.asarray(np.mean(chances, axis=0))

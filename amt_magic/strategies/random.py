"""Random search: independent draws from the prior of each range.

Bergstra and Bengio, Random Search for Hyper-Parameter Optimization, JMLR 13
(2012).
"""

from random import Random

from amt_magic.jobs import History
from amt_magic.space import Hyperparameters, ParameterRanges, configuration_key
from amt_magic.strategies.records import draws_have_converged, losses_of

TRIES = 50
LARGEST_LISTED = 1_000_000  # a larger space is never used up by a tuning job


class RandomStrategy:
    """Draws each training job from (seed, index) alone.

    In a space without continuous ranges no configuration comes twice: a draw
    that was there before is drawn again, at last from the list of what is left.
    """

    def __init__(self, ranges: ParameterRanges, seed: int) -> None:
        self._ranges = ranges
        self._seed = seed

    def suggest(self, history: History, index: int) -> Hyperparameters | None:
        """Choose the hyperparameters of training job `index`; None: exhausted."""
        generator = Random(f"{self._seed}-{index}")
        for _ in range(TRIES):
            drawn = self._draw(generator)
            if configuration_key(drawn) not in history.configurations:
                return drawn
        if self._ranges.size > LARGEST_LISTED:
            return drawn
        left = [
            combination
            for combination in self._ranges.combinations()
            if configuration_key(combination) not in history.configurations
        ]
        return generator.choice(left) if left else None

    def has_converged(self, history: History) -> bool:
        """Tell whether a further gain is unlikely, by how the best are spread."""
        return draws_have_converged(losses_of(history))

    def _draw(self, generator: Random) -> Hyperparameters:
        return self._ranges.decode([generator.random() for _ in self._ranges])

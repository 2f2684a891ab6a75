"""Random search: independent draws from the prior of each range.

Bergstra and Bengio, Random Search for Hyper-Parameter Optimization, JMLR 13
(2012).
"""

from collections.abc import Collection
from random import Random

from amt_magic.jobs import History
from amt_magic.space import Hyperparameters, ParameterRanges, configuration_key
from amt_magic.strategies.precedents import NOTHING, Lessons
from amt_magic.strategies.records import draws_have_converged, losses_of

MOST_FIRST = 3  # configurations of parents
TRIES = 50
LARGEST_LISTED = 1_000_000  # a larger space is never used up by a tuning job


class RandomStrategy:
    """Draws each training job from (seed, index) alone.

    In a space without continuous ranges no configuration comes twice: a draw
    that was there before is drawn again, at last from the list of what is left.

    What parents ran does not come either. With other data it may, once nothing else is
    left, and their three best configurations are the first to come.
    """

    def __init__(
        self, ranges: ParameterRanges, seed: int, lessons: Lessons = NOTHING
    ) -> None:
        self._ranges = ranges
        self._seed = seed
        self._lessons = lessons
        self._first = () if lessons.is_identical else lessons.best[:MOST_FIRST]

    def suggest(self, history: History, index: int) -> Hyperparameters | None:
        """Choose the hyperparameters of training job `index`; None: exhausted."""
        known, before = history.configurations, self._lessons.configurations
        for chosen in self._first if index <= len(self._first) else ():
            if configuration_key(chosen) not in known:
                return dict(chosen)
        generator = Random(f"{self._seed}-{index}")
        for _ in range(TRIES):
            drawn = self._draw(generator)
            key = configuration_key(drawn)
            if key not in known and key not in before:
                return drawn
        if self._ranges.size > LARGEST_LISTED:
            return drawn
        left = self._left(known | before)
        if not left and not self._lessons.is_identical:
            left = self._left(known)
        return generator.choice(left) if left else None

    def has_converged(self, history: History) -> bool:
        """Tell whether a further gain is unlikely, by how the best are spread."""
        return draws_have_converged(losses_of(history))

    def _left(self, known: Collection[object]) -> list[Hyperparameters]:
        return [
            combination
            for combination in self._ranges.combinations()
            if configuration_key(combination) not in known
        ]

    def _draw(self, generator: Random) -> Hyperparameters:
        return self._ranges.decode([generator.random() for _ in self._ranges])

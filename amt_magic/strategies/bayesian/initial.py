"""Where the search starts: before anything is known of the objective."""

from random import Random

from amt_magic.space import Hyperparameters, ParameterRanges

FIRST, FURTHER = 4, 16  # points that are spread together


class InitialDesign:
    """The centre of the ranges first, then Latin hypercubes: of 4, then of 16 points.

    Ranges are mostly drawn around what is expected to be good, so the centre is the
    best single guess. Of n points each falls into another nth of each range: McKay,
    Beckman and Conover, A Comparison of Three Methods for Selecting Values of Input
    Variables, Technometrics 21 (1979), section 2.
    """

    def __init__(self, ranges: ParameterRanges, seed: int) -> None:
        self._ranges = ranges
        self._seed = seed

    def hyperparameters(self, index: int) -> Hyperparameters:
        """Return those of training job `index`, counted from 1."""
        if index == 1:
            return self._ranges.decode([0.5] * len(self._ranges))
        if index < 2 + FIRST:
            return self._of_block(0, FIRST, index - 2)
        block, place = divmod(index - 2 - FIRST, FURTHER)
        return self._of_block(1 + block, FURTHER, place)

    def _of_block(self, block: int, size: int, place: int) -> Hyperparameters:
        generator = Random(f"{self._seed}-{block}")
        point = []
        for _ in self._ranges:
            parts = generator.sample(range(size), size)
            offsets = [generator.random() for _ in range(size)]
            point.append((parts[place] + offsets[place]) / size)
        return self._ranges.decode(point)

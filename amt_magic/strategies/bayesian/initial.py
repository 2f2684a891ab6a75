"""Where the search starts: points spread evenly, before anything is known."""

from random import Random

from amt_magic.space import Hyperparameters, ParameterRanges


class LatinHypercube:
    """Blocks of `count` points that fall into each 1/count of each range once.

    McKay, Beckman and Conover, A Comparison of Three Methods for Selecting Values of
    Input Variables, Technometrics 21 (1979), section 2.
    """

    def __init__(self, ranges: ParameterRanges, count: int, seed: int) -> None:
        self._ranges = ranges
        self._count = count
        self._seed = seed

    def hyperparameters(self, index: int) -> Hyperparameters:
        """Return those of training job `index`, counted from 1."""
        block, place = divmod(index - 1, self._count)
        generator = Random(f"{self._seed}-{block}")
        point = []
        for _ in self._ranges:
            strata = generator.sample(range(self._count), self._count)
            offsets = [generator.random() for _ in range(self._count)]
            point.append((strata[place] + offsets[place]) / self._count)
        return self._ranges.decode(point)

"""Grid search: every combination of the categories, once, in a fixed order."""

from itertools import islice

from amt_magic.checks import Faults
from amt_magic.config import check_grid
from amt_magic.jobs import History
from amt_magic.space import Hyperparameters, ParameterRanges


class GridStrategy:
    """Training job `index` runs the index-th combination; the last name varies first.

    {"a": (1, 2), "b": ("x", "y")} gives (1, x), (1, y), (2, x), (2, y).
    """

    def __init__(self, ranges: ParameterRanges) -> None:
        faults = Faults()
        check_grid(faults, ranges)
        faults.raise_if_any()
        self._ranges = ranges

    def suggest(self, history: History, index: int) -> Hyperparameters | None:
        """Return the index-th combination; None after the last."""
        return next(islice(self._ranges.combinations(), index - 1, index), None)

    def has_converged(self, history: History) -> bool:
        """Tell that a gain may come: most values of the first names are tried late."""
        return False

"""ParameterRanges: the search space, and its map to and from the unit cube."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from amt_magic.checks import Faults
from amt_magic.ranges import (
    AnyRange,
    CategoricalParameter,
    IntegerParameter,
    category_key,
)

Hyperparameters = dict[str, Any]


class ParameterRanges(Mapping[str, AnyRange]):
    """The search space: ranges by name, in the order given, and never changed.

    >>> ranges = amt.ParameterRanges({"lr": amt.Continuous(1e-4, 1e-1)})
    >>> ranges.decode([0.5])
    {'lr': 0.00316...}
    >>> ranges["lr"].max_value, list(ranges), ranges.size
    (0.1, ['lr'], inf)

    Args:
        ranges: A dict of names to `Continuous`, `Integer` or `Categorical`. A name has
            1 to 255 characters.

    Raises:
        ValidationError: there is none, or one has another type or such a name.
    """

    def __init__(self, ranges: Mapping[str, AnyRange]) -> None:
        faults = Faults()
        rule = "must be a dict of name to range"
        if faults.check(isinstance(ranges, Mapping), "", rule, ranges):
            faults.check(bool(ranges), "", "must have at least one range")
            for name, value in ranges.items():
                _check_range(faults, name, value)
        faults.raise_if_any()
        self._ranges = dict(ranges)

    def __getitem__(self, name: str) -> AnyRange:
        """Return the range of this name."""
        return self._ranges[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._ranges)

    def __len__(self) -> int:
        """Return the number of ranges."""
        return len(self._ranges)

    def __repr__(self) -> str:
        """Show the ranges as the dict they were given as."""
        return f"ParameterRanges({self._ranges!r})"

    @property
    def size(self) -> float:
        """Number of combinations; infinity with a continuous range."""
        return math.prod(value.size for value in self.values())

    @property
    def is_categorical(self) -> bool:
        """Tell whether every range is categorical."""
        return all(isinstance(value, CategoricalParameter) for value in self.values())

    def decode(self, point: Sequence[float]) -> Hyperparameters:
        """Map a point of the unit cube, shape (len(self),), to hyperparameters."""
        pairs = zip(self.items(), point, strict=True)
        return {name: value.decode(unit) for (name, value), unit in pairs}

    def encode(self, hyperparameters: Mapping[str, Any]) -> list[float]:
        """Map hyperparameters to a point of the unit cube, shape (len(self),).

        It decodes to them.
        """
        return [value.encode(hyperparameters[name]) for name, value in self.items()]

    def combinations(self) -> Iterator[Hyperparameters]:
        """Yield every configuration of a space without continuous ranges, in order."""
        for values in product(*map(_all_values, self.values())):
            yield dict(zip(self, values, strict=True))


def configuration_key(hyperparameters: Mapping[str, Any]) -> tuple[object, ...]:
    """Return what tells two configurations apart, types of values included."""
    items = sorted(hyperparameters.items())
    return tuple((name, category_key(value)) for name, value in items)


def _all_values(given: AnyRange) -> Sequence[Any]:
    if isinstance(given, CategoricalParameter):
        return given.values
    if isinstance(given, IntegerParameter):
        return range(given.min_value, given.max_value + 1)
    raise TypeError("a continuous range has no list of values")


def _check_range(faults: Faults, name: object, value: object) -> None:
    if not isinstance(name, str):
        faults.check(False, "", "names of ranges must be strings", name)
        return
    rule = "a name must have 1 to 255 characters, without spaces at its ends"
    faults.check(0 < len(name) <= 255 and name == name.strip(), "", rule, name)
    rule = "must be Continuous(…), Integer(…) or Categorical(…)"
    faults.check(isinstance(value, AnyRange), f"[{name!r}]", rule, value)

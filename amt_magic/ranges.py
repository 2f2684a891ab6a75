"""Ranges of hyperparameters, and their map to and from the unit cube.

The kinds, scalings and limits are Amazon's (ParameterRanges of
CreateHyperParameterTuningJob).
"""

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from amt_magic.checks import Faults, is_number, set_fields
from amt_magic.scaling import (
    ScalingType,
    interpolate,
    position,
    resolve,
    scale,
    unscale,
)

Category = None | bool | int | float | str | tuple["Category", ...]

LARGEST_INTEGER = 2**53  # beyond it a float cannot tell neighbours apart


@dataclass(frozen=True, slots=True)
class ContinuousParameter:
    """A float between two bounds, both included. `amt.Continuous` for short.

    >>> amt.Continuous(1e-5, 1e-1).scaling == "Logarithmic"     # 100 times or more
    True
    >>> amt.Continuous(0.9, 0.999, "ReverseLogarithmic").decode(0.5)
    0.99...
    >>> amt.Continuous(1, 0)
    Traceback (most recent call last):
        ...
    amt_magic.errors.ValidationError: min_value must be below max_value (got 1.0 ...)

    Attributes:
        min_value: The lower bound.
        max_value: The upper bound.
        scaling_type: How values are spread between the bounds: an `amt.ScalingType` or
            its text. Default "Auto".

    Raises:
        ValidationError: a bound is no finite number, they are in the wrong order, or
            the scaling does not take them.
    """

    min_value: float
    max_value: float
    scaling_type: ScalingType = ScalingType.AUTO

    def __post_init__(self) -> None:
        faults = Faults()
        low = _number(faults, "min_value", self.min_value)
        high = _number(faults, "max_value", self.max_value)
        scaling = faults.choice("scaling_type", self.scaling_type, ScalingType)
        _check_bounds(faults, low, high, scaling)
        faults.raise_if_any()
        set_fields(self, min_value=low, max_value=high, scaling_type=scaling)

    @property
    def scaling(self) -> ScalingType:
        """The scaling in force: what Auto was resolved to, else as given."""
        return resolve(self.scaling_type, self.min_value, self.max_value)

    @property
    def size(self) -> float:
        """Number of values in the range: infinity."""
        return math.inf

    def decode(self, unit: float) -> float:
        """Map a number in [0, 1] to a value of the range, on its scale."""
        low, high = self.min_value, self.max_value
        if not 0 < unit < 1:  # a bound as it was written, not what exp(log(x)) gives
            return low if unit <= 0 else high
        scaled = interpolate(unit, scale(low, self.scaling), scale(high, self.scaling))
        return min(high, max(low, unscale(scaled, self.scaling)))

    def encode(self, value: float) -> float:
        """Map a value of the range to a number in [0, 1], on its scale."""
        low, high = (
            scale(self.min_value, self.scaling),
            scale(self.max_value, self.scaling),
        )
        return position(scale(value, self.scaling), low, high)

    def __contains__(self, value: object) -> bool:
        return is_number(value) and self.min_value <= value <= self.max_value  # type: ignore[operator]


@dataclass(frozen=True, slots=True)
class IntegerParameter:
    """An int between two bounds, both included. `amt.Integer` for short.

    >>> amt.Integer(1, 10).size
    10
    >>> amt.Integer(1, 10000).scaling == "Logarithmic"          # 100 times or more
    True

    The ends are as likely as the middle, on the scale.

    Attributes:
        min_value: The lower bound.
        max_value: The upper bound.
        scaling_type: How values are spread between the bounds: "Auto" (default),
            "Linear" or "Logarithmic".

    Raises:
        ValidationError: a bound is no integer within ±2**53, they are in the wrong
            order, or the scaling does not take them.
    """

    min_value: int
    max_value: int
    scaling_type: ScalingType = ScalingType.AUTO

    def __post_init__(self) -> None:
        faults = Faults()
        low = _integer(faults, "min_value", self.min_value)
        high = _integer(faults, "max_value", self.max_value)
        scaling = faults.choice("scaling_type", self.scaling_type, ScalingType)
        if scaling == ScalingType.REVERSE_LOGARITHMIC:
            rule = "ReverseLogarithmic is for continuous ranges only"
            faults.check(False, "scaling_type", rule, remedy="use Linear")
        else:
            _check_bounds(faults, low, high, scaling)
        faults.raise_if_any()
        set_fields(self, min_value=low, max_value=high, scaling_type=scaling)

    @property
    def scaling(self) -> ScalingType:
        """The scaling in force: what Auto was resolved to, else as given."""
        return resolve(self.scaling_type, self.min_value, self.max_value)

    @property
    def size(self) -> float:
        """Number of integers in the range."""
        return self.max_value - self.min_value + 1

    def decode(self, unit: float) -> int:
        """Map a number in [0, 1] to an integer of the range, on its scale."""
        value = unscale(interpolate(unit, *self._edges()), self.scaling)
        value = math.floor(value + 0.5) + self._origin
        return min(self.max_value, max(self.min_value, value))

    def encode(self, value: int) -> float:
        """Map an integer of the range to a number in [0, 1], on its scale."""
        scaled = scale(value - self._origin, self.scaling)
        return position(scaled, *self._edges())

    @property
    def _origin(self) -> int:
        """What is subtracted before scaling, so that half a unit always counts."""
        return self.min_value if self.scaling == ScalingType.LINEAR else 0

    def _edges(self) -> tuple[float, float]:
        """The scaled range, wider by half a unit at both ends."""
        low = self.min_value - self._origin - 0.5
        high = self.max_value - self._origin + 0.5
        return scale(low, self.scaling), scale(high, self.scaling)

    def __contains__(self, value: object) -> bool:
        return type(value) is int and self.min_value <= value <= self.max_value


@dataclass(frozen=True, slots=True, init=False)
class CategoricalParameter:
    """One of several values, as they were written. `amt.Categorical` for short.

    >>> amt.Categorical("relu", "tanh") == amt.Categorical(["relu", "tanh"])
    True
    >>> amt.Categorical(None, 10, (64, 32), True).values
    (None, 10, (64, 32), True)
    >>> amt.Categorical("relu", max)
    Traceback (most recent call last):
        ...
    amt_magic.errors.ValidationError: values[1] must be None, a bool, a finite number, a
    string or a tuple of these (got <built-in function max>); name it by a string and
    look it up in a dict

    Attributes:
        values: The categories. Types count: 1, 1.0 and True are three.

    Raises:
        ValidationError: a value cannot be a category, or is there twice.
    """

    values: tuple[Category, ...]

    def __init__(self, *values: Any) -> None:
        if len(values) == 1:
            values = _listed(values[0])
        values = tuple(map(_plain, values))
        faults = Faults()
        faults.check(bool(values), "values", "must not be empty")
        seen = set()
        for place, value in enumerate(values):
            field = f"values[{place}]"
            rule = "must be None, a bool, a finite number, a string or a tuple of these"
            remedy = "name it by a string and look it up in a dict"
            if faults.check(is_category(value), field, rule, value, remedy=remedy):
                rule = "is there twice"
                faults.check(category_key(value) not in seen, field, rule, value)
                seen.add(category_key(value))
        faults.raise_if_any()
        set_fields(self, values=values)

    @property
    def size(self) -> float:
        """Number of categories."""
        return len(self.values)

    def decode(self, unit: float) -> Category:
        """Map a number in [0, 1] to a category, all equally likely."""
        return self.values[min(len(self.values) - 1, int(unit * len(self.values)))]

    def encode(self, value: Category) -> float:
        """Map a category to the middle of its part of [0, 1]."""
        keys = [category_key(known) for known in self.values]
        return (keys.index(category_key(value)) + 0.5) / len(keys)

    def __contains__(self, value: object) -> bool:
        return category_key(value) in map(category_key, self.values)

    def __eq__(self, other: object) -> bool:
        """Compare types as well: 1, 1.0 and True are three categories."""
        if not isinstance(other, CategoricalParameter):
            return NotImplemented
        return category_key(self.values) == category_key(other.values)

    def __hash__(self) -> int:
        return hash(category_key(self.values))


AnyRange = ContinuousParameter | IntegerParameter | CategoricalParameter


def category_key(value: object) -> object:
    """Return what tells two categories apart: 1, 1.0 and True differ."""
    if isinstance(value, tuple):
        return tuple(map(category_key, value))
    return type(value).__name__, value


def _listed(value: Any) -> tuple[Any, ...]:
    """Return what a single argument stands for: a list of categories, or one."""
    if getattr(value, "ndim", 0) == 1:  # an array, a pandas index or series
        return tuple(value.tolist())
    many = isinstance(value, Sequence) and not isinstance(value, str | bytes)
    return tuple(value) if many else (value,)


def _check_bounds(
    faults: Faults, low: float | None, high: float | None, scaling: ScalingType | None
) -> None:
    if low is None or high is None:
        return
    faults.check(low < high, "min_value", "must be below max_value", low, high)
    if scaling == ScalingType.LOGARITHMIC:
        faults.check(low > 0, "min_value", "must be above 0 for Logarithmic", low)
    if scaling == ScalingType.REVERSE_LOGARITHMIC:
        rule = "and max_value must lie in 0 <= x < 1 for ReverseLogarithmic"
        faults.check(low >= 0 and high < 1, "min_value", rule, low, high)


def _number(faults: Faults, field: str, value: Any) -> float | None:
    value = _plain(value)
    faults.number(field, value)
    return None if faults.found and faults.found[-1].field == field else float(value)


def _integer(faults: Faults, field: str, value: Any) -> int | None:
    value = _plain(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    holds = type(value) is int and abs(value) <= LARGEST_INTEGER
    if not faults.check(holds, field, "must be an integer within ±2**53", value):
        return None
    return operator.index(value)


def is_category(value: object) -> bool:
    """Tell whether the value can be a category: plain, finite, nested in tuples."""
    if type(value) is tuple:
        return all(map(is_category, value))
    if type(value) is float:
        return math.isfinite(value)
    return value is None or type(value) in (bool, int, str)


def _plain(value: Any) -> Any:
    """Turn numpy's scalars into Python's, in tuples as well."""
    if type(value) is tuple:
        return tuple(map(_plain, value))
    is_scalar = hasattr(value, "dtype") and getattr(value, "ndim", 1) == 0
    return value.item() if is_scalar else value

"""Scaling types: how a numeric range is spread over [0, 1]."""

import math
from enum import StrEnum

LOGARITHMIC_FROM = 100.0  # Auto takes a logarithm when max / min reaches this


class ScalingType(StrEnum):
    """How a numeric range is spread over [0, 1].

    >>> amt.Integer(16, 1024, amt.ScalingType.LOGARITHMIC) == amt.Integer(
    ...     16, 1024, "Logarithmic"
    ... )
    True

    Members:
        Auto: Logarithmic where min_value > 0 and max_value / min_value >= 100, else
            Linear.
        Linear: all values are equally likely.
        Logarithmic: all orders of magnitude are equally likely; the bounds are above 0.
        ReverseLogarithmic: as Logarithmic for 1 - x, for values close below 1; floats
            only, the bounds in 0 <= x < 1.
    """

    AUTO = "Auto"
    LINEAR = "Linear"
    LOGARITHMIC = "Logarithmic"
    REVERSE_LOGARITHMIC = "ReverseLogarithmic"


def resolve(scaling: ScalingType, low: float, high: float) -> ScalingType:
    """Return the scaling in force: what Auto stands for with these bounds."""
    if scaling != ScalingType.AUTO:
        return scaling
    wide = low > 0 and high / low >= LOGARITHMIC_FROM
    return ScalingType.LOGARITHMIC if wide else ScalingType.LINEAR


def scale(value: float, scaling: ScalingType) -> float:
    """Map a value to the scale on which it is uniform."""
    if scaling == ScalingType.LOGARITHMIC:
        return math.log(value)
    if scaling == ScalingType.REVERSE_LOGARITHMIC:
        return -math.log1p(-value)
    return value


def unscale(scaled: float, scaling: ScalingType) -> float:
    """Map a number on that scale back to a value."""
    if scaling == ScalingType.LOGARITHMIC:
        return math.exp(scaled)
    if scaling == ScalingType.REVERSE_LOGARITHMIC:
        return -math.expm1(-scaled)
    return scaled


def interpolate(unit: float, low: float, high: float) -> float:
    """Map [0, 1] to what lies between two numbers."""
    return low * (1 - unit) + high * unit  # does not overflow where high - low would


def position(scaled: float, low: float, high: float) -> float:
    """Map what lies between two numbers to [0, 1]; 0.5 where they are equal."""
    width = high / 2 - low / 2  # halves do not overflow
    share = (scaled / 2 - low / 2) / width if width else 0.5
    return min(1.0, max(0.0, share))

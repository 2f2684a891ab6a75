"""A picture of a range: 20 draws on its scale."""

import base64
from collections.abc import Iterator
from html import escape
from math import ceil, floor, log10
from random import Random

from amt_magic.ranges import AnyRange, CategoricalParameter
from amt_magic.scaling import ScalingType
from amt_magic.views.formats import number

WIDTH, HEIGHT, MARGIN = 132, 22, 5
DRAWS = 20
COLOR, QUIET = "#4497ee", "#8a929c"  # which read on white and on black
MOST_PARTS = 12


def picture(value: AnyRange, seed: str = "") -> str:
    """Return an `<img>`: ticks are the scale, lines the draws; its text lists them."""
    generator = Random(seed)
    units = [generator.random() for _ in range(DRAWS)]
    drawn = sorted({round(_shown(value, unit), 9) for unit in units})
    marks = [_line(x, 2, HEIGHT - 6, COLOR, 1.5, 0.8) for x in drawn]
    ticks = [_line(x, HEIGHT - 5, HEIGHT - 1, QUIET) for x in _ticks(value)]
    axis = f'<path d="M{MARGIN} {HEIGHT - 4.5}H{WIDTH - MARGIN}" stroke="{QUIET}"/>'
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">'
        f"{axis}{''.join(ticks)}{''.join(marks)}</svg>"
    )
    data = base64.b64encode(svg.encode()).decode()
    words = escape(_words(value, units))
    return (
        f'<img src="data:image/svg+xml;base64,{data}" width="{WIDTH}" '
        f'height="{HEIGHT}" alt="{words}" title="{words}">'
    )


def _shown(value: AnyRange, unit: float) -> float:
    """Return where a draw is shown: as it is, or where its integer stands."""
    if isinstance(value, CategoricalParameter) or value.size > WIDTH:
        return unit
    whole: int = value.decode(unit)  # type: ignore[assignment]
    return value.encode(whole)


def _ticks(value: AnyRange) -> Iterator[float]:
    """Yield where the scale has its ticks: its ends, powers of ten, or its parts."""
    yield from (0.0, 1.0)
    if isinstance(value, CategoricalParameter):
        parts = int(value.size)
        yield from (i / parts for i in range(1, parts) if parts <= MOST_PARTS)
    elif value.scaling == ScalingType.LINEAR:
        yield from (0.25, 0.5, 0.75)
    elif value.scaling == ScalingType.LOGARITHMIC:
        decades = range(floor(log10(value.min_value)), ceil(log10(value.max_value)) + 1)
        steps = (1,) if len(decades) > MOST_PARTS else range(1, 10)
        places = [float(f"{s}e{decade}") for decade in decades for s in steps]
        inside = [p for p in places if value.min_value < p < value.max_value]
        yield from (value.encode(place) for place in inside)  # type: ignore[arg-type]
    else:
        places = [1 - 10.0**-decade for decade in range(1, MOST_PARTS)]
        inside = [p for p in places if value.min_value < p < value.max_value]
        yield from (value.encode(place) for place in inside)  # type: ignore[arg-type]


def _words(value: AnyRange, units: list[float]) -> str:
    drawn = [value.decode(unit) for unit in units]
    if isinstance(value, CategoricalParameter):
        counts = [(each, sum(d is each for d in drawn)) for each in value.values]
        listed = ", ".join(f"{each!r} {count}" for each, count in counts[:MOST_PARTS])
        return f"{DRAWS} draws: {listed}"
    numbers = sorted(float(each) for each in drawn)  # type: ignore[arg-type]
    listed = ", ".join(map(number, numbers))
    return f"{DRAWS} draws, {value.scaling}: {listed}"


def _line(
    unit: float,
    top: float,
    end: float,
    color: str,
    width: float = 1,
    opacity: float = 1,
) -> str:
    x = MARGIN + unit * (WIDTH - 2 * MARGIN)
    return (
        f'<path d="M{x:.1f} {top}V{end}" stroke="{color}" stroke-width="{width}" '
        f'opacity="{opacity}"/>'
    )

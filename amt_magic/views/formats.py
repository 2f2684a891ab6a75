"""How names, numbers, times and statuses are written for a reader."""

import math
import unicodedata
from collections.abc import Sequence
from typing import Any

from amt_magic.ranges import (
    LARGEST_INTEGER,
)

NOTHING = "\N{EN DASH}"
GLYPHS = {  # statuses differ by shape, for those who do not see colour
    "Completed": "●",
    "Stopped": "■",
    "Failed": "✕",
    "InProgress": "○",
    "Stopping": "○",
    "interrupted": "◇",
}


def visible(text: str, limit: int | None = None) -> str:
    r"""Escape what does not print, and cut at `limit` characters.

    visible("two\nlines")    # two\nlines
    Control, formatting (bidi) and surrogate characters never reach a page or terminal.
    """
    shown = text if limit is None else text[: limit + 1]
    if not shown.isprintable():
        shown = "".join(map(_visible_character, shown))
    if limit is not None and len(shown) > limit:
        shown = shown[: limit - 1] + "…"
    return shown


def _visible_character(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")


def number(value: float | None, digits: int = 5) -> str:
    """Write a number with up to `digits` significant digits; integers in full."""
    if value is None:
        return NOTHING
    if isinstance(value, float):
        return f"{value:.{digits}g}"
    return visible(str(value), 24)


def numbers(values: Sequence[float | None]) -> list[str]:
    """Write a column of numbers: with the same decimals if they are of one size.

    numbers([0.97, 0.9512])     # 0.9700, 0.9512
    numbers([0.0001, 0.05])     # 0.0001, 0.05
    """
    decimals = _common_decimals(values)
    if decimals is None:
        return [number(value, 4) for value in values]
    texts = [
        f"{value:.{decimals}f}" if _is_finite(value) else number(value)
        for value in values
    ]
    fractions = [text for text in texts if "." in text]
    spare = min((len(t) - len(t.rstrip("0")) for t in fractions), default=0)
    spare += spare == decimals  # the point goes with the last decimal
    return [text[:-spare] if spare and "." in text else text for text in texts]


def _common_decimals(values: Sequence[float | None]) -> int | None:
    """Return the decimals that give the smallest value 4 significant digits."""
    if not any(isinstance(value, float) for value in values):
        return None
    sizes = [abs(v) for v in values if v is not None and math.isfinite(v) and v]
    low, high = min(sizes, default=1.0), max(sizes, default=1.0)
    if high >= 100 * low or low < 1e-4 or high >= 1e6:
        return None
    return max(0, 3 - math.floor(math.log10(low)))


def _is_finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def hyperparameter(value: Any, limit: int = 40) -> str:
    """Write one value of a hyperparameter."""
    if isinstance(value, str):
        return visible(value, limit)
    return number(value, 4) if type(value) is float else visible(repr(value), limit)


def hyperparameters(values: Sequence[Any]) -> list[str]:
    """Write a column of values of one hyperparameter; `None` as such."""
    if is_numeric(values):
        return numbers(values)
    return [hyperparameter(value) for value in values]


def is_numeric(values: Sequence[Any]) -> bool:
    """Tell whether all values are numbers that a float can tell apart."""
    return all(
        type(value) is float or (type(value) is int and abs(value) <= LARGEST_INTEGER)
        for value in values
    )


def duration(seconds: float) -> str:
    """Write a time span: `0.02 s`, `0.4 s`, `2 min 14 s`, `1 h 3 min`."""
    if 0 < seconds < 0.095:
        return f"{seconds:.2f} s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    if whole < 100 * 86400:
        return f"{whole // 86400} d {whole % 86400 // 3600} h"
    return f"{seconds / 86400:.4g} d"


def plural(count: int, noun: str) -> str:
    """Write a count and its noun: `1 training job`, `2 training jobs`."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def columns(text: str) -> int:
    """Return how many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )


def cut(text: str, width: int) -> str:
    """Cut a text that takes more than `width` columns of a terminal."""
    if columns(text) <= width:
        return text
    while columns(text) >= width:
        text = text[:-1]
    return text + "…"

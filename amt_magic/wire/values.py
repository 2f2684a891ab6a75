"""Values of hyperparameters as text, which is all that Amazon's JSON holds."""

import json
import math
from collections.abc import Mapping
from typing import Any

from amt_magic.ranges import (
    is_category,
)
from amt_magic.space import Hyperparameters


def encode_value(value: Any) -> str:
    """Write a value so that reading gives it back, its type included.

    encode_value(1), encode_value(True), encode_value(None)    # 1  true  null
    encode_value((64, 32)), encode_value("relu")               # [64, 32]  relu
    encode_value("1")                                          # "1"
    """
    if isinstance(value, str) and decode_static(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def decode_value(text: str) -> Any:
    """Read the value of a tuned hyperparameter; an array is a tuple."""
    value = _tuples(decode_static(text))
    return value if is_category(value) else text


def decode_static(text: str) -> Any:
    """Read the value of a static hyperparameter; an array is a list."""
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        return text


def encode_hyperparameters(hyperparameters: Mapping[str, Any]) -> dict[str, str]:
    """Write the values of hyperparameters as text."""
    return {name: encode_value(value) for name, value in hyperparameters.items()}


def decode_hyperparameters(texts: Mapping[str, str]) -> Hyperparameters:
    """Read the values of tuned hyperparameters."""
    return {name: decode_value(text) for name, text in texts.items()}


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("no value of a hyperparameter")
    return value


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_finite)

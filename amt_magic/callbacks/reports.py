"""Which metrics of a framework are reported, and under which names."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from amt_magic.checks import Faults, nearest
from amt_magic.metrics import report

NONE = "is not there: none is measured"


def report_epoch(measured: Mapping[str, Any], names: Mapping[str, str]) -> None:
    """Report what an epoch has measured: all numbers, or those that are named.

    report_epoch({"val_loss": 0.2, "loss": 0.1}, {})                    # both
    report_epoch({"val_loss": 0.2, "loss": 0.1}, {"error": "val_loss"}) # error=0.2

    Raises:
        ValidationError: a named metric is not among those measured.
    """
    numbers = dict(_numbers(measured))
    faults = Faults()
    for name, source in names.items():
        rule = f"must be {nearest(source, numbers)}" if numbers else NONE
        faults.check(source in numbers, f"metric {name}", rule, source)
    faults.raise_if_any()
    picked = names or {name: name for name in numbers}
    if picked:
        report(**{name: numbers[source] for name, source in picked.items()})


def _numbers(measured: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for name, value in measured.items():
        with suppress(TypeError, ValueError, RuntimeError):  # a vector, or no number
            yield name, float(value)

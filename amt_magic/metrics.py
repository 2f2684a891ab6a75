"""Metrics are read from printed lines: definitions, the reader, and report().

The only module that knows the reserved form in which `report` prints.
"""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import regex

from amt_magic.checks import Faults

RESERVED = "amt_magic.report "
RESERVED_RESULT = "amt_magic.result "
INSIDE = "AMT_TRAINING_JOB"  # environment variable that a training job has

NUMBER = r"[-+]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|(?i:nan|inf(?:inity)?))"
SECONDS_A_LINE = 0.05  # that an expression may take, 10^4 times what a good one does
SECONDS_WASTED = 0.5  # in all, after which a slow expression is not tried again
FAIR_SECONDS = (1e-4, 1e-6)  # a line and a character, 10 times what a good one takes


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricDefinition:
    r"""How to find one metric in what a training job prints, as in Amazon's API.

    >>> error = amt.MetricDefinition(name="error", regex=r"error: (\S+) %")
    >>> amt.MetricDefinition(name="error", regex="error: .* %")
    Traceback (most recent call last):
        ...
    amt_magic.errors.ValidationError: regex must have a group (got 'error: .* %'); ...

    A metric without a definition is found as `error=0.9`, `error: 0.9` or
    `error = 9e-1`.

    Attributes:
        name: Name of the metric, 1 to 255 characters.
        regex: A regular expression, 1 to 500 characters. The first group of its first
            match in a line is the value.

    Raises:
        ValidationError: the expression is not valid, or has no group.
    """

    name: str
    regex: str

    def __post_init__(self) -> None:
        faults = Faults()
        faults.text("name", self.name, 255)
        faults.text("regex", self.regex, 500)
        if not faults.found:
            _check_expression(faults, self.regex)
        faults.raise_if_any()


def default_definition(name: str) -> MetricDefinition:
    """Make the definition that takes `NAME=0.9`, `NAME: 0.9` and `NAME = 9e-1`.

    The name must not be part of a longer word, nor the number: `val_loss=1` has
    no `loss`, and neither has `loss=1.5s`.
    """
    quoted = re.escape(name)
    pattern = rf"""(?<![\w.:/-]){quoted}["']?\s*[=:]\s*({NUMBER})(?!\.?\w)"""
    return MetricDefinition(name=name, regex=pattern)


class MetricReader:
    """Finds the metrics in the lines of one training job.

    reader = MetricReader([default_definition("loss")])
    list(reader.read("epoch=1 loss=0.5"))          # [('loss', 0.5)]
    reader.count("loss"), reader.last_line         # (1, 'epoch=1 loss=0.5')

    Once a metric came in the reserved form, expressions no longer count for it.
    """

    def __init__(self, definitions: Iterable[MetricDefinition]) -> None:
        self._expressions = [_Expression(definition) for definition in definitions]
        self._reported: set[str] = set()
        self._counts: dict[str, int] = {}
        self.last_line = ""

    def read(self, line: str) -> Iterator[tuple[str, float]]:
        """Yield the metrics of one line as (name, value)."""
        start = line.find("amt_magic.re")
        if start >= 0 and (values := self._reserved(line[start:])) is not None:
            found = values
        else:
            found = self._matched(line)
        for name, value in found:
            self.last_line = line
            self._counts[name] = self._counts.get(name, 0) + 1
            yield name, value

    def count(self, name: str) -> int:
        """Return how many values of the metric were found."""
        return self._counts.get(name, 0)

    @property
    def slow(self) -> list[str]:
        """Names of the metrics whose expressions were given up as too slow."""
        return [e.name for e in self._expressions if e.is_given_up]

    def _reserved(self, text: str) -> list[tuple[str, float]] | None:
        is_result = text.startswith(RESERVED_RESULT)
        if not is_result and not text.startswith(RESERVED):
            return None
        try:
            values = json.loads(text[len(RESERVED) :])  # both prefixes are as long
            pairs = [(str(name), float(value)) for name, value in values.items()]
        except (
            ValueError,
            AttributeError,
            TypeError,
            OverflowError,
            RecursionError,
        ):
            return None
        if is_result:
            return [(name, value) for name, value in pairs if not self.count(name)]
        self._reported.update(name for name, _ in pairs)
        return pairs

    def _matched(self, line: str) -> list[tuple[str, float]]:
        found = []
        for expression in self._expressions:
            if expression.name not in self._reported:
                value = expression.value(line)
                if value is not None:
                    found.append((expression.name, value))
        return found


class _Expression:
    """A compiled definition; one that a user wrote runs under a time limit."""

    def __init__(self, definition: MetricDefinition) -> None:
        self.name = definition.name
        self.seconds_wasted = 0.0
        if definition == default_definition(definition.name):
            self._search = self._fast_search(re.compile(definition.regex))
        else:
            self._search = self._timed_search(regex.compile(definition.regex))

    def value(self, line: str) -> float | None:
        """Return the value in the line, or None."""
        match = self._search(line)
        try:
            return None if match is None else float(match.group(1))
        except (ValueError, TypeError):  # not a number, or an unmatched group
            return None

    def _fast_search(self, pattern: re.Pattern[str]) -> Callable[[str], Any]:
        return lambda line: pattern.search(line) if self.name in line else None

    def _timed_search(self, pattern: "regex.Pattern[str]") -> Callable[[str], Any]:
        def search(line: str) -> Any:
            if self.is_given_up:
                return None
            started = time.thread_time()
            try:
                return pattern.search(line, timeout=SECONDS_A_LINE)
            except TimeoutError:
                return None
            finally:
                fair = FAIR_SECONDS[0] + FAIR_SECONDS[1] * len(line)
                wasted = time.thread_time() - started - fair
                self.seconds_wasted += max(0.0, wasted)

        return search

    @property
    def is_given_up(self) -> bool:
        """Tell whether the expression has wasted too much time to be tried again."""
        return self.seconds_wasted >= SECONDS_WASTED


def report(**metrics: float) -> None:
    """Report metrics from inside a training job; outside it, print them.

    >>> for epoch in range(3):
    ...     amt.report(accuracy=0.5 + epoch / 10, loss=0.8)
    accuracy=0.5 loss=0.8
    accuracy=0.6 loss=0.8
    accuracy=0.7 loss=0.8

    The k-th report of the objective is its value at resource k, as Hyperband and early
    stopping count.

    Args:
        **metrics: Names and their values: whatever `float` takes, nan and inf as well.
    """
    values = {name: float(value) for name, value in metrics.items()}
    if os.environ.get(INSIDE):
        write_reserved(RESERVED, values)
    else:
        line = " ".join(f"{name}={value!r}" for name, value in values.items())
        sys.stdout.write(line + "\n")


def write_reserved(prefix: str, values: dict[str, float]) -> None:
    """Write values in the reserved form, as one line whatever was printed before.

    It goes past `sys.stdout`, which the training job may have redirected or closed.
    """
    with suppress(AttributeError, OSError, ValueError):
        sys.stdout.flush()
    with open(1, "w", encoding="utf-8", closefd=False) as output:
        output.write(f"{prefix}{json.dumps(values)}\n")


def _check_expression(faults: Faults, pattern: str) -> None:
    try:
        groups = regex.compile(pattern).groups
    except regex.error as error:
        rule = f"must be a valid regular expression: {error}"
        faults.check(False, "regex", rule, pattern)
        return
    remedy = r"put the number in parentheses, as in loss=(\S+)"
    faults.check(groups > 0, "regex", "must have a group", pattern, remedy=remedy)

"""How values are checked where they are built: every fault found, raised together."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from amt_magic.errors import Fault, ValidationError

Choice = TypeVar("Choice", bound=StrEnum)

LARGEST = sys.float_info.max


class Faults:
    """Collects every fault of an object, to be raised together.

    faults = Faults()
    faults.check(jobs >= 1, "max_jobs", "must be at least 1", jobs)
    with faults.within("ranges"):
        ContinuousParameter(1.0, 0.0)
    faults.raise_if_any()
    """

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def check(
        self, holds: bool, field: str, rule: str, *given: object, remedy: str = ""
    ) -> bool:
        """Note a fault unless the rule holds; returns whether it does."""
        if not holds:
            shown = " and ".join(map(show, given))
            fault = Fault(field=field, rule=rule, given=shown, remedy=remedy)
            self.found.append(fault)
        return holds

    def whole(
        self,
        field: str,
        value: object,
        *,
        least: int = 1,
        most: int | None = None,
        optional: bool = False,
    ) -> None:
        """Note a fault unless the value is an integer within bounds."""
        if optional and value is None:
            return
        holds = isinstance(value, int) and not isinstance(value, bool)
        upper = "" if most is None else f" and {most} at most"
        rule = f"must be an integer, {least} or more{upper}"
        self.check(holds and _between(value, least, most), field, rule, value)

    def number(self, field: str, value: object, *, optional: bool = False) -> None:
        """Note a fault unless the value is a finite number."""
        allowed = optional and value is None
        holds = allowed or (is_number(value) and abs(value) <= LARGEST)  # type: ignore[arg-type]
        self.check(holds, field, "must be a finite number", value)

    def flag(self, field: str, value: object) -> None:
        """Note a fault unless the value is a bool."""
        self.check(isinstance(value, bool), field, "must be True or False", value)

    def text(self, field: str, value: object, longest: int) -> None:
        """Note a fault unless the value is a string, not empty and not too long."""
        holds = isinstance(value, str) and 1 <= len(value) <= longest
        self.check(
            holds, field, f"must be a string of 1 to {longest} characters", value
        )

    def choice(self, field: str, value: object, kind: type[Choice]) -> Choice | None:
        """Return the member that the value names; note a fault if there is none."""
        try:
            return kind(value)  # type: ignore[arg-type]
        except ValueError:
            self.check(False, field, f"must be {nearest(str(value), kind)}", value)
            return None

    @contextmanager
    def within(self, path: str) -> Iterator[None]:
        """Take over the faults raised inside, their fields prefixed by `path`."""
        try:
            yield
        except ValidationError as error:
            self.found += [
                replace(fault, field=join_path(path, fault.field))
                for fault in error.faults
            ]

    def raise_if_any(self) -> None:
        """Raise one ValidationError with all that was found."""
        if self.found:
            raise ValidationError(self.found)


def show(value: object, limit: int = 200) -> str:
    """Return the value's repr, cut at `limit` characters."""
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def join_path(outer: str, inner: str) -> str:
    """Join two parts of a field path: `a` and `b` to `a.b`, `a` and `[0]` to `a[0]`."""
    return f"{outer}{inner}" if not inner or inner[0] == "[" else f"{outer}.{inner}"


def nearest(given: str, known: Iterable[str]) -> str:
    """Word the choices, and the one that was likely meant: `one of A, B; B?`."""
    known = list(known)
    folded = {name.lower(): name for name in known}
    close = get_close_matches(given.lower(), folded, n=1, cutoff=0.5)
    close = close or [key for key in folded if given and key.startswith(given.lower())]
    meant = f"; did you mean {folded[close[0]]}?" if close else ""
    return f"one of {', '.join(known)}{meant}"


def is_number(value: object) -> bool:
    """Tell whether the value is an int or a float, and not a bool."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def set_fields(target: object, **fields: Any) -> None:
    """Set fields of a frozen dataclass from its own __post_init__."""
    for name, value in fields.items():
        object.__setattr__(target, name, value)


def _between(value: Any, least: int, most: int | None) -> bool:
    return bool(least <= value and (most is None or value <= most))

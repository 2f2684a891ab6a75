"""The members of a request, each checked against the service's model.

`service_model.json` has the shapes of CreateHyperParameterTuningJob's request: types,
required members, bounds, lengths, patterns and enumerations. Types of instances, of
which there are new ones every month, are a pattern there.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sized
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import regex

from amt_magic.checks import is_number, join_path, nearest
from amt_magic.errors import Fault
from amt_magic.wire.service_faults import broken
from amt_magic.wire.shapes import CONFIG

Shape = dict[str, Any]
REQUEST = "CreateHyperParameterTuningJobRequest"
NOT_NEEDED_HERE = {  # the members that these require, without `strict`
    REQUEST,
    CONFIG,
    "ResourceLimits",
    "HyperParameterTrainingJobDefinition",
    "HyperParameterAlgorithmSpecification",
}
LEAST_HERE = {  # where the service's least protects a cloud
    "HyperParameterTuningMaxRuntimeInSeconds": 1,
    "MaxNumberOfTrainingJobsNotImproving": 1,
}
_KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "structure": ("an object", lambda given: isinstance(given, Mapping)),
    "map": ("an object", lambda given: isinstance(given, Mapping)),
    "list": ("a list", lambda given: isinstance(given, list | tuple)),
    "string": ("a string", lambda given: isinstance(given, str)),
    "integer": ("an integer", lambda given: type(given) is int),
    "float": ("a number", is_number),
    "boolean": ("true or false", lambda given: isinstance(given, bool)),
}


@cache
def service_model() -> dict[str, Shape]:
    """Return the shapes by name, as in the service's model."""
    file = Path(__file__).with_name("service_model.json")
    shapes: dict[str, Shape] = json.loads(file.read_text(encoding="utf-8"))
    return shapes


def members_of(name: str) -> Mapping[str, str]:
    """Return the members of a structure, each with the name of its shape."""
    members: Mapping[str, str] = service_model()[name]["members"]
    return members


class MemberReader:
    """Reads a request into a plain copy; collects `faults` by Amazon's paths.

    Without `strict` a request need not have what only a cloud requires, and a number
    or bool is `taken` where text belongs: the copy has its text.
    """

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self.faults: list[Fault] = []
        self.taken: list[str] = []

    def read(
        self, given: Any, path: str = "", name: str = REQUEST, part: str = ""
    ) -> Any:
        """Return the copy of what should have a shape; None where it has another.

        `part`: keys or value, of the entry of a map.
        """
        shape = service_model()[name]
        if given is None:
            self._note(path, None, "must not be null; leave it out", _NOT_NULL)
            return None
        given = self._as_text(given, path, shape)
        words, is_kind = _KINDS[shape["type"]]
        if not is_kind(given):
            self._note(path, given, f"must be {words}", f"Member must be {words}")
            return None
        for rule, constraint, holds in self._constraints(given, name):
            if not holds:
                every = [text for _, text, _ in self._constraints(given, name)]
                whole = f"Map {part} must satisfy constraint: [{', '.join(every)}]"
                self._note(path, given, rule, whole if part else constraint)
                break
        return self._contents(given, path, name)

    def _contents(self, given: Any, path: str, name: str) -> Any:
        shape = service_model()[name]
        if shape["type"] == "structure":
            return self._structure(given, path, name)
        if shape["type"] == "list":
            items = enumerate(given)
            return [self.read(x, f"{path}[{at}]", shape["item"]) for at, x in items]
        if shape["type"] == "map":
            return {
                self.read(key, f"{path}[{key!r}]", shape["key"], "keys"): self.read(
                    value, f"{path}[{key!r}]", shape["value"], "value"
                )
                for key, value in given.items()
            }
        return given

    def _as_text(self, given: Any, path: str, shape: Shape) -> Any:
        is_plain = isinstance(given, bool | int | float)
        if self.strict or shape["type"] != "string" or not is_plain:
            return given
        self.taken.append(path)
        return json.dumps(given)

    def _structure(
        self, given: Mapping[Any, Any], path: str, name: str
    ) -> dict[str, Any]:
        copy, members = {}, members_of(name)
        for key, value in given.items():
            where = join_path(path, str(key)) if path else str(key)
            if key not in members:
                self.faults.append(_unknown(where, str(key), members))
            elif (read := self.read(value, where, members[key])) is not None:
                copy[key] = read
        if self.strict or name not in NOT_NEEDED_HERE:
            for key in service_model()[name].get("required", ()):
                if key not in given:
                    where = join_path(path, key) if path else key
                    self._note(where, None, "must be given", _NOT_NULL)
        return copy

    def _constraints(self, given: Any, name: str) -> Iterator[tuple[str, str, bool]]:
        """Yield each constraint: our words, the service's, and whether it holds."""
        shape = service_model()[name]
        is_long = isinstance(given, Sized)
        size = len(given) if is_long else given
        verb = "have length" if is_long else "have value"
        unit = "" if not is_long else " characters" if type(given) is str else " items"
        ours = "have" if unit else "be"
        low, high = shape.get("min"), shape.get("max")
        low = low if self.strict else LEAST_HERE.get(name, low)
        if high is not None:
            text = f"Member must {verb} less than or equal to {high}"
            yield f"must {ours} at most {high}{unit}", text, size <= high
        if low is not None:
            text = f"Member must {verb} greater than or equal to {low}"
            yield f"must {ours} at least {low}{unit}", text, size >= low
        if pattern := shape.get("pattern"):
            text = f"Member must satisfy regular expression pattern: {pattern}"
            flags = 0 if self.strict else regex.DOTALL
            holds = bool(regex.fullmatch(pattern, given, flags))
            yield f"must match {pattern}", text, holds
        if known := shape.get("enum"):
            text = f"Member must satisfy enum value set: [{', '.join(known)}]"
            yield f"must be {nearest(given, known)}", text, given in known

    def _note(self, path: str, given: Any, rule: str, constraint: str) -> None:
        self.faults.append(broken(path, given, rule, constraint))


def _unknown(path: str, name: str, members: Mapping[str, str]) -> Fault:
    close = get_close_matches(name, members, n=1)
    remedy = f"did you mean {close[0]}?" if close else ""
    if name in members_of(CONFIG):
        remedy = f"it belongs into {CONFIG}"
    return Fault(field=path, rule="is not a member", remedy=remedy)


_NOT_NULL = "Member must not be null"

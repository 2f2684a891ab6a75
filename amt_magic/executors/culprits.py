"""Finding which names cannot travel, and what inside their values is to blame."""

import functools
import itertools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pickle import PickleBuffer
from types import FunctionType, MethodType
from typing import Any

from amt_magic.executors.names import name_remedy
from amt_magic.executors.pickling import NotebookPickler, globals_to_pickle
from amt_magic.executors.portability import class_name, obstacle

_MOST_PARTS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Culprits:
    """Pickles every name on its own, to nowhere, and words what fails.

    `place` is where the user can make what cannot travel: the cell, the function.
    """

    namespace: Mapping[str, Any]
    without: Collection[str]
    place: str
    readers: dict[str, str] = field(default_factory=dict)

    def find(self, values: Mapping[str, Any], known: Collection[str]) -> list[str]:
        """Return a line for each name that cannot travel."""
        further = globals_to_pickle(self.readers, self.namespace, known)
        every = itertools.chain(values.items(), further)
        return [line for name, value in every for line in self._lines(name, value)]

    def _lines(self, name: str, value: Any) -> Iterator[str]:
        reader = f", used by {self.readers[name]}" if name in self.readers else ""
        if remedy := name_remedy(name, self.namespace):
            yield f"{name}{reader}: {remedy}"
        elif self._failure(value):
            path, culprit = self._innermost(name, value, set())
            what, remedy = self._explain(culprit)
            yield f"{path} ({what}){reader}: {remedy.format(place=self.place)}"

    def _explain(self, culprit: Any) -> tuple[str, str]:
        if known := obstacle(culprit):
            return f"{known.what}, {class_name(culprit)}", known.remedy
        error = self._failure(culprit)
        reason = f"{class_name(culprit)}, {type(error).__name__}: {error}"
        return reason, "create it inside the {place}"

    def _innermost(self, path: str, value: Any, seen: set[int]) -> tuple[str, Any]:
        """Follow what fails inside a value that fails, down to the cause."""
        seen.add(id(value))
        for step, part in itertools.islice(_parts(value), _MOST_PARTS):
            if id(part) not in seen and self._failure(part):
                return self._innermost(path + step, part, seen)
        return path, value

    def _failure(self, value: Any) -> Exception | None:
        pickler = NotebookPickler(
            _Nowhere(), self.namespace, _drop, without=self.without, alone=True
        )
        pickler.readers = self.readers
        try:
            pickler.dump(value)
        except Exception as error:
            return error
        return None


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield what a value is made of, each with how to write the way to it."""
    if isinstance(value, dict):
        yield from ((f"[{key!r}]", part) for key, part in value.items())
    elif isinstance(value, list | tuple):
        yield from ((f"[{place}]", part) for place, part in enumerate(value))
    elif isinstance(value, set | frozenset):
        yield from ((f" holding {class_name(part)}", part) for part in value)
    elif isinstance(value, functools.partial):
        parts = (
            (".func", value.func),
            (".args", value.args),
            (".keywords", value.keywords),
        )
        yield from parts
    elif isinstance(value, MethodType):
        yield from ((".__self__", value.__self__), (".__func__", value.__func__))
    elif isinstance(value, FunctionType):
        yield from ((f" → {name}", part) for name, part in _bound_by(value))
    attributes = getattr(value, "__dict__", {}).items()
    yield from ((f".{name}", part) for name, part in attributes)


def _bound_by(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """Yield what a function holds: its closure and the defaults of its arguments."""
    cells = function.__closure__ or ()
    for name, cell in zip(function.__code__.co_freevars, cells, strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:  # not bound yet
            continue
    for place, default in enumerate(function.__defaults__ or ()):
        yield f"default {place}", default
    yield from (function.__kwdefaults__ or {}).items()


class _Nowhere:
    def write(self, data: Any, /) -> int:
        return len(data)


def _drop(buffer: PickleBuffer) -> None:
    """Leave a buffer out of band, where nobody reads it."""

"""Pickling the values of a notebook so that its functions keep one namespace.

A function of the notebook reads and writes the notebook's namespace. In a training
process it uses that process's `__main__` instead, where the hyperparameters are.
"""

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pickle import PickleBuffer
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, Protocol

import cloudpickle

from amt_magic.executors.names import modules_imported, names_read, travelling
from amt_magic.executors.portability import obstacle

_BY_REFERENCE = (type, FunctionType, BuiltinFunctionType)
_COSTS_NOTHING = (*_BY_REFERENCE, ModuleType, int, float, str, type(None))


class Writable(Protocol):
    """What a pickler writes to."""

    def write(self, data: Any, /) -> int:
        """Take bytes, and return how many."""


class NotebookPickler(cloudpickle.Pickler):  # type: ignore[misc]
    """Pickles by value what the notebook defines, sharing `__main__`.

    `readers` and `modules` grow while it pickles: each name of the namespace that a
    function reads, with the first such function, and the modules that unpickling
    will import. With `alone`, functions bring nothing of what they read along.
    """

    def __init__(
        self,
        file: Writable,
        namespace: Mapping[str, Any],
        buffer_callback: Callable[[PickleBuffer], Any],
        *,
        without: Collection[str] = (),
        alone: bool = False,
    ) -> None:
        super().__init__(file, protocol=5, buffer_callback=buffer_callback)
        self.readers: dict[str, str] = {}
        self.modules: dict[str, None] = {}
        self._namespace = namespace
        self._without = without
        self._alone = alone
        # what cloudpickle takes as the globals of the functions that share them
        self.globals_ref[id(namespace)] = _MainNamespace()

    def reducer_override(self, value: Any) -> Any:
        """Reduce a value by cloudpickle's rules, and by those of this module."""
        if found := obstacle(value):
            raise TypeError(f"cannot pickle {found.what}")
        if (array := _array(value)) is not None:
            return array.__reduce_ex__(5)
        reduced = super().reducer_override(value)
        if isinstance(value, ModuleType):
            self.modules[value.__name__] = None
        elif reduced is NotImplemented and isinstance(value, _BY_REFERENCE):
            if value.__module__ in sys.modules:  # None for methods written in C
                self.modules[value.__module__] = None
        elif isinstance(value, FunctionType):
            self.modules |= modules_imported(value.__code__)
            if value.__globals__ is self._namespace:
                self._take_out_globals(value, reduced)
        return reduced

    def _take_out_globals(self, function: FunctionType, reduced: Any) -> None:
        """Leave what a function reads to be pickled under its own name.

        What costs nothing stays with the function as well: `__setstate__` and
        `__hash__` may read it while their objects are unpickled.
        """
        names = names_read(function.__code__).keys() - self._without
        needed = travelling(sorted(names), self._namespace)
        for name in needed:
            self.readers.setdefault(name, function.__qualname__)
        _, slots = reduced[2]
        slots["__globals__"] = {
            name: value
            for name, value in needed.items()
            if isinstance(value, _COSTS_NOTHING) and not self._alone
        }


def globals_to_pickle(
    readers: Mapping[str, str], namespace: Mapping[str, Any], known: Iterable[str]
) -> Iterator[tuple[str, Any]]:
    """Yield the globals that come up, until none is new.

    `readers` is a pickler's, and grows while the consumer pickles what it gets.
    """
    done = set(known)
    while fresh := travelling([n for n in readers if n not in done], namespace):
        done.update(fresh)
        yield from fresh.items()


def main_namespace() -> dict[str, Any]:
    """Return the namespace of the module that runs as `__main__`."""
    return vars(sys.modules["__main__"])


class _MainNamespace:
    """Is unpickled as the namespace of the training process's `__main__`."""

    def __reduce__(self) -> tuple[Any, ...]:
        return main_namespace, ()


def _array(value: Any) -> Any:
    """Return an array as one that is pickled out of band: plain and contiguous."""
    numpy = sys.modules.get("numpy")
    if numpy is None or type(value) not in (numpy.ndarray, numpy.memmap):
        return None
    contiguous = value.flags.c_contiguous or value.flags.f_contiguous
    return numpy.asarray(value) if contiguous else numpy.array(value, order="C")

"""The payload of a tuning job: its code and the values the code needs, on disk.

A folder with `values.pickle` (cloudpickle, protocol 5), `buffers` (large arrays, page
by page, which training processes map privately) and `manifest.json` (plain facts,
readable without unpickling). The manifest is written last: a folder without one is
incomplete.
"""

import json
import mmap
import pickle
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from amt_magic.errors import CaptureError, StoreError

MANIFEST = "manifest.json"
_VALUES = "values.pickle"
_BUFFERS = "buffers"
_LARGE = 2**20  # bytes from which a buffer is mapped instead of read
_PYTHON = "{}.{}".format(*sys.version_info)  # code is pickled, and fits one Python


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What a training process needs beside its hyperparameters.

    kind "cell":     `source` is the cell's body, `source_name` its file name in
                     tracebacks, `first_line` the line of the cell it begins at.
    kind "function": `values` is {"function": the function}, `source` its own, if known.
    kind "script":   `source` is the script's absolute path.

    `epochs`: how often the code says that it reports the objective, if it does.
    `modules` are worth importing before training jobs start. `namespace` is the
    notebook's, whose globals its functions read: they travel as well, except for
    `hyperparameter_names`, which the training process sets before a cell runs.
    """

    kind: Literal["cell", "function", "script"]
    source: str = ""
    source_name: str = ""
    first_line: int = 1
    epochs: int | None = None
    objective_name: str
    hyperparameter_names: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    working_directory: str
    search_path: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    namespace: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Travelled:
    """A value of the payload, and what it takes on disk, in 10**6 bytes.

    What two names share is counted at the first one.
    """

    name: str
    type: str
    megabytes: float


def write_payload(folder: Path, payload: Payload) -> list[Travelled]:
    """Write a payload into a new folder; return what travels.

    Raises CaptureError with every name that cannot travel, StoreError where the
    folder exists or the disk is too small; nothing stays behind then.
    """
    try:
        folder.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise StoreError(f"{folder} cannot be made: {error.strerror}") from error
    try:
        return _write(folder, payload)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, StoreError):
            raise
        raise StoreError(f"{folder} cannot be written: {error.strerror}") from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def read_manifest(folder: Path) -> Payload:
    """Return the payload of a folder, without its values."""
    manifest = _read_manifest(folder)
    try:
        facts = manifest["payload"]
        lists = {name: tuple(v) for name, v in facts.items() if isinstance(v, list)}
        return Payload(**(facts | lists))
    except (KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"{folder / MANIFEST} is not a payload's: {error}") from error


def load_values(folder: Path) -> dict[str, Any]:
    """Return the values, large buffers mapped: writing to them stays private.

    What functions of the notebook read beside them is put into `__main__`.
    """
    manifest = _read_manifest(folder)
    if manifest["python"] != _PYTHON:
        rule = f"was written by Python {manifest['python']}, this is {_PYTHON}"
        raise StoreError(f"{folder} {rule}: start a new tuning job")
    path = folder / _VALUES
    buffers = _mapped(folder / _BUFFERS, manifest["buffers"])
    with path.open("rb") as file:
        unpickler = pickle.Unpickler(file, buffers=buffers)
        try:
            values = {name: unpickler.load() for name in manifest["values"]}
            for name in manifest["globals"]:
                vars(sys.modules["__main__"])[name] = unpickler.load()
        except (EOFError, pickle.UnpicklingError) as error:
            raise StoreError(f"{path} is damaged: {error}") from error
    return values


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return manifest
    except (OSError, ValueError) as error:
        raise StoreError(f"{path} cannot be read: {error}") from error


def _mapped(path: Path, places: list[tuple[int, int]]) -> Iterator[memoryview]:
    """Yield the buffers at these offsets and of these sizes, from one mapping."""
    if not places:
        return
    with path.open("rb") as file:
        pages = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
    for offset, size in places:
        yield pages[offset : offset + size]


def _write(folder: Path, payload: Payload) -> list[Travelled]:
    buffers = _Buffers()
    try:
        travelled, modules = _write_values(folder / _VALUES, payload, buffers)
    except Exception as error:
        if lines := _culprits(payload):
            count = "1 name" if len(lines) == 1 else f"{len(lines)} names"
            heading = f"{count} cannot travel to a training process:"
            raise CaptureError("\n  ".join([heading, *lines])) from error
        raise
    buffers.write(folder / _BUFFERS)
    facts = {
        known.name: getattr(payload, known.name)
        for known in fields(Payload)
        if known.name not in ("values", "namespace")
    }
    names = [value.name for value in travelled]
    manifest = {
        "python": _PYTHON,
        "payload": facts | {"modules": modules},
        "values": names[: len(payload.values)],
        "globals": names[len(payload.values) :],
        "buffers": buffers.places,
    }
    text = json.dumps(manifest, indent=1)
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return travelled


def _write_values(
    path: Path, payload: Payload, buffers: "_Buffers"
) -> tuple[list[Travelled], list[str]]:
    """Pickle the values, then the globals they turn out to need, in one stream."""
    from amt_magic.executors.names import name_remedy
    from amt_magic.executors.pickling import NotebookPickler, globals_to_pickle
    from amt_magic.executors.portability import class_name

    travelled = []
    written = 0
    with path.open("xb") as file:
        pickler = NotebookPickler(
            file,
            payload.namespace,
            buffers.take,
            without=payload.hyperparameter_names,
        )
        known = _known_globals(payload)
        further = globals_to_pickle(pickler.readers, payload.namespace, known)
        for name, value in chain(payload.values.items(), further):
            if name_remedy(name, payload.namespace):
                raise CaptureError(name)
            pickler.dump(value)
            written, before = file.tell() + buffers.size, written
            size = (written - before) / 1e6
            kind = class_name(value)
            travelled.append(Travelled(name=name, type=kind, megabytes=size))
    modules = dict.fromkeys(payload.modules) | pickler.modules
    ours = ("builtins", "__main__")
    return travelled, [name for name in modules if name not in ours]


def _culprits(payload: Payload) -> list[str]:
    from amt_magic.executors.culprits import Culprits

    culprits = Culprits(
        namespace=payload.namespace,
        without=payload.hyperparameter_names,
        place=payload.kind,
    )
    return culprits.find(payload.values, _known_globals(payload))


def _known_globals(payload: Payload) -> list[str]:
    """Return the names of `values` that are names of the notebook."""
    return list(payload.values) if payload.kind == "cell" else []


class _Buffers:
    """The large buffers of a pickle, each once however many values share it."""

    def __init__(self) -> None:
        self.places: list[tuple[int, int]] = []  # offset and size, in order of use
        self.size = 0
        self._views: dict[tuple[int, int], memoryview] = {}
        self._offsets: dict[tuple[int, int], int] = {}

    def take(self, buffer: pickle.PickleBuffer) -> bool:
        """Take a large buffer out of the pickle; True leaves a small one in it."""
        view = buffer.raw()
        if view.nbytes < _LARGE:
            return True
        key = _address(view), view.nbytes
        if key not in self._views:
            self._views[key] = view
            self._offsets[key] = self.size
            self.size += -(-view.nbytes // mmap.PAGESIZE) * mmap.PAGESIZE
        self.places.append((self._offsets[key], view.nbytes))
        return False

    def write(self, path: Path) -> None:
        """Write all buffers, each from a page of its own on."""
        free = shutil.disk_usage(path.parent).free
        if free < self.size:
            need = f"{self.size / 1e6:.0f} MB are needed, {free / 1e6:.0f} MB are free"
            raise StoreError(f"{path.parent} has no room for the values: {need}")
        with path.open("xb") as file:
            for key, view in self._views.items():
                file.seek(self._offsets[key])
                file.write(view)


def _address(view: memoryview) -> int:
    import numpy as np

    address: int = np.frombuffer(view, np.uint8).ctypes.data
    return address

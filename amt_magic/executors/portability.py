"""Which values cannot travel to another process, and what to do instead.

Types are told by their qualified names, so that nothing is imported for the
question. What is not listed here shows when it is pickled.
"""

from dataclasses import dataclass
from functools import lru_cache
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What a value is, and what to do in the cell or function in its place."""

    what: str
    remedy: str = "create it inside the {place}"


_FILE = Obstacle("an open file", "pass its path, and open it inside the {place}")
_LOCK = Obstacle("a lock")
_THREAD = Obstacle("a thread", "start it inside the {place}")
_PROCESS = Obstacle("a process", "start it inside the {place}")
_POOL = Obstacle("a pool of workers")
_QUEUE = Obstacle("a queue")
_GENERATOR = Obstacle("a generator", "make a list of it, or make it inside the {place}")
_COROUTINE = Obstacle("a coroutine", "await it, and pass the result")
_SOCKET = Obstacle("a socket", "connect inside the {place}")
_DATABASE = Obstacle(
    "a database connection",
    "connect inside the {place}, or read what it needs into a data frame first",
)
_NOTEBOOK = Obstacle("a part of the notebook's display", "pass its value instead")
_GPU = Obstacle("on a GPU", "pass a copy on the CPU, and move that inside the {place}")

_CLASSES = {
    "_io._IOBase": _FILE,
    "tempfile._TemporaryFileWrapper": _FILE,
    "_thread.lock": _LOCK,
    "_thread.RLock": _LOCK,
    "_thread._local": Obstacle("data local to a thread"),
    "threading.Condition": _LOCK,
    "threading.Semaphore": _LOCK,
    "threading.Event": _LOCK,
    "threading.Barrier": _LOCK,
    "threading.Thread": _THREAD,
    "multiprocessing.synchronize.SemLock": _LOCK,
    "multiprocessing.synchronize.Condition": _LOCK,
    "multiprocessing.synchronize.Event": _LOCK,
    "multiprocessing.process.BaseProcess": _PROCESS,
    "multiprocessing.managers.BaseManager": _PROCESS,
    "multiprocessing.pool.Pool": _POOL,
    "multiprocessing.queues.Queue": _QUEUE,
    "multiprocessing.queues.SimpleQueue": _QUEUE,
    "multiprocessing.connection._ConnectionBase": Obstacle("a pipe"),
    "subprocess.Popen": _PROCESS,
    "concurrent.futures._base.Executor": _POOL,
    "concurrent.futures._base.Future": Obstacle("a future", "pass its result instead"),
    "queue.Queue": _QUEUE,
    "_queue.SimpleQueue": _QUEUE,
    "asyncio.queues.Queue": _QUEUE,
    "asyncio.mixins._LoopBoundMixin": _LOCK,
    "asyncio.events.AbstractEventLoop": Obstacle("an event loop"),
    "_asyncio.Future": Obstacle("a future", "await it, and pass the result"),
    "builtins.generator": _GENERATOR,
    "builtins.coroutine": _COROUTINE,
    "builtins.async_generator": _GENERATOR,
    "_socket.socket": _SOCKET,
    "sqlalchemy.engine.base.Engine": _DATABASE,
    "sqlalchemy.engine.base.Connection": _DATABASE,
    "sqlalchemy.engine.result.Result": _DATABASE,
    "sqlalchemy.orm.session.Session": _DATABASE,
    "sqlalchemy.orm.scoping.scoped_session": _DATABASE,
    "sqlalchemy.ext.asyncio.engine.AsyncConnectable": _DATABASE,
    "sqlalchemy.ext.asyncio.session.AsyncSession": _DATABASE,
}
_PACKAGES = {
    "IPython": _NOTEBOOK,
    "ipykernel": _NOTEBOOK,
    "ipywidgets": _NOTEBOOK,
    "cupy": _GPU,
}
_FILES_IN_MEMORY = frozenset({"_io.BytesIO", "_io.StringIO"})
_BY_REFERENCE = (type, FunctionType, BuiltinFunctionType, ModuleType)


def obstacle(value: object) -> Obstacle | None:
    """Return why a value cannot travel; None where nothing is known against it."""
    kind: Any = type(value)
    if issubclass(kind, _BY_REFERENCE):
        return None
    if hasattr(kind, "is_cuda") and _device(value) not in ("cpu", "meta"):
        return _GPU
    return _obstacle_of_class(kind)


def class_name(value: object) -> str:
    """Return the name of a value's class as its users know it: `numpy.ndarray`."""
    kind = type(value)
    if issubclass(kind, type):
        return "class"
    package = kind.__module__.partition(".")[0]
    if package in ("builtins", "__main__"):
        return kind.__qualname__
    return f"{package.lstrip('_')}.{kind.__qualname__}"  # _io.BytesIO is io.BytesIO


@lru_cache(maxsize=1024)
def _obstacle_of_class(kind: type) -> Obstacle | None:
    names = [f"{base.__module__}.{base.__qualname__}" for base in kind.__mro__]
    if not _FILES_IN_MEMORY.isdisjoint(names):
        return None
    packages = [name.partition(".")[0] for name in names]
    known = [_CLASSES[name] for name in names if name in _CLASSES]
    known += [_PACKAGES[package] for package in packages if package in _PACKAGES]
    if not known and _is_of_a_database(kind):
        return _DATABASE
    return known[0] if known else None


def _is_of_a_database(kind: type) -> bool:
    """Tell a connection or a cursor of Python's database interface by its methods."""
    interfaces = (("cursor", "commit", "rollback"), ("execute", "fetchone", "fetchall"))
    return any(all(hasattr(kind, name) for name in names) for names in interfaces)


def _device(tensor: object) -> str:
    return str(getattr(getattr(tensor, "device", "cpu"), "type", "cpu"))

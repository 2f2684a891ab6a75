"""What happens inside a training process.

Every training process imports this module: it imports little itself.
"""

import atexit
import hashlib
import inspect
import json
import linecache
import multiprocessing
import os
import random
import runpy
import signal
import sys
import threading
import traceback
import types
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import parent_process, util
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, TextIO

from amt_magic.executors.orphans import adopt_orphans
from amt_magic.executors.payload import Payload, load_values, read_manifest
from amt_magic.metrics import INSIDE, RESERVED_RESULT, write_reserved

MODULES_VARIABLE = "AMT_MAGIC_PRELOAD"  # what the fork server imports
REASON_LENGTH = 1024  # characters of a FailureReason, as in Amazon's API


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What one training process is told: what to run, and with what."""

    folder: Path
    name: str
    hyperparameters: Mapping[str, Any]
    static_hyperparameters: Mapping[str, Any]
    seed: int
    failure_file: Path
    model_folder: Path


def seed_of(random_seed: int, index: int) -> int:
    """Return the seed, below 2**32, of what a training job draws itself."""
    digest = hashlib.sha256(f"{random_seed}-{index}".encode()).digest()
    return int.from_bytes(digest[:4], "big")


def main(output: Connection, task: Task) -> None:
    """Run one training job; its output goes to `output`, its failure to a file."""
    _leave_the_runner(output)
    multiprocessing.set_start_method(None, force=True)  # Python's own, not the runner's
    threading.Thread(target=_end_with_the_runner, daemon=True).start()
    os.environ.update({INSIDE: task.name, "AMT_SEED": str(task.seed)})
    try:
        _run(task)
    except SystemExit as leaving:
        if leaving.code not in (None, 0):
            _fail(task, f"exit({leaving.code!r})", "")
    except BaseException as error:
        _fail(task, *_describe(error))
    finally:
        _end_as_an_interpreter()


def _leave_the_runner(output: Connection) -> None:
    """Lead a process group of its own, with `output` as stdout and stderr."""
    os.setsid()
    atexit._clear()  # the fork server's
    atexit.register(util._exit_function)  # type: ignore[attr-defined]
    adopt_orphans()  # a daemon of this training job is found when the job has ended
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)
    output.close()
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        stream = _line_stream(descriptor)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    os.environ["PYTHONUNBUFFERED"] = "1"
    with suppress(OSError):  # when memory runs out, a training process goes first
        Path("/proc/self/oom_score_adj").write_text("1000")


def _line_stream(descriptor: int) -> TextIO:
    """Return a stream that writes each line at once."""
    return open(
        descriptor,
        "w",
        buffering=1,
        encoding="utf-8",
        errors="backslashreplace",
        closefd=False,
    )


def _end_as_an_interpreter() -> None:
    """Join threads, then run what waits for the exit, as `python script.py` does.

    Multiprocessing joins child processes before threads, for ever where a thread
    is what ends them (joblib's), and runs no exit handlers.
    """
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()


def _end_with_the_runner() -> None:
    """Kill this process group when the runner is gone."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        with suppress(OSError):  # the code may have closed it: then it tells nothing
            os.fstat(parent.sentinel)
            os.killpg(0, signal.SIGKILL)


def _run(task: Task) -> None:
    payload = read_manifest(task.folder)
    os.chdir(payload.working_directory)
    if payload.kind == "script":
        _run_script(payload, task)
        return
    main_module = types.ModuleType("__main__")
    sys.modules["__main__"] = main_module
    namespace, values = vars(main_module), load_values(task.folder)
    _seed(task.seed)
    hyperparameters = {**task.static_hyperparameters, **task.hyperparameters}
    if payload.kind == "function":
        function = values["function"]
        static = accepted(function, task.static_hyperparameters)
        result = function(**{**static, **task.hyperparameters})
    else:
        namespace |= values | hyperparameters
        _run_cell(payload, namespace)
        result = namespace.get(payload.objective_name)
    if (value := _number(result)) is not None:
        write_reserved(RESERVED_RESULT, {payload.objective_name: value})


def accepted(function: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the values that a function takes as keywords."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # written in C, and tells nothing
        return dict(values)
    by_name = {p.name: p.kind for p in parameters}
    if inspect.Parameter.VAR_KEYWORD in by_name.values():
        return dict(values)
    keywords = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {name: x for name, x in values.items() if by_name.get(name) in keywords}


def _run_cell(payload: Payload, namespace: dict[str, Any]) -> None:
    """Execute the body with the line numbers of its cell, also in tracebacks."""
    source = "\n" * (payload.first_line - 1) + payload.source
    lines = source.splitlines(keepends=True)
    linecache.cache[payload.source_name] = len(source), None, lines, payload.source_name
    code = compile(source, payload.source_name, "exec", dont_inherit=True)
    exec(code, namespace)


def _run_script(payload: Payload, task: Task) -> None:
    """Run `python script.py --lr 0.01` with the variables of SageMaker's containers."""
    hyperparameters = {**task.static_hyperparameters, **task.hyperparameters}
    task.model_folder.mkdir(parents=True, exist_ok=True)
    os.environ["SM_HPS"] = json.dumps(hyperparameters)
    os.environ["SM_MODEL_DIR"] = str(task.model_folder)
    arguments = [payload.source]
    for name, value in hyperparameters.items():
        os.environ[script_variable(name)] = str(value)
        arguments += [f"--{name}", str(value)]
    if not payload.source.endswith(".py"):
        os.execv(payload.source, arguments)
    sys.argv = arguments
    sys.path.insert(0, str(Path(payload.source).parent))
    _seed(task.seed)
    runpy.run_path(payload.source, run_name="__main__")


def script_variable(name: str) -> str:
    """Return the environment variable in which a script finds a hyperparameter."""
    plain = "".join(c if c.isascii() and c.isalnum() else "_" for c in name)
    return f"SM_HP_{plain.upper()}"


def _seed(seed: int) -> None:
    random.seed(seed)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(seed)


def _number(value: object) -> float | None:
    if value is None or isinstance(value, str | bytes):
        return None
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, RuntimeError):
        return None


def _describe(error: BaseException) -> tuple[str, str]:
    """Return a failure's reason in a line, and its traceback from user code on."""
    trace = error.__traceback__
    while trace and trace.tb_frame.f_code.co_filename in (__file__, runpy.__file__):
        trace = trace.tb_next
    while trace and trace.tb_frame.f_code.co_filename.startswith("<frozen runpy"):
        trace = trace.tb_next
    shown = "".join(traceback.format_exception(type(error), error, trace))
    told = traceback.TracebackException(type(error), error, None)
    told.__notes__ = None
    reason = list(told.format_exception_only())[-1].strip()
    if isinstance(error, EOFError):
        reason += "; a training job has nobody to ask: input() cannot be used"
    frames = traceback.extract_tb(trace)
    if frames:  # the innermost frame of the file that the code starts in
        frame = [f for f in frames if f.filename == frames[0].filename][-1]
        where = f"{frame.filename} line {frame.lineno}"
        reason = f"{reason} ({where}: {frame.line})" if frame.line else reason
    return reason, shown


def _fail(task: Task, reason: str, shown: str) -> None:
    """Leave the reason in a file, the traceback in the log, and end."""
    text = reason.encode("utf-8", "backslashreplace").decode()[:REASON_LENGTH]
    task.failure_file.write_text(text, encoding="utf-8")
    with suppress(OSError, ValueError):  # the code may have closed its streams
        sys.stdout.flush()
    with suppress(OSError, ValueError):
        sys.stderr.write(shown or f"{reason}\n")
    sys.exit(1)

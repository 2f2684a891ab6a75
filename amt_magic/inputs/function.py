"""Payloads: what a training process runs, made of a cell, a function or a script."""

import inspect
import os
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from amt_magic.checks import Faults, show
from amt_magic.errors import Fault
from amt_magic.executors.payload import Payload
from amt_magic.inputs.capture import capture
from amt_magic.inputs.cell import Cell
from amt_magic.max_resource import epochs_in, literals_in

_NEVER_RUN = {
    "a coroutine function": inspect.iscoroutinefunction,
    "a generator function": inspect.isgeneratorfunction,
    "an asynchronous generator function": inspect.isasyncgenfunction,
}


def cell_payload(
    cell: Cell,
    *,
    name: str,
    objective_name: str,
    namespace: Mapping[str, Any],
    further_names: Iterable[str] = (),
) -> Payload:
    """Make the payload of a cell; `name` stands in its tracebacks.

    `further_names`: hyperparameters that the cell itself does not list.
    """
    names = tuple(dict.fromkeys([*cell.ranges, *further_names]))
    captured = capture(cell.body, namespace, exclude=names)
    return Payload(
        kind="cell",
        source=cell.body,
        source_name=f"<%%tune {name}>",
        first_line=cell.first_line,
        epochs=epochs_in(literals_in(cell.body)),
        objective_name=objective_name,
        hyperparameter_names=names,
        modules=captured.modules,
        working_directory=str(Path.cwd()),
        search_path=_search_path(),
        values=captured.values,
        namespace=namespace,
    )


def function_payload(
    train: Callable[..., Any],
    *,
    hyperparameter_names: Collection[str],
    objective_name: str,
    namespace: Mapping[str, Any],
) -> Payload:
    """Make the payload of a function that takes every hyperparameter as a keyword.

    A function of an importable module is imported by the training process, one of
    the notebook travels, with what it needs of the notebook's `namespace`.
    """
    faults = Faults()
    if _check_callable(faults, train):
        _check_signature(faults, train, hyperparameter_names)
    faults.raise_if_any()
    return Payload(
        kind="function",
        source=_source_of(train),
        epochs=epochs_in(default_arguments(train)),
        objective_name=objective_name,
        working_directory=str(Path.cwd()),
        search_path=_search_path(),
        values={"function": train},
        namespace=namespace,
    )


def script_payload(
    path: str | Path, *, hyperparameter_names: Collection[str], objective_name: str
) -> Payload:
    """Make the payload of a Python file, or of any other command that can be run."""
    faults = Faults()
    script = Path(path).expanduser().absolute()
    _check_script(faults, script, path)
    _check_arguments(faults, hyperparameter_names)
    faults.raise_if_any()
    return Payload(
        kind="script",
        source=str(script),
        objective_name=objective_name,
        working_directory=str(Path.cwd()),
        search_path=_search_path(),
    )


def untaken(train: Any, names: Iterable[str]) -> list[str]:
    """Return the names that a function does not take as keywords; a script takes all.

    untaken(lambda lr, epochs=3: lr, ["epochs", "momentum"])    # ['momentum']
    """
    from amt_magic.executors.training_process import accepted

    names = list(names)
    kept = accepted(train, dict.fromkeys(names)) if callable(train) else names
    return [name for name in names if name not in kept]


def _source_of(train: Any) -> str:
    try:
        return inspect.getsource(train)
    except (OSError, TypeError):  # typed at a prompt, or no function
        return ""


def default_arguments(train: Any) -> dict[str, Any]:
    """Return the default arguments of a function; a script has none."""
    try:
        parameters = inspect.signature(train).parameters.values()
    except (TypeError, ValueError):  # no function, or one in C, which tells nothing
        return {}
    return {parameter.name: parameter.default for parameter in parameters}


def _search_path() -> tuple[str, ...]:
    return tuple(str(Path(entry).absolute()) for entry in sys.path)


def _check_callable(faults: Faults, train: Any) -> bool:
    rule = "must be a function taking the hyperparameters as keywords, or a script"
    usable = callable(train) and not isinstance(train, type)
    if not faults.check(usable, "train", rule, train):
        return False
    kinds = [kind for kind, holds in _NEVER_RUN.items() if holds(train)]
    rule = f"must not be {' or '.join(kinds)}: calling it runs nothing"
    return faults.check(not kinds, "train", rule, train)


def _check_signature(faults: Faults, train: Any, names: Collection[str]) -> None:
    try:
        signature = inspect.signature(train)
    except (TypeError, ValueError):  # written in C, and tells nothing
        return
    parameters = signature.parameters.values()
    takes_all = any(p.kind == p.VAR_KEYWORD for p in parameters)
    keywords = {
        p.name
        for p in parameters
        if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
    }
    required = [
        p.name
        for p in parameters
        if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]
    given = f"{getattr(train, '__name__', show(train))}{signature}"
    missing = [name for name in names if name not in keywords and not takes_all]
    unserved = [n for n in required if n not in names or n not in keywords]
    for rule, wrong in (
        ("must take every hyperparameter as a keyword, and lacks", missing),
        ("has arguments without a default that get no value:", unserved),
    ):
        if wrong:
            text = f"{rule} {', '.join(wrong)}"
            faults.found.append(Fault(field="train", rule=text, given=given))


def _check_script(faults: Faults, script: Path, path: object) -> None:
    if faults.check(script.is_file(), "train", "must be a file that exists", str(path)):
        runnable = script.suffix == ".py" or os.access(script, os.X_OK)
        rule = "must be a Python file (.py), or executable"
        remedy = f"chmod +x {script}"
        faults.check(runnable, "train", rule, str(path), remedy=remedy)


def _check_arguments(faults: Faults, names: Collection[str]) -> None:
    """Check that each name makes an argument and a variable of its own."""
    from amt_magic.executors.training_process import script_variable

    variables: dict[str, str] = {}
    for name in names:
        plain = not any(c.isspace() or c == "=" for c in name)
        rule = "has a space or '=', and cannot be an argument of a script"
        faults.check(plain, f"hyperparameter {name!r}", rule)
        variable = script_variable(name)
        if variable in variables:
            rule = f"gives the variable {variable}, as {variables[variable]!r} does"
            faults.check(False, f"hyperparameter {name!r}", rule)
        variables.setdefault(variable, name)

"""Names of a notebook: which ones code reads, and which never travel.

Nothing here looks into values; see `portability` for those.
"""

import builtins
import dis
import re
from collections.abc import Iterable, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any

READS = frozenset(
    {
        "LOAD_NAME",
        "LOAD_GLOBAL",
        "LOAD_FROM_DICT_OR_GLOBALS",
        "DELETE_NAME",
        "DELETE_GLOBAL",
    }
)
_OWN_NAMES_OF_A_MODULE = frozenset(
    {*vars(ModuleType("module")), "__builtins__", "__builtin__"}
)
_REPLACED_BY_IPYTHON = frozenset({"exit", "quit", "open"})
_HISTORY = re.compile(r"In|Out|_{1,3}|_i{1,3}|_i?\d+|_[dio]h")


def names_read(code: CodeType) -> dict[str, None]:
    """Return the names that code, and all code inside it, looks up globally.

    In order, and with the names that pandas reads out of a query's text
    (`frame.query("age > @limit")`).
    """
    instructions = dis.get_instructions(code)
    found = dict.fromkeys(i.argval for i in instructions if i.opname in READS)
    queries = not {"query", "eval"}.isdisjoint(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= names_read(constant)
        elif queries and isinstance(constant, str):
            found |= dict.fromkeys(re.findall(r"@([^\W\d]\w*)", constant))
    if "NameError" in found:  # asks whether it is in a notebook, and takes no for it
        found.pop("get_ipython", None)
    return found


def modules_imported(code: CodeType) -> dict[str, None]:
    """Return the modules that the import statements in code may import.

    Functions inside count as well. `from a import b` gives `a` and `a.b`, which may
    be no module.
    """
    found: dict[str, None] = {}
    package = ""
    for instruction in dis.get_instructions(code):
        if instruction.opname == "IMPORT_NAME":
            package = instruction.argval
            found[package] = None
        elif instruction.opname == "IMPORT_FROM":
            found[f"{package}.{instruction.argval}"] = None
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= modules_imported(constant)
    no_modules = ("__future__", "")  # "" is before the dot of a relative import
    return {n: None for n in found if n.partition(".")[0] not in no_modules}


def travelling(names: Iterable[str], namespace: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the names that have to travel, with their values.

    Left out: builtins, what a module names about itself, and the `exit`, `quit`
    and `open` that IPython puts in place of Python's own. IPython's additions to
    the builtins (`display`) do travel.
    """
    found = {}
    for name in names:
        value = namespace.get(name, vars(builtins).get(name))
        ours = _is_of_ipython(value)
        if name in _OWN_NAMES_OF_A_MODULE or (ours and name in _REPLACED_BY_IPYTHON):
            continue
        if name in namespace or ours:
            found[name] = value
    return found


def name_remedy(name: str, namespace: Mapping[str, Any]) -> str | None:
    """Return what to do about a name that IPython alone can serve; None: it is not."""
    if name == "get_ipython":
        return "a training job runs outside IPython: replace magics and ! lines"
    if "_ih" in namespace and _HISTORY.fullmatch(name):
        return "it is IPython's history: give the value a name of its own first"
    return None


def _is_of_ipython(value: object) -> bool:
    if isinstance(value, FunctionType):
        module = value.__globals__.get("__name__")
    else:
        module = type(value).__module__
    return str(module).partition(".")[0] in ("IPython", "ipykernel")

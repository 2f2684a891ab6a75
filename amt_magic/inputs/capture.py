"""What a cell needs of its notebook: values by name, and modules to import."""

import ast
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from amt_magic.executors.names import modules_imported, travelling
from amt_magic.executors.portability import obstacle
from amt_magic.inputs.free_names import free_names


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """The values a cell reads, by name, and the modules that it imports itself."""

    values: dict[str, Any]
    modules: tuple[str, ...]


def capture(
    source: str, namespace: Mapping[str, Any], *, exclude: Collection[str]
) -> Captured:
    """Find what code reads of a notebook's namespace, names in `exclude` apart.

    What the functions and classes among the values need follows when the payload is
    written, as does the check that everything can travel. A submodule that the code
    reaches by attribute (`sklearn.svm.SVC`) is a value under its dotted name.
    """
    names = free_names(source)
    values = travelling([n for n in names if n not in exclude], namespace)
    # a name that the code binds too is often left from trying it in another cell
    left_over = [n for n, value in values.items() if names[n] and obstacle(value)]
    for name in left_over:
        del values[name]
    tree = ast.parse(source)
    submodules = {name: sys.modules[name] for name in _submodules(tree, values)}
    modules = modules_imported(compile(source, "<cell>", "exec", dont_inherit=True))
    return Captured(values=values | submodules, modules=tuple(modules))


def _submodules(tree: ast.Module, values: Mapping[str, Any]) -> Iterator[str]:
    """Yield the modules that attributes of captured or imported modules lead to."""
    roots = {n: v.__name__ for n, v in values.items() if isinstance(v, ModuleType)}
    for statement in tree.body:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                root = alias.name.partition(".")[0]
                roots |= {alias.asname: alias.name} if alias.asname else {root: root}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            name, *attributes = ast.unparse(node).split(".")
            module = ".".join([roots.get(name, "?"), *attributes])
            if isinstance(sys.modules.get(module), ModuleType):
                yield module

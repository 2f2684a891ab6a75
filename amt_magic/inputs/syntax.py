"""The syntax of a cell: every fault with the cell's own line.

The `%%tune` line is line 1, so that the text below it begins at line 2.
"""

import ast
import re
from collections.abc import Iterator, Sequence

from amt_magic.checks import Faults
from amt_magic.errors import Fault

FIRST_LINE = 2
_MAGIC = re.compile(r"\s*[%!?]|.*\?\s*$|\s*[\w., ]+=\s*[%!]")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_OUTSIDE = {
    ast.Return: ("return", "a cell has nothing to return to"),
    ast.Yield: ("yield", "a cell has nothing to yield to"),
    ast.YieldFrom: ("yield", "a cell has nothing to yield to"),
    ast.Await: ("await", "write asyncio.run(…)"),
    ast.AsyncFor: ("async for", "write asyncio.run(…)"),
    ast.AsyncWith: ("async with", "write asyncio.run(…)"),
}


def note(
    faults: Faults, line: int, rule: str, given: str = "", remedy: str = ""
) -> None:
    """Note a fault at a line of the cell."""
    field = f"cell line {line}"
    faults.found.append(Fault(field=field, rule=rule, given=given, remedy=remedy))


def parse(faults: Faults, text: str) -> ast.Module | None:
    """Parse the text of a cell; None after a syntax error.

    Magics and shell commands are noted and left out, so that the rest is checked.
    """
    lines = text.split("\n")
    while True:
        try:
            return ast.parse("\n" * (FIRST_LINE - 1) + "\n".join(lines))
        except SyntaxError as error:
            place = min((error.lineno or FIRST_LINE) - FIRST_LINE, len(lines) - 1)
            line = lines[place]
            if not _MAGIC.match(line):
                _note_syntax(faults, error, line)
                return None
            rule = "is a magic or shell command, which a training job cannot run"
            remedy = "write Python, or run it in another cell"
            note(faults, place + FIRST_LINE, rule, line.strip(), remedy)
            indent = line[: len(line) - len(line.lstrip())]
            lines[place] = f"{indent}pass"
        except ValueError as error:  # null bytes, lone surrogates
            note(faults, FIRST_LINE, f"or a later one cannot be read: {error}")
            return None


def check_body(faults: Faults, body: Sequence[ast.stmt], text: str) -> None:
    """Note what parses and yet cannot run as a module."""
    misplaced = list(_outside_functions(body))
    for node in misplaced:
        word, remedy = _OUTSIDE[type(node)]
        note(faults, node.lineno, f"has `{word}` outside a function", remedy=remedy)
    if misplaced:
        return
    module = ast.Module(list(body), [])
    try:
        compile(module, "<cell>", "exec", dont_inherit=True)
    except SyntaxError as error:
        lines = text.split("\n")
        _note_syntax(faults, error, lines[(error.lineno or FIRST_LINE) - FIRST_LINE])


def _note_syntax(faults: Faults, error: SyntaxError, line: str) -> None:
    number = error.lineno or FIRST_LINE
    note(faults, number, f"has a syntax error: {error.msg}", line.strip())


def _outside_functions(nodes: Sequence[ast.AST]) -> Iterator[ast.stmt | ast.expr]:
    """Yield what is allowed in functions only, in order, where it is not in one."""
    for node in nodes:
        if isinstance(node, ast.stmt | ast.expr) and type(node) in _OUTSIDE:
            yield node
        if not isinstance(node, _FUNCTIONS):
            yield from _outside_functions(list(ast.iter_child_nodes(node)))

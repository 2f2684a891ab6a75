"""Expressions as they are typed into a field of a range."""

import ast
from collections.abc import Container
from typing import Any


def expression_error(source: str, *, many: bool = False) -> str:
    """Return why a text is not an expression, or several of them; else nothing."""
    try:
        tree = ast.parse(f"f({source})", mode="eval").body
    except (SyntaxError, ValueError) as error:
        return f"SyntaxError: {getattr(error, 'msg', error)}"
    whole = f"f({source})"
    ends = isinstance(tree, ast.Call) and tree.end_col_offset == len(whole.encode())
    plain = isinstance(tree, ast.Call) and not tree.keywords
    fits = plain and isinstance(tree, ast.Call) and (many or _is_one(tree, source))
    return "" if ends and fits else "SyntaxError: invalid syntax"


def quote_words(source: str, known: Container[str]) -> str:
    """Put quotes around words that are no names of the notebook: relu, tanh."""
    if expression_error(source, many=True):
        return source
    tree: Any = ast.parse(f"f({source})", mode="eval").body
    raw = source.encode()
    for node in reversed(tree.args):
        if isinstance(node, ast.Name) and node.id not in known:
            start, end = node.col_offset - 2, (node.end_col_offset or 0) - 2
            raw = raw[:start] + b'"' + raw[start:end] + b'"' + raw[end:]
    return raw.decode()


def expressions_in(source: str) -> list[str]:
    """Split `2, n + 1` into its expressions."""
    try:
        tree: Any = ast.parse(f"f({source})", mode="eval").body
    except (SyntaxError, ValueError):
        return []
    raw = f"f({source})".encode()
    nodes = getattr(tree, "args", [])
    return [raw[n.col_offset : n.end_col_offset].decode() for n in nodes]


def is_sequence(source: str) -> bool:
    """Tell what is one list or tuple, and no more."""
    return source.strip()[:1] in ("(", "[") and not expression_error(source)


def _is_one(call: ast.Call, source: str) -> bool:
    is_one = len(call.args) == 1 and not isinstance(call.args[0], ast.Starred)
    return is_one and not source.rstrip().endswith(",")

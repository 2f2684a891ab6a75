"""A `%%tune` cell: its option lines, its ranges, and the body to run."""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from amt_magic.checks import Faults
from amt_magic.errors import Fault, ValidationError
from amt_magic.inputs.syntax import FIRST_LINE, check_body, note, parse
from amt_magic.ranges import (
    AnyRange,
    CategoricalParameter,
    ContinuousParameter,
    IntegerParameter,
)
from amt_magic.scaling import ScalingType

RANGE_NAMES: dict[str, Any] = {
    "Continuous": ContinuousParameter,
    "Integer": IntegerParameter,
    "Categorical": CategoricalParameter,
    "ContinuousParameter": ContinuousParameter,
    "IntegerParameter": IntegerParameter,
    "CategoricalParameter": CategoricalParameter,
    "ScalingType": ScalingType,
}
_OPTIONS = re.compile(r"#\s*tune:(.*)")
_FORMS = 'Continuous(low, high), Integer(low, high) or Categorical("a", "b")'
_EXAMPLE = 'learning_rate: Continuous(1e-4, 1e-1, "Logarithmic")'


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell, read. Lines are the cell's own: that of `%%tune` is line 1.

    `body` is the source that a training job runs, from line `first_line` on.
    """

    ranges: dict[str, AnyRange]
    body: str
    first_line: int


def parse_cell(
    text: str,
    namespace: Mapping[str, Any],
    *,
    is_script: bool = False,
    needs_ranges: bool = True,
) -> Cell:
    """Read the text below the `%%tune` line; raise all its faults together.

    # tune: --max-jobs 50
    depth: Integer(2, n_features)      # evaluated in the notebook's namespace

    model = fit(X, y, depth)           # from here on it is the body

    With `is_script` the cell holds ranges only.
    """
    faults = Faults()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    _check_option_lines(faults, text)
    tree = parse(faults, text)
    if tree is None:
        raise ValidationError(faults.found)
    top = list(takewhile(_is_bare, tree.body))
    body = tree.body[len(top) :]
    if needs_ranges and not top:
        remedy = f"begin with one a line, such as {_EXAMPLE}"
        faults.found.append(Fault(field="cell", rule="has no ranges", remedy=remedy))
    _check_body(faults, body, is_script)
    ranges = _evaluate(faults, top, namespace)
    _check_later_ranges(faults, body, namespace)
    check_body(faults, body, text)
    faults.raise_if_any()
    source, first_line = _source_after(text, top[-1] if top else None)
    return Cell(
        ranges=ranges,
        body=source,
        first_line=first_line,
    )


def _check_option_lines(faults: Faults, text: str) -> None:
    """Note `# tune:` lines that stand below other lines."""
    lines = text.split("\n")
    leading = list(takewhile(lambda line: not line.strip() or line[0] == "#", lines))
    for place, line in enumerate(lines[len(leading) :], len(leading) + FIRST_LINE):
        if _OPTIONS.match(line):
            rule, remedy = "has options below other lines", "move them to the top"
            note(faults, place, rule, line, remedy)


def _is_bare(node: ast.stmt) -> bool:
    """Tell whether a statement is an annotation of a name, without a value."""
    if not isinstance(node, ast.AnnAssign) or node.value is not None:
        return False
    return isinstance(node.target, ast.Name)


def _name(node: Any) -> str:
    return str(node.target.id)


def _check_body(faults: Faults, body: Sequence[Any], is_script: bool) -> None:
    if body and is_script:
        rule, remedy = "must hold ranges only", "the script is what runs"
        note(faults, body[0].lineno, rule, remedy=remedy)
    if not body and not is_script:
        rule = "has nothing to run below its ranges"
        remedy = "add the code that trains and prints the objective"
        faults.found.append(Fault(field="cell", rule=rule, remedy=remedy))


def _evaluate(
    faults: Faults, top: Sequence[Any], namespace: Mapping[str, Any]
) -> dict[str, AnyRange]:
    scope = {**namespace, **RANGE_NAMES}
    found: dict[str, AnyRange] = {}
    lines: dict[str, int] = {}
    for node in top:
        name = _name(node)
        if name in lines:
            rule = f"gives {name} another range than line {lines[name]}"
            note(faults, node.lineno, rule, remedy="leave one of them out")
            continue
        lines[name] = node.lineno
        with faults.within(f"cell line {node.lineno}: {name}"):
            found[name] = _range(node, scope)
    return found


def _range(node: Any, scope: dict[str, Any]) -> AnyRange:
    """Return what an annotation evaluates to, if that is a range."""
    where = f"<cell line {node.lineno}>"
    given = ast.unparse(node.annotation)
    try:
        value = eval(compile(ast.Expression(node.annotation), where, "eval"), scope)
    except ValidationError:
        raise
    except Exception as error:
        rule = f"cannot be evaluated: {type(error).__name__}: {error}"
        raise ValidationError([Fault(field="", rule=rule, given=given)]) from error
    if not isinstance(value, AnyRange):
        rule = f"must be a range: {_FORMS}"
        raise ValidationError([Fault(field="", rule=rule, given=given)])
    return value


def _check_later_ranges(
    faults: Faults, body: Sequence[ast.stmt], namespace: Mapping[str, Any]
) -> None:
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.AnnAssign) and _is_range(node, namespace):
                rule = "has a range below other statements"
                remedy = "move it to the top of the cell"
                if node.value is not None:
                    rule = "has a range that is given a value"
                    remedy = "leave the value out, and keep it at the top of the cell"
                note(faults, node.lineno, rule, ast.unparse(node), remedy)


def _is_range(node: ast.AnnAssign, namespace: Mapping[str, Any]) -> bool:
    """Tell whether an annotation reads like a range; it is not evaluated."""
    annotation = node.annotation
    if isinstance(annotation, ast.Call):
        called = ast.unparse(annotation.func)
        return called.rpartition(".")[2] in RANGE_NAMES
    name = getattr(annotation, "id", None)
    return isinstance(namespace.get(name or ""), AnyRange)


def _source_after(text: str, last: ast.stmt | None) -> tuple[str, int]:
    """Return the source after a statement, and the line of the cell it begins at."""
    line, lines = FIRST_LINE, text.split("\n")
    if last is not None:
        line = last.end_lineno or last.lineno
        lines = lines[line - FIRST_LINE :]
        rest = lines[0].encode()[last.end_col_offset :].decode().lstrip(" \t;")
        lines[0] = "" if rest.startswith("#") else rest
    blank = list(takewhile(lambda text: not text.strip(), lines))
    return "\n".join(lines[len(blank) :]), line + len(blank)

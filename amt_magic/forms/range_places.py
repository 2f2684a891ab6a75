"""Where the ranges of a cell stand in its text, and what they evaluate to."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from amt_magic.errors import ValidationError
from amt_magic.forms.option_places import Span
from amt_magic.inputs.cell import RANGE_NAMES, parse_cell
from amt_magic.inputs.cell_writer import written_range
from amt_magic.inputs.syntax import FIRST_LINE
from amt_magic.inputs.tune_cell import split_cell
from amt_magic.ranges import (
    AnyRange,
    CategoricalParameter,
    ContinuousParameter,
    IntegerParameter,
)
from amt_magic.scaling import ScalingType

KINDS: dict[str, Any] = {
    "Continuous": ContinuousParameter,
    "Integer": IntegerParameter,
    "Categorical": CategoricalParameter,
}
NUMERIC = ("min_value", "max_value", "scaling_type")  # in the order of arguments


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """An argument of a range: the whole with its keyword, and the value alone."""

    whole: Span
    value: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class RangePlace:
    """One range in the text of a cell.

    `called` is the name of the kind as it is written, None where the annotation is
    not a plain call. `arguments` are by field; a list of categories is one, `values`.
    `value` is what the annotation evaluates to, None where it has faults.
    """

    name: str
    line: int
    kind: str
    name_span: Span
    annotation: Span
    called: Span | None
    arguments: Mapping[str, Argument]
    value: AnyRange | None
    text: str

    def source(self, field: str) -> str:
        """Return what the text has for a field: an expression, or nothing."""
        if field in self.arguments:
            start, end = self.arguments[field].value
            return self.text[start:end]
        if self.called is None and self.value is not None:
            written = written_range(self.value)
            place = _read_annotation(f"x: {written}")
            return place.source(field) if place else ""
        return ""

    @property
    def scaling(self) -> str:
        """The scaling type that the range was given."""
        if isinstance(self.value, ContinuousParameter | IntegerParameter):
            return str(self.value.scaling_type)
        given = self.source("scaling_type").strip("\"'").rpartition(".")[2]
        folded = given.replace("_", "").lower()
        return next((s for s in ScalingType if s.lower() == folded), ScalingType.AUTO)


def ranges_in(text: str, namespace: Mapping[str, Any]) -> list[RangePlace]:
    """Return the ranges at the top of a cell, as far as the text can be read."""
    try:
        _, below = split_cell(text)
    except ValidationError:
        below = text
    offset = len(text) - len(below)
    tree = _readable_part(below)
    offsets = _Offsets(text, offset)
    top = takewhile(_is_bare, tree.body)
    return [_valued(_place(node, offsets, text), namespace) for node in top]


class _Offsets:
    """Turns the positions of a syntax tree into those of the text."""

    def __init__(self, text: str, offset: int) -> None:
        self._lines = text[offset:].split("\n")
        self._starts = [offset]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def span(self, node: Any) -> Span:
        """Return where a node begins and ends."""
        return (
            self._offset(node.lineno, node.col_offset),
            self._offset(node.end_lineno, node.end_col_offset),
        )

    def _offset(self, line: int, column: int) -> int:
        before = self._lines[line - 1].encode()[:column].decode()
        return self._starts[line - 1] + len(before)


def _readable_part(below: str) -> ast.Module:
    """Parse the text below the magic's line, up to its first syntax error."""
    lines = below.split("\n")
    while lines:
        try:
            return ast.parse("\n".join(lines))
        except SyntaxError as error:
            lines = lines[: max(0, min((error.lineno or 1) - 1, len(lines) - 1))]
        except ValueError:  # null bytes
            break
    return ast.Module([], [])


def _is_bare(node: ast.stmt) -> bool:
    bare = isinstance(node, ast.AnnAssign) and node.value is None
    return (
        bare and isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    )


def _place(node: Any, offsets: _Offsets, text: str) -> RangePlace:
    call, kind = node.annotation, ""
    called, arguments = None, dict[str, Argument]()
    if isinstance(call, ast.Call):
        name = ast.unparse(call.func).rpartition(".")[2]
        kind = next((k for k in KINDS if name in (k, f"{k}Parameter")), "")
        read = kind and name in RANGE_NAMES and _arguments(call, kind, offsets)
        if isinstance(read, dict):
            end = offsets.span(call.func)[1]
            called, arguments = (end - len(name), end), read
    return RangePlace(
        name=node.target.id,
        line=node.lineno + FIRST_LINE - 1,
        kind=kind or "Continuous",
        name_span=offsets.span(node.target),
        annotation=offsets.span(call),
        called=called,
        arguments=arguments,
        value=None,
        text=text,
    )


def _arguments(
    call: ast.Call, kind: str, offsets: _Offsets
) -> dict[str, Argument] | None:
    """Return the arguments by field; None where they are not told apart."""
    if kind == "Categorical":
        return _categories(call, offsets)
    if any(isinstance(a, ast.Starred | ast.GeneratorExp) for a in call.args):
        return None
    found = dict[str, Argument]()
    for field, node in zip(NUMERIC, call.args, strict=False):
        span = offsets.span(node)
        found[field] = Argument(whole=span, value=span)
    for keyword in call.keywords:
        if keyword.arg not in NUMERIC:
            return None
        whole, value = offsets.span(keyword), offsets.span(keyword.value)
        found[keyword.arg] = Argument(whole=whole, value=value)
    return found if len(call.args) <= len(NUMERIC) else None


def _categories(call: ast.Call, offsets: _Offsets) -> dict[str, Argument] | None:
    nodes: list[ast.expr] = call.args
    if call.keywords or any(isinstance(node, ast.GeneratorExp) for node in nodes):
        return None
    if len(nodes) == 1 and isinstance(nodes[0], ast.List):
        nodes = nodes[0].elts
    if not nodes:
        return {}
    span = offsets.span(nodes[0])[0], offsets.span(nodes[-1])[1]
    return {"values": Argument(whole=span, value=span)}


def _valued(place: RangePlace, namespace: Mapping[str, Any]) -> RangePlace:
    """Add what the annotation evaluates to, and the kind that this has."""
    source = place.text[slice(*place.annotation)]
    try:
        cell = parse_cell(f"{place.name}: {source}\n0", namespace)
    except ValidationError:
        return place
    value = cell.ranges[place.name]
    kind = next(name for name, kind in KINDS.items() if isinstance(value, kind))
    if kind != place.kind:
        place = replace(place, kind=kind, called=None, arguments={})
    return replace(place, value=value)


def _read_annotation(text: str) -> RangePlace | None:
    offsets = _Offsets(text, 0)
    nodes = filter(_is_bare, _readable_part(text).body)
    return next((_place(node, offsets, text) for node in nodes), None)

"""Edits of a cell's ranges, each of one part of the text."""

import ast
from collections.abc import Mapping

from amt_magic.forms.expressions import expressions_in, is_sequence
from amt_magic.forms.option_places import Span, end_of_options
from amt_magic.forms.range_places import NUMERIC, Argument, RangePlace
from amt_magic.scaling import ScalingType

FIRST_GUESS = {
    "Continuous": "Continuous(0, 1)",
    "Integer": "Integer(1, 10)",
    "Categorical": 'Categorical("a", "b")',
}


def set_range_name(text: str, place: RangePlace, name: str) -> str:
    """Rename a hyperparameter, in its range only."""
    return _replaced(text, place.name_span, name)


def set_argument(text: str, place: RangePlace, field: str, source: str) -> str:
    """Replace one argument of a range by another expression."""
    if field in place.arguments and not _is_one_sequence(place, field, source):
        return _replaced(text, place.arguments[field].value, source)
    parts = {name: place.source(name) for name in (*NUMERIC, "values")}
    parts[field] = source
    return _replaced(text, place.annotation, _call(text, place, place.kind, parts))


def set_scaling(text: str, place: RangePlace, scaling: str) -> str:
    """Give a range another scaling; Auto is said by leaving it out."""
    given = place.arguments.get("scaling_type")
    if scaling == place.scaling:
        return text
    source = f'"{scaling}"'
    if given and scaling != ScalingType.AUTO:
        return _replaced(text, given.value, source)
    others = _bounds(place)
    if given and others:
        return _without_scaling(text, place)
    if len(others) == 2 and place.called:
        has_keywords = any(a.whole != a.value for a in others)
        end = max(a.whole[1] for a in others)
        keyword = "scaling_type=" if has_keywords else ""
        return _replaced(text, (end, end), f", {keyword}{source}")
    return set_argument(text, place, "scaling_type", source)


def _bounds(place: RangePlace) -> list[Argument]:
    return [a for name, a in place.arguments.items() if name != "scaling_type"]


def _without_scaling(text: str, place: RangePlace) -> str:
    """Take the scaling out, with the comma on one side of it."""
    start, end = place.arguments["scaling_type"].whole
    before = [a.whole[1] for a in _bounds(place) if a.whole[1] <= start]
    after = [a.whole[0] for a in _bounds(place) if a.whole[0] >= end]
    span = (max(before), end) if before else (start, min(after, default=end))
    return _replaced(text, span, "")


def set_kind(text: str, place: RangePlace, kind: str) -> str:
    """Make a range of another kind, with the same bounds where both have some."""
    if kind == place.kind:
        return text
    categories = expressions_in(place.source("values"))
    has_bounds = place.kind == "Categorical" and _are_bounds(categories)
    parts = {name: place.source(name) for name in NUMERIC}
    has_keywords = any(a.whole != a.value for a in place.arguments.values())
    if (
        place.called
        and place.kind != "Categorical"
        and not (kind == "Categorical" and has_keywords)
    ):
        if kind == "Categorical" and "scaling_type" in place.arguments:
            text = _without_scaling(text, place)
        name = text[slice(*place.called)]
        return _replaced(text, place.called, name.replace(place.kind, kind))
    if kind == "Categorical":
        parts["values"] = f"{parts['min_value']}, {parts['max_value']}"
    elif has_bounds:
        parts = dict(zip(NUMERIC, categories, strict=False))
    elif place.kind == "Categorical":
        return _replaced(text, place.annotation, FIRST_GUESS[kind])
    return _replaced(text, place.annotation, _call(text, place, kind, parts))


def add_range(text: str, places: list[RangePlace]) -> str:
    """Add a range below the others, under a name that is free."""
    taken = {place.name for place in places}
    name = next(n for n in (f"x{i}" for i in range(1, 999)) if n not in taken)
    line = f"{name}: {FIRST_GUESS['Continuous']}"
    if not places:
        end = end_of_options(text)
        return f"{text[:end]}\n{line}{text[end:]}" if end else f"{line}\n{text}"
    end = places[-1].annotation[1]
    line_end = len(text) if (found := text.find("\n", end)) < 0 else found
    rest = text[end:line_end].lstrip()
    if not rest or rest.startswith("#"):
        return _replaced(text, (line_end, line_end), f"\n{line}")
    start = text.rfind("\n", 0, places[-1].name_span[0]) + 1
    return _replaced(text, (start, start), f"{line}\n")


def remove_range(text: str, place: RangePlace) -> str:
    """Take a range out: its lines, or its part of a line that it shares."""
    start = text.rfind("\n", 0, place.name_span[0]) + 1
    end = place.annotation[1]
    line_end = len(text) if (found := text.find("\n", end)) < 0 else found
    rest = text[end:line_end].lstrip()
    if rest.startswith(";"):
        after = line_end - len(rest[1:].lstrip())
        return _replaced(text, (place.name_span[0], after), "")
    if text[start : place.name_span[0]].strip():
        before = text[: place.name_span[0]].rstrip("; \t")
        return before + text[end:]
    return text[:start] + text[line_end + 1 :]


def _call(text: str, place: RangePlace, kind: str, parts: Mapping[str, str]) -> str:
    """Write a range anew, under the name of its kind that the cell uses."""
    name = kind
    if place.called:
        prefix = text[place.annotation[0] : place.called[0]]
        name = prefix + text[slice(*place.called)].replace(place.kind, kind)
    if kind == "Categorical":
        values = parts["values"]
        is_one = len(expressions_in(values)) == 1 and is_sequence(values)
        return f"{name}([{values}])" if is_one else f"{name}({values})"
    given = [parts.get(field, "") for field in NUMERIC]
    return f"{name}({', '.join(part for part in given if part)})"


def _is_one_sequence(place: RangePlace, field: str, source: str) -> bool:
    """Tell what would read as a list of categories, where it is one category."""
    if field != "values" or place.called is None or not is_sequence(source):
        return False
    between = place.text[place.called[1] : place.arguments[field].value[0]]
    return "[" not in between and len(expressions_in(source)) == 1


def _are_bounds(sources: list[str]) -> bool:
    """Tell whether two categories could be the bounds of a numeric range."""
    try:
        low, high = map(ast.literal_eval, sources)
        return bool(low < high) and isinstance(low + high, int | float)
    except (ValueError, TypeError, SyntaxError):
        return False


def _replaced(text: str, span: Span, by: str) -> str:
    return text[: span[0]] + by + text[span[1] :]

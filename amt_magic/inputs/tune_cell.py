"""A whole `%%tune` cell: what its name, options and ranges ask for."""

from collections.abc import Callable, Mapping
from keyword import iskeyword
from typing import Any, NamedTuple, TypeVar

from amt_magic.checks import Faults
from amt_magic.config import TuningJobConfig, check_name
from amt_magic.errors import Fault, ValidationError
from amt_magic.inputs.cell import Cell, parse_cell
from amt_magic.inputs.option_lines import (
    comment_options,
    merge_options,
    read_options,
)
from amt_magic.inputs.option_table import OPTIONS, RUNNING_OPTIONS
from amt_magic.inputs.options import build_config
from amt_magic.max_resource import literals_in, with_max_resource
from amt_magic.ranges import CategoricalParameter

Result = TypeVar("Result")
UNKNOWN_RANGES = {"?": CategoricalParameter("?")}  # of a cell that has faults itself
MAGIC = "%%tune"


class TuneCell(NamedTuple):
    """A cell, read: the options are those about running too."""

    name: str | None
    options: dict[str, Any]
    cell: Cell
    config: TuningJobConfig


def split_cell(text: str) -> tuple[str, str]:
    """Return the line of the magic, without `%%tune`, and the text below it.

    Raises:
        ValidationError: the text begins with something else.
    """
    first, _, below = text.lstrip("\n").partition("\n")
    magic, *rest = first.split(maxsplit=1) or [""]
    if magic != MAGIC:
        fault = Fault(field="cell", rule=f"must begin with {MAGIC}", given=repr(first))
        raise ValidationError([fault])
    return (rest[0] if rest else ""), below


def read_tune_cell(
    line: str,
    text: str,
    namespace: Mapping[str, Any],
    defaults: Mapping[str, Any] | None = None,
) -> TuneCell:
    """Read the line of the magic and the text below it; raise all faults together.

    `defaults` are options for what neither of the two gives.
    """
    faults = Faults()
    words, options = read_options(faults, line, OPTIONS)
    rule = "must be one name, then options"
    faults.check(len(words) <= 1, "the line", rule, " ".join(words))
    for word in words[:1]:
        check_name(faults, "NAME", word)
    more, further = read_options(faults, comment_options(text), OPTIONS)
    faults.check(not more, "# tune:", "must be options only", " ".join(more))
    options = merge_options(further, options)
    options = merge_options(defaults or {}, options)
    _check_variable(faults, options.get("out"))
    cell = _collect(
        faults, lambda: parse_cell(text, namespace, is_script="script" in options)
    )
    running = {option.name for option in RUNNING_OPTIONS}
    asked = {k: value for k, value in options.items() if k not in running}
    ranges = cell.ranges if cell else UNKNOWN_RANGES
    config = _collect(faults, lambda: build_config(ranges, asked, style="magic"))
    faults.raise_if_any()
    assert cell is not None
    assert config is not None
    config = with_max_resource(config, literals_in(cell.body))
    return TuneCell(words[0] if words else None, options, cell, config)


def _collect(faults: Faults, work: Callable[[], Result]) -> Result | None:
    """Return what `work` returns; note its faults if it has some."""
    try:
        return work()
    except ValidationError as error:
        faults.found += error.faults
        return None


def _check_variable(faults: Faults, name: str | None) -> None:
    holds = name is None or (name.isidentifier() and not iskeyword(name))
    faults.check(holds, "--out", "must be the name of a variable", name)

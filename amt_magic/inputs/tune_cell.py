"""A whole `%%tune` cell: what its name, options and ranges ask for."""

from collections.abc import Callable, Mapping, Sequence
from keyword import iskeyword
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from amt_magic.checks import Faults
from amt_magic.config import TuningJobConfig, check_name
from amt_magic.errors import Fault, ValidationError
from amt_magic.inputs.amazon import kept_words, taken_words
from amt_magic.inputs.cell import Cell, parse_cell
from amt_magic.inputs.option_lines import (
    comment_options,
    merge_options,
    read_options,
)
from amt_magic.inputs.option_table import OPTIONS, RUNNING_OPTIONS
from amt_magic.inputs.options import build_beside, build_config
from amt_magic.max_resource import literals_in, with_max_resource
from amt_magic.ranges import CategoricalParameter
from amt_magic.wire import TuningJobRequest

Result = TypeVar("Result")
UNKNOWN_RANGES = {"?": CategoricalParameter("?")}  # of a cell that has faults itself
MAGIC = "%%tune"


class TuneCell(NamedTuple):
    """A cell, read: the options are those about running too.

    `kept`, `taken`: of the request that `--config` names (`wire.TuningJobRequest`).
    """

    name: str | None
    options: dict[str, Any]
    cell: Cell
    config: TuningJobConfig
    kept: Mapping[str, Any] = MappingProxyType({})
    taken: Sequence[str] = ()

    @property
    def words(self) -> list[str]:
        """What of the request is worth a word, a line each."""
        return [*kept_words(self.kept), *taken_words(self.taken)]


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

    `defaults` are options for what neither of the two gives, nor the request that
    `--config` names.
    """
    faults = Faults()
    words, options = read_options(faults, line, OPTIONS)
    rule = "must be one name, then options"
    faults.check(len(words) <= 1, "the line", rule, " ".join(words))
    for word in words[:1]:
        check_name(faults, "NAME", word)
    more, further = read_options(faults, comment_options(text), OPTIONS)
    faults.check(not more, "# tune:", "must be options only", " ".join(more))
    typed = merge_options(further, options)
    options = merge_options(defaults or {}, typed)
    _check_variable(faults, options.get("out"))
    is_script, is_beside = "script" in options, "config" in options
    cell = _collect(
        faults,
        lambda: parse_cell(
            text, namespace, is_script=is_script, needs_ranges=not is_beside
        ),
    )
    ranges = cell.ranges if cell else UNKNOWN_RANGES
    read = _beside if is_beside else _alone
    asked = _collect(
        faults, lambda: read(ranges, typed, dict(defaults or {}), namespace)
    )
    faults.raise_if_any()
    assert cell is not None
    assert asked is not None
    config = with_max_resource(asked.config, literals_in(cell.body))
    name = words[0] if words else asked.name
    return TuneCell(name, options, cell, config, asked.kept, asked.taken)


def _alone(
    ranges: Mapping[str, Any],
    typed: dict[str, Any],
    defaults: dict[str, Any],
    namespace: Mapping[str, Any],
) -> TuningJobRequest:
    options = _about_the_config(merge_options(defaults, typed))
    return TuningJobRequest(None, build_config(ranges, options, style="magic"), {}, ())


def _beside(
    ranges: Mapping[str, Any],
    typed: dict[str, Any],
    defaults: dict[str, Any],
    namespace: Mapping[str, Any],
) -> TuningJobRequest:
    return build_beside(
        ranges,
        _about_the_config(typed),
        style="magic",
        defaults=_about_the_config(defaults),
        namespace=namespace,
    )


def _about_the_config(options: Mapping[str, Any]) -> dict[str, Any]:
    running = {option.name for option in RUNNING_OPTIONS}
    return {name: value for name, value in options.items() if name not in running}


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

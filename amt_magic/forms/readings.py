"""What a cell's text says, for the fields of a form, and whose field a fault is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amt_magic.config import TuningJobConfig
from amt_magic.errors import AmtError, Fault, ValidationError
from amt_magic.forms.option_places import name_in, values_in
from amt_magic.forms.range_places import RangePlace, ranges_in
from amt_magic.inputs.option_table import FIELDS, spell
from amt_magic.inputs.tune_cell import read_tune_cell, split_cell

FieldKey = str | int  # an option's name, "name", "cell", or the number of a range
OBJECTIVE = "objective"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A cell, read for its fields even where it has faults.

    `options` are the values in force by option, `defaults` those of `%config Tune`.
    `config` is None where there are faults, which `faults` has by field.
    """

    text: str
    name: str
    options: Mapping[str, list[tuple[str, ...]]]
    defaults: Mapping[str, Any]
    ranges: list[RangePlace]
    config: TuningJobConfig | None
    faults: Mapping[FieldKey, list[str]]

    def value(self, option: str) -> str:
        """Return the first value that the text gives an option; else nothing."""
        values = self.options.get(option, [()])[-1]
        return values[0] if values else ""

    @property
    def strategy(self) -> str:
        """The strategy in force, by its name."""
        return self.value("strategy") or str(self.defaults.get("strategy", "Bayesian"))

    @property
    def direction(self) -> str:
        """`maximize` or `minimize`; the text has neither: minimize."""
        return "maximize" if "maximize" in self.options else "minimize"

    @property
    def is_categorical(self) -> bool:
        """Tell whether Grid can be chosen: every range is a list of categories."""
        return all(place.kind == "Categorical" for place in self.ranges)


def read(
    text: str, namespace: Mapping[str, Any], defaults: Mapping[str, Any]
) -> Reading:
    """Read a cell; its faults are data."""
    config, faults = None, list[Fault]()
    try:
        config = read_tune_cell(*split_cell(text), namespace, defaults).config
    except ValidationError as error:
        faults = list(error.faults)
    except AmtError as error:  # not served
        faults = [Fault(field="", rule=str(error))]
    ranges = ranges_in(text, namespace)
    by_field = dict[FieldKey, list[str]]()
    for fault in faults:
        by_field.setdefault(_field(fault.field, ranges), []).append(str(fault))
    return Reading(
        text=text,
        name=name_in(text),
        options=values_in(text),
        defaults=defaults,
        ranges=ranges,
        config=config,
        faults=by_field,
    )


def _field(path: str, ranges: list[RangePlace]) -> FieldKey:
    """Return whose fault it is, by the words that `build_config` and cells use."""
    if path == "NAME":
        return "name"
    if " METRIC" in path or path in ("--maximize", "--minimize"):
        return OBJECTIVE
    for name, field in FIELDS.items():
        if path.split("[")[0] in (spell(name, "magic"), field):
            return name
    line = re.match(r"cell line (\d+)", path)
    for number, place in enumerate(ranges):
        if line and _is_on_line(place, int(line[1])):
            return number
        if path == place.name:
            return number
    return "cell"


def _is_on_line(place: RangePlace, line: int) -> bool:
    lines = place.text[place.name_span[0] : place.annotation[1]].count("\n")
    return place.line <= line <= place.line + lines

"""The parts of a form beside its ranges: which fields there are, and when."""

from collections.abc import Callable
from typing import Any

import ipywidgets

from amt_magic.config import Strategy
from amt_magic.forms.fields import (
    Editor,
    Field,
    box,
    choice_field,
    flag_field,
    row,
    section,
    text_control,
    text_field,
)
from amt_magic.forms.option_places import (
    rename_option,
    set_name,
    set_option,
    set_repeated,
    values_in,
)
from amt_magic.forms.parents import warm_start_section
from amt_magic.forms.readings import OBJECTIVE, Reading

DIRECTIONS = ("maximize", "minimize")


def objective_section(edit: Editor) -> tuple[list[Field], Any]:
    """Make the name of the tuning job, and the objective with its direction."""
    name = Field(
        "name",
        text_control("name of the tuning job", "made if left empty"),
        edit,
        value=lambda reading: reading.name,
        change=lambda text, value: set_name(text, value.strip()),
    )
    direction = Field(
        "direction",
        ipywidgets.ToggleButtons(
            options=["maximize", "minimize"], value=None, description="direction"
        ),
        edit,
        value=lambda reading: reading.direction,
        change=change_direction,
    )
    direction.box.add_class("amt-unlabelled")
    metric = Field(
        OBJECTIVE,
        text_control("metric"),
        edit,
        value=lambda reading: reading.value(reading.direction),
        change=change_metric,
    )
    expression = Field(
        "metric_definition",
        text_control("regular expression", "NAME=0.9 or NAME: 0.9"),
        edit,
        value=_expression,
        change=change_expression,
    )
    fields = [name, direction, metric, expression]
    return fields, section("Objective", *(field.box for field in fields))


def limit_section(edit: Editor) -> tuple[list[Field], Any]:
    """Make the limits, and the seed."""
    fields = [
        text_field("max_jobs", "training jobs", edit, _default_jobs),
        text_field("max_parallel_jobs", "at a time", edit, "1"),
        text_field("max_runtime", "seconds in all", edit, "no limit"),
        text_field("seed", "seed", edit, "drawn"),
    ]
    return fields, section("Limits", row(*fields))


def end_section(edit: Editor) -> tuple[list[Field], Any]:
    """Make early stopping, completion criteria, and warm start."""
    stopping = choice_field(
        "early_stopping",
        "early stopping of training jobs",
        ["Off", "Auto"],
        edit,
        is_offered=_unless_hyperband("early_stopping"),
    )
    criteria = [
        text_field("target", "target", edit, "none"),
        text_field("max_jobs_not_improving", "jobs not improving", edit, "any"),
    ]
    converged = flag_field("complete_on_convergence", "end on convergence", edit)
    warm_start, learning = warm_start_section(edit)
    fields = [stopping, *criteria, converged, *warm_start]
    end = section("End", row(*criteria), converged.box, stopping.box)
    return fields, box([end, learning], "amt-section")


def change_direction(text: str, direction: str) -> str:
    """Change the direction, in its place."""
    other = "minimize" if direction == "maximize" else "maximize"
    if other in values_in(text):
        return rename_option(text, other, direction)
    return set_option(text, direction, "")


def change_metric(text: str, metric: str) -> str:
    """Change the objective's name; the direction stays with an empty one too."""
    direction = "maximize" if "maximize" in values_in(text) else "minimize"
    return set_option(text, direction, metric.strip())


def change_expression(text: str, regex: str) -> str:
    """Change the regular expression of the objective; none stands for the default."""
    given = values_in(text)
    name = next((given[d][-1][0] for d in DIRECTIONS if given.get(d, [()])[-1]), "")
    rows = [row for row in given.get("metric_definition", []) if row[:1] != (name,)]
    if regex:
        places = [row[:1] for row in given.get("metric_definition", [])]
        place = places.index((name,)) if (name,) in places else len(rows)
        rows.insert(place, (name, regex))
    return set_repeated(text, "metric_definition", rows)


def _default_jobs(reading: Reading) -> str:
    is_grid = reading.strategy == Strategy.GRID
    return str(reading.defaults.get("max_jobs", "all" if is_grid else 20))


def _unless_hyperband(option: str) -> Callable[[Reading], bool]:
    return lambda r: r.strategy != Strategy.HYPERBAND or option in r.options


def _expression(reading: Reading) -> str:
    name = reading.value(reading.direction)
    rows = reading.options.get("metric_definition", [])
    return next((row[1] for row in rows if row[:1] == (name,) and row[1:]), "")

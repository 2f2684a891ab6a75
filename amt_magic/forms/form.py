"""The form: fields around the text of a cell, which is the truth."""

from collections.abc import Callable
from contextlib import redirect_stdout
from html import escape
from io import StringIO
from typing import Any

import ipywidgets

from amt_magic.config import TuningJobConfig
from amt_magic.errors import AmtError
from amt_magic.forms.fields import Edit, Field, box, section, show_faults
from amt_magic.forms.metric_trials import trials, trials_html
from amt_magic.forms.option_places import remove_option
from amt_magic.forms.range_edits import add_range
from amt_magic.forms.range_rows import RangeRow, RowEdit
from amt_magic.forms.readings import read
from amt_magic.forms.running import Magics, copy_box, magics, show, to_new_cell
from amt_magic.forms.sections import (
    end_section,
    limit_section,
    objective_section,
)
from amt_magic.forms.strategies import strategy_section
from amt_magic.forms.style import STYLE
from amt_magic.inputs.cell_writer import write_cell
from amt_magic.inputs.tune_cell import split_cell
from amt_magic.tuning_jobs import TuningJob

EXAMPLE = """\
%%tune --minimize loss --max-jobs 20
x: Continuous(-2, 2)
y: Continuous(-1, 3)

loss = (1 - x) ** 2 + 100 * (y - x**2) ** 2
print(f"loss={loss}")
"""


def form(
    cell: str | TuningJobConfig | None = None,
    *,
    show: Callable[[TuningJob], Any] = show,
) -> "Form":
    """Open a form on a `%%tune` cell, on a config, or on an example.

    >>> form = amt.form()                  # shows itself as the value of a cell
    >>> print(form.text)
    %%tune --minimize loss --max-jobs 20
    x: Continuous(-2, 2)
    ...
    >>> form = amt.form(amt.tuning_job("churn").config)
    >>> print(form.text)
    %%tune --minimize loss --strategy Random --max-jobs 2 --seed 0
    lr: Continuous(1e-4, 1e-1)

    Args:
        cell: The text of a cell, kept as it is where not edited; or a config, which a
            cell is written from; None: an example.
        show: Makes the widget that shows a started tuning job below the form.

    Raises:
        NotServedError: there is no notebook.
    """
    if isinstance(cell, TuningJobConfig):
        cell = write_cell(cell)
    return Form(EXAMPLE if cell is None else cell, magics(), show)


class Form:
    """A form. `text` is the cell it shows; `read(text)` takes another one.

    form = amt.form()
    form.text
    form.to_cell()      # run in a cell, this makes a new one below it
    """

    def __init__(
        self, text: str, magics: Magics, show: Callable[[TuningJob], Any]
    ) -> None:
        self._magics, self._show = magics, show
        self.rows: list[RangeRow] = []
        self._rows = box([])
        self.fields, parts = self._make_fields()
        self._make_controls()
        left = [section("Hyperparameters", self._rows, self.add), parts["strategy"]]
        right = [parts[name] for name in ("objective", "limits", "end")]
        left.append(
            section("Try the metric", box([self.log], "amt-field"), self.caught)
        )
        columns = box([box(left), box(right)], "amt-columns")
        buttons = box([self.run, self.to_cell_button, self.read_button], "amt-buttons")
        area = box([self.area], "amt-field", "amt-unlabelled")
        cell = [area, self.cell_faults, buttons, self.told]
        self.job_box = box([], "amt-job")
        below = box([section("Cell", *cell)], "amt-cell")
        style = ipywidgets.HTML(STYLE)
        style.layout.display = "none"
        self.widget = box([style, columns, below, self.job_box], "amt-form")
        self.text = ""
        self.read(text)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Show the form; where no widget can be shown, its cell."""
        bundle = self.widget._repr_mimebundle_(**options)
        data, *more = bundle if isinstance(bundle, tuple) else (bundle,)
        data = {**data, "text/plain": self.text}
        return (data, *more) if more else data

    def read(self, text: str) -> None:
        """Take the text of a cell; `--form` goes, all else is kept as it is."""
        self.text = remove_option(text, "form")
        for row in self.rows:
            row.pending.clear()
        self._refresh()

    def to_cell(self) -> bool:
        """Put the text into a new cell; tells whether the front end lets us."""
        self._read_area()
        is_made = to_new_cell(self.text)
        self.told.value = "" if is_made else copy_box(self.text)
        return is_made

    def start(self) -> TuningJob | None:
        """Start the tuning job of exactly this cell; None where it has faults."""
        self._read_area()
        self._refresh()
        said, job = StringIO(), None
        try:
            line, below = split_cell(self.text)
            with redirect_stdout(said):
                if "dry_run" in self.reading.options:
                    self._magics.tune(line, below)
                else:
                    job = self._magics.start(line, below)
        except AmtError as error:
            self._tell(str(error), is_fault=True)
            return None
        self._tell(said.getvalue().strip())
        if job is not None:
            self.job_box.children = (self._show(job),)
        return job

    def _make_fields(self) -> tuple[list[Field], dict[str, Any]]:
        fields, parts = list[Field](), dict[str, Any]()
        for name, make in {
            "strategy": strategy_section,
            "objective": objective_section,
            "limits": limit_section,
            "end": end_section,
        }.items():
            made, parts[name] = make(self._edit)
            fields += made
        return fields, parts

    def _make_controls(self) -> None:
        self.add = _button("Add a hyperparameter", self._add)
        self.run = _button("Run", lambda: self.start(), button_style="primary")
        self.to_cell_button = _button("To cell", lambda: self.to_cell())
        self.read_button = _button("Read", self._read_area)
        self.log = ipywidgets.Textarea(
            description="a line of a log", placeholder="epoch=3 loss=0.25", rows=2
        )
        self.log.observe(lambda change: self._try_metric(), "value")
        self.area = ipywidgets.Textarea(
            description="text of the cell", continuous_update=False
        )
        self.area.observe(lambda change: self._read_area(), "value")
        self.caught, self.told = ipywidgets.HTML(), ipywidgets.HTML()
        self.cell_faults = ipywidgets.HTML()

    def _edit(self, edit: Edit, field: Field) -> None:
        self.text = edit(self.text)
        self._refresh(field=field)

    def _edit_range(self, row: RangeRow, edit: RowEdit | None) -> None:
        if edit is not None and row.place is not None:
            self.text = edit(self.text, row.place)
        self._refresh(row=row)

    def _add(self) -> None:
        self.text = add_range(self.text, self.reading.ranges)
        self._refresh()

    def _read_area(self) -> None:
        if self.area.value != self.text:
            self.read(self.area.value)

    def _refresh(self, field: Field | None = None, row: RangeRow | None = None) -> None:
        """Show what the text says everywhere but where it is being typed."""
        self.told.value = ""  # is about an earlier text
        defaults = self._magics.option_defaults()
        self.reading = read(self.text, self._magics.names, defaults)
        if self.area.value != self.text:
            self.area.value = self.text
        self.area.rows = min(24, max(8, self.text.count("\n") + 2))
        left = dict(self.reading.faults)
        self._show_rows(left, row)
        for each in self.fields:
            each.show(self.reading, is_typed_in=each is field)
            each.show_faults(left.pop(each.key, []) if each.is_offered else [])
        others = [fault for faults in left.values() for fault in faults]
        show_faults(self.cell_faults, others)
        self._try_metric()

    def _show_rows(self, faults: dict[Any, list[str]], typed: RangeRow | None) -> None:
        places = self.reading.ranges
        if len(places) != len(self.rows):
            typed = None
            for row in self.rows:
                row.pending.clear()
            while len(self.rows) < len(places):
                self.rows.append(RangeRow(self._edit_range, self._magics.names))
            del self.rows[len(places) :]
            self._rows.children = [row.box for row in self.rows]
        for number, (row, place) in enumerate(zip(self.rows, places, strict=True)):
            typed_in = row.typed if row is typed else ""
            row.show(place, faults.pop(number, []), typed_in)

    def _try_metric(self) -> None:
        log = self.log.value
        self.caught.value = trials_html(trials(self.reading, log), log)

    def _tell(self, text: str, *, is_fault: bool = False) -> None:
        kind = "amt-fault" if is_fault else "amt-note"
        shown = f'<p class="{kind}" role="status">{escape(text)}</p>'
        self.told.value = shown if text else ""


def _button(label: str, work: Callable[[], Any], **more: Any) -> Any:
    button = ipywidgets.Button(description=label, **more)
    button.on_click(lambda clicked: work())
    return button

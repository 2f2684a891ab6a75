"""The picker of a warm start: earlier tuning jobs that fit what the form says now."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from html import escape
from typing import Any

import ipywidgets

from amt_magic.config import TuningJobConfig, WarmStartType
from amt_magic.errors import ValidationError
from amt_magic.forms.choices import Choice, Choices
from amt_magic.forms.fields import Editor, Field, box
from amt_magic.forms.option_places import (
    remove_option,
    set_option,
    set_repeated,
    values_in,
)
from amt_magic.forms.readings import Reading
from amt_magic.inputs.tune_cell import split_cell
from amt_magic.max_resource import literals_in
from amt_magic.store.job_store import JobStore
from amt_magic.views.formats import number, plural, visible
from amt_magic.warm_start import LEARNS_NOTHING, check_parents, with_constants
from amt_magic.warm_startable import Candidate, EarlierJobs, earlier_jobs

MOST_PARENTS = 5
MOST_SHOWN = 8  # that fit, and that do not
NEWEST = 200  # tuning jobs that are looked at
SENTENCES = {
    WarmStartType.IDENTICAL_DATA_AND_ALGORITHM: (
        "the same data and algorithm: what they found counts as found here."
    ),
    WarmStartType.TRANSFER_LEARNING: (
        "data or version changed: they show where to look, and do not count."
    ),
}


class ParentsField(Field):
    """The parents of a warm start, among the tuning jobs of the store.

    The store is read when the field is first offered, and by its button.
    """

    def __init__(
        self, edit: Editor, read: Callable[[], EarlierJobs], type_box: Any
    ) -> None:
        self._read = read
        self._earlier: EarlierJobs | None = None
        self._candidates: list[Candidate] = []
        self._compared: tuple[TuningJobConfig, dict[str, Any]] | None = None
        self._given_faults: list[str] = []
        self._own_faults: list[str] = []
        super().__init__(
            "warm_start",
            Choices(MOST_PARENTS),
            edit,
            value=_parents,
            change=change_parents,
        )
        self._note, self._unfit = ipywidgets.HTML(), ipywidgets.HTML()
        button = ipywidgets.Button(description="Look for more")
        button.on_click(lambda clicked: self._look_again())
        head = ipywidgets.HTML('<h3 class="amt-head">Warm start</h3>')
        chosen = [head, self._note, self.control, self.faults, type_box]
        self.box = box([*chosen, self._unfit, button], "amt-section", "amt-parents")

    def show(self, reading: Reading, *, is_typed_in: bool = False) -> None:
        """Show which tuning jobs fit the text as it is now, if it can be read."""
        self._reading = reading
        self.is_offered = reading.strategy not in LEARNS_NOTHING or bool(
            _parents(reading)
        )
        self.box.layout.display = None if self.is_offered else "none"
        if not self.is_offered:
            return
        if self._earlier is None:
            self._earlier = self._read()
        self._compare(self._earlier, reading)
        self._show(_parents(reading))

    def show_faults(self, faults: Iterable[str]) -> None:
        """Show the faults of the text, and why a chosen one does not fit."""
        self._given_faults = list(faults)
        super().show_faults([*self._given_faults, *self._own_faults])

    def _compare(self, earlier: EarlierJobs, reading: Reading) -> None:
        """Look at the tuning jobs anew where the text asks for something else."""
        config = reading.config
        if config is None:
            self._own_faults = []
            return
        constants = literals_in(split_cell(reading.text)[1])
        if (config, constants) != self._compared:
            self._candidates = earlier.candidates(config, constants)
            self._compared = config, constants
        self._own_faults = _faults(earlier, config, constants, reading.name)

    def _show(self, chosen: tuple[str, ...]) -> None:
        self._is_showing = True
        try:
            self.control.show(_choices(self._candidates, chosen), chosen)
        finally:
            self._is_showing = False
        self._note.value = f'<p class="amt-note">{self._word()}</p>'
        self._unfit.value = unfit_html([c for c in self._candidates if not c.is_useful])

    def _word(self) -> str:
        count = len(self._earlier.records) if self._earlier else 0
        if not count:
            return "No tuning job to learn from yet."
        if self._compared is None:
            return "Those that fit are shown once the cell has no faults."
        if not any(candidate.is_useful for candidate in self._candidates):
            return f"None of {plural(count, 'earlier tuning job')} fits."
        return f"Learn from earlier tuning jobs, {MOST_PARENTS} at most:"

    def _look_again(self) -> None:
        self._earlier, self._compared = None, None
        self.show(self._reading)
        self.show_faults(self._given_faults)


def warm_start_section(edit: Editor) -> tuple[list[Field], Any]:
    """Make the picker on the store of this kernel, and the type of warm start."""
    kind = type_field(edit)
    parents = ParentsField(edit, lambda: earlier_jobs(JobStore(), NEWEST), kind.box)
    return [parents, kind], parents.box


def type_field(edit: Editor) -> Field:
    """Make the choice of the type of warm start, a sentence each."""
    options = [(f"{type}: {words}", str(type)) for type, words in SENTENCES.items()]
    control = ipywidgets.RadioButtons(
        options=options, value=None, description="type of warm start"
    )
    known = [value for _, value in options]
    field = Field(
        "warm_start_type",
        control,
        edit,
        value=lambda r: v if (v := r.value("warm_start_type")) in known else None,
        change=lambda text, value: set_option(text, "warm_start_type", value),
        is_offered=lambda r: "warm_start" in r.options,
    )
    field.box.add_class("amt-unlabelled")
    return field


def change_parents(text: str, names: Sequence[str]) -> str:
    """Change the parents; their type comes with the first and goes with the last.

    It is the one that does no harm where the data changed.
    """
    text = set_repeated(text, "warm_start", [(name,) for name in names])
    if not names:
        return remove_option(text, "warm_start_type")
    if "warm_start_type" in values_in(text):
        return text
    return set_option(text, "warm_start_type", str(WarmStartType.TRANSFER_LEARNING))


def unfit_html(candidates: Sequence[Candidate]) -> str:
    """Return a folded list of those that do not fit, and why; empty for none."""
    if not candidates:
        return ""
    items = "".join(
        f"<li><b>{escape(visible(each.record.name))}</b> {escape(_why(each))}</li>"
        for each in candidates[:MOST_SHOWN]
    )
    more = len(candidates) - MOST_SHOWN
    items += f"<li>and {more} more</li>" if more > 0 else ""
    count = plural(len(candidates), "other")
    return f"<details><summary>{count}, and why not</summary><ul>{items}</ul></details>"


def _why(candidate: Candidate) -> str:
    if candidate.fit.differences:
        return "; ".join(candidate.fit.differences)
    return "has no finished training job with a value"


def _parents(reading: Reading) -> tuple[str, ...]:
    rows = reading.options.get("warm_start", [])
    return tuple(dict.fromkeys(row[0] for row in rows if row))


def _choices(candidates: Sequence[Candidate], chosen: tuple[str, ...]) -> list[Choice]:
    """Return what can be ticked: the newest that fit, and all that are."""
    typed = {name.lower(): name for name in chosen}
    useful = [each for each in candidates if each.is_useful]
    shown = [
        Choice(typed.get(key, each.record.name), _label(each), True)
        for place, each in enumerate(useful)
        if (key := each.record.name.lower()) in typed or place < MOST_SHOWN
    ]
    known = {choice.name for choice in shown}
    unfit = {each.record.name.lower() for each in candidates}
    beside = [
        Choice(name, visible(name, 40) + why, False)
        for name in chosen
        if name not in known
        for why in [", which does not fit" if name.lower() in unfit else ""]
    ]
    return beside + shown


def _label(candidate: Candidate) -> str:
    listed = candidate.listed
    finished = plural(candidate.fit.finished, "training job")
    created = datetime.fromtimestamp(listed.created_at)
    best = f"best {visible(listed.objective, 24)} {number(listed.best_value)}"
    return f"{listed.name}: {finished}, {best} ({created:%d %b %H:%M})"


def _faults(
    earlier: EarlierJobs,
    config: TuningJobConfig,
    constants: dict[str, Any],
    name: str,
) -> list[str]:
    """Return what is wrong with the parents that are chosen, in the usual words.

    One that is not among the newest tuning jobs is not known here to be missing.
    """
    asked = config.warm_start.parents if config.warm_start else ()
    by_key = {record.name.lower(): record for record in earlier.records}
    known = [by_key[parent.lower()] for parent in asked if parent.lower() in by_key]
    is_cut = len(earlier.records) >= NEWEST
    parents = tuple(each for each in asked if not is_cut or each.lower() in by_key)
    if config.warm_start is None or not parents:
        return []
    warm_start = replace(config.warm_start, parents=parents)
    config = with_constants(config.evolve(warm_start=warm_start), known, constants)
    try:
        check_parents(config, name or None, known)
    except ValidationError as error:
        return [str(fault) for fault in error.faults]
    return []

"""Fields of a form: a control, its label, and its faults below it."""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any

import ipywidgets

from amt_magic.forms.option_places import (
    remove_option,
    set_option,
    values_in,
)
from amt_magic.forms.readings import FieldKey, Reading

Edit = Callable[[str], str]
Editor = Callable[[Edit, "Field"], None]


class Field:
    """One field. `show` brings it up to date with the text, `edit` does the reverse.

    A change that a person makes becomes an edit of the text; one that `show` makes
    does not.
    """

    def __init__(
        self,
        key: FieldKey,
        control: Any,
        edit: Editor,
        *,
        value: Callable[[Reading], Any],
        change: Callable[[str, Any], str],
        is_offered: Callable[[Reading], bool] = lambda reading: True,
        hint: Callable[[Reading], str] | None = None,
    ) -> None:
        self.key, self.control, self._hint = key, control, hint
        self._value, self._change, self._is_offered = value, change, is_offered
        self._edit, self._is_showing = edit, False
        self.faults = ipywidgets.HTML()
        self.box = box([control, self.faults], "amt-field")
        control.observe(self._changed, "value")

    def show(self, reading: Reading, *, is_typed_in: bool = False) -> None:
        """Show what the text says; a control that is typed in is left as it is."""
        self.is_offered = self._is_offered(reading)
        self.box.layout.display = None if self.is_offered else "none"
        if self._hint:
            self.control.placeholder = self._hint(reading)
        if not is_typed_in:
            self.set(self._value(reading))

    def set(self, value: Any) -> None:
        """Show a value, which is no edit."""
        self._is_showing = True
        try:
            if self.control.value != value:
                self.control.value = value
        finally:
            self._is_showing = False

    def offer(self, options: Sequence[Any], value: Any) -> None:
        """Offer other choices; one that is not among them shows as none."""
        self._is_showing = True
        try:
            if tuple(self.control.options) != tuple(options):
                self.control.options = options
            known = [each[1] if isinstance(each, tuple) else each for each in options]
            self.control.value = value if value in known else None
        finally:
            self._is_showing = False

    def show_faults(self, faults: Iterable[str]) -> None:
        """Show the faults below the control, and mark it."""
        show_faults(self.faults, faults, self.box)

    def _changed(self, change: Any) -> None:
        value = change["new"]
        if not self._is_showing and value is not None:
            self._edit(lambda text: self._change(text, value), self)


def text_field(
    option: str,
    label: str,
    edit: Editor,
    hint: str | Callable[[Reading], str],
    **more: Any,
) -> Field:
    """Make the field of an option with one value; none means leaving it out.

    `hint` is what that stands for, where `%config Tune` says nothing else.
    """

    def change(text: str, value: str) -> str:
        value = value.strip()
        return set_option(text, option, value) if value else remove_option(text, option)

    def default(reading: Reading) -> str:
        given = reading.defaults.get(option)
        return hint(reading) if callable(hint) else str(given or hint)

    return Field(
        option,
        text_control(label),
        edit,
        value=lambda reading: reading.value(option),
        change=change,
        hint=default,
        **more,
    )


def choice_field(
    option: str, label: str, choices: Sequence[str], edit: Editor, **more: Any
) -> Field:
    """Make the buttons of an option that has a few choices, the first its default."""

    def default(reading: Reading) -> str:
        return str(reading.defaults.get(option, choices[0]))

    def value(reading: Reading) -> str | None:
        given = reading.value(option) or default(reading)
        return given if given in choices else None

    def change(text: str, value: str) -> str:
        is_said = option in values_in(text) or value != choices[0]
        return set_option(text, option, value) if is_said else text

    control = ipywidgets.ToggleButtons(options=choices, value=None, description=label)
    return Field(option, control, edit, value=value, change=change, **more)


def flag_field(option: str, label: str, edit: Editor) -> Field:
    """Make the box of an option without a value."""

    def change(text: str, value: bool) -> str:
        return set_option(text, option) if value else remove_option(text, option)

    control = ipywidgets.Checkbox(description=label, indent=False)
    return Field(
        option, control, edit, value=lambda r: option in r.options, change=change
    )


def text_control(label: str, placeholder: str = "") -> Any:
    """Make a line to type in."""
    return ipywidgets.Text(description=label, placeholder=placeholder)


def box(children: Sequence[Any], *classes: str) -> Any:
    """Make a column of controls."""
    made = ipywidgets.VBox(list(children))
    for name in classes:
        made.add_class(name)
    return made


def section(title: str, *children: Any) -> Any:
    """Make a part of the form under a heading."""
    head = ipywidgets.HTML(f'<h3 class="amt-head">{escape(title)}</h3>')
    return box([head, *children], "amt-section")


def row(*fields: Field) -> Any:
    """Put small fields side by side."""
    return box([field.box for field in fields], "amt-fields")


def show_faults(place: Any, faults: Iterable[str], marked: Any = None) -> None:
    """Show faults in an HTML control, which takes no room without any."""
    text = "\n".join(faults)
    shown = f'<p class="amt-fault" role="status">{escape(text)}</p>' if text else ""
    if place.value != shown:
        place.value = shown
    place.layout.display = None if text else "none"
    if marked is not None:
        (marked.add_class if text else marked.remove_class)("amt-bad")

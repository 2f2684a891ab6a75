"""The rows of the ranges: name, kind, bounds or categories, scaling, a picture."""

from collections.abc import Callable, Mapping
from keyword import iskeyword
from typing import Any

import ipywidgets

from amt_magic.errors import Fault
from amt_magic.forms.expressions import expression_error, quote_words
from amt_magic.forms.fields import box, show_faults, text_control
from amt_magic.forms.pictures import picture
from amt_magic.forms.range_edits import (
    remove_range,
    set_argument,
    set_kind,
    set_range_name,
    set_scaling,
)
from amt_magic.forms.range_places import KINDS, RangePlace
from amt_magic.ranges import ContinuousParameter, IntegerParameter
from amt_magic.scaling import ScalingType, resolve

TYPED = ("name", "min_value", "max_value", "values")
RowEdit = Callable[[str, RangePlace], str]


class RangeRow:
    """One range. What was typed and is no expression yet is kept beside the text."""

    def __init__(
        self,
        edit: Callable[["RangeRow", RowEdit | None], None],
        namespace: Mapping[str, Any],
    ) -> None:
        self._edit, self._namespace, self._is_showing = edit, namespace, False
        self.place: RangePlace | None = None
        self.pending: dict[str, str] = {}
        self.typed = ""  # the control that changed last
        self.controls: dict[str, Any] = {
            "name": text_control("name"),
            "kind": ipywidgets.Dropdown(options=list(KINDS), description="kind"),
            "min_value": text_control("minimum"),
            "max_value": text_control("maximum"),
            "values": text_control("categories"),
            "scaling_type": ipywidgets.Dropdown(
                options=list(ScalingType), description="scaling"
            ),
        }
        self.remove = ipywidgets.Button(description="✕")
        self.picture, self.faults = ipywidgets.HTML(), ipywidgets.HTML()
        self._boxes = {
            name: box([control], "amt-field", "amt-unlabelled")
            for name, control in self.controls.items()
        }
        named = [self._boxes[name] for name in ("min_value", "max_value")]
        self._bounds = box(named, "amt-bounds")
        middle = box([self._bounds, self._boxes["values"]])
        parts = [self._boxes["name"], self._boxes["kind"], middle]
        parts += [self._boxes["scaling_type"], self.picture, self.remove]
        self._parts = box(parts, "amt-row")
        self.box = box([self._parts, self.faults], "amt-range")
        self.remove.on_click(lambda clicked: self._edit(self, remove_range))
        for name, control in self.controls.items():
            control.observe(self._observer(name), "value")

    def show(self, place: RangePlace, faults: list[str], typed_in: str = "") -> None:
        """Show a range as the text has it; what is pending stays."""
        self.place, self._is_showing = place, True
        try:
            self._label(place.name)
            sources = {name: place.source(name) for name in TYPED} | {
                "name": place.name
            }
            for name, source in sources.items():
                if name not in self.pending and name != typed_in:
                    self.controls[name].value = source
            self.controls["kind"].value = place.kind
            self._offer_scaling(place)
        finally:
            self._is_showing = False
        is_categorical = place.kind == "Categorical"
        _mark(self._parts, "amt-categorical", is_categorical)
        _display(self._bounds, not is_categorical)
        _display(self._boxes["values"], is_categorical)
        _display(self._boxes["scaling_type"], not is_categorical)
        shown = "" if place.value is None else picture(place.value, place.name)
        if self.picture.value != shown:
            self.picture.value = shown
        show_faults(self.faults, [*self.pending.values(), *faults])
        for name, control_box in self._boxes.items():
            is_bad = name in self.pending or any(f".{name}" in each for each in faults)
            _mark(control_box, "amt-bad", is_bad)

    def _label(self, name: str) -> None:
        """Name every control for screen readers, which see no row."""
        words = {"min_value": "minimum", "max_value": "maximum", "values": "categories"}
        for field, control in self.controls.items():
            word = words.get(field, field.removesuffix("_type"))
            control.description = f"{word} of {name}"
        self.remove.tooltip = f"Remove {name}"

    def _offer_scaling(self, place: RangePlace) -> None:
        control = self.controls["scaling_type"]
        options = scalings(place)
        if tuple(control.options) != tuple(options):
            control.options = options
        control.value = place.scaling

    def _observer(self, name: str) -> Callable[[Any], None]:
        def changed(change: Any) -> None:
            if not self._is_showing and change["new"] is not None:
                self.typed = name
                self._edit(self, self._change(name, change["new"]))

        return changed

    def _change(self, name: str, value: str) -> RowEdit | None:
        """Return the edit of a change; None where it is kept as pending."""
        self.pending.pop(name, None)
        if name == "kind":
            return lambda text, place: set_kind(text, place, value)
        if name == "scaling_type":
            return lambda text, place: set_scaling(text, place, value)
        value = value.strip()
        if name == "name":
            if not value.isidentifier() or iskeyword(value):
                self._keep(name, "must be the name of a variable", value)
                return None
            return lambda text, place: set_range_name(text, place, value)
        if name == "values":
            value = quote_words(value, self._namespace)
        is_list = name == "values"
        error = expression_error(value, many=is_list)
        if error:
            self._keep(name, f"cannot be evaluated: {error}", value)
            return None
        return lambda text, place: set_argument(text, place, name, value)

    def _keep(self, name: str, rule: str, value: str) -> None:
        assert self.place is not None
        path = self.place.name if name == "name" else f"{self.place.name}.{name}"
        fault = Fault(field=path, rule=rule, given=repr(value))
        self.pending[name] = str(fault)


def scalings(place: RangePlace) -> list[tuple[str, str]]:
    """Return the scalings that a range can have, and the one it has."""
    value, offered = place.value, list(ScalingType)
    if isinstance(value, ContinuousParameter | IntegerParameter):
        low, high = value.min_value, value.max_value
        reverse = isinstance(value, ContinuousParameter) and low >= 0 and high < 1
        if not reverse:
            offered.remove(ScalingType.REVERSE_LOGARITHMIC)
        if low <= 0:
            offered.remove(ScalingType.LOGARITHMIC)
        auto = f"Auto: {resolve(ScalingType.AUTO, low, high)}"
    else:
        auto = "Auto"
        if place.kind == "Integer":
            offered.remove(ScalingType.REVERSE_LOGARITHMIC)
    shown = [s for s in ScalingType if s in offered or s == place.scaling]
    return [(auto if s == ScalingType.AUTO else str(s), str(s)) for s in shown]


def _display(part: Any, is_shown: bool) -> None:
    part.layout.display = None if is_shown else "none"


def _mark(part: Any, name: str, is_marked: bool) -> None:
    (part.add_class if is_marked else part.remove_class)(name)

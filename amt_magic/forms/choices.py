"""Boxes to tick: some of what is offered, a few at most."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import ipywidgets
import traitlets


class Choice(NamedTuple):
    """One name to tick, and whether it can be."""

    name: str
    label: str
    is_offered: bool


class Choices(ipywidgets.VBox):  # type: ignore[misc]
    """Boxes to tick. `value`: the names that are ticked, in the order of ticking."""

    value = traitlets.Tuple()

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self._boxes: dict[str, Any] = {}
        self._is_showing = False

    def show(self, choices: Sequence[Choice], value: tuple[str, ...]) -> None:
        """Show these choices, those of the value ticked."""
        self._is_showing = True
        try:
            self._make_boxes(choices)
            for choice in choices:
                self._show(choice, value)
            self.value = value
        finally:
            self._is_showing = False

    def _make_boxes(self, choices: Sequence[Choice]) -> None:
        names = [choice.name for choice in choices]
        if names != list(self._boxes):
            known = self._boxes
            self._boxes = {n: known.get(n) or self._new_box(n) for n in names}
            self.children = list(self._boxes.values())

    def _show(self, choice: Choice, value: tuple[str, ...]) -> None:
        shown, is_ticked = self._boxes[choice.name], choice.name in value
        shown.description, shown.value = choice.label, is_ticked
        is_full = len(value) >= self._most
        shown.disabled = not is_ticked and (is_full or not choice.is_offered)

    def _new_box(self, name: str) -> Any:
        made = ipywidgets.Checkbox(indent=False)
        made.observe(lambda change: self._tick(name, change["new"]), "value")
        return made

    def _tick(self, name: str, is_ticked: bool) -> None:
        if not self._is_showing:
            others = tuple(each for each in self.value if each != name)
            self.value = (*others, name) if is_ticked else others

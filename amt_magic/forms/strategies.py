"""The strategy in a form: its buttons, a sentence on each, and its own fields."""

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets

from amt_magic.config import Strategy
from amt_magic.forms.fields import Editor, Field, row, section, text_field
from amt_magic.forms.option_places import (
    remove_option,
    set_option,
    set_repeated,
    values_in,
)
from amt_magic.forms.readings import Reading
from amt_magic.warm_start import LEARNS_NOTHING

SENTENCES: Mapping[str, str] = {
    "Bayesian": "Learns from the training jobs that have ended where to look next.",
    "Random": "Draws each training job by itself: any number can run at a time.",
    "Grid": "Runs every combination of the categories, once each.",
    "Hyperband": (
        "Starts many, stops the worse ones early, and gives the others the full "
        "resource; needs the objective once per epoch."
    ),
}
OWN_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "Bayesian": ("base_estimator",),
    "Random": (),
    "Grid": (),
    "Hyperband": (
        "min_resource",
        "max_resource",
        "reduction_factor",
        "brackets",
        "classic",
    ),
}
WARM_START = ("warm_start", "warm_start_type")


def strategy_section(edit: Editor) -> tuple[list[Field], Any]:
    """Make the strategy's buttons, its sentence, and the fields of each strategy."""
    set_aside: dict[str, list[tuple[str, ...]]] = {}
    sentence = ipywidgets.HTML()

    def change(text: str, value: str) -> str:
        return change_strategy(text, value, set_aside)

    control = ipywidgets.ToggleButtons(
        options=list(SENTENCES), value=None, description="strategy"
    )
    buttons = StrategyField("strategy", control, edit, value=_strategy, change=change)
    buttons.sentence = sentence
    buttons.box.add_class("amt-unlabelled")
    for_hyperband = _belongs("Hyperband")
    fields = [
        text_field("min_resource", "min resource", edit, "1", is_offered=for_hyperband),
        text_field(
            "max_resource",
            "max resource",
            edit,
            _resource_found,
            is_offered=for_hyperband,
        ),
        text_field(
            "reduction_factor", "reduction factor", edit, "3", is_offered=for_hyperband
        ),
    ]
    estimator = _estimator_field(edit)
    parts = [buttons.box, sentence, row(*fields), estimator.box]
    return [buttons, *fields, estimator], section("Strategy", *parts)


class StrategyField(Field):
    """The buttons of the strategies, Grid among them where it can be chosen."""

    sentence: Any

    def show(self, reading: Reading, *, is_typed_in: bool = False) -> None:
        """Offer Grid where all ranges are categorical."""
        self.is_offered = True
        chosen = _strategy(reading)
        with_grid = reading.is_categorical or chosen == Strategy.GRID
        offered = [s for s in SENTENCES if s != Strategy.GRID or with_grid]
        self.offer(offered, chosen)
        text = SENTENCES.get(chosen, "")
        self.sentence.value = f'<p class="amt-note">{text}</p>'


def change_strategy(
    text: str, strategy: str, set_aside: dict[str, list[tuple[str, ...]]]
) -> str:
    """Choose a strategy; what is for others only goes, and comes back with them."""
    if "strategy" in values_in(text) or strategy != Strategy.BAYESIAN:
        text = set_option(text, "strategy", strategy)
    own = OWN_OPTIONS[strategy]
    others = [o for options in OWN_OPTIONS.values() for o in options if o not in own]
    others += ["early_stopping"] if strategy == Strategy.HYPERBAND else []
    others += WARM_START if strategy in LEARNS_NOTHING else ()
    given = values_in(text)
    for option in others:
        if option in given:
            set_aside[option] = given[option]
            text = remove_option(text, option)
    for option in [option for option in set_aside if option not in others]:
        text = set_repeated(text, option, set_aside.pop(option))
    return text


def _resource_found(reading: Reading) -> str:
    """Return the maximum that the cell's epochs make."""
    asked = reading.config.strategy_config if reading.config else None
    return str(getattr(asked, "max_resource", None) or "")


def _strategy(reading: Reading) -> str:
    return reading.strategy


def _belongs(strategy: str) -> Callable[[Reading], bool]:
    """Offer a field with its strategy, or where the text has one of its options."""

    def is_offered(reading: Reading) -> bool:
        is_given = any(option in reading.options for option in OWN_OPTIONS[strategy])
        return reading.strategy == strategy or is_given

    return is_offered


def _estimator_field(edit: Editor) -> Field:
    def change(text: str, value: str) -> str:
        if not value:
            return remove_option(text, "base_estimator")
        return set_option(text, "base_estimator", value)

    kinds = [
        ("amt_magic's own", ""),
        ("scikit-optimize's Gaussian process", "GP"),
        ("scikit-optimize's random forest", "RF"),
        ("scikit-optimize's extra trees", "ET"),
    ]
    known = [value for _, value in kinds]
    control = ipywidgets.Dropdown(options=kinds, description="surrogate model")
    return Field(
        "base_estimator",
        control,
        edit,
        value=lambda r: v if (v := r.value("base_estimator")) in known else None,
        change=change,
        is_offered=_belongs("Bayesian"),
    )

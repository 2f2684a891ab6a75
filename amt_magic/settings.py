"""What `%config Tune.…` and `%config Quotas.…` set: defaults, quotas, the store."""

import os
import re
from dataclasses import fields
from typing import Any, cast

from traitlets import Bool, Enum, Float, Int, List, TraitType, Tuple, Unicode, validate
from traitlets.config import Configurable

from amt_magic import service_quotas
from amt_magic.inputs.option_table import NOT_SERVED, OPTIONS, Option, given_options

STORE_VARIABLE = "AMT_MAGIC_STORE"
PASSWORD = re.compile(r"(?<=://)([^@/:]*):.*(?=@)|(?<=password=)[^&]*")
TRAITS = {int: Int, float: Float, str: Unicode}
NO_DEFAULT = {*NOT_SERVED, "form", "config"}  # a Configurable has its own config
DEFAULTS = tuple(option for option in OPTIONS if option.name not in NO_DEFAULT)
QUOTAS = {quota.name: quota.default for quota in fields(service_quotas.Quotas)}
QUOTAS_HELP = {
    "concurrent_tuning_jobs": "Tuning jobs that run at a time.",
    "hyperparameter_ranges": "Ranges of a tuning job.",
    "categories": "Values of a categorical range.",
    "hyperparameters": "Ranges, static hyperparameters and the objective's name.",
    "metrics": "Metric definitions of a tuning job.",
    "parallel_training_jobs": "Training jobs at a time (up to 100).",
    "training_jobs": "Training jobs of a tuning job (up to 10,000 for Random).",
    "runtime_in_seconds": "Time for a tuning job.",
}


class MaskedUrl(str):
    """A URL whose repr shows no password."""

    def __repr__(self) -> str:
        """Show the URL, its password as ***."""
        return repr(PASSWORD.sub(_mask, str(self)))


class StoreUrl(TraitType[str, Any]):
    """A trait that is the environment variable; `%config` prints a trait's repr."""

    info_text = "a SQLAlchemy URL"
    default_value = ""

    def get(self, obj: Any, cls: Any = None) -> str:
        """Read the environment."""
        return MaskedUrl(os.environ.get(STORE_VARIABLE, ""))

    def set(self, obj: Any, value: Any) -> None:
        """Set the environment; an empty text stands for the default store."""
        if not isinstance(value, str):
            self.error(obj, value)
        if value:
            os.environ[STORE_VARIABLE] = str.__str__(value)
        else:
            os.environ.pop(STORE_VARIABLE, None)


def _mask(found: re.Match[str]) -> str:
    return "***" if found[1] is None else f"{found[1]}:***"


def _trait(option: Option) -> Any:
    """Make the trait of an option; None leaves it to the option's own default."""
    if option.kind is bool:
        return Bool(False, help=option.help).tag(config=True)
    none: dict[str, Any] = {
        "default_value": None,
        "allow_none": True,
        "help": option.help,
    }
    if option.choices:
        return Enum(option.choices, **none).tag(config=True)
    one = TRAITS[option.kind]
    if not option.repeatable:
        return one(**none).tag(config=True)
    values = len(option.metavar.split())
    each = one() if values == 1 else Tuple(*[one() for _ in range(values)])
    return List(each, **none).tag(config=True)


class TuneSettings(Configurable):
    """A trait for the default of every option, and what is no option."""

    vars().update({option.name: _trait(option) for option in DEFAULTS})

    store = StoreUrl(help="Where tuning jobs are kept (AMT_MAGIC_STORE).").tag(
        config=True
    )
    grace_seconds = Float(5.0, min=0.0, help="Seconds from SIGTERM to SIGKILL.").tag(
        config=True
    )
    payload_gigabytes = Float(
        5.0, min=0.0, help="Payloads of ended tuning jobs are kept up to this size."
    ).tag(config=True)

    def option_defaults(self) -> dict[str, Any]:
        """Return the options that were given a default."""
        return given_options(
            {option.name: getattr(self, option.name) for option in DEFAULTS}
        )


class Quotas(Configurable):
    """AMT's quotas, which can be lowered, and two of them raised."""

    vars().update(
        {
            name: Int(cast(int, most), help=QUOTAS_HELP[name]).tag(config=True)
            for name, most in QUOTAS.items()
        }
    )

    @validate(*QUOTAS)
    def _checked(self, proposal: Any) -> int:
        name, value = proposal["trait"].name, proposal["value"]
        checked = service_quotas.Quotas(**{name: value})
        return int(getattr(checked, name))

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._filed = dict(self.config.get("Quotas", {}))  # %config adds to it later

    def origins(self) -> dict[str, str]:
        """Return where quotas were set that are not AMT's default."""
        named = dict.fromkeys(self._filed, "configuration file")
        changed = [
            name
            for name, most in QUOTAS.items()
            if getattr(self, name) != self._filed.get(name, most)
        ]
        return named | dict.fromkeys(changed, "%config Quotas")

    def values(self) -> service_quotas.Quotas:
        """Return the quotas in force."""
        return service_quotas.Quotas(**{name: getattr(self, name) for name in QUOTAS})

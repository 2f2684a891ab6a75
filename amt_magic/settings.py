"""What `%config Tune.…` and `%config Quotas.…` set: defaults, quotas, the store."""

import os
import re
from dataclasses import fields
from typing import Any, cast

from traitlets import Any as AnyTrait
from traitlets import Float, Int, TraitType, observe
from traitlets.config import Configurable

from amt_magic import service_quotas
from amt_magic.inputs.option_table import CONFIG_OPTIONS

STORE_VARIABLE = "AMT_MAGIC_STORE"
OBJECTIVES = ("maximize", "minimize")
PASSWORD = re.compile(r"(?<=:)[^:@/]+(?=@)")


class MaskedUrl(str):
    """A URL whose repr shows no password."""

    def __repr__(self) -> str:
        """Show the URL, its password as ***."""
        return repr(PASSWORD.sub("***", self))


class StoreUrl(TraitType[str, Any]):
    """A trait for a SQLAlchemy URL; `%config Tune` prints every trait's repr."""

    info_text = "a SQLAlchemy URL"

    def validate(self, obj: Any, value: Any) -> str:
        """Take a string."""
        if not isinstance(value, str):
            self.error(obj, value)
        return MaskedUrl(value)


def _default_trait(help: str) -> Any:
    return AnyTrait(None, allow_none=True, help=help).tag(config=True)


DEFAULTS = {
    option.name: _default_trait(option.help)
    for option in CONFIG_OPTIONS
    if option.name not in OBJECTIVES
}
_OptionDefaults: Any = type("_OptionDefaults", (Configurable,), dict(DEFAULTS))


class TuneSettings(_OptionDefaults):  # type: ignore[misc]
    """A trait for the default of every option, and what is no option."""

    store = StoreUrl("", help="Where tuning jobs are kept (AMT_MAGIC_STORE).").tag(
        config=True
    )
    grace_seconds = Float(5.0, min=0.0, help="From SIGTERM to SIGKILL.").tag(
        config=True
    )
    payload_gigabytes = Float(
        5.0, min=0.0, help="Payloads of ended tuning jobs are kept up to this."
    ).tag(config=True)

    @observe("store")
    def _set_store(self, change: Any) -> None:
        if change.new:
            os.environ[STORE_VARIABLE] = str.__str__(change.new)

    def option_defaults(self) -> dict[str, Any]:
        """Return the options that were given a default."""
        values = {name: getattr(self, name) for name in DEFAULTS}
        return {name: value for name, value in values.items() if value is not None}


class _QuotaTraits(Configurable):
    def values(self) -> service_quotas.Quotas:
        """Return the quotas in force, checked."""
        names = (quota.name for quota in fields(service_quotas.Quotas))
        return service_quotas.Quotas(**{name: getattr(self, name) for name in names})


Quotas: Any = type(
    "Quotas",
    (_QuotaTraits,),
    {
        "__doc__": "AMT's quotas, which can be lowered, and two of them raised.",
        **{
            quota.name: Int(cast(int, quota.default)).tag(config=True)
            for quota in fields(service_quotas.Quotas)
        },
    },
)

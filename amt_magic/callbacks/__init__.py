"""Callbacks: each epoch is reported, and a stop ends training after its epoch.

They are used in the code of a training job. Asked to stop, it saves what it has:
the running epoch ends, then what follows the training runs, all of it within the
grace, 5 seconds from the stop. Where that is too short, give more before the cell:

    %config Tune.grace_seconds = 60                 # or amt.tune(…, grace_seconds=60)

A name is loaded at first use, and only then its framework.
"""

from importlib import import_module
from typing import Any

_MODULES = {
    "Epochs": "epochs",
    "KerasCallback": "keras",
    "LightGBMCallback": "lightgbm",
    "LightningCallback": "lightning",
    "XGBoostCallback": "xgboost",
    "ignore_stop": "stop_request",
}

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    """Load a public name from its module."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return __all__

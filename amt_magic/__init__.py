"""Hyperparameter tuning in a notebook cell, in the words of Amazon's AMT.

    %load_ext amt_magic       then %%tune makes a tuning job of a cell: see %%tune?

    tune                      tune a function or a script, from Python
    create_tuning_job         the same by Amazon's request, or a TuningJobConfig
    tuning_job                find a tuning job by name, from any process
    list_tuning_jobs, quotas, advise, form, simulate
    report, callbacks         for the code of a training job

Public names are loaded at first use: the import itself stays cheap.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_HOMES = {
    "advice": ("advise",),
    "config": (
        "BayesianStrategyConfig",
        "CompletionCriteria",
        "HyperbandStrategyConfig",
        "Objective",
        "ResourceLimits",
        "TuningJobConfig",
        "WarmStart",
    ),
    "errors": (
        "AmtError",
        "CaptureError",
        "MissingDependencyError",
        "NotServedError",
        "ResourceInUseError",
        "ResourceLimitExceededError",
        "ResourceNotFoundError",
        "StoreError",
        "TuningJobFailedError",
        "TuningJobInterruptedError",
        "ValidationError",
    ),
    "forms.form": ("form",),
    "jobs": (
        "History",
        "ObjectiveStatus",
        "Report",
        "TrainingJob",
        "TrainingJobStatus",
        "TuningJobStatus",
    ),
    "metrics": ("MetricDefinition", "report"),
    "service_quotas": ("Quotas",),
    "ranges": (
        "CategoricalParameter",
        "ContinuousParameter",
        "IntegerParameter",
    ),
    "scaling": ("ScalingType",),
    "simulation": ("simulate",),
    "space": ("ParameterRanges",),
    "tuning_jobs": ("TuningJob",),
    "verbs": ("create_tuning_job", "list_tuning_jobs", "quotas", "tune", "tuning_job"),
}
_SHORT = {
    "Categorical": "CategoricalParameter",
    "Continuous": "ContinuousParameter",
    "Integer": "IntegerParameter",
}
_MODULES = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted([*_MODULES, *_SHORT])


def __getattr__(name: str) -> Any:
    """Load a public name from its module."""
    full = _SHORT.get(name, name)
    if full not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULES[full]}"), full)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return __all__


def load_ipython_extension(ipython: "InteractiveShell") -> None:
    """Register `%%tune` and `%tune`: what `%load_ext amt_magic` calls."""
    from amt_magic.magics import register

    register(ipython)


def unload_ipython_extension(ipython: "InteractiveShell") -> None:
    """Remove the magics."""
    from amt_magic.magics import unregister

    unregister(ipython)

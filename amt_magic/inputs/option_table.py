"""The one table of options that `%%tune`, `amt.tune` and the Tune traits share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

from amt_magic.config import EarlyStoppingType, Strategy, WarmStartType
from amt_magic.errors import Fault, NotServedError

Style = Literal["magic", "python"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option: `--max-jobs N` of a magic is `max_jobs=N` in Python.

    `metavar` has a word for each value; a flag has none. `field` is the path in
    TuningJobConfig, None where the option is about running.
    """

    name: str
    metavar: str
    kind: type
    help: str
    field: str | None = None
    choices: tuple[str, ...] = ()
    repeatable: bool = False
    default: Any = None

    def spelled(self, style: Style) -> str:
        """Return the option as it is typed: `--max-jobs` or `max_jobs`."""
        return spell(self.name, style)


FIELDS = {
    "maximize": "objective.metric_name",
    "minimize": "objective.metric_name",
    "strategy": "strategy",
    "max_jobs": "resource_limits.max_number_of_training_jobs",
    "max_parallel_jobs": "resource_limits.max_parallel_training_jobs",
    "max_runtime": "resource_limits.max_runtime_in_seconds",
    "early_stopping": "early_stopping",
    "min_resource": "strategy_config.min_resource",
    "max_resource": "strategy_config.max_resource",
    "reduction_factor": "strategy_config.reduction_factor",
    "brackets": "strategy_config.brackets",
    "classic": "strategy_config.classic",
    "base_estimator": "strategy_config.base_estimator",
    "metric_definition": "metric_definitions",
    "target": "completion_criteria.target_objective_metric_value",
    "max_jobs_not_improving": (
        "completion_criteria.max_number_of_training_jobs_not_improving"
    ),
    "complete_on_convergence": "completion_criteria.complete_on_convergence",
    "warm_start": "warm_start.parents",
    "warm_start_type": "warm_start.type",
    "retry": "max_retries",
    "seed": "random_seed",
}


def spell(name: str, style: Style) -> str:
    """Return an option as it is typed: `--max-jobs` or `max_jobs`."""
    return f"--{name.replace('_', '-')}" if style == "magic" else name


def _option(name: str, metavar: str, kind: type, help: str, **more: Any) -> Option:
    field = FIELDS.get(name)
    return Option(name=name, metavar=metavar, kind=kind, help=help, field=field, **more)


def _choice(name: str, known: Iterable[str], help: str, **more: Any) -> Option:
    choices = tuple(map(str, known))
    return _option(name, "|".join(choices), str, help, choices=choices, **more)


OPTIONS = (
    _option("maximize", "METRIC", str, "The objective; large values are better."),
    _option("minimize", "METRIC", str, "The objective; small values are better."),
    _choice("strategy", Strategy, "How to search (Bayesian).", default="Bayesian"),
    _option("max_jobs", "N", int, "Training jobs in all (20; Grid: all).", default=20),
    _option("max_parallel_jobs", "N", int, "Training jobs at a time (1)."),
    _option("max_runtime", "SECONDS", float, "Time for the whole tuning job."),
    _choice("early_stopping", EarlyStoppingType, "Stop bad training jobs (Off)."),
    _option("min_resource", "N", int, "Hyperband: reports to the first rung (1)."),
    _option("max_resource", "N", int, "Hyperband: reports of a whole training job."),
    _option(
        "reduction_factor",
        "N",
        float,
        "Hyperband: rungs are N times apart (3).",
    ),
    _option("brackets", "N", int, "Hyperband: number of brackets (1)."),
    _option("classic", "", bool, "Hyperband: brackets as in the first paper."),
    _choice("base_estimator", ("GP", "RF", "ET"), "Bayesian: scikit-optimize's."),
    _option(
        "metric_definition",
        "NAME REGEX",
        str,
        "Find a metric in printed lines (repeatable).",
        repeatable=True,
    ),
    _option("target", "VALUE", float, "End when the objective reaches it."),
    _option("max_jobs_not_improving", "N", int, "End after N without improvement."),
    _option("complete_on_convergence", "", bool, "End when nothing is left to gain."),
    _option(
        "warm_start", "JOB", str, "Learn from this one (repeatable).", repeatable=True
    ),
    _choice("warm_start_type", WarmStartType, "What those share with this one."),
    _option("retry", "N", int, "Times to repeat what was killed from outside (0)."),
    _option("seed", "N", int, "Same seed, same suggestions (drawn)."),
    _option(
        "config",
        "FILE_OR_VARIABLE",
        str,
        "Amazon's JSON; options outrank it, a variable a file.",
    ),
    _choice("executor", ("local", "dask"), "Where training jobs run (local)."),
    _option("scheduler", "ADDRESS", str, "Dask's scheduler."),
    _option("script", "FILE", str, "Run a script; the cell has ranges only."),
    _option("dry_run", "", bool, "Run one training job, and tell what it takes."),
    _option("form", "", bool, "Open a form with these options."),
    _option("no_wait", "", bool, "Return as soon as the tuning job runs."),
    _option("replace", "", bool, "Delete the ended job of this name first."),
    _option("out", "VARIABLE", str, "Put the tuning job into this variable."),
)

NOT_SERVED = {
    "executor": "serves local only; leave it out to run on this machine",
    "scheduler": "is not served yet; leave it out to run on this machine",
}

CONFIG_OPTIONS = tuple(option for option in OPTIONS if option.field)
RUNNING_OPTIONS = tuple(
    option
    for option in OPTIONS
    if not option.field and option.name not in {*NOT_SERVED, "config"}
)


def given_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that ask for something: not None, not an empty list."""
    flags = {option.name for option in OPTIONS if option.kind is bool}
    return {
        name: value
        for name, value in options.items()
        if value is not None
        and not (isinstance(value, list | tuple) and not value)
        and not (value is False and name in flags)
    }


def refuse_unserved(options: Mapping[str, Any], style: Style) -> None:
    """Raise NotServedError if one of the options has no implementation yet."""
    asked = [
        f"{spell(name, style)} {rule}"
        for name, rule in NOT_SERVED.items()
        if options.get(name, "local") != "local"
    ]
    if asked:
        raise NotServedError("\n".join(asked))


def unknown_option(typed: str, known: Iterable[str]) -> Fault:
    """Word the fault of what is no option, with the nearest that is."""
    close = get_close_matches(typed.lower(), known, n=1)
    remedy = f"did you mean {close[0]}?" if close else ""
    return Fault(field=typed, rule="is not an option", remedy=remedy)

"""A tuning job as the request that makes the service run it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from amt_magic.config import HyperbandStrategyConfig, Strategy, TuningJobConfig
from amt_magic.errors import Fault, ValidationError
from amt_magic.jobs import TuningJobRecord
from amt_magic.wire.kept import request_with_kept
from amt_magic.wire.members import MemberReader
from amt_magic.wire.placeholders import fill_in
from amt_magic.wire.rules import rule_faults, whole_faults
from amt_magic.wire.shapes import DEFINITION, FIELDS, OURS, put

RETRIES = FIELDS["max_retries"]
MOST_RETRIES = 30
REMEDIES = {  # by an expression for the end of the path
    "ResourceLimits.MaxRuntimeInSeconds": (
        "tune with a max_runtime of 120 to 15768000 seconds"
    ),
    "MaxNumberOfTrainingJobsNotImproving": "tune with max_jobs_not_improving=3 or more",
    "MaxNumberOfTrainingJobs": "tune with a smaller max_jobs, or with more values",
    "MaxParallelTrainingJobs": (
        "tune with a smaller max_parallel_jobs, or a larger max_jobs"
    ),
    "Values": "tune with a shorter list of categories",
    r"Values\[\d+\]": "name the category by a short string, and look it up in a dict",
    r"StaticHyperParameters\[.*\]": "shorten the name or the value",
    "Regex": "shorten the expression, on one line",
    "(Metric)?Name": "choose a shorter name, on one line",
}
REMEDY = "change it in what describe() shows, and create the tuning job from that"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A request for the service, and what its reader should know.

    `to_fill_in` names the members that hold placeholders; `lost` what the tuning job
    has and Amazon's request has no place for; `cautions` what the service may refuse.
    """

    request: dict[str, Any]
    to_fill_in: tuple[str, ...]
    lost: tuple[str, ...]
    cautions: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to say about the request, a line each."""
        lists = {"fill in": self.to_fill_in, "not in Amazon's request": self.lost}
        lines = (
            f"{word}: {', '.join(names)}" for word, names in lists.items() if names
        )
        return (*lines, *self.cautions)


def export_request(record: TuningJobRecord, *, has_callbacks: bool = False) -> Export:
    """Return what CreateHyperParameterTuningJob takes, once filled in.

    Raises:
        ValidationError: with everything that the service takes in no case.
    """
    request = request_with_kept(record.config, record.name, record.kept)
    is_reordered = "RangeOrder" in request.pop(OURS, {})
    if record.config.max_retries > MOST_RETRIES:
        put(request, RETRIES, MOST_RETRIES)
    definition, names = fill_in(request[DEFINITION])
    request[DEFINITION] = definition
    _check(request)
    lost = [*_lost(record.config)]
    lost += ["the order of ranges of different kinds"] * is_reordered
    lost += ["callbacks"] * has_callbacks
    return Export(
        request=request,
        to_fill_in=tuple(names),
        lost=tuple(lost),
        cautions=tuple(_cautions(record.config)),
    )


def _check(request: dict[str, Any]) -> None:
    reader = MemberReader(strict=True)
    reader.read(request)
    found = [*reader.faults, *rule_faults(request)]
    found += whole_faults(request, {}, strict=True)
    if found:
        raise ValidationError(map(_with_remedy, found))


def _with_remedy(fault: Fault) -> Fault:
    fitting = (
        remedy
        for path, remedy in REMEDIES.items()
        if re.search(rf"(^|\.){path}$", fault.field, re.DOTALL)
    )
    return replace(fault, remedy=fault.remedy or next(fitting, REMEDY))


def _lost(config: TuningJobConfig) -> Iterator[str]:
    """Yield what differs from its default and has no place in Amazon's request."""
    part: Any = config.strategy_config
    for field, path in FIELDS.items():
        name = field.removeprefix("strategy_config.")
        if path.startswith(OURS) and hasattr(part, name):
            value = getattr(part, name)
            if value != getattr(type(part)(), name):
                yield f"{name}={value!r}"
    if config.max_retries > MOST_RETRIES:
        yield f"max_retries={config.max_retries} beyond {MOST_RETRIES}"
    seconds = config.resource_limits.max_runtime_in_seconds
    if seconds is not None and seconds != int(seconds):
        yield f"the fraction of max_runtime={seconds!r}"


def _cautions(config: TuningJobConfig) -> Iterator[str]:
    is_hyperband = config.strategy == Strategy.HYPERBAND
    if is_hyperband and config.early_stopping == "Auto":
        yield "AMT's guide asks for TrainingJobEarlyStoppingType Off with Hyperband"
    if isinstance(config.strategy_config, HyperbandStrategyConfig) and not is_hyperband:
        yield f"AMT's guide has StrategyConfig for Hyperband, not {config.strategy}"
    if config.warm_start:
        parents = ", ".join(config.warm_start.parents)
        yield f"WarmStartConfig: the account needs tuning jobs so named: {parents}"

"""Parents: earlier tuning jobs that a new one learns from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from amt_magic.checks import Faults
from amt_magic.config import TuningJobConfig, WarmStart, WarmStartType
from amt_magic.jobs import History

MOST = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parent:
    """An earlier tuning job, as it was when the new one was created.

    `history`: its training jobs that had ended; `static_hyperparameters`: what it
    ran all of them with.
    """

    name: str
    history: History
    static_hyperparameters: Mapping[str, Any] = field(default_factory=dict)


def with_parents(
    config: TuningJobConfig, histories: Sequence[History]
) -> tuple[TuningJobConfig, list[Parent]]:
    """Return the config with a warm start from these histories, and the parents.

    Without a type in the config it is TransferLearning.

    Raises:
        ValidationError: there are not as many histories as parents, or one does not
            fit.
    """
    faults, rule = Faults(), "must be a list of histories"
    holds = isinstance(histories, Sequence)
    if faults.check(holds, "warm_start", rule, histories, remedy="[history]"):
        _check_number(faults, config, histories)
        for place, history in enumerate(histories):
            with faults.within(f"warm_start[{place}]"):
                _check_history(history, config)
    faults.raise_if_any()
    if not histories:
        return config, []
    asked = config.warm_start or WarmStart(
        parents=tuple(f"history-{n}" for n in range(1, len(histories) + 1)),
        type=WarmStartType.TRANSFER_LEARNING,
    )
    parents = [
        Parent(
            name=name,
            history=history,
            static_hyperparameters=config.static_hyperparameters,
        )
        for name, history in zip(asked.parents, histories, strict=True)
    ]
    return config.evolve(warm_start=asked), parents


def _check_number(
    faults: Faults, config: TuningJobConfig, histories: Sequence[History]
) -> None:
    if config.warm_start is None:
        rule = f"must be {MOST} histories at most"
        faults.check(len(histories) <= MOST, "warm_start", rule, len(histories))
        return
    names = config.warm_start.parents
    rule = f"must be the histories of the config's parents, {', '.join(names)}"
    remedy = "simulate(config, curve, warm_start=[history])"
    holds = len(histories) == len(names)
    faults.check(holds, "warm_start", rule, len(histories), remedy=remedy)


def _check_history(given: object, config: TuningJobConfig) -> None:
    faults = Faults()
    faults.check(isinstance(given, History), "", "must be a History", given)
    if isinstance(given, History):
        theirs, ours = given.objective, config.objective
        rule = f"must {ours.type.lower()} {ours.metric_name!r} too"
        shown = f"{theirs.type} {theirs.metric_name}"
        faults.check(theirs == ours, "objective", rule, shown)
        _check_names(faults, given, config)
    faults.raise_if_any()


def _check_names(faults: Faults, history: History, config: TuningJobConfig) -> None:
    """Check that what was run has a place in the config, and the other way around."""
    names = {name for job in history.training_jobs for name in job.hyperparameters}
    lacking = sorted(config.ranges.keys() - names) if names else []
    beside = sorted(names - config.ranges.keys() - config.static_hyperparameters.keys())
    rule = "must have a value for every range, and lacks"
    faults.check(not lacking, "", f"{rule} {', '.join(lacking)}")
    rule = "has values that no range and no static hyperparameter is for:"
    remedy = "give what is no longer tuned in static_hyperparameters"
    faults.check(not beside, "", f"{rule} {', '.join(beside)}", remedy=remedy)

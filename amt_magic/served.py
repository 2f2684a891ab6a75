"""What a config may say and no tuning job can be made of."""

from amt_magic.checks import Faults
from amt_magic.config import Strategy, TuningJobConfig
from amt_magic.errors import NotServedError

LEARNS_NOTHING = {
    Strategy.GRID: "runs every combination whatever is known",
    Strategy.HYPERBAND: "draws at random and compares training jobs of its own",
}


def refuse_unserved(config: TuningJobConfig) -> None:
    """Refuse what makes no sense, and what this version does not do yet.

    Raises:
        ValidationError: warm start with a strategy that learns nothing from parents.
        NotServedError: warm start with any other.
    """
    if config.warm_start is None:
        return
    strategy, faults = config.strategy, Faults()
    if strategy in LEARNS_NOTHING:
        rule = f"is of no use to {strategy}, which {LEARNS_NOTHING[strategy]}"
        remedy = "leave it out, or take Bayesian or Random"
        parents = ", ".join(config.warm_start.parents)
        faults.check(False, "warm_start", rule, parents, remedy=remedy)
    faults.raise_if_any()
    raise NotServedError("warm start: not served yet; leave it out")

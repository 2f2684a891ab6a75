"""What a config may ask for and this version does not do yet."""

from amt_magic.config import (
    CompletionCriteria,
    Strategy,
    TuningJobConfig,
)
from amt_magic.errors import NotServedError

SERVED = (Strategy.BAYESIAN, Strategy.RANDOM, Strategy.GRID)


def refuse_unserved(config: TuningJobConfig) -> None:
    """Refuse what the config may say and this version does not do."""
    asked = {
        f"strategy {config.strategy}": config.strategy not in SERVED,
        "completion criteria": config.completion_criteria != CompletionCriteria(),
        "warm start": config.warm_start is not None,
    }
    if refused := [what for what, holds in asked.items() if holds]:
        served = ", ".join(SERVED)
        raise NotServedError(
            f"{', '.join(refused)}: not served yet; strategies {served} are"
        )

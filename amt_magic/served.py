"""What a config may ask for and this version does not do yet."""

from amt_magic.config import TuningJobConfig
from amt_magic.errors import NotServedError


def refuse_unserved(config: TuningJobConfig) -> None:
    """Refuse what the config may say and this version does not do."""
    asked = {
        "completion on convergence": config.completion_criteria.complete_on_convergence,
        "warm start": config.warm_start is not None,
    }
    if refused := [what for what, holds in asked.items() if holds]:
        raise NotServedError(f"{', '.join(refused)}: not served yet; leave it out")

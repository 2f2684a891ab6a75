"""What a config may ask for and this version does not do yet."""

from amt_magic.config import TuningJobConfig
from amt_magic.errors import NotServedError


def refuse_unserved(config: TuningJobConfig) -> None:
    """Refuse what the config may say and this version does not do."""
    if config.warm_start is not None:
        raise NotServedError("warm start: not served yet; leave it out")

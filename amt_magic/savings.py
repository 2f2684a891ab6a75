"""What stopping training jobs early saves of a tuning job, as data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Savings:
    """What stopping early saves of a tuning job's training.

    `by` is Auto or Hyperband. `reports` of `all_reports` are not made, `seconds` not
    trained; all of them are what the training jobs would have taken in full.
    """

    by: str
    reports: int
    all_reports: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay(Savings):
    """What stopping early would have saved of a tuning job that ran without it.

    `best` is the value that the best training job would have had: the best of all,
    `keeps_best`, unless that one would have been stopped.
    """

    keeps_best: bool
    best: float

"""Why a training job was stopped: as data, and as the sentence that tells it."""

from dataclasses import dataclass
from enum import StrEnum


class StopRule(StrEnum):
    """What stopped a training job."""

    MEDIAN = "Median"  # early stopping Auto: worse than the median of earlier ones
    RUNG = "Rung"  # Hyperband: not among those that go on from its rung
    NOT_FINITE = "NotFinite"  # either, on a value that is not finite
    SCHEDULER = "Scheduler"  # another scheduler's own reason, as `detail`
    MAX_RESOURCE = "MaxResource"  # Hyperband: it has had all that it may have
    REQUEST = "Request"
    TUNING_JOB_ENDED = "TuningJobEnded"

    @property
    def is_early(self) -> bool:
        """Tell whether a scheduler saw that going on would not pay."""
        return self in _EARLY


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Why a training job was stopped; `str` of it is the sentence.

    `detail` tells why the tuning job ended, or a reason of one's own. A scheduler gives
    the rest: the training job gave `value` of `metric` at report `resource`, and
    `limit` is the worst value that would have gone on, among `compared` training jobs.
    At a rung these are scores: `going_on` of them go on, and it was the `place`-th. Its
    `score` adds to the value what it has changed since report `trend_since`, when it
    was `trend_from`. Values and scores are the objective's, not losses.
    """

    rule: StopRule
    detail: str = ""
    metric: str = ""
    resource: int = 0
    value: float | None = None
    limit: float | None = None
    compared: int = 0
    place: int = 0
    going_on: int = 0
    score: float | None = None
    trend_since: int = 0
    trend_from: float | None = None

    def __str__(self) -> str:
        if self.rule == StopRule.REQUEST:
            return "stopped on request"
        if self.rule in (StopRule.TUNING_JOB_ENDED, StopRule.SCHEDULER):
            return self.detail
        if self.rule == StopRule.MAX_RESOURCE:
            return f"reached MaxResource ({self.resource})"
        told = f"{self.metric} {self.value:.4g}"
        if self.rule == StopRule.RUNG:
            return f"rung {self.resource}: {told}{self._trend()}: {self._standing()}"
        if self.rule == StopRule.NOT_FINITE:
            return f"report {self.resource}: {told} is not finite"
        jobs = "training job" if self.compared == 1 else "training jobs"
        return (
            f"report {self.resource}: {told} is worse than {self.limit:.4g}, the "
            f"median of the averages until then of {self.compared} earlier {jobs}"
        )

    @property
    def brief(self) -> str:
        """The sentence without what a table shows beside it, and without a trend."""
        if self.rule == StopRule.RUNG:
            return f"rung {self.resource}: {self._standing()}"
        if self.rule == StopRule.MEDIAN:
            median = f"the median {self.limit:.4g} of {self.compared}"
            return f"report {self.resource}: worse than {median}"
        return str(self)

    def _trend(self) -> str:
        if self.score is None or self.value is None or self.trend_from is None:
            return ""
        direction = "falling" if self.value < self.trend_from else "rising"
        change = abs(self.value - self.trend_from)
        since = f"since report {self.trend_since}"
        return f", {direction} {change:.4g} {since}, score {self.score:.4g}"

    def _standing(self) -> str:
        is_half = self.going_on == (self.compared + 1) // 2
        those = "better half ends" if is_half else "those that go on end"
        place = f"{_ordinal(self.place)} of {self.compared}"
        return f"{place}, {those} at {self.limit:.4g}"


_EARLY = (StopRule.MEDIAN, StopRule.RUNG, StopRule.NOT_FINITE, StopRule.SCHEDULER)
ON_REQUEST = Stop(rule=StopRule.REQUEST)


def _ordinal(number: int) -> str:
    teens = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teens else _ENDINGS.get(number % 10, 'th')}"


_ENDINGS = {1: "st", 2: "nd", 3: "rd"}

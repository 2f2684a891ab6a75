"""Early stopping Auto: the median rule."""

import math
from collections import defaultdict
from typing import Any

from amt_magic.jobs import History, Report, TrainingJob
from amt_magic.schedulers.newest import Newest
from amt_magic.stops import Stop, StopRule


class MedianRule:
    """Stops a training job whose value is worse than the median of earlier ones.

    At its k-th report a training job is stopped if the value is worse than the median,
    over training jobs with a smaller index that have given k reports, of their running
    averages up to the k-th: Golovin, Solnik, Moitra, Kochanski, Karro and Sculley,
    Google Vizier, KDD (2017), section 3.2.1, as Amazon words it. Whether those have
    ended, were stopped or run does not matter. Of an even number the worse of the two
    middle averages counts. Equal goes on, and so does a training job without earlier
    ones: the first always completes. A value that is not finite is stopped; in the
    average of another it is infinitely bad.

    No training job is stopped at its first report as long as none has given two: one
    that prints its objective once has nothing left to save.
    """

    def __init__(self) -> None:
        self._newest = Newest(self._forget)
        self._sums: dict[int, tuple[int, float]] = {}
        self._averages: dict[int, dict[int, float]] = defaultdict(dict)

    def decide(self, report: Report, history: History) -> Stop | None:
        """Decide on the training job that gave `report`, the history's newest."""
        for job in self._newest.jobs(report.index, history):
            self._take(job, history)
        if report.resource == 1 and len(self._averages) < 2:
            return None
        name = history.objective.metric_name
        resource, value = report.resource, report.value
        told: dict[str, Any] = {"metric": name, "resource": resource, "value": value}
        if not math.isfinite(report.value):
            return Stop(rule=StopRule.NOT_FINITE, **told)
        averages = self._averages[report.resource].items()
        earlier = sorted(average for index, average in averages if index < report.index)
        median = earlier[len(earlier) // 2] if earlier else math.inf
        if history.objective.loss(report.value) <= median:
            return None
        limit = history.objective.loss(median)  # its own inverse
        return Stop(rule=StopRule.MEDIAN, limit=limit, compared=len(earlier), **told)

    def _forget(self) -> None:
        self._sums.clear()
        self._averages.clear()

    def _take(self, job: TrainingJob, history: History) -> None:
        """Take in the reports of a training job that were not there before."""
        count, total = self._sums.get(job.index, (0, 0.0))
        for report in job.reports[count:]:
            count += 1
            total += history.objective.loss(report.value)
            self._averages[report.resource][job.index] = total / count
        self._sums[job.index] = count, total

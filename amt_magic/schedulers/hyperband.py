"""Hyperband: asynchronous successive halving that only ever stops."""

import math
from bisect import bisect_right
from typing import Any

from amt_magic.config import HyperbandStrategyConfig
from amt_magic.jobs import History, Report, TrainingJob
from amt_magic.schedulers.newest import Newest
from amt_magic.schedulers.rungs import Rung, bracket_of, bracket_weights, rung_resources
from amt_magic.stops import Stop, StopRule


class Hyperband:
    """Lets a training job go on while it is in the better half of its last rung.

    Li, Jamieson, Rostamizadeh, Gonina, Ben-tzur, Hardt, Recht and Talwalkar, A System
    for Massively Parallel Hyperparameter Tuning, MLSys (2020), algorithm 2, where a
    training job that would not be promoted is stopped. Resources are numbers of
    reports. Three things are ours: half of a rung goes on, not one of
    `reduction_factor`; scores look ahead, being the loss at the rung less what it fell
    since the rung before; and a training job is judged again at each report until the
    next rung, since others arrive meanwhile. Ties go on, and so does the first at a
    rung. A value that is not finite is stopped from `min_resource` on, and the worst
    at its rung. `classic` is the paper's: one of `reduction_factor`, but at least one,
    by their losses, once.

    At `max_resource` a training job is complete. Unless `classic`, none is stopped at a
    first report as long as no training job has given two.
    """

    def __init__(self, config: HyperbandStrategyConfig) -> None:
        if config.max_resource is None:
            raise ValueError("max_resource must be known")
        self._config = config
        self._max_resource = config.max_resource
        self._rungs = rung_resources(
            config.min_resource, self._max_resource, config.reduction_factor
        )
        brackets = max(1, min(config.brackets, len(self._rungs)))
        self._weights = bracket_weights(brackets, len(self._rungs))
        self._newest = Newest(self._forget)
        self._counts: dict[int, int] = {}
        self._entered: dict[tuple[int, int], Rung] = {}

    def decide(self, report: Report, history: History) -> Stop | None:
        """Decide on the training job that gave `report`, the history's newest."""
        for job in self._newest.jobs(report.index, history):
            self._take(job, history)
        if report.resource >= self._max_resource:
            return Stop(rule=StopRule.MAX_RESOURCE, resource=self._max_resource)
        if report.resource < self._config.min_resource:
            return None
        may_be_all = report.resource == 1 and max(self._counts.values()) < 2
        if may_be_all and not self._config.classic:
            return None
        if not math.isfinite(report.value):
            return Stop(
                rule=StopRule.NOT_FINITE,
                metric=history.objective.metric_name,
                resource=report.resource,
                value=report.value,
            )
        return self._judge(report, history)

    def _judge(self, report: Report, history: History) -> Stop | None:
        bracket = bracket_of(report.index, self._weights)
        passed = bisect_right(self._rungs, report.resource) - 1
        if passed < bracket:
            return None
        resource = self._rungs[passed]
        if self._config.classic and report.resource != resource:
            return None
        rung = self._entered[bracket, resource]
        count, better = len(rung.scores), rung.better_than(report.index)
        going_on = (count + 1) // 2
        if self._config.classic:
            going_on = max(1, int(count // self._config.reduction_factor))
        if better < going_on:
            return None
        return Stop(
            rule=StopRule.RUNG,
            metric=history.objective.metric_name,
            resource=resource,
            compared=count,
            place=better + 1,
            going_on=going_on,
            limit=history.objective.loss(rung.worst_of(going_on)),
            **self._trend(history, report.index, resource, rung),
        )

    def _trend(
        self, history: History, index: int, resource: int, rung: Rung
    ) -> dict[str, Any]:
        """Return the value at the rung and, where the score is another, both."""
        objective, reports = history.objective, history[index].reports
        value, score = reports[resource - 1].value, rung.scores[index]
        if score == objective.loss(value) or not math.isfinite(score):
            return {"value": value}
        before = self._before(resource)
        return {
            "value": value,
            "score": objective.loss(score),
            "trend_since": before,
            "trend_from": reports[before - 1].value,
        }

    def _before(self, resource: int) -> int:
        """Return the resource that a rung's trend is measured from."""
        return max(1, round(resource / self._config.reduction_factor))

    def _forget(self) -> None:
        self._counts.clear()
        self._entered.clear()

    def _take(self, job: TrainingJob, history: History) -> None:
        """Enter a training job at the rungs that it has reached since."""
        before, now = self._counts.get(job.index, 0), len(job.reports)
        self._counts[job.index] = now
        bracket = bracket_of(job.index, self._weights)
        for resource in self._rungs[bracket:]:
            if before < resource <= now:
                rung = self._entered.setdefault((bracket, resource), Rung())
                rung.enter(job.index, self._score(job, resource, history))

    def _score(self, job: TrainingJob, resource: int, history: History) -> float:
        """Return the loss at a rung less what it fell since the rung before."""
        loss = history.objective.loss(job.reports[resource - 1].value)
        if self._config.classic:
            return loss
        earlier = job.reports[self._before(resource) - 1].value
        earlier_loss = history.objective.loss(earlier)
        return 2 * loss - earlier_loss if math.isfinite(earlier_loss) else loss

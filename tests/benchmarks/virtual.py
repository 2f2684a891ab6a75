"""The real Tuner on a virtual clock, with a strategy or a scheduler of one's own."""

import math
from contextlib import ExitStack
from unittest.mock import patch

from amt_magic import tuner
from amt_magic.config import TuningJobConfig
from amt_magic.jobs import History, TuningJobStatus
from amt_magic.recorder import Unrecorded
from amt_magic.schedulers import Scheduler
from amt_magic.simulation import Curve, SecondsPerEpoch, SimulatedExecutor
from amt_magic.strategies import Strategy


def run(
    config: TuningJobConfig,
    curve: Curve,
    seconds_per_epoch: SecondsPerEpoch,
    strategy: Strategy | None = None,
    scheduler: Scheduler | None = None,
) -> History:
    """Do as `amt_magic.simulate`, with what is given in place of the config's."""
    executor = SimulatedExecutor(config, curve, seconds_per_epoch)
    history = History(config.objective)
    with ExitStack() as stack:
        if strategy:
            make = patch.object(tuner, "make_strategy", lambda *given: strategy)
            stack.enter_context(make)
        if scheduler:
            make = patch.object(tuner, "make_schedulers", lambda config: [scheduler])
            stack.enter_context(make)
        recorder = Unrecorded()
        made = tuner.Tuner(config, executor, recorder, history, name="benchmark")
    outcome = made.run()
    if outcome.status == TuningJobStatus.FAILED:
        raise RuntimeError(outcome.reason)
    return history


def incumbents(history: History) -> list[tuple[float, int, float]]:
    """Return who led when: time, training job and its latest loss, at each report.

    That is the one with the smallest latest loss, running ones included: what
    `History.best` would be if all were stopped then. Its loss may grow again.
    """
    reports = [report for job in history.training_jobs for report in job.reports]
    latest: dict[int, float] = {}
    found, leader = [], 0
    for report in sorted(reports, key=lambda report: report.time):
        least, loss = latest.get(leader, math.inf), history.objective.loss(report.value)
        latest[report.index] = loss
        if report.index == leader and loss > least:
            leader = min(latest, key=lambda index: latest[index])
        elif loss < least:
            leader = report.index
        if leader:
            found.append((report.time, leader, latest[leader]))
    return found

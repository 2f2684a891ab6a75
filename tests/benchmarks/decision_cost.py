"""What a decision costs late in a large tuning job."""

import time

import numpy as np

import amt_magic as amt
from amt_magic.config import TuningJobConfig
from amt_magic.deciders import make_schedulers
from amt_magic.jobs import History, Report, TrainingJob

JOBS, EPOCHS, PARALLEL = 500, 81, 4


def microseconds(strategy: str) -> float:
    """Return the median time of a decision on the last ones, nobody stopped.

    Hyperband decides for the strategy of that name, Auto for another.
    """
    config = _config(strategy)
    (scheduler,) = make_schedulers(config)
    generator, history = np.random.default_rng(0), History(config.objective)
    taken = []
    for first in range(1, JOBS + 1, PARALLEL):
        indices = range(first, first + PARALLEL)
        for index in indices:
            history.add(_job(index))
        quality = generator.random(PARALLEL)
        for epoch in range(1, EPOCHS + 1):
            for index, floor in zip(indices, quality, strict=True):
                value = floor + 1 / epoch + 0.1 * generator.standard_normal()
                report = Report(index=index, resource=epoch, value=value, time=0.0)
                history.record(report)
                before = time.perf_counter()
                scheduler.decide(report, history)
                taken.append(time.perf_counter() - before)
    return 1e6 * float(np.median(taken[-PARALLEL * EPOCHS :]))


def _config(strategy: str) -> TuningJobConfig:
    is_hyperband = strategy == "Hyperband"
    return amt.TuningJobConfig(
        strategy=strategy,
        objective=amt.Objective(type="Minimize", metric_name="loss"),
        ranges={"x": amt.Continuous(0, 1)},
        strategy_config=amt.HyperbandStrategyConfig(max_resource=EPOCHS)
        if is_hyperband
        else None,
        early_stopping="Off" if is_hyperband else "Auto",
    )


def _job(index: int) -> TrainingJob:
    return TrainingJob(
        index=index, name="benchmark", hyperparameters={"x": index}, created_at=0.0
    )

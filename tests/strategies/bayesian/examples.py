"""Kernels and histories for the tests of the Bayesian strategy."""

from dataclasses import replace

import numpy as np

import amt_magic as amt
from amt_magic.jobs import Ended, History, Report, TrainingJob, TrainingJobStatus
from amt_magic.strategies.bayesian.likelihood import Prior, kernel_of


def kernel(groups, noise=0.0, finer=1.0):
    """The most probable kernel before any data, with finer length scales or not."""
    groups = np.array(groups)
    prior = kernel_of(Prior.of(int(groups.max()) + 1).mean, groups)
    return replace(prior, noise=noise, scales=prior.scales / finer)


def config_of(ranges, jobs=None, parallel=1, seed=3, estimator=None, **fields):
    """A config that minimises `loss`, by Bayesian search where nothing else is said."""
    options = amt.BayesianStrategyConfig(base_estimator=estimator)
    return amt.TuningJobConfig(
        strategy=fields.pop("strategy", "Bayesian"),
        objective=fields.pop(
            "objective", amt.Objective(type="Minimize", metric_name="loss")
        ),
        ranges=ranges,
        resource_limits=amt.ResourceLimits(
            max_number_of_training_jobs=jobs, max_parallel_training_jobs=parallel
        ),
        strategy_config=options if estimator else None,
        random_seed=seed,
        **fields,
    )


def add(history: History, index: int, hyperparameters, attempt: int = 1) -> None:
    """Enter a training job that begins."""
    job = TrainingJob(
        index=index,
        name=f"t-{index}",
        hyperparameters=hyperparameters,
        created_at=0.0,
        attempt=attempt,
    )
    history.add(job)


def end(history: History, index: int, *values, status="Completed") -> None:
    """Enter the values of the objective that a training job gave, and its end."""
    for resource, value in enumerate(values, 1):
        report = Report(index=index, resource=resource, value=value, time=1.0)
        history.record(report)
    history.end(Ended(index=index, status=TrainingJobStatus(status), time=2.0))

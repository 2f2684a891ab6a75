"""Kernels and histories for the tests of the Bayesian strategy."""

import math
from dataclasses import replace

import numpy as np

import amt_magic as amt
from amt_magic.jobs import Ended, History, Report, TrainingJob, TrainingJobStatus
from amt_magic.strategies.bayesian.likelihood import Prior, kernel_of
from amt_magic.tuner import make_strategy


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


MIXED = {
    "lr": amt.Continuous(1e-5, 1e-1),
    "momentum": amt.Continuous(0.5, 0.999, "ReverseLogarithmic"),
    "depth": amt.Integer(1, 12),
    "width": amt.Integer(16, 4096, "Logarithmic"),
    "kind": amt.Categorical("a", None, (3, True)),
}


CUBE = {name: amt.Continuous(0, 1) for name in "abc"}


def run(config, losses, jobs):
    """Suggest and end training jobs one after the other; return the history."""
    history, strategy = History(config.objective), make_strategy(config)
    for index in range(1, jobs + 1):
        hyperparameters = strategy.suggest(history, index)
        if hyperparameters is None:
            break
        add(history, index, hyperparameters)
        end(history, index, losses(hyperparameters))
    return history


def bowl(hyperparameters):
    return sum((value - 0.3) ** 2 for value in hyperparameters.values())


def hartmann(hyperparameters):
    """Hartmann's function of three variables; its minimum is -3.86278."""
    weights = np.array([[3, 10, 30], [0.1, 10, 35], [3, 10, 30], [0.1, 10, 35]])
    places = np.array(
        [
            [0.3689, 0.1170, 0.2673],
            [0.4699, 0.4387, 0.7470],
            [0.1091, 0.8732, 0.5547],
            [0.0381, 0.5743, 0.8828],
        ]
    )
    away = (np.array(list(hyperparameters.values())) - places) ** 2
    return -float(np.exp(-(weights * away).sum(axis=1)) @ [1.0, 1.2, 3.0, 3.2])


def mixed_loss(hyperparameters):
    kinds = {"a": 1.0, None: 0.5, (3, True): 0.0}
    place = math.log10(hyperparameters["lr"]) + 3
    return kinds[hyperparameters["kind"]] + place**2 + hyperparameters["depth"] / 12


def known(config, losses, size=20):
    """A history of so many training jobs that have ended."""
    return run(config, losses, size)


def history_of(ran, objective="Minimize"):
    """A history of these hyperparameters and what they gave; with None they run."""
    history = History(amt.Objective(type=objective, metric_name="loss"))
    for index, (hyperparameters, value) in enumerate(ran, 1):
        add(history, index, hyperparameters)
        if value is not None:
            end(history, index, value)
    return history

"""Histories written as curves, and what a scheduler decides on them."""

import amt_magic as amt
from amt_magic.jobs import History, Report, TrainingJob


def history_of(curves, type="Minimize"):
    """Training jobs 1, 2, … that have given these values, and still run."""
    history = History(amt.Objective(type=type, metric_name="loss"))
    for index in range(1, len(curves) + 1):
        start(history, index)
    for index, curve in enumerate(curves, 1):
        for value in curve:
            give(history, index, value)
    return history


def start(history, index, attempt=1):
    job = TrainingJob(
        index=index,
        name=f"t-{index}",
        hyperparameters={"x": index},
        created_at=0.0,
        attempt=attempt,
    )
    history.add(job)


def give(history, index, value):
    """Give one value; return its report."""
    resource = len(history[index].reports) + 1
    report = Report(index=index, resource=resource, value=value, time=0.0)
    history.record(report)
    return report


def decision_on(scheduler, curves, index, value, type="Minimize"):
    """Decide on a value that a training job gives next."""
    history = history_of(curves, type)
    return scheduler.decide(give(history, index, value), history)

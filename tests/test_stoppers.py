"""Callbacks of scikit-optimize, asked by real tuning jobs."""

import threading

import pytest
from skopt.callbacks import (
    DeadlineStopper,
    DeltaYStopper,
    HollowIterationsStopper,
    ThresholdStopper,
    TimerCallback,
)

import amt_magic as amt

pytestmark = pytest.mark.timeout(60)


def falling(x):
    return max(0, 5 - x)  # 5, 4, 3, 2, 1, 0, 0, 0, …


def tune(callbacks, train=falling, **options):
    options = {"minimize": "loss", "strategy": "Grid"} | options
    ranges = {"x": amt.Categorical(*range(20))}
    return amt.tune(train, ranges, callbacks=callbacks, **options)


@pytest.mark.parametrize(
    ("callback", "count"),
    [
        (HollowIterationsStopper(3), 9),
        (DeltaYStopper(0.5, n_best=3), 8),
        (ThresholdStopper(1.0), 5),
        (DeadlineStopper(0.0), 1),
    ],
)
def test_callbacks_of_skopt_end_the_tuning_job(callback, count):
    job = tune(callback)

    name = type(callback).__name__
    assert (job.status, len(job.training_jobs)) == ("Completed", count)
    assert job.summary().reason == f"callback {name} ended it"


def test_callback_that_never_asks_lets_the_job_run():
    job = tune([TimerCallback(), ThresholdStopper(-1.0)])

    assert len(job.training_jobs) == 20


def test_function_of_the_notebook_gets_losses_and_points():
    def reached(result):
        assert list(result.func_vals) == [-float(x) for (x,) in result.x_iters]
        assert result.fun == min(result.func_vals)
        return result.x == [3]

    job = tune(reached, train=lambda x: x, minimize=None, maximize="accuracy")

    assert len(job.training_jobs) == 4
    assert job.summary().reason == "callback reached ended it"


def test_running_training_jobs_are_stopped_with_the_reason():
    def train(x):
        print(f"loss={x}")
        if x:
            threading.Event().wait(30)

    job = tune(lambda result: True, train=train, max_parallel_jobs=2)

    assert {t.stop_reason for t in job.training_jobs[1:]} == {
        "callback <lambda> ended it"
    }


def test_failures_are_no_observations():
    def train(x):
        if x < 3:
            raise ValueError(x)
        return 1.0

    job = tune(lambda result: len(result.func_vals) == 2, train=train)

    assert len(job.training_jobs) == 5


def test_callback_that_raises_fails_the_job_with_its_reason_and_loses_nothing():
    def broken(result):
        if len(result.x_iters) == 3:
            raise ValueError("three is too many\nand so on")

    job = tune(broken)

    assert (job.status, len(job.training_jobs)) == ("Failed", 3)
    reason = job.summary().reason
    assert reason.startswith("a callback failed: ValueError: three is too many (")
    assert {t.status for t in job.training_jobs} == {"Completed"}


def test_what_cannot_be_called_or_cannot_travel_is_refused_before_the_job_starts():
    with pytest.raises(amt.ValidationError, match=r"callbacks\[1\] must be callable"):
        tune([TimerCallback(), 5])

    lock = threading.Lock()
    with pytest.raises(amt.CaptureError, match=r"callbacks\[0\] cannot travel"):
        tune(lambda result: lock.locked())

    assert amt.list_tuning_jobs() == []

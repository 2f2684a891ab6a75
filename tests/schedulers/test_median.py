"""The median rule, on curves worked out by hand."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import amt_magic as amt
from amt_magic.jobs import Ended, History, TrainingJobStatus
from amt_magic.schedulers.median import MedianRule
from tests.schedulers.examples import decision_on, give, history_of, start

CURVES = [[4.0, 2.0], [6.0, 4.0], [9.0, 7.0], [5.0]]  # averages at 2: 3, 5, 8


@pytest.mark.parametrize(
    ("value", "stops"), [(5.0, False), (5.1, True), (4.9, False), (1e300, True)]
)
def test_value_is_compared_with_the_median_of_running_averages(value, stops):
    assert bool(decision_on(MedianRule(), CURVES, 4, value)) == stops


@pytest.mark.parametrize(("value", "stops"), [(5.0, False), (5.1, True)])
def test_of_an_even_number_the_worse_of_the_two_middle_ones_counts(value, stops):
    curves = [[4.0, 2.0], [6.0, 4.0], [5.0]]  # averages at 2: 3, 5

    assert bool(decision_on(MedianRule(), curves, 3, value)) == stops


@pytest.mark.parametrize(("value", "stops"), [(0.4, True), (0.5, False), (0.6, False)])
def test_large_values_are_better_where_they_are_maximised(value, stops):
    curves = [[0.4, 0.6], [0.1]]

    assert bool(decision_on(MedianRule(), curves, 2, value, "Maximize")) == stops


def test_later_training_jobs_do_not_count():
    curves = [[5.0], [1.0, 1.0], [1.0, 1.0]]

    assert decision_on(MedianRule(), curves, 1, 99.0) is None


def test_those_that_have_not_come_so_far_do_not_count():
    curves = [[1.0, 1.0, 1.0], [1.0], [9.0, 9.0]]

    assert decision_on(MedianRule(), curves, 3, 2.0)
    assert decision_on(MedianRule(), [[1.0], [9.0, 9.0]], 2, 9.0) is None


def test_ended_stopped_and_running_ones_count_alike():
    history = history_of([[1.0, 1.0], [3.0, 3.0], [4.0, 4.0], [4.0]])
    for index, status in ((1, "Completed"), (2, "Stopped")):
        history.end(Ended(index=index, status=TrainingJobStatus(status), time=1.0))

    assert MedianRule().decide(give(history, 4, 3.1), history)


def test_nobody_is_stopped_at_a_first_report_before_one_has_given_two():
    assert decision_on(MedianRule(), [[1.0], [1.0], []], 3, 99.0) is None
    assert decision_on(MedianRule(), [[1.0, 1.0], [1.0], []], 3, 99.0)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_value_that_is_not_finite_is_stopped(value):
    decision = decision_on(MedianRule(), [[1.0]], 1, value)

    assert str(decision) == f"report 2: loss {value:.4g} is not finite"


def test_value_that_is_not_finite_makes_the_average_of_its_job_infinitely_bad():
    curves = [[math.nan, 1.0], [1.0]]

    assert decision_on(MedianRule(), curves, 2, 1e300) is None


def test_reason_says_value_median_and_how_many():
    reason = str(decision_on(MedianRule(), CURVES, 4, 5.1))

    assert reason == (
        "report 2: loss 5.1 is worse than 5, the median of the averages until then "
        "of 3 earlier training jobs"
    )


curve = st.lists(st.floats(-100, 100), min_size=1, max_size=5)


def decisions(curves, scheduler=None, change=float):
    """Let the training jobs report in turn; return all decisions."""
    history = history_of([[] for _ in curves])
    scheduler = scheduler or MedianRule()
    made = []
    for step in range(max(map(len, curves))):
        for index, values in enumerate(curves, 1):
            if step < len(values):
                report = give(history, index, change(values[step]))
                made.append(scheduler.decide(report, history) is not None)
    return made


@given(st.lists(curve, min_size=1, max_size=6))
def test_increasing_affine_change_of_the_loss_changes_no_decision(curves):
    curves = [[round(value) for value in values] for values in curves]

    assert decisions(curves) == decisions(curves, change=lambda x: 4.0 * x + 8.0)


@given(st.lists(curve, min_size=1, max_size=6))
def test_scheduler_made_anew_decides_as_one_that_was_there_all_along(curves):
    class Forgetful:
        def decide(self, report, history):
            return MedianRule().decide(report, history)

    assert decisions(curves) == decisions(curves, Forgetful())


def test_further_attempt_replaces_what_the_first_gave():
    scheduler = MedianRule()
    history = history_of([[], []])
    for index, value in ((1, 9.0), (1, 9.0), (2, 9.0)):
        scheduler.decide(give(history, index, value), history)
    start(history, 1, attempt=2)
    for value in (1.0, 1.0):
        scheduler.decide(give(history, 1, value), history)

    assert scheduler.decide(give(history, 2, 1.5), history)


def test_another_history_is_read_from_its_start():
    scheduler = MedianRule()
    decision_on(scheduler, [[1.0, 1.0], [1.0]], 2, 1.0)

    curves = [[9.0, 9.0, 9.0], [1.0]]  # one report more, as if one had been added
    assert decision_on(scheduler, curves, 2, 8.0) is None


def falling(hyperparameters):
    return [hyperparameters["x"] + 1 / epoch for epoch in range(1, 10)]


def config_of(**fields):
    return amt.TuningJobConfig(
        strategy=fields.pop("strategy", "Random"),
        objective=amt.Objective(type="Minimize", metric_name="loss"),
        ranges={"x": amt.Continuous(0, 1)},
        resource_limits=amt.ResourceLimits(
            max_number_of_training_jobs=30, max_parallel_training_jobs=4
        ),
        early_stopping="Auto",
        random_seed=1,
        **fields,
    )


@pytest.mark.parametrize("strategy", ["Random", "Bayesian"])
def test_bad_training_jobs_are_stopped_and_the_best_completes(strategy):
    history = amt.simulate(config_of(strategy=strategy), falling)

    stopped = [job for job in history.training_jobs if job.status == "Stopped"]
    assert len(stopped) >= 5
    assert all("is worse than" in job.stop_reason for job in stopped)
    assert history.best.status == "Completed"
    assert history[1].status == "Completed"


def test_training_jobs_that_give_one_value_all_complete():
    history = amt.simulate(config_of(), lambda h: [h["x"]])

    assert {job.status for job in history.training_jobs} == {"Completed"}


def test_off_stops_nothing():
    config = config_of().evolve(early_stopping="Off")

    history = amt.simulate(config, falling)

    assert {job.status for job in history.training_jobs} == {"Completed"}


def test_history_that_was_stored_gives_the_same_decision():
    history = history_of(CURVES)
    report = give(history, 4, 5.1)
    jobs = [replace(job, reports=list(job.reports)) for job in history.training_jobs]
    loaded = History(history.objective, jobs)

    assert MedianRule().decide(report, loaded) == MedianRule().decide(report, history)

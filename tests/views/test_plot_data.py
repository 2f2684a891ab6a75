import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amt_magic.config import Objective
from amt_magic.ranges import (
    CategoricalParameter,
    ContinuousParameter,
)
from amt_magic.views.plot_data import (
    Axis,
    Mark,
    convergence,
    learning_curves,
    parameter_marks,
    value_axis,
)
from amt_magic.views.summary import summarize

from .examples import (
    a_config,
    a_job,
    a_record,
    all_failed,
    any_summaries,
    empty,
    finished,
    interrupted,
    not_finite,
)

MAXIMIZE = Objective(type="Maximize", metric_name="accuracy")
MINIMIZE = Objective(type="Minimize", metric_name="loss")


def test_marks_are_by_index_and_the_line_reaches_the_last():
    jobs = [a_job(1, 0.2), a_job(2, 0.6), a_job(3, 0.4, "Stopped")]

    data = convergence(summarize(a_record(), jobs))

    assert data.marks == [
        Mark(1, 0.2, "Completed"),
        Mark(2, 0.6, "Completed"),
        Mark(3, 0.4, "Stopped"),
    ]
    assert data.line == [(1, 0.2), (2, 0.6), (3, 0.6)]
    assert data.axis == Axis(0.2, 0.6)


def test_failures_and_values_not_finite_lie_on_the_worse_edge():
    data = convergence(not_finite())

    assert [mark.status for mark in data.marks] == [
        "Failed",
        "Completed",
        "Failed",
        "Failed",
    ]
    assert data.marks[0].value == data.axis.low


def test_the_worse_edge_is_the_upper_one_when_minimizing():
    config = a_config(objective=MINIMIZE)
    jobs = [a_job(1, 0.2), a_job(2, 0.6), a_job(3, None, "Failed")]

    data = convergence(summarize(a_record(config=config), jobs))

    assert data.marks[2] == Mark(3, 0.6, "Failed")


def test_a_value_far_behind_does_not_stretch_the_axis():
    jobs = [a_job(k, 0.9 + k / 100) for k in range(1, 9)] + [a_job(9, -1e9)]

    data = convergence(summarize(a_record(), jobs))

    assert data.axis == Axis(0.91, 0.98)
    assert data.beyond == 1
    assert data.marks[-1].value == 0.91


def test_a_value_far_ahead_does_stretch_the_axis():
    jobs = [a_job(k, 0.9 + k / 100) for k in range(1, 9)] + [a_job(9, 1e9)]

    assert convergence(summarize(a_record(), jobs)).axis.high == 1e9


def test_losses_of_several_magnitudes_have_a_logarithmic_axis():
    assert value_axis([1e-3, 0.1, 3.0], MINIMIZE) == Axis(1e-3, 3.0, True)
    assert not value_axis([1e-3, 0.1, 3.0], MAXIMIZE).is_logarithmic
    assert not value_axis([0.0, 0.1, 3.0], MINIMIZE).is_logarithmic
    assert not value_axis([0.1, 0.2, 0.5], MINIMIZE).is_logarithmic


def test_ten_thousand_training_jobs_are_thinned_and_the_ends_stay():
    jobs = [a_job(k, k / 10_000) for k in range(1, 10_001)]  # each the best so far

    data = convergence(summarize(a_record(), jobs))

    assert len(data.marks) == len(data.line) == 400
    assert data.line[0] == (1, 0.0001)
    assert data.line[-1] == (10_000, 1.0)


@pytest.mark.parametrize("summary", [empty(), all_failed()])
def test_without_values_there_is_no_line(summary):
    data = convergence(summary)

    assert list(data.line) == []
    assert data.axis == Axis(0.0, 1.0)


def test_what_a_dead_runner_left_is_marked_as_running():
    statuses = {mark.status for mark in convergence(interrupted()).marks}

    assert "InProgress" in statuses
    assert "interrupted" not in statuses


@given(any_summaries())
def test_every_mark_lies_on_the_axis(summary):
    data = convergence(summary)

    assert data.axis.low < data.axis.high
    assert all(-1e-9 <= data.axis.share(m.value) <= 1 + 1e-9 for m in data.marks)


@given(
    st.lists(st.floats(-1e200, 1e200), min_size=1, max_size=20),
    st.sampled_from([MAXIMIZE, MINIMIZE]),
)
def test_the_best_value_is_always_on_the_axis(values, objective):
    axis = value_axis(values, objective)

    best = min(values, key=objective.loss)
    assert axis.low <= best <= axis.high


def test_learning_curves_have_gaps_for_values_not_finite_and_the_best_last():
    jobs = [
        a_job(1, [0.1, 0.9]),
        a_job(2, [0.1, math.inf, 0.3]),
        a_job(3, None),
        a_job(4, [0.99], "InProgress"),
    ]

    curves = learning_curves(jobs, MAXIMIZE)

    assert [curve.number for curve in curves] == [2, 4, 1]
    assert [curve.is_best for curve in curves] == [False, False, True]
    assert math.isnan(curves[0].points[1][1])
    assert curves[0].points[2] == (3, 0.3)


def test_numeric_hyperparameters_are_placed_by_their_value():
    marks = parameter_marks(
        finished(20).rows, "learning_rate", ContinuousParameter(1e-4, 1e-1)
    )

    assert all(1e-4 <= mark.position <= 1e-1 for mark in marks)


def test_categories_are_placed_in_strips_that_do_not_touch():
    given_range = CategoricalParameter("relu", "tanh")
    rows = finished(50).rows

    marks = parameter_marks(rows, "activation", given_range)

    for row, mark in zip(rows, marks, strict=True):
        place = given_range.values.index(row.hyperparameters["activation"])
        assert abs(mark.position - place) <= 0.25


def test_training_jobs_without_the_hyperparameter_or_a_value_are_left_out():
    jobs = [
        a_job(1, 0.5, hyperparameters={}),
        a_job(2, math.nan, hyperparameters={"lr": 0.5}),
        a_job(3, 0.5, hyperparameters={"lr": 0.5}),
    ]
    rows = summarize(a_record(), jobs).rows

    marks = parameter_marks(rows, "lr", ContinuousParameter(0, 1))

    assert marks == [Mark(0.5, 0.5, "Completed")]

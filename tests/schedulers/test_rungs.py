"""Rungs and brackets, against tables worked out by hand."""

import math

import pytest

import amt_magic as amt
from amt_magic.schedulers.rungs import (
    Rung,
    bracket_of,
    bracket_schedule,
    bracket_weights,
    rung_resources,
    rungs_of,
)


@pytest.mark.parametrize(
    ("bounds", "rungs"),
    [
        ((1, 27, 3), [1, 3, 9]),
        ((1, 243, 3), [1, 3, 9, 27, 81]),
        ((1, 28, 3), [1, 3, 9, 27]),
        ((2, 50, 3), [2, 6, 18]),
        ((1, 10, 1.5), [1, 2, 3, 5, 8]),
        ((5, 5, 3), []),
        ((1, 2, 4), [1]),
    ],
)
def test_rungs_are_multiples_below_the_maximum(bounds, rungs):
    assert rung_resources(*bounds) == rungs


def test_brackets_of_81_have_the_sizes_of_the_paper():
    assert bracket_weights(5, 4) == (81, 34, 15, 8, 5)


def test_training_jobs_go_round_the_brackets_by_their_weights():
    assert bracket_schedule((81, 34, 15, 8, 5), 12) == (
        *(0, 1, 0, 2, 0, 1),
        *(0, 0, 3, 0, 1, 0),
    )


def test_bracket_is_a_function_of_the_index():
    weights = bracket_weights(3, 4)

    brackets = [bracket_of(index, weights) for index in range(1, 200)]
    assert brackets == list(bracket_schedule(weights, 199))
    assert brackets.count(0) == round(199 * 81 / 130)


def test_one_bracket_takes_all():
    assert {bracket_of(index, (81,)) for index in range(1, 99)} == {0}


def test_rung_counts_those_that_are_better():
    rung = Rung()
    for index, score in enumerate((3.0, 1.0, math.inf, 2.0, 1.0), 1):
        rung.enter(index, score)

    assert [rung.better_than(index) for index in range(1, 6)] == [3, 0, 4, 2, 0]
    assert rung.worst_of(2) == 1.0
    assert rung.worst_of(5) == math.inf


@pytest.mark.parametrize(
    ("fields", "rungs"),
    [
        ({"max_resource": 27}, [1, 3, 9]),
        ({"max_resource": 27, "min_resource": 3}, [3, 9]),
        ({"max_resource": 10, "reduction_factor": 2}, [1, 2, 4, 8]),
        ({}, []),
    ],
)
def test_rungs_of_a_tuning_job_are_hyperbands(fields, rungs):
    config = {
        "objective": amt.Objective(type="Minimize", metric_name="loss"),
        "ranges": {"x": amt.Continuous(0, 1)},
        "strategy_config": amt.HyperbandStrategyConfig(**fields),
    }

    assert rungs_of(amt.TuningJobConfig(strategy="Hyperband", **config)) == rungs
    assert rungs_of(amt.TuningJobConfig(strategy="Random", **config)) == []

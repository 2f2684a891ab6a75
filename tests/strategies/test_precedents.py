"""What a parent's training jobs tell of a new tuning job."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import amt_magic as amt
from amt_magic.parents import Parent
from amt_magic.strategies.precedents import FARTHEST, coordinate, lessons, precedents
from tests.generators import parameter_ranges
from tests.strategies.bayesian.examples import config_of, history_of

RANGES = {"lr": amt.Continuous(0.01, 1.0), "kind": amt.Categorical("a", "b")}
TRANSFER, IDENTICAL = "TransferLearning", "IdenticalDataAndAlgorithm"


def parent(*ran, name="old", values=None, **static):
    """A parent that ran these hyperparameters; job k gave k where nothing is given."""
    values = values or range(1, len(ran) + 1)
    history = history_of(zip(ran, values, strict=True))
    return Parent(name=name, history=history, static_hyperparameters=static)


def told(ran, ranges=RANGES, static=None, **theirs):
    """The hyperparameters that a parent's training job has in a new tuning job."""
    space, own = config_of(ranges).space, static or {}
    jobs = precedents(parent(ran, **theirs), space, own).history.training_jobs
    return jobs[0].hyperparameters if jobs else None


def taught(kind, *parents, ranges=RANGES, **static):
    warm_start = amt.WarmStart(parents=("old",), type=kind)
    config = config_of(ranges, warm_start=warm_start, static_hyperparameters=static)
    return lessons(config, parents)


@given(ranges=parameter_ranges(), data=st.data())
def test_values_in_a_range_have_the_coordinate_of_their_encoding(ranges, data):
    kind = data.draw(st.sampled_from(list(ranges.values())))
    value = kind.decode(data.draw(st.floats(0, 1)))

    assert coordinate(kind, value) == kind.encode(value)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (amt.Continuous(1, 100, "Logarithmic"), 1000.0, 1.5),
        (amt.Continuous(1, 100, "Logarithmic"), 0.1, -0.5),
        (amt.Continuous(0, 2), -1, -0.5),
        (amt.Continuous(0.0, 0.9, "ReverseLogarithmic"), 0.99, 2.0),
        (amt.Integer(1, 4), 6, 1.375),  # four values of a quarter each
        (amt.Integer(1, 4), 0, -0.125),
        (amt.Integer(1, 4), 2.0, 0.375),
        (amt.Integer(1, 4), 2.5, 0.5),
    ],
)
def test_values_outside_lie_beyond_on_the_scale_of_the_range(kind, value, expected):
    assert coordinate(kind, value) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (amt.Continuous(1, 100, "Logarithmic"), 0.0),
        (amt.Integer(1, 100, "Logarithmic"), -3),
        (amt.Continuous(0.0, 0.9, "ReverseLogarithmic"), 1.0),
        (amt.Continuous(0, 1), 0.5 + 1.01 * FARTHEST),
        (amt.Continuous(0, 1), math.nan),
        (amt.Continuous(0, 1), math.inf),
        (amt.Continuous(0, 1), 10**400),
        (amt.Continuous(0, 1), True),
        (amt.Integer(0, 1), "1"),
        (amt.Categorical(1, 2), 1.0),
        (amt.Categorical("a"), "c"),
    ],
)
def test_some_values_have_no_place(kind, value):
    assert math.isnan(coordinate(kind, value))


@given(
    low=st.floats(-1e300, 1e300),
    high=st.floats(-1e300, 1e300),
    values=st.tuples(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300)),
)
def test_coordinates_grow_with_the_value(low, high, values):
    assume(low < high)
    kind = amt.Continuous(low, high, "Linear")

    one, other = (coordinate(kind, value) for value in sorted(values))

    assert not one > other


def test_tuned_and_static_values_of_the_parent_are_told():
    assert told({"lr": 0.1}, kind="b") == {"lr": 0.1, "kind": "b"}
    assert told({"lr": 5.0, "kind": "a"}) == {"lr": 5.0, "kind": "a"}


def test_static_numbers_get_the_type_of_the_range():
    ranges = {"depth": amt.Integer(1, 9), "share": amt.Continuous(0, 1)}

    found = told({}, ranges, depth=3.0, share=1)

    assert list(map(type, found.values())) == [int, float]


@pytest.mark.parametrize(
    "ran", [{"lr": 0.1}, {"lr": 0.1, "kind": "c"}, {"lr": -1.0, "kind": "a"}]
)
def test_training_jobs_without_a_place_tell_nothing(ran):
    ranges = RANGES | {"lr": amt.Continuous(0.01, 1.0, "Logarithmic")}

    assert told(ran, ranges) is None


def test_training_jobs_that_have_not_ended_tell_nothing():
    old = parent({"lr": 0.1, "kind": "a"}, {"lr": 0.2, "kind": "a"}, values=[1, None])

    found = precedents(old, config_of(RANGES).space, {})

    assert [job.index for job in found.history.training_jobs] == [1]


@pytest.mark.parametrize(
    ("ran", "theirs", "static", "is_comparable"),
    [
        ({}, {}, {}, True),
        ({}, {"epochs": 27}, {"epochs": 27}, True),
        ({}, {"epochs": 27.0}, {"epochs": 27}, True),
        ({"epochs": 27}, {"epochs": 9}, {"epochs": 27}, True),  # tuned there
        ({}, {"epochs": 9}, {"epochs": 27}, False),
        ({}, {"flag": 1}, {"flag": True}, False),
        ({}, {"kernels": [3, 5]}, {"kernels": [3, 5]}, True),
        ({}, {}, {"epochs": 27}, False),
        ({}, {"epochs": 27}, {}, False),
    ],
)
def test_comparable_is_what_ran_with_todays_static_values(
    ran, theirs, static, is_comparable
):
    old = parent({"lr": 0.1, "kind": "a"} | ran, **theirs)

    found = precedents(old, config_of(RANGES).space, static)

    assert found.comparable == ({1} if is_comparable else set())


def indices(all_precedents):
    return [[job.index for job in p.history.training_jobs] for p in all_precedents]


def test_comparable_ones_count_where_data_and_algorithm_are_identical():
    a, b = {"lr": 0.1, "kind": "a"}, {"lr": 0.2, "kind": "a"}
    mixed = parent(a | {"n": 1}, a | {"n": 2}, b | {"n": 2}, b | {"n": 1})

    found = taught(IDENTICAL, mixed, n=2)

    assert indices(found.comparable) == [[2, 3]]
    assert indices(found.informing) == [[1, 4]]
    assert len(found.configurations) == 2


def test_all_inform_and_none_count_where_learning_is_transferred():
    a, b = {"lr": 0.1, "kind": "a"}, {"lr": 0.2, "kind": "a"}

    found = taught(TRANSFER, parent(a, b), parent(b, a))

    assert indices(found.comparable) == []
    assert indices(found.informing) == [[1, 2], [1, 2]]


@pytest.mark.parametrize("values", [[1.0], [1.0, 1.0], [1.0, math.nan]])
def test_parents_whose_losses_do_not_differ_inform_of_nothing(values):
    ran = [{"lr": 0.1, "kind": "a"}, {"lr": 0.2, "kind": "a"}][: len(values)]

    found = taught(TRANSFER, parent(*ran, values=values))

    assert indices(found.informing) == []
    assert found.best[0] == ran[0]


def test_best_are_of_each_parent_in_turn_legal_and_none_twice():
    lr = [{"lr": value, "kind": "a"} for value in (0.1, 0.2, 0.3, 0.4, 5.0)]
    one = parent(lr[4], lr[0], lr[1])  # the best is out of range
    other = parent(lr[0], lr[2], lr[3], values=[1.0, 0.5, math.nan])

    found = taught(TRANSFER, one, other).best

    assert [each["lr"] for each in found] == [0.1, 0.3, 0.2]

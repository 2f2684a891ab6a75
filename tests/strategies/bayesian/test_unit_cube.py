"""The search space in arrays, there and back."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import amt_magic as amt
from amt_magic.scaling import ScalingType
from amt_magic.space import ParameterRanges, configuration_key
from amt_magic.strategies.bayesian.unit_cube import FINEST, UnitCube
from tests.generators import (
    any_ranges,
    categorical_ranges,
    continuous_ranges,
    integer_ranges,
    parameter_ranges,
)

SPACE = {
    "lr": amt.Continuous(1e-4, 1e-1),
    "kind": amt.Categorical(None, True, 1, 1.0, "1", (2, (None, False))),
    "fixed": amt.Categorical("only"),
    "depth": amt.Integer(1, 9),
    "flag": amt.Categorical(True, False),
}
NUMBERS = [
    amt.Continuous(-3, 5),
    amt.Continuous(1e-6, 1e3, "Logarithmic"),
    amt.Continuous(0.5, 0.999, "ReverseLogarithmic"),
    amt.Continuous(1e-5, 1e-1),
    amt.Integer(-2, 3),
    amt.Integer(1, 1024, "Logarithmic"),
    amt.Integer(0, 10**6),
    amt.Integer(1, 2**40, "Logarithmic"),
]
some = settings(max_examples=40)
each_number = pytest.mark.parametrize("kind", NUMBERS, ids=str)


def cube_of(kind):
    return UnitCube(ParameterRanges({"p": kind}))


def decoded(cube, coordinate):
    return cube.decode(np.array([coordinate]))["p"]


def drawn(cube, n=64, seed=0):
    return cube.place(np.random.default_rng(seed).random((n, cube.dimension)))


def smallest_difference(kind):
    """What values may differ by that float arithmetic does not tell apart."""
    if kind.scaling == ScalingType.LOGARITHMIC:
        return 1e-300
    return max(1e-300, 1e-9 * max(abs(kind.min_value), abs(kind.max_value)))


def keys(configurations):
    return [configuration_key(each) for each in configurations]


@some
@given(kind=continuous_ranges | integer_ranges, seed=st.integers(0, 99))
def test_numbers_go_to_points_and_back(kind, seed):
    cube = cube_of(kind)
    values = [decoded(cube, point[0]) for point in drawn(cube, 4, seed)]

    again = [decoded(cube, cube.encode({"p": value})[0]) for value in values]

    limit = smallest_difference(kind)
    assert again == pytest.approx(values, rel=1e-9, abs=limit)


@each_number
def test_points_go_to_hyperparameters_and_back(kind):
    cube = cube_of(kind)
    points = drawn(cube)

    again = [cube.encode(cube.decode(point)) for point in points]

    assert np.array(again) == pytest.approx(points, abs=1e-9)


@some
@given(kind=integer_ranges | categorical_ranges, seed=st.integers(0, 99))
def test_categories_and_integers_come_back_exactly(kind, seed):
    assume(
        isinstance(kind, amt.Categorical)
        or max(kind.max_value, -kind.min_value) < 10**9
    )
    cube = cube_of(kind)
    hyperparameters = [cube.decode(point) for point in drawn(cube, 4, seed)]

    again = [cube.decode(cube.encode(each)) for each in hyperparameters]

    assert keys(again) == keys(hyperparameters)


@some
@given(ranges=parameter_ranges(), seed=st.integers(0, 99))
def test_points_are_legal_values(ranges, seed):
    cube = UnitCube(ranges)

    for point in drawn(cube, 4, seed):
        hyperparameters = cube.decode(point)

        assert hyperparameters.keys() == ranges.keys()
        assert all(hyperparameters[name] in ranges[name] for name in ranges)


@some
@given(kind=any_ranges, coordinate=st.floats(-2, 3))
def test_snapped_point_stays_where_it_is_when_snapped_again(kind, coordinate):
    cube = cube_of(kind)
    last = max(0.0, cube.levels[0] - 1.0)
    point = np.array([[min(last, abs(round(coordinate))) if last else coordinate]])
    once = cube.snap(point.copy())

    again = cube.snap(once.copy())

    assert again == once
    assert decoded(cube, once[0, 0]) in kind


@some
@given(kind=integer_ranges, unit=st.floats(0, 1))
def test_snapped_integer_is_its_own_coordinate(kind, unit):
    cube = cube_of(kind)
    (coordinate,) = cube.snap(np.array([[unit]]))[0]

    back = cube.encode({"p": decoded(cube, coordinate)})[0]

    assert back == pytest.approx(coordinate, abs=1e-12)


@each_number
def test_ends_of_the_cube_are_the_bounds(kind):
    cube = cube_of(kind)
    ends = cube.snap(np.array([[-0.5], [0.0], [1.0], [7.0]]))

    values = [decoded(cube, end) for end in ends[:, 0]]

    assert np.all((ends >= 0) & (ends <= 1))

    assert values == [kind.min_value] * 2 + [kind.max_value] * 2


@each_number
def test_types_of_numbers_are_pythons_own(kind):
    cube = cube_of(kind)

    values = [decoded(cube, point[0]) for point in drawn(cube)]

    assert {type(value) for value in values} == {type(kind.min_value)}


@pytest.mark.parametrize(
    ("kind", "middle"),
    [
        (amt.Continuous(-3, 5), 1.0),
        (amt.Continuous(1e-6, 1e2, "Logarithmic"), 1e-2),
        (amt.Continuous(0.9, 0.9999, "ReverseLogarithmic"), 1 - 10**-2.5),
        (amt.Continuous(1e-5, 1e-1), 1e-3),
        (amt.Continuous(1, 9), 5.0),
        (amt.Integer(1, 9), 5),
    ],
)
def test_middle_of_the_cube_is_the_middle_of_the_scale(kind, middle):
    assert decoded(cube_of(kind), 0.5) == pytest.approx(middle)


@pytest.mark.parametrize(
    "kind", [amt.Integer(-2, 3), amt.Integer(1, 50, "Logarithmic")]
)
def test_short_integer_range_has_a_position_for_each_value(kind):
    cube = cube_of(kind)

    values = [decoded(cube, position) for position in cube.integers[0]]

    assert values == list(range(kind.min_value, kind.max_value + 1))


LONG = [
    amt.Integer(1, FINEST + 1, "Linear"),
    amt.Integer(1, FINEST + 1),
    amt.Integer(-(10**6), 10**6),
    amt.Integer(1, 2**53),
]
each_long = pytest.mark.parametrize("kind", LONG, ids=str)


@each_long
def test_long_integer_range_has_a_position_near_each_value(kind):
    positions = cube_of(kind).integers[0]
    units = np.random.default_rng(0).random(500)

    places = np.array([kind.encode(kind.decode(unit)) for unit in units])

    distances = np.abs(places[:, None] - positions).min(axis=1)
    assert distances.max() <= 1 / FINEST


@each_long
def test_positions_of_a_long_integer_range_are_of_distinct_values(kind):
    positions = cube_of(kind).integers[0]

    values = [kind.decode(position) for position in positions]

    assert len(set(values)) == len(values) <= FINEST


def test_linear_integers_are_drawn_equally_often():
    cube = cube_of(amt.Integer(1, 4))

    values = [decoded(cube, point[0]) for point in drawn(cube, 4000)]

    assert [values.count(n) for n in (1, 2, 3, 4)] == pytest.approx([1000] * 4, abs=130)


@some
@given(kind=categorical_ranges)
def test_categories_are_numbered_in_the_order_given(kind):
    cube = cube_of(kind)

    numbers = [cube.encode({"p": value})[0] for value in kind.values]

    assert numbers == list(range(len(kind.values)))
    back = [{"v": decoded(cube, float(number))} for number in numbers]
    assert keys(back) == keys({"v": value} for value in kind.values)


@pytest.mark.parametrize("levels", range(1, 60))
def test_any_number_of_categories_is_told_apart(levels):
    cube = cube_of(amt.Categorical(list(range(levels))))

    values = [decoded(cube, float(number)) for number in range(levels)]

    assert values == list(range(levels))


def test_categories_are_drawn_equally_often():
    cube = cube_of(amt.Categorical("a", "b", "c", "d"))

    values = [decoded(cube, point[0]) for point in drawn(cube, 4000)]

    assert [values.count(v) for v in "abcd"] == pytest.approx([1000] * 4, abs=130)


def test_draw_of_one_is_the_last_category():
    cube = cube_of(amt.Categorical("a", "b", "c"))

    (point,) = cube.place(np.array([[1.0]]))

    assert (point, decoded(cube, point[0])) == ([2.0], "c")


def test_two_categories_are_at_distance_one():
    cube = UnitCube(ParameterRanges(SPACE))
    points = np.array([[0.5, c, 0.0, 0.5, 1.0] for c in range(6)])

    features = cube.features(points)

    distances = np.linalg.norm(features[:, None] - features, axis=2)
    assert distances == pytest.approx(1 - np.eye(6))


def test_ends_of_a_number_are_at_distance_one():
    cube = UnitCube(ParameterRanges(SPACE))

    low, high = cube.features(np.array([[0.0, 1, 0, 0.5, 1], [1.0, 1, 0, 0.5, 1]]))

    assert np.linalg.norm(low - high) == pytest.approx(1.0)


def test_each_range_has_its_group_of_columns_and_a_constant_has_none():
    cube = UnitCube(ParameterRanges(SPACE))

    assert list(cube.groups) == [0, *[1] * 6, 2, 3, 3]
    assert cube.features(drawn(cube, 7)).shape == (7, 10)


def test_space_of_constants_has_no_columns():
    cube = UnitCube(
        ParameterRanges({"a": amt.Categorical("x"), "b": amt.Categorical(None)})
    )

    assert cube.features(drawn(cube, 3)).shape == (3, 0)
    assert cube.decode(drawn(cube, 1)[0]) == {"a": "x", "b": None}


@some
@given(ranges=parameter_ranges(), seed=st.integers(0, 99))
def test_different_categories_and_integers_have_different_features(ranges, seed):
    cube = UnitCube(ranges)
    points = drawn(cube, 5, seed)
    features = cube.features(points)

    for one, other in pairwise(points):
        is_same = bool((one == other).all())
        pair = cube.features(np.vstack([one, other]))
        assert is_same == bool((pair[0] == pair[1]).all())
    assert features.shape == (5, len(cube.groups))


def test_points_given_to_features_and_place_stay_as_they_are():
    cube = UnitCube(ParameterRanges(SPACE))
    units = np.random.default_rng(3).random((5, 5))
    before = units.copy()

    points = cube.place(units)
    kept = points.copy()
    cube.features(points)
    cube.decode(points[0])

    assert np.array_equal(units, before)
    assert np.array_equal(points, kept)


@given(ranges=parameter_ranges())
@some
def test_points_of_legal_values_are_reachable(ranges):
    cube = UnitCube(ranges)
    points = drawn(cube)

    assert np.array_equal(cube.reachable(points), points)


def test_points_outside_are_reachable_where_they_are_nearest_if_all_are():
    cube = UnitCube(
        ParameterRanges({"n": amt.Integer(1, 4), "x": amt.Continuous(0, 1)})
    )
    outside = np.array(
        [cube.encode({"n": 6, "x": 0.2}), cube.encode({"n": 1, "x": -3})]
    )

    moved = [cube.decode(point) for point in cube.reachable(outside)]

    assert moved == [{"n": 4, "x": 0.2}, {"n": 1, "x": 0.0}]
    inside = cube.encode({"n": 2, "x": 0.5})
    assert np.array_equal(cube.reachable(np.vstack([outside, inside])), [inside])


def test_values_outside_have_points_outside():
    cube = UnitCube(ParameterRanges(SPACE))
    ran = {"kind": "1", "fixed": "only", "flag": False}

    point = cube.encode({"lr": 1.0, "depth": -3} | ran)

    assert point == pytest.approx([4 / 3, 4.0, 0.0, -3.5 / 9, 1.0])

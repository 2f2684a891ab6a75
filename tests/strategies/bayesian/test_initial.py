"""Where the search starts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import amt_magic as amt
from amt_magic.space import ParameterRanges, configuration_key
from amt_magic.strategies.bayesian.initial import InitialDesign
from tests.generators import parameter_ranges

BLOCKS = {0: range(2, 6), 1: range(6, 22), 2: range(22, 38)}
RANGES = ParameterRanges(
    {
        "x": amt.Continuous(0, 1),
        "lr": amt.Continuous(1e-8, 1, "Logarithmic"),
        "n": amt.Integer(1, 8),
        "kind": amt.Categorical("a", "b", "c", "d"),
    }
)


def block(number, seed=3):
    """The points that are spread together."""
    start = InitialDesign(RANGES, seed)
    return [start.hyperparameters(index) for index in BLOCKS[number]]


def test_centre_of_the_ranges_comes_first():
    first = InitialDesign(RANGES, 3).hyperparameters(1)

    assert first["x"] == 0.5
    assert first["lr"] == pytest.approx(1e-4)
    assert first["n"] in (4, 5)


@pytest.mark.parametrize("number", BLOCKS)
def test_every_part_of_each_range_comes_once_in_a_block(number):
    points = block(number)

    count = len(points)
    columns = [RANGES.encode(point) for point in points]
    for place in (0, 1):
        parts = [int(column[place] * count) for column in columns]
        assert sorted(parts) == list(range(count))
    assert sorted(point["kind"] for point in points) == sorted("abcd" * (count // 4))


def test_ranges_are_not_in_step():
    points = block(1)

    by_x = sorted(points, key=lambda point: point["x"])
    assert by_x != sorted(points, key=lambda point: point["lr"])
    assert by_x != sorted(points, key=lambda point: point["n"])


def test_blocks_and_seeds_differ():
    points = [*block(0), *block(1), *block(2), *block(0, seed=4)]

    assert len(set(map(configuration_key, points))) == len(points)


@given(ranges=parameter_ranges(), seed=st.integers(), index=st.integers(1, 10**6))
def test_any_point_of_any_space_is_legal_and_the_same_each_time(ranges, seed, index):
    point = InitialDesign(ranges, seed).hyperparameters(index)

    assert all(point[name] in ranges[name] for name in ranges)
    again = InitialDesign(ranges, seed).hyperparameters(index)
    assert configuration_key(again) == configuration_key(point)

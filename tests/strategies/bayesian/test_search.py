"""The search for the point that promises most."""

import numpy as np
import pytest

import amt_magic as amt
from amt_magic.space import ParameterRanges
from amt_magic.strategies.bayesian.search import Search
from amt_magic.strategies.bayesian.unit_cube import UnitCube

SPACE = {
    "x": amt.Continuous(0, 1),
    "y": amt.Continuous(0, 1),
    "n": amt.Integer(1, 9),
    "kind": amt.Categorical("a", "b", "c", "d"),
    "fixed": amt.Categorical("only"),
}
CUBE = UnitCube(ParameterRanges(SPACE))
CENTRES = CUBE.place(np.random.default_rng(5).random((5, CUBE.dimension)))


def found(score, cube=CUBE, centres=CENTRES, seed=0):
    return Search(cube, np.random.default_rng(seed)).maximise(score, centres)


def near(place):
    """A score that is highest at a place."""
    return lambda points: -((points - place) ** 2).sum(axis=1)


@pytest.mark.parametrize(
    "place",
    [
        {"x": 0.2, "y": 0.7, "n": 3, "kind": "c", "fixed": "only"},
        {"x": 0.0, "y": 1.0, "n": 9, "kind": "a", "fixed": "only"},
        {"x": 1.0, "y": 0.5, "n": 1, "kind": "d", "fixed": "only"},
    ],
)
def test_highest_point_is_found(place):
    best = CUBE.decode(found(near(CUBE.encode(place)))[0])

    assert (best["n"], best["kind"]) == (place["n"], place["kind"])
    assert (best["x"], best["y"]) == pytest.approx((place["x"], place["y"]), abs=0.15)


def test_highest_point_is_found_exactly_where_a_centre_is_near():
    place = CENTRES[2] + [0.03, -0.03, 0.0, 0.0, 0.0]

    best = found(near(place))[0]

    assert best == pytest.approx(place, abs=0.01)


def test_bounds_are_reached():
    points = found(lambda points: points[:, 0] - points[:, 1])

    best = CUBE.decode(points[0])
    assert (best["x"], best["y"]) == (1.0, 0.0)


def test_points_come_best_first():
    score = near(CENTRES[0] + 0.1)

    scores = score(found(score))

    assert np.all(np.diff(scores) <= 0)


def test_every_point_that_was_scored_is_there():
    seen = []

    def score(points):
        seen.extend(points.tolist())
        return points[:, 0]

    points = found(score)

    assert sorted(points.tolist()) == sorted(seen)


def test_points_are_legal_values():
    points = found(near(CENTRES[0]))

    assert np.array_equal(CUBE.snap(points.copy()), points)
    assert set(points[:, 3]) == {0.0, 1.0, 2.0, 3.0}
    assert set(points[:, 4]) == {0.0}


@pytest.mark.parametrize(
    "ranges",
    [
        {"n": amt.Integer(1, 3)},
        {"kind": amt.Categorical("a", "b")},
        {"fixed": amt.Categorical("only")},
    ],
)
def test_small_spaces_are_searched_whole(ranges):
    cube = UnitCube(ParameterRanges(ranges))

    points = found(lambda points: points[:, 0], cube, np.zeros((1, 1)))

    assert len(np.unique(points)) == next(iter(ranges.values())).size


def test_scores_that_are_all_the_same_or_nothing_are_survived():
    for value in (0.0, -np.inf):
        points = found(lambda points, value=value: np.full(len(points), value))

        assert np.array_equal(CUBE.snap(points.copy()), points)


def test_same_generator_finds_the_same():
    one, other, different = (
        found(near(CENTRES[1] + 0.05), seed=seed) for seed in (1, 1, 2)
    )

    assert np.array_equal(one, other)
    assert not np.array_equal(one, different)

"""The joint surrogate of a tuning job and its parents."""

import numpy as np
import pytest

import amt_magic as amt
from amt_magic.space import ParameterRanges
from amt_magic.strategies.bayesian.joint import JointSurrogate
from amt_magic.strategies.bayesian.observations import Told
from amt_magic.strategies.bayesian.surrogate import MOST_KNOWN
from amt_magic.strategies.bayesian.unit_cube import UnitCube

pytestmark = pytest.mark.usefixtures("one_thread")

CUBE = UnitCube(ParameterRanges({name: amt.Continuous(0, 1) for name in "ab"}))
generator = np.random.default_rng(8)
POINTS, ANYWHERE = generator.random((1500, 2)), generator.random((50, 2))
FEW, NONE = generator.random((6, 2)), np.empty((0, 2))


def losses_at(points):
    return np.sin(4 * points[:, 0]) + points[:, 1] ** 2


def parent(n=40, sign=1.0, size=1.0):
    return Told(POINTS[:n], size * sign * losses_at(POINTS[:n]))


def surrogate(*parents, estimator=None, seed=3):
    return JointSurrogate(CUBE, seed, estimator, parents or [parent()])


def means(joint, points, losses):
    _, beliefs = joint.model(points, losses)
    return np.mean([b.mean(joint.features(ANYWHERE)) for b in beliefs], axis=0)


def correlation(found):
    return np.corrcoef(found, losses_at(ANYWHERE))[0, 1]


@pytest.mark.parametrize("estimator", [None, "GP", "RF", "ET"])
def test_losses_are_predicted_in_their_order_from_those_of_a_parent(estimator):
    joint = surrogate(estimator=estimator)

    assert correlation(means(joint, NONE, np.empty(0))) > 0.9
    assert correlation(means(joint, FEW, losses_at(FEW))) > 0.9


@pytest.mark.parametrize("size", [1e-6, 1e6])
def test_losses_of_a_parent_may_be_of_another_size(size):
    joint = surrogate(parent(size=size))

    assert correlation(means(joint, FEW, 7.0 + losses_at(FEW))) > 0.9


def test_parent_that_is_wrong_is_soon_found_out():
    joint, own = surrogate(parent(sign=-1.0)), POINTS[100:115]

    assert correlation(means(joint, NONE, np.empty(0))) < -0.9
    assert correlation(means(joint, own, losses_at(own))) > 0.8


def test_one_parent_of_many_that_is_right_is_believed():
    wrong = [Told(POINTS[:40], generator.permutation(parent().losses)) for _ in "abc"]
    joint, own = surrogate(*wrong, parent(), parent(sign=-1.0)), POINTS[100:110]

    assert correlation(means(joint, own, losses_at(own))) > 0.95


def test_places_to_look_around_are_own_points_and_where_parents_did_best():
    one, other = parent(30), Told(POINTS[30:60] + 0.5, losses_at(POINTS[30:60]))
    joint = surrogate(one, other)

    around, _ = joint.model(FEW, losses_at(FEW))

    assert np.array_equal(around[:6], FEW)
    assert around[6:].min() >= 0
    assert around[6:].max() <= 1
    best = one.points[np.argsort(one.losses)[:4]]
    assert np.array_equal(around[6:10], best)


def test_belief_depends_on_the_observations_alone_and_not_on_what_was_asked_before():
    joint, own = surrogate(), POINTS[100:200]
    for n in (0, 5, 40, 7, 61, 41):
        joint.model(own[:n], losses_at(own[:n]))

    for n in (0, 40, 60):
        points, losses = own[:n], losses_at(own[:n])
        found = means(joint, points, losses)
        assert np.array_equal(found, means(surrogate(), points, losses))


def test_many_observations_of_many_parents_cost_no_more_than_a_fixed_number():
    parents = [Told(POINTS[n::5], losses_at(POINTS[n::5])) for n in range(5)]

    _, beliefs = surrogate(*parents).model(POINTS, losses_at(POINTS))

    assert [len(belief.x) <= MOST_KNOWN for belief in beliefs] == [True]


def test_failures_of_parents_count_as_their_worst():
    failed = parent()
    failed.losses[POINTS[:40, 0] > 0.5] = np.inf

    found = means(surrogate(failed), NONE, np.empty(0))

    assert found[ANYWHERE[:, 0] > 0.6].min() > found[ANYWHERE[:, 0] < 0.4].max()

"""Which observations the surrogate is fitted to, and when."""

import numpy as np
import pytest

import amt_magic as amt
from amt_magic.space import ParameterRanges
from amt_magic.strategies.bayesian.surrogate import MOST_KNOWN, Surrogate, last_fit
from amt_magic.strategies.bayesian.unit_cube import UnitCube

pytestmark = pytest.mark.usefixtures("one_thread")

CUBE = UnitCube(ParameterRanges({name: amt.Continuous(0, 1) for name in "ab"}))
generator = np.random.default_rng(8)
POINTS, ANYWHERE = generator.random((1500, 2)), generator.random((20, 2))
LOSSES = np.sin(4 * POINTS[:, 0]) + POINTS[:, 1] ** 2


def model(n, surrogate=None):
    surrogate = surrogate or Surrogate(CUBE, 3, None)
    return surrogate.model(POINTS[:n], LOSSES[:n])


def means(n, surrogate=None):
    _, beliefs = model(n, surrogate)
    return [belief.mean(ANYWHERE).tolist() for belief in beliefs]


@pytest.mark.parametrize("n", [2, 30, 400, 1500])
def test_losses_are_predicted_in_their_order(n):
    found = np.mean(means(n), axis=0)

    truth = np.sin(4 * ANYWHERE[:, 0]) + ANYWHERE[:, 1] ** 2
    correlation = np.corrcoef(found, truth)[0, 1]
    assert correlation > (0.99 if n > 2 else 0.1)


def test_belief_depends_on_the_observations_alone_and_not_on_what_was_asked_before():
    surrogate = Surrogate(CUBE, 3, None)
    for n in (5, 40, 7, 39, 41):
        model(n, surrogate)

    assert means(40, surrogate) == means(40)


def test_belief_changes_with_each_observation():
    surrogate = Surrogate(CUBE, 3, None)

    found = [str(means(n, surrogate)) for n in range(10, 30)]

    assert len(set(found)) == 20


def test_many_observations_cost_no_more_than_a_fixed_number():
    known, beliefs = model(1500)

    assert len(known) <= MOST_KNOWN
    assert len(beliefs) == 1


def test_best_observations_are_always_known():
    known, _ = model(1500)

    best = POINTS[np.argsort(LOSSES[:1500])[:20]]
    assert set(map(tuple, best)) <= set(map(tuple, known))


def test_all_of_few_observations_are_known():
    known, beliefs = model(50)

    assert np.array_equal(known, POINTS[:50])
    assert len(beliefs) > 1


def test_fits_are_at_fixed_numbers_that_are_reached():
    sizes = [last_fit(count) for count in range(1, 2000)]

    assert sizes[:30] == list(range(1, 31))
    assert all(size <= count for count, size in enumerate(sizes, 1))
    assert all(last_fit(size) == size for size in set(sizes))


def test_fits_are_never_older_than_a_tenth_of_the_observations():
    assert all(last_fit(count) > 0.9 * count for count in range(1, 5000))


def test_another_seed_believes_something_else_of_many_observations():
    other = Surrogate(CUBE, 4, None)

    assert means(400, other) != means(400)

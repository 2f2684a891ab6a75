"""What a loss at one point tells of the loss at another."""

import numpy as np
import pytest
from scipy.special import gamma, kv

from amt_magic.strategies.bayesian.kernel import matern
from tests.strategies.bayesian.examples import kernel

GROUPS = {"numbers": [0, 1, 2], "a category": [0, 1, 1, 1, 2], "one": [0]}
each = pytest.mark.parametrize("groups", GROUPS.values(), ids=GROUPS)


def points(n, groups, seed=0):
    return np.random.default_rng(seed).random((n, len(groups)))


def test_matern_is_that_of_five_halves():
    r = np.geomspace(1e-3, 20, 50)

    expected = 2**-1.5 / gamma(2.5) * r**2.5 * kv(2.5, r)  # nu = 5/2
    assert matern(r) == pytest.approx(expected)


def test_matern_of_nothing_is_one():
    assert matern(np.zeros(2)) == pytest.approx([1.0, 1.0])


@each
def test_covariance_is_positive_definite(groups):
    x = points(40, groups)

    values = np.linalg.eigvalsh(kernel(groups).between(x, x))

    assert values.min() > -1e-9


@each
def test_covariance_is_symmetric(groups):
    a, b = points(5, groups), points(7, groups, seed=1)

    one, other = kernel(groups).between(a, b), kernel(groups).between(b, a)

    assert one.shape == (5, 7)
    assert one == pytest.approx(other.T)


@each
def test_point_covaries_with_itself_by_the_variance(groups):
    k, x = kernel(groups), points(5, groups) * 1e-3 + 0.7

    assert np.diag(k.between(x, x)) == pytest.approx(np.full(5, k.variance), abs=1e-6)


@each
def test_covariance_falls_with_distance_along_each_column(groups):
    k = kernel(groups)
    for column in range(len(groups)):
        there = np.zeros((4, len(groups)))
        there[:, column] = [0.0, 0.2, 0.5, 1.0]

        (covariances,) = k.between(np.zeros((1, len(groups))), there)

        assert np.all(np.diff(covariances) < -1e-3)


def test_covariance_of_two_categories_is_the_same_whichever_they_are():
    groups = [0, 1, 1, 1]
    categories = np.hstack([np.full((3, 1), 0.4), np.eye(3) * 0.5**0.5])

    covariances = kernel(groups).between(categories, categories)

    apart = covariances[~np.eye(3, dtype=bool)]
    assert apart == pytest.approx(np.full(6, apart[0]))


def test_points_given_stay_as_they_are():
    a, b = points(5, [0, 1]), points(7, [0, 1], seed=1)
    before = a.copy(), b.copy()

    kernel([0, 1]).between(a, b)

    assert np.array_equal(a, before[0])
    assert np.array_equal(b, before[1])

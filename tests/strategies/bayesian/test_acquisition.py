"""Expected improvement, near and far from the incumbent."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from amt_magic.strategies.bayesian.acquisition import (
    ExpectedImprovement,
    log_expected_improvement,
)
from amt_magic.strategies.bayesian.gaussian_process import Posterior
from tests.strategies.bayesian.examples import kernel

X = np.linspace(0.05, 0.95, 5)[:, None]
Y = np.array([1.0, 0.2, -0.8, 0.1, 1.1])
NONE = np.empty((0, 1))
GRID = np.linspace(0, 1, 101)[:, None]
SMOOTH, ROUGH = (kernel([0], 1e-6, finer) for finer in (1.0, 4.0))


def integrated(z, deviation):
    """The logarithm of EI by its definition, an integral that does not underflow.

    EI = sd ∫ t φ(z - t) dt over t > 0 = sd φ(z) ∫ t exp(z t - t²/2) dt.
    """
    peak = 0.5 * (z + math.sqrt(z * z + 4))  # of the integrand
    height = math.log(peak) + z * peak - peak * peak / 2

    def integrand(t):
        return math.exp(math.log(t) + z * t - t * t / 2 - height) if t else 0.0

    width = 1 / math.sqrt(1 / peak**2 + 1)
    marks = [0.0, peak, peak + 4 * width, peak + 60 * width]
    parts = [
        quad(integrand, *ends, epsabs=0, epsrel=1e-12)[0] for ends in pairwise(marks)
    ]
    log_density = -z * z / 2 - 0.5 * math.log(2 * math.pi)
    return math.log(deviation) + log_density + height + math.log(math.fsum(parts))


def log_ei(z, deviation=1.0, incumbent=0.0):
    mean = incumbent - z * deviation
    return log_expected_improvement(np.array([mean]), np.array([deviation]), incumbent)


@pytest.mark.parametrize("deviation", [1e-5, 1.0, 30.0])
@pytest.mark.parametrize(
    "z", [5.0, 2.0, 1.0, 0.0, -0.5, -0.999, -1.001, -2, -5, -10, -20, -37.5, -40, -100]
)
def test_logarithm_agrees_with_the_integral(z, deviation):
    assert log_ei(z, deviation) == pytest.approx(integrated(z, deviation), rel=1e-9)


@pytest.mark.parametrize("z", [-300.0, -999.0, -1001.0, -1e4, -1e8])
def test_logarithm_agrees_with_the_asymptotic_series(z):
    series = 1 - 3 / z**2 + 15 / z**4
    density = -0.5 * z * z - 0.5 * math.log(2 * math.pi)
    expected = density - 2 * math.log(-z) + math.log(series)

    assert log_ei(z) - density == pytest.approx(expected - density, abs=1e-5)


def test_less_is_expected_the_higher_the_mean():
    means = np.concatenate([np.linspace(-5, 40, 9001), np.geomspace(41, 1e6, 500)])

    values = log_expected_improvement(means, np.ones(len(means)), 0.0)

    assert np.isfinite(values).all()
    assert np.all(np.diff(values) < 0)


def test_more_is_expected_the_less_is_known():
    deviations = np.geomspace(1e-5, 10, 200)

    worse = log_expected_improvement(np.full(200, 0.5), deviations, 0.0)

    assert np.isfinite(worse).all()
    assert np.all(np.diff(worse) > 0)


def best_of(promise):
    return float(GRID[promise(GRID).argmax(), 0])


def test_most_is_expected_between_the_lowest_observations():
    promise = ExpectedImprovement([Posterior.of(SMOOTH, X, Y)], X, NONE)

    assert 0.3 < best_of(promise) < 0.7
    assert promise(X).max() < promise(GRID).max() - 2


def test_nothing_more_is_expected_where_a_point_is_pending():
    beliefs = [Posterior.of(SMOOTH, X, Y)]
    first = best_of(ExpectedImprovement(beliefs, X, NONE))
    pending = np.array([[first]])

    promise = ExpectedImprovement(beliefs, X, pending)

    assert best_of(promise) != first
    assert promise(pending)[0] < promise(GRID).max() - 3


def test_improvement_is_over_what_pending_points_are_believed_to_give():
    belief, pending = Posterior.of(SMOOTH, X[[0, 1, 3, 4]], Y[[0, 1, 3, 4]]), X[[2]]
    lowest = belief.mean(pending)[0]

    promise = ExpectedImprovement([belief], X[[0, 1, 3, 4]], pending)

    believed = belief.with_pending(pending).predict(GRID)
    assert lowest < Y[[0, 1, 3, 4]].min() - 0.1
    assert promise(GRID) == pytest.approx(log_expected_improvement(*believed, lowest))


def test_improvement_is_averaged_over_beliefs():
    beliefs = [Posterior.of(kernel, X, Y) for kernel in (SMOOTH, ROUGH)]

    both = np.exp(ExpectedImprovement(beliefs, X, NONE)(GRID))

    each = [np.exp(ExpectedImprovement([b], X, NONE)(GRID)) for b in beliefs]
    assert both / both.max() == pytest.approx(sum(each) / sum(each).max())


def test_means_are_those_of_the_observed_points():
    beliefs = [Posterior.of(kernel, X, Y) for kernel in (SMOOTH, ROUGH)]

    promise = ExpectedImprovement(beliefs, X, np.array([[0.5]]))

    assert promise.means == pytest.approx(Y, abs=1e-3)

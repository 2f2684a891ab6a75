"""What is believed after observations, and how pending points change it."""

import numpy as np
import pytest

from amt_magic.strategies.bayesian.gaussian_process import Posterior, factor_of
from amt_magic.strategies.bayesian.likelihood import JITTER
from tests.strategies.bayesian.examples import kernel as kernel_of

pytestmark = pytest.mark.usefixtures("one_thread")

NOISELESS, NOISY = (kernel_of([0, 1, 1], noise) for noise in (0.0, 0.05))
each_kernel = pytest.mark.parametrize(
    "kernel", [NOISELESS, NOISY], ids=["noiseless", "noisy"]
)
generator = np.random.default_rng(7)
X, PENDING, ANYWHERE = (generator.random((n, 3)) for n in (25, 6, 200))
Y = np.sin(5 * X[:, 0]) + X[:, 1] ** 2


def refitted(kernel, pending):
    """Fit to the observations, and to pending points at their means without noise.

    Returns means and deviations at ANYWHERE, by Rasmussen and Williams (2006),
    equations 2.23 and 2.24.
    """
    means = Posterior.of(kernel, X, Y).mean(pending)
    x, y = np.vstack([X, pending]), np.concatenate([Y, means])
    noise = np.repeat([kernel.noise, 0.0], [len(X), len(pending)]) + JITTER
    inverse = np.linalg.inv(kernel.between(x, x) + np.diag(noise))
    cross = kernel.between(x, ANYWHERE)
    variance = kernel.variance - np.sum(cross * (inverse @ cross), axis=0)
    return cross.T @ inverse @ y, np.sqrt(variance)


def one_by_one(kernel, pending):
    posterior = Posterior.of(kernel, X, Y)
    for row in pending:
        posterior = posterior.with_pending(row[None])
    return posterior


def at_once(kernel, pending):
    return Posterior.of(kernel, X, Y).with_pending(pending)


def test_mean_goes_through_observations_without_noise():
    mean, deviation = Posterior.of(NOISELESS, X, Y).predict(X)

    assert mean == pytest.approx(Y, abs=1e-5)
    assert deviation.max() < 1e-3


def test_mean_and_deviation_are_those_of_the_textbook():
    covariance = NOISY.between(X, X) + NOISY.noise * np.eye(len(X))
    cross, inverse = NOISY.between(X, ANYWHERE), np.linalg.inv(covariance)

    mean, deviation = Posterior.of(NOISY, X, Y).predict(ANYWHERE)

    assert mean == pytest.approx(cross.T @ inverse @ Y, abs=1e-6)
    variance = NOISY.variance - np.sum(cross * (inverse @ cross), axis=0)
    assert deviation == pytest.approx(np.sqrt(variance), abs=1e-6)


def test_far_from_observations_the_prior_is_believed():
    mean, deviation = Posterior.of(NOISY, X, Y).predict(np.full((1, 3), 50.0))

    assert mean == pytest.approx([0.0])
    assert deviation**2 == pytest.approx([NOISY.variance])


@each_kernel
@pytest.mark.parametrize("added", [at_once, one_by_one])
def test_mean_with_pending_points_is_that_of_a_refit(kernel, added):
    mean, _ = added(kernel, PENDING).predict(ANYWHERE)

    expected, _ = refitted(kernel, PENDING)
    assert mean == pytest.approx(expected, abs=1e-6)


@each_kernel
@pytest.mark.parametrize("added", [at_once, one_by_one])
def test_deviation_with_pending_points_is_that_of_a_refit(kernel, added):
    _, deviation = added(kernel, PENDING).predict(ANYWHERE)

    _, expected = refitted(kernel, PENDING)
    assert deviation == pytest.approx(expected, abs=1e-6)


@each_kernel
def test_pending_points_leave_the_mean_as_it_is(kernel):
    before = Posterior.of(kernel, X, Y)

    after = before.with_pending(PENDING)

    assert after.mean(ANYWHERE) == pytest.approx(before.mean(ANYWHERE), abs=1e-9)


@each_kernel
def test_pending_points_are_hardly_uncertain_with_noise_or_without(kernel):
    before = Posterior.of(kernel, X, Y)

    _, deviation = before.with_pending(PENDING).predict(PENDING)

    assert deviation.max() < 1e-3 < before.predict(PENDING)[1].min()


def test_without_pending_points_nothing_changes():
    before = Posterior.of(NOISY, X, Y)

    _, deviation = before.with_pending(np.empty((0, 3))).predict(ANYWHERE)

    assert deviation == pytest.approx(before.predict(ANYWHERE)[1])


@pytest.mark.parametrize("distance", [0.0, 1e-12, 1e-7])
def test_observations_that_nearly_coincide_are_survived(distance):
    x = np.vstack([X, X + distance, X - distance])

    mean, deviation = Posterior.of(NOISELESS, x, np.tile(Y, 3)).predict(X)

    assert mean == pytest.approx(Y, abs=1e-3)
    assert np.isfinite(deviation).all()


@pytest.mark.parametrize("distance", [0.0, 1e-12, 1e-7])
def test_pending_points_that_nearly_coincide_are_survived(distance):
    pending = np.vstack([PENDING, PENDING + distance, X, X + distance])

    posterior = Posterior.of(NOISELESS, X, Y).with_pending(pending)

    mean, deviation = posterior.predict(ANYWHERE)
    assert np.isfinite(mean).all()
    assert np.isfinite(deviation).all()
    assert posterior.predict(PENDING)[1].max() < 1e-3


def test_factor_of_what_is_not_positive_definite_is_of_something_near():
    covariance = np.ones((3, 3)) - np.diag([0.0, 1e-7, 0.0])

    factor = factor_of(covariance, 0.0)

    assert factor @ factor.T == pytest.approx(covariance, abs=1e-3)

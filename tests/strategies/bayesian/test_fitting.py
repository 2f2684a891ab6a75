"""Which kernels are plausible, given data."""

import numpy as np
import pytest

from amt_magic.strategies.bayesian.fitting import plausible_kernels
from amt_magic.strategies.bayesian.likelihood import Prior, negative_log_posterior
from tests.strategies.bayesian.examples import kernel

pytestmark = pytest.mark.usefixtures("one_thread")

GROUPS = np.array([0, 1, 1, 1, 2])


def data(n=40):
    """Losses that depend on the first column alone, and steeply."""
    generator = np.random.default_rng(6)
    x = generator.random((n, 5))
    y = np.sin(9 * x[:, 0])
    return x, (y - y.mean()) / y.std()


def fitted(x, y, count=1, seed=0):
    return plausible_kernels(x, y, GROUPS, count, np.random.default_rng(seed))


def test_column_that_matters_has_the_shortest_length_scale():
    (found,) = fitted(*data())

    assert found.scales[0] < 0.5 * min(found.scales[1], found.scales[4])


@pytest.mark.parametrize(
    ("deviation", "low", "high"), [(0.0, 0.0, 1e-3), (0.1, 0.01, 0.05), (0.3, 0.1, 0.3)]
)
def test_noise_is_told_from_signal(deviation, low, high):
    generator = np.random.default_rng(3)
    x = generator.random((80, 2))
    y = np.sin(4 * x[:, 0]) + x[:, 1] ** 2 + deviation * generator.normal(size=80)
    y = (y - y.mean()) / y.std()

    (found,) = plausible_kernels(x, y, np.array([0, 1]), 1, generator)

    assert low <= found.noise <= high


def theta_of(found):
    scales = [found.scales[list(GROUPS).index(group)] for group in range(3)]
    return np.log([found.noise, found.joint, found.main, *scales])


def test_first_kernel_is_more_probable_than_the_prior_and_than_the_draws():
    x, y = data()
    prior = Prior.of(3)

    mode, *drawn = fitted(x, y, count=6)

    def cost(theta):
        return negative_log_posterior(theta, x, y, GROUPS, prior)[0]

    assert cost(theta_of(mode)) < cost(prior.mean) - 1
    assert all(cost(theta_of(mode)) < cost(theta_of(each)) for each in drawn)


def test_as_many_kernels_are_drawn_as_asked_for_and_they_differ():
    kernels = fitted(*data(), count=5)

    assert len({each.noise for each in kernels}) == 5


def test_draws_keep_within_the_bounds():
    prior = Prior.of(3)

    for each in fitted(*data(4), count=50):
        assert np.all(theta_of(each) >= prior.low - 1e-9)
        assert np.all(theta_of(each) <= prior.high + 1e-9)


def test_draws_are_closer_together_the_more_is_known():
    few, many = (
        [np.log(each.scales[0]) for each in fitted(*data(n), count=30)] for n in (5, 80)
    )

    assert np.std(many) < 0.7 * np.std(few)


def test_same_data_and_generator_give_the_same_kernels():
    one, other = (
        [theta_of(each).tolist() for each in fitted(*data(), count=4)] for _ in range(2)
    )

    assert one == other


@pytest.mark.parametrize("y", [np.zeros(8), np.array([1e3, *[0.0] * 7])])
def test_losses_that_tell_little_are_survived(y):
    x = np.tile(data(4)[0], (2, 1))  # each point twice

    for each in fitted(x, y, count=4):
        assert np.isfinite(each.between(x, x)).all()
        assert np.isfinite(theta_of(each)).all()


def test_prior_is_believed_where_nothing_is_known():
    (found,) = fitted(np.full((1, 5), 0.5), np.zeros(1))

    assert found.scales == pytest.approx(kernel(GROUPS).scales)

"""How likely a kernel's hyperparameters are, and the gradient of that."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from amt_magic.strategies.bayesian.likelihood import (
    JITTER,
    Prior,
    kernel_of,
    negative_log_posterior,
)

pytestmark = pytest.mark.usefixtures("one_thread")

GROUPS = {
    "one column each": [0, 1, 2],
    "a category of four": [0, 1, 1, 1, 1, 2],
    "categories alone": [0, 0, 1, 1, 1],
    "one group": [0],
}
each = pytest.mark.parametrize("groups", GROUPS.values(), ids=GROUPS)
STEP = 1e-4


def data(n, groups):
    """Random features and losses, reproducible."""
    generator = np.random.default_rng([n, len(groups)])
    return generator.random((n, len(groups))), generator.standard_normal(n)


def differences(function, theta):
    """Derivatives by central differences of fourth order."""
    steps = STEP * np.eye(len(theta))
    near = [function(theta + s) - function(theta - s) for s in steps]
    far = [function(theta + 2 * s) - function(theta - 2 * s) for s in steps]
    return (8 * np.array(near) - np.array(far)) / (12 * STEP)


def of_two_tasks(n):
    """Factors of covariances: 1 within a task, 0.4 between the two."""
    task = np.arange(n) % 2
    return np.where(task[:, None] == task, 1.0, 0.4)


@each
@pytest.mark.parametrize("n", [1, 2, 7, 40])
@pytest.mark.parametrize("factors", [lambda n: None, of_two_tasks])
def test_gradient_agrees_with_finite_differences(n, groups, factors):
    groups, shared = np.array(groups), factors(n)
    (x, y), prior = data(n, groups), Prior.of(groups.max() + 1)
    away = np.random.default_rng(n).uniform(-0.7, 0.7, len(prior.mean))
    theta = prior.from_units(away)

    _, gradient = negative_log_posterior(theta, x, y, groups, prior, shared)

    numeric = differences(
        lambda t: negative_log_posterior(t, x, y, groups, prior, shared)[0], theta
    )
    assert np.abs(gradient - numeric).max() < 1e-6 * np.abs(numeric).max()


def test_tasks_that_share_nothing_are_as_likely_as_the_product_of_each():
    groups = np.array([0, 1])
    (x, y), prior = data(9, groups), Prior.of(2)
    task = np.arange(9) < 4
    shared = (task[:, None] == task).astype(float)

    both = negative_log_posterior(prior.mean, x, y, groups, prior, shared)[0]

    alone = [
        negative_log_posterior(prior.mean, x[rows], y[rows], groups, prior)[0]
        for rows in (task, ~task)
    ]
    assert both == pytest.approx(sum(alone))


@each
def test_value_is_the_density_of_the_losses_and_the_prior(groups):
    groups = np.array(groups)
    (x, y), prior = data(9, groups), Prior.of(groups.max() + 1)

    def expected(theta):
        kernel = kernel_of(theta, groups)
        covariance = kernel.between(x, x) + (kernel.noise + JITTER) * np.eye(len(y))
        likely = multivariate_normal.logpdf(y, cov=covariance)
        return -likely + 0.5 * np.sum(((theta - prior.mean) / prior.deviation) ** 2)

    one, other = prior.mean, prior.from_units(np.full(len(prior.mean), 0.5))
    values = [negative_log_posterior(t, x, y, groups, prior)[0] for t in (one, other)]

    assert values[1] - values[0] == pytest.approx(expected(other) - expected(one))


def test_columns_of_a_group_share_their_length_scale():
    prior = Prior.of(2)
    theta = prior.from_units(np.arange(len(prior.mean)) / 10)

    kernel = kernel_of(theta, np.array([0, 1, 1, 1]))

    assert len(set(kernel.scales)) == 2
    assert len(set(kernel.scales[1:])) == 1


def test_length_scales_of_the_prior_grow_with_the_root_of_the_number_of_ranges():
    few, many = Prior.of(2), Prior.of(8)

    assert np.exp(many.mean[-1] - few.mean[-1]) == pytest.approx(2.0)


@pytest.mark.parametrize("groups", [1, 30, 100])
def test_prior_has_its_mean_within_its_bounds(groups):
    prior = Prior.of(groups)

    assert np.all(prior.low < prior.mean)
    assert np.all(prior.mean < prior.high)


def test_units_of_the_prior_go_there_and_back():
    prior = Prior.of(3)
    theta = prior.mean + np.arange(len(prior.mean)) / 7

    assert prior.from_units(prior.to_units(theta)) == pytest.approx(theta)

"""How much the losses of one tuning job tell of another's."""

import numpy as np
import pytest

from amt_magic.strategies.bayesian.gaussian_process import Posterior
from amt_magic.strategies.bayesian.tasks import (
    CORRELATIONS,
    LEVEL,
    TaskKernel,
    chances_of_correlations,
    drawn_evenly,
)
from tests.strategies.bayesian.examples import kernel as kernel_of

pytestmark = pytest.mark.usefixtures("one_thread")

KERNEL = kernel_of([0, 1], noise=1e-4)
generator = np.random.default_rng(6)
X, ANYWHERE = generator.random((60, 2)), generator.random((100, 2))
Y = np.sin(4 * X[:, 0]) + X[:, 1] ** 2
Y = (Y - Y.mean()) / Y.std()


def of_task(x, task, tasks=3):
    return np.hstack([x, np.tile(np.eye(tasks)[task], (len(x), 1))])


def test_covariances_of_tasks_are_the_products_of_their_correlations():
    kernel = TaskKernel(KERNEL, np.array([1.0, 0.8, 0.5]))
    a, b = X[:5], X[5:12]
    alike = np.array([[1.0, 0.8, 0.5], [0.8, 1.0, 0.4], [0.5, 0.4, 1.0]])

    for s in range(3):
        for t in range(3):
            found = kernel.between(of_task(a, s), of_task(b, t))

            level = LEVEL if s == t == 0 else 0.0
            assert found == pytest.approx(alike[s, t] * KERNEL.between(a, b) + level)


def test_variance_is_the_covariance_of_a_point_with_itself():
    kernel = TaskKernel(KERNEL, np.array([1.0, 0.8, 0.5]))

    itself = kernel.between(of_task(X[:1], 0), of_task(X[:1], 0))

    assert kernel.variance == pytest.approx(itself[0, 0])


def test_unlike_task_tells_nothing():
    kernel = TaskKernel(KERNEL, np.array([1.0, 0.0]))
    both = np.vstack([of_task(X[:9], 0, 2), of_task(X[9:], 1, 2)])

    found = Posterior.of(kernel, both, Y).predict(of_task(ANYWHERE, 0, 2))

    alone = Posterior.of(kernel, of_task(X[:9], 0, 2), Y[:9])
    assert np.allclose(found, alone.predict(of_task(ANYWHERE, 0, 2)))


def test_like_task_tells_almost_what_the_job_itself_would():
    kernel = TaskKernel(KERNEL, np.array([1.0, 0.99]))
    both = np.vstack([of_task(X[:9], 0, 2), of_task(X[9:], 1, 2)])

    found = Posterior.of(kernel, both, Y).mean(of_task(ANYWHERE, 0, 2))

    truth = np.sin(4 * ANYWHERE[:, 0]) + ANYWHERE[:, 1] ** 2
    assert np.corrcoef(found, truth)[0, 1] > 0.98


def expected(own, other):
    """The correlation to expect, of `own` at 12 points and `other` at 48 others."""
    y, is_own = np.concatenate([own[:12], other[12:]]), np.arange(60) < 12
    return chances_of_correlations(KERNEL, X, y, is_own) @ CORRELATIONS


def test_parents_are_believed_by_how_well_they_tell_the_losses():
    noisy = 0.7 * Y + 0.7 * generator.permutation(Y)

    same, somewhat, shuffled, negated = (
        expected(Y, other) for other in (Y, noisy, generator.permutation(Y), -Y)
    )

    assert same > 0.9 > somewhat > max(shuffled, negated)
    assert max(shuffled, negated) < 0.3


def test_level_of_the_losses_does_not_matter():
    assert expected(Y + 1.5, Y) > 0.9


def test_chances_add_up_to_one():
    chances = chances_of_correlations(KERNEL, X, Y, np.arange(60) < 0)

    assert chances.sum() == pytest.approx(1.0)
    assert chances == pytest.approx(1 / len(CORRELATIONS))  # nothing of its own yet


@pytest.mark.parametrize("count", [1, 2, 6])
def test_correlations_are_drawn_at_quantiles(count):
    sure = np.eye(len(CORRELATIONS))[4]

    assert list(drawn_evenly(sure, count)) == [CORRELATIONS[4]] * count


def test_correlations_that_are_as_likely_are_drawn_evenly():
    even = np.full(len(CORRELATIONS), 1 / len(CORRELATIONS))

    assert list(drawn_evenly(even, len(CORRELATIONS))) == list(CORRELATIONS)

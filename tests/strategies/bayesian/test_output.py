"""What losses become before a surrogate sees them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import boxcox
from scipy.stats import yeojohnson_llf

from amt_magic.strategies.bayesian.output import LAMBDAS, finite, most_normal
from amt_magic.strategies.bayesian.output import standardised as standardised_

GOOD = 1 + np.arange(10) / 100
any_losses = st.lists(
    st.floats(allow_nan=False, allow_infinity=False)
    | st.floats(-1, 1)
    | st.sampled_from([0.0, 1.0, 1e12, -1e12, 1e300, -1e308, 1e308, 5e-324]),
    min_size=1,
    max_size=30,
)


def standardised(losses):
    return standardised_(np.array(losses, dtype=float))


@given(any_losses)
def test_order_is_kept(losses):
    transformed = standardised(losses)

    assert np.all(np.diff(transformed[np.argsort(losses)]) >= -1e-9)


@given(any_losses)
def test_what_comes_out_is_standardised_or_all_zeros(losses):
    transformed = standardised(losses)

    assert np.isfinite(transformed).all()
    if transformed.any():
        assert np.mean(transformed) == pytest.approx(0.0, abs=1e-9)
        assert np.std(transformed) == pytest.approx(1.0)


@given(any_losses)
def test_worst_and_best_are_told_apart(losses):
    transformed = standardised(losses)

    low, high = min(losses), max(losses)
    if high - low > 1e-6 * max(abs(low), abs(high)):
        difference = transformed[np.argmax(losses)] - transformed[np.argmin(losses)]
        assert difference > 0.1


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=20),
    st.floats(1e-6, 1e6),
    st.floats(-100, 100),
)
def test_units_of_the_losses_are_irrelevant(losses, factor, shift):
    losses = np.round(losses, 3)

    transformed = standardised(losses * factor + shift * factor)

    assert transformed == pytest.approx(standardised(losses), abs=1e-3)


@pytest.mark.parametrize("value", [0.0, 0.1, -1e300, 1e-300, 1e308])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 30])
def test_equal_losses_become_zeros(value, n):
    assert list(standardised([value] * n)) == [0.0] * n


@pytest.mark.parametrize("losses", [[1, 2], [-1e308, 1e308], [1e-300, 2e-300]])
def test_two_losses_become_minus_one_and_one(losses):
    assert standardised(losses) == pytest.approx([-1, 1])


def test_three_losses_are_standardised_as_they_are():
    assert standardised([1, 2, 6]) == pytest.approx(
        np.array([-2, -1, 3]) * 14**-0.5 * 3**0.5
    )


@pytest.mark.parametrize("size", [5e-324, 1e-300, 1e-200, 1.0, 1e300])
def test_one_loss_among_equal_ones_stands_out_whatever_its_size(size):
    transformed = standardised([0.0] * 9 + [size])

    assert transformed == pytest.approx([-1 / 3] * 9 + [3.0])


@pytest.mark.parametrize("size", [1e-300, 1e-12, 1.0, 1e12, 1e300])
def test_size_of_the_losses_is_irrelevant(size):
    assert standardised(GOOD * size) == pytest.approx(standardised(GOOD), abs=1e-6)


OUTLIERS = {
    "one bad": [1e12],
    "one very good": [-1e12],
    "two in twelve": [1e12, 1e12],
    "a third": [1e12] * 5,
    "four in ten": [1e12, 1e13, 1e14, 1e15, 1e15, 1e15],
}


@pytest.mark.parametrize("outliers", OUTLIERS.values(), ids=OUTLIERS)
def test_outliers_leave_the_others_well_apart(outliers):
    transformed = standardised([*GOOD, *outliers])[: len(GOOD)]

    assert np.diff(transformed).min() > 0.01
    assert np.ptp(transformed) > 0.1


@pytest.mark.parametrize("outlier", [1e300, -1e300])
def test_others_stay_in_order_beside_the_farthest_outlier(outlier):
    transformed = standardised([*GOOD, outlier])[: len(GOOD)]

    assert np.diff(transformed).min() > 1e-4


def test_losses_of_both_extremes_are_not_all_the_same():
    transformed = standardised([-1e308, 1e308, 0, 1, 2, 3])

    assert transformed[0] < -0.5 < 0.5 < transformed[1]


def test_difference_that_is_next_to_nothing_does_not_hide_a_large_one():
    transformed = standardised([0, 5e-324, 0, 5e-324, 0, 1.0])

    assert transformed.argmax() == 5
    assert np.ptp(transformed) > 1


@pytest.mark.parametrize("sign", [1, -1])
def test_skewed_losses_become_nearly_normal(sign):
    losses = sign * np.exp(np.random.default_rng(0).normal(size=200))

    transformed = standardised(losses)

    skewness = np.mean(transformed**3)
    assert abs(skewness) < 0.2 < 1.5 < abs(np.mean(losses - losses.mean()) ** 3 + 3)


def test_transform_is_the_most_likely_of_yeo_and_johnson():
    x = np.random.default_rng(1).gamma(1.0, size=50) - 0.5

    transformed = most_normal(x)

    grid = LAMBDAS[:, 0]
    best = grid[np.argmax([yeojohnson_llf(lambda_, x) for lambda_ in grid])]
    expected = np.where(x >= 0, boxcox(x + 1, best), -boxcox(1 - x, 2 - best))
    assert transformed == pytest.approx(expected)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_loss_that_is_not_finite_becomes_the_worst(bad):
    assert list(finite(np.array([3.0, bad, -1.0, bad]))) == [3.0, 3.0, -1.0, 3.0]


@pytest.mark.parametrize("losses", [[], [math.nan], [math.inf, math.nan]])
def test_without_any_finite_loss_all_are_equal(losses):
    assert list(finite(np.array(losses, dtype=float))) == [0.0] * len(losses)


def test_finite_losses_stay_as_they_are():
    losses = np.array([1e300, -1e-300, 0.0, -1e308])

    assert list(finite(losses)) == list(losses)

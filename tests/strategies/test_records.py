"""What the losses so far tell, without a model."""

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import amt_magic as amt
from amt_magic.jobs import Ended, History, Report, TrainingJob, TrainingJobStatus
from amt_magic.strategies.records import (
    FEWEST,
    LONG,
    draws_have_converged,
    gains_in_as_many,
    has_long_been_without,
    losses_of,
    since_gain,
    smallest_step,
)

DENSE = [100.0 + (37 * place % 60) / 300 for place in range(60)]  # 100 comes first
ADDED = [102.0] * 30


def history_of(*outcomes, kind="Minimize") -> History:
    """A history of (status, value, time of end)."""
    history = History(amt.Objective(type=kind, metric_name="m"))
    for index, (status, value, time) in enumerate(outcomes, 1):
        job = TrainingJob(index=index, name="t", hyperparameters={}, created_at=0.0)
        history.add(job)
        if value is not None:
            history.record(Report(index=index, resource=1, value=value, time=0.0))
        if status:
            status = TrainingJobStatus(status)
            history.end(Ended(index=index, status=status, time=time))
    return history


def test_losses_come_as_training_jobs_ended():
    history = history_of(("Completed", 1.0, 9.0), ("Completed", 2.0, 3.0))

    assert losses_of(history) == [2.0, 1.0]


def test_what_ended_at_once_comes_by_index():
    history = history_of(("Completed", 1.0, 5.0), ("Completed", 2.0, 5.0))

    assert losses_of(history) == [1.0, 2.0]


def test_stopped_ones_count_and_failed_pending_and_not_finite_ones_do_not():
    history = history_of(
        ("Stopped", 1.0, 1.0),
        ("Failed", 2.0, 2.0),
        (None, 3.0, None),
        ("Completed", math.nan, 4.0),
        ("Completed", math.inf, 5.0),
        ("Stopped", None, 6.0),
        ("Completed", 7.0, 7.0),
    )

    assert losses_of(history) == [1.0, 7.0]


def test_what_is_maximised_becomes_a_loss():
    history = history_of(("Completed", 0.9, 1.0), kind="Maximize")

    assert losses_of(history) == [-0.9]


@pytest.mark.parametrize(
    ("losses", "left"),
    [
        ([], []),
        ([5.0], []),
        ([5.0, 5.0, 6.0], [5.0, 6.0]),
        ([100.0, 98.9], []),
        ([100.0, 99.1], [99.1]),
        ([100.0, 99.1, 98.9], [99.1, 98.9]),  # by less than 1 % each
        ([-100.0, -101.1], []),
        ([-100.0, -100.9], [-100.9]),
        ([9.0, 1.0, -1.0, 5.0], [5.0]),
    ],
)
def test_since_gain_is_what_came_after_the_last_gain_of_one_percent(losses, left):
    assert list(since_gain(losses)) == left


def test_long_without_a_gain_are_eighty():
    assert not has_long_been_without([1.0] * 80)
    assert has_long_been_without([1.0, *[1.0] * 80])


def test_expected_gains_are_those_of_an_exponential_tail():
    losses = [12.0, 10.0, 14.0, 11.0, 13.0, 15.0, 10.0, 20.0]

    mean_distance = (5 + 4 + 3 + 2 + 1) / 5
    goal = 5 + 0.01 * 10
    assert gains_in_as_many(losses) == pytest.approx(
        6 * math.exp(-goal / mean_distance)
    )


def test_draws_that_lie_close_above_the_best_have_converged():
    assert draws_have_converged([*DENSE, *ADDED])


def test_draws_whose_best_lie_far_apart_have_not():
    spread = [100.0 + (37 * place % 60) for place in range(60)]

    assert not draws_have_converged([*spread, *ADDED])


def test_few_draws_have_not_converged_however_close():
    assert not draws_have_converged(DENSE[:FEWEST])


def test_gain_right_now_says_that_draws_have_not_converged():
    assert not draws_have_converged([*DENSE, *ADDED, 98.0])


def test_draws_that_still_improve_have_not_converged():
    assert not draws_have_converged([100 * 0.98**place for place in range(300)])


@pytest.mark.parametrize("losses", [[1.0], [0.0], [0.0, 1.0], [-1.0, 2.0, 3.0]])
def test_few_distinct_losses_converge_in_the_end_and_not_at_once(losses):
    assert not draws_have_converged([*losses, *[losses[0]] * (LONG - len(losses))])
    assert draws_have_converged([*losses, *[losses[0]] * LONG])


@pytest.mark.parametrize(
    "losses", [[], [1e308, -1e308] * 50, [5e-324, 0.0, 1e-323] * 50]
)
def test_extreme_losses_are_survived(losses):
    assert draws_have_converged(losses) in (True, False)


@given(
    st.lists(st.integers(1, 10**6), min_size=10, max_size=150),
    st.integers(-20, 20),
)
def test_unit_of_the_losses_is_irrelevant(losses, power):
    scaled = [math.ldexp(loss, power) for loss in losses]

    assert draws_have_converged(scaled) == draws_have_converged(losses)


def test_of_random_draws_said_to_have_converged_few_bring_a_gain_in_a_third_as_many():
    gains = []
    for seed in range(300):
        chance = Random(seed)
        draws = [10 + chance.random() ** 0.5 for _ in range(120)]
        if draws_have_converged(draws[:90]):
            gains.append(min(draws[90:]) <= 0.99 * min(draws[:90]))

    assert len(gains) > 30
    assert sum(gains) < 0.1 * len(gains)


@pytest.mark.parametrize(
    ("losses", "step"),
    [([], 0.0), ([3.0], 0.0), ([0.3, 0.1 + 0.2, 0.5], 0.2), ([4, 1, 2, 4], 1)],
)
def test_smallest_step_is_between_the_two_closest_losses_that_differ(losses, step):
    assert smallest_step(losses) == pytest.approx(step)

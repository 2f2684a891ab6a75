"""What the history tells the Bayesian strategy."""

import math
from itertools import permutations

import numpy as np
import pytest

import amt_magic as amt
from amt_magic.jobs import History, TrainingJobStatus
from amt_magic.space import ParameterRanges
from amt_magic.strategies.bayesian.observations import Reader
from amt_magic.strategies.bayesian.unit_cube import UnitCube
from tests.strategies.bayesian.examples import add, end

RANGES = ParameterRanges({"n": amt.Continuous(0, 8), "kind": amt.Categorical("a", "b")})
CUBE = UnitCube(RANGES)


def history_of(count, objective="Minimize"):
    """A history of so many training jobs that run: job k has n = k."""
    history = History(amt.Objective(type=objective, metric_name="loss"))
    for index in range(1, count + 1):
        add(history, index, {"n": float(index), "kind": "b"})
    return history


def read(history):
    return Reader(CUBE).observations(history)


def numbers(points):
    """The training jobs that points are of."""
    return list(np.rint(points[:, 0] * 8).astype(int))


def test_ended_training_jobs_are_points_and_losses_by_index():
    history = history_of(3)
    for index in (3, 1, 2):
        end(history, index, index / 10)

    seen = read(history)

    assert numbers(seen.points) == [1, 2, 3]
    assert list(seen.points[:, 1]) == [1.0, 1.0, 1.0]
    assert list(seen.losses) == [0.1, 0.2, 0.3]


def test_latest_value_is_the_loss():
    history = history_of(1)
    end(history, 1, 0.1, 0.9, 0.4)

    assert list(read(history).losses) == [0.4]


def test_loss_of_what_is_maximised_is_the_negated_value():
    history = history_of(1, "Maximize")
    end(history, 1, 0.9)

    assert list(read(history).losses) == [-0.9]


def test_training_jobs_that_run_are_pending():
    history = history_of(3)
    end(history, 2, 0.2)
    history.change(3, status=TrainingJobStatus.STOPPING)

    seen = read(history)

    assert numbers(seen.pending) == [1, 3]
    assert numbers(seen.points) == [2]


@pytest.mark.parametrize("objective", ["Minimize", "Maximize"])
@pytest.mark.parametrize("values", [(), (0.0,), (5.0,)])
def test_failed_training_job_is_as_bad_as_the_worst_whatever_it_gave(objective, values):
    history = history_of(3, objective)
    end(history, 1, 2.0)
    end(history, 2, *values, status="Failed")
    end(history, 3, 3.0)

    losses = read(history).losses

    assert losses[1] == max(losses[0], losses[2])


@pytest.mark.parametrize("objective", ["Minimize", "Maximize"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_value_that_is_not_finite_is_as_bad_as_the_worst(objective, value):
    history = history_of(3, objective)
    end(history, 1, 2.0)
    end(history, 2, 1.0, value)
    end(history, 3, 3.0)

    losses = read(history).losses

    assert losses[1] == max(losses[0], losses[2])


def test_training_job_that_ended_without_a_value_is_as_bad_as_the_worst():
    history = history_of(2)
    end(history, 1, 2.0)
    end(history, 2)

    assert list(read(history).losses) == [2.0, 2.0]


def test_stopped_training_job_has_its_latest_value():
    history = history_of(2)
    end(history, 1, 2.0)
    end(history, 2, 5.0, 4.0, status="Stopped")

    assert list(read(history).losses) == [2.0, 4.0]


def test_training_job_that_was_stopped_before_its_first_value_tells_nothing():
    history = history_of(2)
    end(history, 1, 2.0)
    end(history, 2, status="Stopped")

    seen = read(history)

    assert numbers(seen.points) == [1]
    assert len(seen.pending) == 0


def test_nothing_is_known_of_an_empty_history():
    seen = read(history_of(0))

    assert seen.points.shape == seen.pending.shape == (0, 2)
    assert len(seen.losses) == 0


def test_order_in_which_training_jobs_ended_is_irrelevant():
    found = []
    for order in permutations((1, 2, 4)):
        history, reader = history_of(4), Reader(CUBE)
        for index in order:
            end(history, index, float(index))
            seen = reader.observations(history)
        found.append([seen.points.tolist(), list(seen.losses), seen.pending.tolist()])

    assert all(each == found[0] for each in found)


def test_training_job_that_runs_again_is_pending_again():
    history, reader = history_of(2), Reader(CUBE)
    end(history, 1, 1.0)
    end(history, 2, status="Failed")
    reader.observations(history)
    add(history, 2, {"n": 2.0, "kind": "b"}, attempt=2)

    seen = reader.observations(history)

    assert (numbers(seen.points), numbers(seen.pending)) == ([1], [2])


def test_training_job_that_ran_again_has_the_value_of_its_last_attempt():
    history, reader = history_of(2), Reader(CUBE)
    end(history, 1, 1.0)
    end(history, 2, status="Failed")
    reader.observations(history)
    add(history, 2, {"n": 2.0, "kind": "b"}, attempt=2)
    end(history, 2, 0.3)

    assert list(reader.observations(history).losses) == [1.0, 0.3]


def test_one_reader_reads_two_histories_apart():
    reader = Reader(CUBE)
    one, other = history_of(3), history_of(2)
    for index in (1, 2, 3):
        end(one, index, float(index))
    for index in (1, 2):
        end(other, index, 10.0 * index)

    found = [list(reader.observations(each).losses) for each in (one, other, one)]

    assert found == [[1.0, 2.0, 3.0], [10.0, 20.0], [1.0, 2.0, 3.0]]


def test_reader_that_read_before_reads_as_a_new_one_does():
    history, reader = history_of(0), Reader(CUBE)
    for index in range(1, 200):
        add(history, index, {"n": 8 * index / 200, "kind": "ab"[index % 2]})
        if index % 3:
            end(history, index, math.sin(index))
        seen = reader.observations(history)

    new = read(history)

    assert seen.points.tolist() == new.points.tolist()
    assert seen.losses.tolist() == new.losses.tolist()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("losses", "tells"),
    [
        ([], False),
        ([1.0], False),
        ([1.0, 1.0], False),
        ([math.nan, math.nan], False),
        ([1.0, math.nan], False),
        ([1.0, 2.0], True),
        ([-1e308, 1e308], True),
        ([1e-300, 2e-300], True),
    ],
)
def test_something_is_told_where_two_losses_differ(losses, tells):
    history = history_of(len(losses))
    for index, loss in enumerate(losses, 1):
        end(history, index, loss)

    assert read(history).tells_something == tells

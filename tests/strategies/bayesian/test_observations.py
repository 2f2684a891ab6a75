"""What the history tells the Bayesian strategy."""

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import amt_magic as amt
from amt_magic.jobs import History, Report, TrainingJobStatus
from amt_magic.parents import Parent
from amt_magic.space import ParameterRanges
from amt_magic.strategies.bayesian import observations
from amt_magic.strategies.bayesian.observations import Reader, expected_at_end
from amt_magic.strategies.bayesian.strategy import BayesianStrategy
from amt_magic.strategies.bayesian.unit_cube import UnitCube
from amt_magic.strategies.precedents import precedents
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


@pytest.mark.parametrize(
    ("value", "expected"),
    [(2.0, 0.1), (2.5, 0.2), (3.0, 0.3), (4.0, 1.3), (1.5, -0.4)],
)
def test_stopped_training_job_has_its_place_among_completed_ones(value, expected):
    history = history_of(3)
    end(history, 1, 3.0, 9.0, 0.3)
    end(history, 2, 2.0, 9.0, 0.1)
    end(history, 3, value, status="Stopped")

    assert read(history).losses[2] == pytest.approx(expected)


def test_place_is_that_of_its_latest_value_at_the_same_report():
    history = history_of(3)
    end(history, 1, 1.0, 3.0, 0.3)
    end(history, 2, 9.0, 2.0, 0.1)
    end(history, 3, 1.0, 2.5, status="Stopped")

    assert read(history).losses[2] == pytest.approx(0.2)


def test_place_of_what_is_maximised_is_by_loss():
    history = history_of(3, "Maximize")
    end(history, 1, 0.1, 0.9)
    end(history, 2, 0.3, 0.7)
    end(history, 3, 0.25, status="Stopped")

    assert read(history).losses[2] == pytest.approx(-0.85)


def test_young_training_job_is_not_worse_for_being_young():
    history = history_of(4)
    for index, best in ((1, 0.1), (2, 0.3), (3, 0.5)):
        end(history, index, best + 2.0, best + 1.0, best)
    end(history, 4, 0.3 + 2.0, status="Stopped")

    assert read(history).losses[3] == pytest.approx(0.3)


def test_stopped_training_job_that_looked_good_too_early_is_not_the_best():
    history = history_of(3)
    end(history, 1, 0.2, 0.6)  # losses that grow
    end(history, 2, 0.3, 0.8)
    end(history, 3, 0.25, status="Stopped")

    losses = read(history).losses

    assert losses[0] < losses[2] < losses[1]


@pytest.mark.parametrize(
    "curve", [(), (4.0,), (4.0, math.nan, 1.0), (4.0, 3.0, math.inf)]
)
def test_without_others_to_compare_with_the_latest_value_counts(curve):
    history = history_of(3)
    end(history, 1, *curve)
    end(history, 2, 1.0, 0.5, status="Stopped")
    end(history, 3, 9.0, 8.0, 7.0, status="Failed")

    assert read(history).losses[1] == 0.5


def test_stopped_ones_are_compared_with_completed_ones_alone():
    history = history_of(5)
    end(history, 1, 2.0, 0.2)
    end(history, 2, 3.0, status="Stopped")
    end(history, 3, 3.0, 8.0, status="Stopped")
    end(history, 4, 3.0, 9.0, status="Failed")
    history.record(Report(index=5, resource=1, value=3.0, time=1.0))

    assert read(history).losses[1] == pytest.approx(1.2)


def test_completed_one_that_ended_with_that_report_is_compared_with():
    history = history_of(3)
    end(history, 1, 3.0, 0.3)
    end(history, 2, 3.0, 0.2, 0.1)
    end(history, 3, 3.0, 0.25, status="Stopped")

    assert read(history).losses[2] == pytest.approx(0.2)


def test_latest_completed_ones_are_compared_with(monkeypatch):
    monkeypatch.setattr(observations, "MOST_COMPARED", 2)
    history = history_of(4)
    end(history, 1, 2.0, 99.0)
    end(history, 2, 2.0, 0.2)
    end(history, 3, 4.0, 0.4)
    end(history, 4, 3.0, status="Stopped")

    assert read(history).losses[3] == pytest.approx(0.3)


LOSSES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8)


@given(LOSSES, st.lists(st.tuples(*[st.floats(-1e6, 1e6)] * 2), max_size=8))
def test_of_two_stopped_at_the_same_report_the_better_stays_so(losses, pairs):
    there, final = np.array(pairs).reshape(-1, 2).T

    expected = expected_at_end(np.sort(losses), there, final)

    assert (np.diff(expected) >= -1e-9).all()


@pytest.mark.filterwarnings("error")
def test_expectations_of_huge_losses_are_finite():
    history = history_of(4)
    end(history, 1, -1e308, 1e308)
    end(history, 2, -1e307, -1e308)
    end(history, 3, 1e308, status="Stopped")
    end(history, 4, -5e307, status="Stopped")

    assert np.isfinite(read(history).losses).all()


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
            status = "Stopped" if index == 2 else "Completed"
            end(history, index, float(index), *[0.5] * (index != 2), status=status)
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
    one, other = history_of(3), history_of(3)
    end(one, 1, 2.0, 0.2)
    end(one, 2, 4.0, 0.4)
    end(one, 3, 3.0, status="Stopped")
    end(other, 1, 20.0, 7.0)
    end(other, 2, 40.0, 9.0, status="Failed")
    end(other, 3, 10.0, status="Stopped")

    found = [list(reader.observations(each).losses) for each in (one, other, one)]

    assert found == [list(read(each).losses) for each in (one, other, one)]


def test_reader_that_read_before_reads_as_a_new_one_does():
    history, reader = history_of(0), Reader(CUBE)
    for index in range(1, 200):
        add(history, index, {"n": 8 * index / 200, "kind": "ab"[index % 2]})
        if index % 3:
            status = "Stopped" if index % 5 else "Completed"
            values = [math.sin(index), math.sin(2 * index), math.sin(3 * index)]
            end(history, index, *values[: index % 5 or 3], status=status)
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


def test_one_configuration_alone_tells_nothing_whatever_its_losses():
    ranges = ParameterRanges({"kind": amt.Categorical("a")})
    history = History(amt.Objective(type="Minimize", metric_name="loss"))
    for index in range(1, 8):
        add(history, index, {"kind": "a"})
        end(history, index, float(index))
    strategy = BayesianStrategy(ranges, 0)

    assert strategy.suggest(history, 8) is None
    assert not strategy.has_converged(history)


def parents_told(*histories):
    parents = [Parent(name="old", history=history) for history in histories]
    return [precedents(parent, RANGES, {}) for parent in parents]


def test_training_jobs_of_parents_come_before_the_own():
    one, other, own = history_of(2), history_of(1), history_of(3)
    for history, index, value in [(one, 2, 0.2), (other, 1, 0.1), (own, 3, 0.3)]:
        end(history, index, value)

    seen = Reader(CUBE, parents_told(one, other)).observations(own)

    assert numbers(seen.points) == [2, 1, 3]
    assert list(seen.losses) == [0.2, 0.1, 0.3]
    assert numbers(seen.pending) == [1, 2]  # those of parents are no more


def test_failures_are_as_bad_as_the_worst_of_parents_and_own_alike():
    parent, own = history_of(2), history_of(2)
    for history, value in ((parent, 9.0), (own, 1.0)):
        end(history, 1, value)
        end(history, 2, status="Failed")

    seen = Reader(CUBE, parents_told(parent)).observations(own)

    assert list(seen.losses) == [9.0, 9.0, 1.0, 9.0]


def test_stopped_training_jobs_of_a_parent_are_judged_among_its_own():
    parent, own = history_of(2), history_of(2)
    end(parent, 1, 3.0, 0.3)
    end(parent, 2, 2.5, status="Stopped")
    end(own, 1, 30.0, 29.0)
    end(own, 2, 30.0, status="Stopped")

    seen = Reader(CUBE, parents_told(parent)).observations(own)

    assert list(seen.losses) == pytest.approx([0.3, 0.3 - 0.5, 29.0, 29.0])

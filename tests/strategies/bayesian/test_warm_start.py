"""What Bayesian search makes of what its parents ran."""

import math

import pytest

import amt_magic as amt
from amt_magic.deciders import make_strategy
from amt_magic.jobs import History
from amt_magic.parents import Parent
from amt_magic.space import configuration_key
from amt_magic.strategies.bayesian.initial import InitialDesign
from tests.strategies.bayesian.examples import (
    CUBE,
    MIXED,
    add,
    config_of,
    end,
    hartmann,
    history_of,
    known,
    mixed_loss,
)

TRANSFER, IDENTICAL = "TransferLearning", "IdenticalDataAndAlgorithm"
each_type = pytest.mark.parametrize("kind", [TRANSFER, IDENTICAL])
each_estimator = pytest.mark.parametrize("estimator", [None, "GP", "RF", "ET"])


def warm(ranges, kind, **fields):
    warm_start = amt.WarmStart(parents=("old",), type=kind)
    return config_of(ranges, warm_start=warm_start, **fields)


def parent_of(history, **static):
    return Parent(name="old", history=history, static_hyperparameters=static)


def run_warm(config, parents, losses, jobs):
    """Suggest and end training jobs one after the other; return the history."""
    history, strategy = History(config.objective), make_strategy(config, parents)
    for index in range(1, jobs + 1):
        chosen = strategy.suggest(history, index)
        if chosen is None:
            break
        add(history, index, chosen)
        end(history, index, losses(chosen))
    return history


def tuned(ranges, losses, size=25, seed=8):
    return parent_of(known(config_of(ranges, seed=seed), losses, size))


def values(history):
    return [job.value for job in history.training_jobs]


def cold_start(config, count):
    design = InitialDesign(config.space, 3)
    return [design.hyperparameters(index) for index in range(1, count + 1)]


@each_type
@pytest.mark.parametrize("seed", [0, 1])
def test_search_goes_on_where_parents_left_off(kind, seed):
    parent = tuned(MIXED, mixed_loss)
    config = warm(MIXED, kind, seed=seed)

    found = run_warm(config, [parent], mixed_loss, 6)

    cold = known(config_of(MIXED, seed=seed), mixed_loss, 6)
    assert min(values(found)) < 0.084 < 0.087 < min(values(cold))  # at best 1 / 12


def test_identical_parents_leave_out_the_start():
    parent, config = tuned(CUBE, hartmann), warm(CUBE, IDENTICAL)

    found = run_warm(config, [parent], hartmann, 5)

    assert max(values(found)[:2]) < -3.8
    ran = [job.hyperparameters for job in found.training_jobs]
    assert not any(start in ran for start in cold_start(config, 5))


def test_configurations_of_identical_parents_are_not_run_again():
    ranges = {"a": amt.Integer(1, 4), "kind": amt.Categorical("x", "y", "z")}
    parent = tuned(ranges, lambda h: h["a"], 7)
    config = warm(ranges, IDENTICAL)

    found = run_warm(config, [parent], lambda h: h["a"], 12)

    assert len(found) == 5
    assert not found.configurations & parent.history.configurations


def test_interrupted_search_goes_on_as_if_it_had_not_been():
    """Apart from the numbers of its training jobs, which draws depend on."""
    parent, config = tuned(CUBE, hartmann, 20), warm(CUBE, IDENTICAL)

    found = run_warm(config, [parent], hartmann, 15)

    assert min(values(found)) < -3.86278 + 0.05


def test_transfer_begins_with_the_best_of_parents_in_turn():
    one, other = tuned(CUBE, hartmann), tuned(CUBE, lambda h: -hartmann(h))
    config = warm(CUBE, TRANSFER)

    found = run_warm(config, [one, other], hartmann, 2)

    best = [parent.history.best.hyperparameters for parent in (one, other)]
    assert [job.hyperparameters for job in found.training_jobs] == best


def test_every_other_suggestion_is_the_one_without_parents():
    parent, config = tuned(CUBE, hartmann), warm(CUBE, TRANSFER)
    history = run_warm(config, [parent], hartmann, 8)
    jobs, cold = history.training_jobs, make_strategy(config_of(CUBE))

    same = {
        index
        for index in range(6, 9)
        if cold.suggest(History(config.objective, jobs[: index - 1]), index)
        == jobs[index - 1].hyperparameters
    }

    assert same == {7}
    assert [jobs[2].hyperparameters, jobs[4].hyperparameters] == cold_start(config, 2)


def test_misleading_parent_costs_half_of_the_training_jobs_at_most():
    found, cold = [], []
    for seed in range(4):
        parent = tuned(CUBE, lambda h: -hartmann(h), 15, seed)
        config = warm(CUBE, TRANSFER, seed=seed)

        found += [min(values(run_warm(config, [parent], hartmann, 20)))]

        cold += [min(values(known(config_of(CUBE, seed=seed), hartmann, 10)))]
    assert sum(found) < sum(cold)


@each_type
@each_estimator
def test_parents_outside_todays_ranges_are_learned_from_and_not_followed(
    kind, estimator
):
    wide = {"x": amt.Continuous(-1, 2), "n": amt.Integer(1, 9)}
    now = {"x": amt.Continuous(0, 1), "n": amt.Integer(4, 9)}
    parent = tuned(wide, lambda h: (h["x"] - 1.5) ** 2 + h["n"] / 10)
    config = warm(now, kind, estimator=estimator)

    found = run_warm(config, [parent], lambda h: (h["x"] - 1.5) ** 2 + h["n"] / 10, 7)

    for job in found.training_jobs:
        assert all(job.hyperparameters[name] in now[name] for name in now)
    assert min(values(found)) < 0.25 + 0.4 + 0.15


@each_type
@each_estimator
def test_suggestion_depends_on_the_history_alone(kind, estimator):
    config = warm(MIXED, kind, estimator=estimator)
    parents = [tuned(MIXED, mixed_loss, 8), tuned(MIXED, mixed_loss, 6, seed=9)]
    history = run_warm(config, parents, mixed_loss, 9)
    jobs = history.training_jobs

    for index in (1, 2, 6, 9):
        before = History(config.objective, jobs[: index - 1])
        chosen = make_strategy(config, parents).suggest(before, index)
        assert chosen == jobs[index - 1].hyperparameters


@each_type
def test_pending_training_jobs_are_kept_away_from(kind):
    parent, config = tuned(CUBE, hartmann), warm(CUBE, kind)
    strategy, history = make_strategy(config, [parent]), History(config.objective)

    for index in range(1, 9):
        add(history, index, strategy.suggest(history, index))

    points = [list(job.hyperparameters.values()) for job in history.pending]
    apart = [math.dist(a, b) for a in points for b in points if a is not b]
    assert min(apart) > 0.001


def test_other_static_values_inform_without_counting():
    ran = known(config_of(CUBE, seed=8), hartmann, 25)
    config = warm(CUBE, IDENTICAL, static_hyperparameters={"epochs": 27})

    found = run_warm(config, [parent_of(ran, epochs=9)], hartmann, 4)

    assert found.training_jobs[0].hyperparameters == ran.best.hyperparameters
    assert found.training_jobs[2].hyperparameters == cold_start(config, 1)[0]


@pytest.mark.filterwarnings("error")
@each_type
@pytest.mark.parametrize(
    "gave", [[], [1.0], [math.nan] * 6, [1.0] * 6, [1e300, -1e300, 0.0, math.inf]]
)
def test_parents_that_tell_little_are_survived(kind, gave):
    ran = [{"a": k / 7, "b": 0.5, "c": 0.5} for k in range(len(gave))]
    parent = parent_of(history_of(zip(ran, gave, strict=True)))

    found = run_warm(warm(CUBE, kind), [parent], hartmann, 9)

    assert len(found.configurations) == 9


def test_parents_are_not_what_has_converged():
    parent = tuned(CUBE, lambda h: 3.0, 150)
    config = warm(CUBE, IDENTICAL)

    strategy = make_strategy(config, [parent])

    assert strategy.has_converged(parent.history)
    assert not strategy.has_converged(run_warm(config, [parent], lambda h: 3.0, 5))


def test_nothing_that_parents_ran_is_suggested_by_other_numbers():
    """A parent's key is that of today: 2.0, static then, is 2 of an integer range."""
    ranges = {"a": amt.Integer(1, 2), "b": amt.Categorical("x", "y")}
    old = history_of([({"b": "x"}, 1.0), ({"b": "y"}, 2.0)])

    found = run_warm(warm(ranges, IDENTICAL), [parent_of(old, a=2.0)], len, 9)

    ran = {configuration_key({"a": 1, "b": b}) for b in "xy"}
    assert found.configurations == ran

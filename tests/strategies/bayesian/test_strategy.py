"""What the Bayesian strategy promises beyond every strategy's contract."""

import math
from collections import Counter
from itertools import count

import numpy as np
import pytest

import amt_magic as amt
from amt_magic.jobs import History, TrainingJobStatus
from amt_magic.space import configuration_key
from amt_magic.tuner import make_strategy
from tests.strategies.bayesian.examples import (
    CUBE,
    MIXED,
    add,
    bowl,
    config_of,
    end,
    hartmann,
    mixed_loss,
    run,
)


def key(hyperparameters):
    return configuration_key(hyperparameters)


def batch(config, history, size):
    """Suggest so many training jobs on top of a history; all are pending."""
    history, strategy = history.copy(), make_strategy(config)
    first = len(history) + 1
    for index in range(first, first + size):
        add(history, index, strategy.suggest(history, index))
    return [job.hyperparameters for job in history.pending]


def best_of(strategy, ranges, losses, seed, jobs=30, **fields):
    config = config_of(ranges, jobs, seed=seed, strategy=strategy, **fields)
    return amt.simulate(config, lambda h: [losses(h)]).best.value


SEEDS = (0, 1, 2, 3)


@pytest.mark.parametrize("seed", SEEDS)
def test_smooth_function_is_learned(seed):
    assert best_of("Bayesian", CUBE, hartmann, seed) < -3.86278 + 0.05
    assert best_of("Random", CUBE, hartmann, seed) > -3.86278 + 0.05


def test_what_is_maximised_is_learned_as_well():
    objective = amt.Objective(type="Maximize", metric_name="loss")

    best = best_of("Bayesian", CUBE, lambda h: -hartmann(h), 0, objective=objective)

    assert best > 3.86278 - 0.05


@pytest.mark.parametrize("seed", SEEDS)
def test_categories_integers_and_logarithms_are_learned(seed):
    best = best_of("Bayesian", MIXED, mixed_loss, seed)

    assert best < 0.1 < best_of("Random", MIXED, mixed_loss, seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_function_is_learned_beside_many_runs_that_diverge(seed):
    def losses(hyperparameters):
        diverges = hyperparameters["a"] > 0.5
        return 1e12 if diverges else 1 + bowl(hyperparameters)

    best = best_of("Bayesian", CUBE, losses, seed)

    assert best < 1.01


@pytest.mark.parametrize("shift", [0.0, 1e6])
@pytest.mark.parametrize("factor", [1e-300, 1e300])
def test_units_of_the_objective_do_not_keep_it_from_learning(factor, shift):
    def losses(hyperparameters):
        return factor * (shift + hartmann(hyperparameters))

    best = best_of("Bayesian", CUBE, losses, 0) / factor - shift

    assert best < -3.86278 + 0.05


VALUES = {
    "equal": lambda k: 1.0,
    "huge": lambda k: 1e300 * (k % 7),
    "tiny": lambda k: 1e-300 * (k % 7),
    "next to nothing": lambda k: 5e-324 * (k % 3),
    "of both extremes": lambda k: 1e308 * (-1) ** k,
    "an outlier": lambda k: 1e12 if k == 4 else 1 + k / 100,
    "a very good outlier": lambda k: -1e300 if k == 4 else 1 + k / 100,
    "not numbers": lambda k: math.nan,
    "not finite": lambda k: [math.nan, math.inf, -math.inf][k % 3],
    "one number": lambda k: 1.0 if k == 1 else math.nan,
    "half not numbers": lambda k: k / 10 if k % 2 else math.nan,
    "one of another value": lambda k: 1.0 if k == 9 else 0.0,
    "equal but for rounding": lambda k: 0.1 * 3 if k % 2 else 0.3,
    "a few plateaus": lambda k: float(k % 3 == 0),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("ranges", [MIXED, {"x": amt.Continuous(-1e300, 1e300)}])
def test_suggestions_go_on_and_differ_whatever_the_values(ranges, value):
    config, numbers = config_of(ranges), count(1)

    history = run(config, lambda h: value(next(numbers)), jobs=22)

    assert len(history.configurations) == 22
    for job in history.training_jobs:
        assert all(job.hyperparameters[name] in ranges[name] for name in ranges)


@pytest.mark.filterwarnings("error")
def test_thirty_ranges_are_served():
    kinds = [
        lambda: amt.Continuous(0, 1),
        lambda: amt.Integer(1, 1000),
        lambda: amt.Categorical("a", "b", "c"),
    ]
    ranges = {f"p{j}": kinds[j % 3]() for j in range(30)}
    config = config_of(ranges, seed=1)

    history = run(config, lambda h: h["p0"] + h["p1"] / 1000, jobs=24)

    assert len(history.configurations) == 24
    found = [job.value for job in history.training_jobs]
    assert min(found[12:]) < min(found[:12])


def started(config, losses, size=20):
    """A history of so many training jobs that began and ended together."""
    history, strategy = History(config.objective), make_strategy(config)
    for index in range(1, size + 1):
        add(history, index, strategy.suggest(history, index))
    for index in range(1, size + 1):
        end(history, index, losses(history[index].hyperparameters))
    return history


def ackley(hyperparameters):
    """Ackley's function, with thirty valleys along each side."""
    x = 30 * (np.array(list(hyperparameters.values())) - 0.4)
    valleys = -math.exp(np.cos(2 * math.pi * x).mean())
    return valleys - 20 * math.exp(-0.2 * math.sqrt((x**2).mean()))


@pytest.fixture(scope="module", params=[hartmann, ackley])
def hundred(request):
    """A hundred points that were suggested when twenty losses were known."""
    config = config_of(CUBE)
    suggested = batch(config, started(config, request.param), 100)
    return np.array([list(each.values()) for each in suggested])


def test_hundred_in_parallel_are_all_different(hundred):
    assert len(np.unique(hundred, axis=0)) == 100


def test_hundred_in_parallel_do_not_sit_in_one_spot(hundred):
    distances = np.linalg.norm(hundred[:, None] - hundred, axis=2)

    assert (distances < 0.05).sum(axis=1).max() <= 50


def test_hundred_in_parallel_from_the_start_fill_the_space():
    config = config_of(CUBE)

    suggested = batch(config, History(config.objective), 100)

    points = np.array([list(each.values()) for each in suggested])
    cells = Counter(map(tuple, np.floor(points * 3).astype(int).tolist()))
    assert len(cells) == 27
    assert max(cells.values()) < 10


@pytest.mark.parametrize("losses", [hartmann, ackley])
def test_what_is_pending_is_not_where_the_next_one_goes(losses):
    config = config_of(CUBE)
    history = started(config, losses)
    first = make_strategy(config).suggest(history, 22)
    add(history, 21, first)

    second = make_strategy(config).suggest(history, 22)

    here, there = (np.array(list(each.values())) for each in (first, second))
    assert np.linalg.norm(here - there) > 0.02


def test_training_job_stopped_before_its_first_value_is_not_suggested_again():
    ranges = {"n": amt.Integer(1, 12)}
    config = config_of(ranges)
    history, strategy = History(config.objective), make_strategy(config)

    for index in range(1, 13):
        add(history, index, strategy.suggest(history, index))
        values = [float(index)] if index % 2 else []
        end(history, index, *values, status="Completed" if values else "Stopped")

    assert len(history.configurations) == 12
    assert strategy.suggest(history, 13) is None


def test_failures_are_avoided():
    config = config_of({"x": amt.Continuous(0, 1), "y": amt.Continuous(0, 1)})
    history, strategy = History(config.objective), make_strategy(config)

    for index in range(1, 31):
        hyperparameters = strategy.suggest(history, index)
        add(history, index, hyperparameters)
        if hyperparameters["x"] < 0.5:
            end(history, index, status="Failed")
        else:
            end(history, index, bowl(hyperparameters))

    jobs = history.training_jobs
    failed = [job.status == TrainingJobStatus.FAILED for job in jobs]
    assert sum(failed) < 10  # Random fails fifteen times


def test_best_of_a_discrete_space_comes_before_most_of_the_others():
    ranges = {name: amt.Integer(1, 6) for name in "abc"}
    config = config_of(ranges)

    history = run(config, lambda h: sum((v - 5) ** 2 for v in h.values()), jobs=40)

    assert history.best.value == 0

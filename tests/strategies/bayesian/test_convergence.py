"""When the Bayesian strategy says that it has converged."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.special import ndtr

import amt_magic as amt
from amt_magic.jobs import History
from amt_magic.space import ParameterRanges
from amt_magic.strategies.bayesian.convergence import ChanceOfGain
from amt_magic.strategies.bayesian.model_search import ModelSearch
from amt_magic.strategies.bayesian.observations import Reader
from amt_magic.strategies.bayesian.output import standardised
from amt_magic.strategies.bayesian.surrogate import Surrogate
from amt_magic.strategies.bayesian.unit_cube import UnitCube
from amt_magic.strategies.records import LONG
from amt_magic.tuner import make_strategy
from tests.strategies.bayesian.examples import add, config_of, end

pytestmark = pytest.mark.usefixtures("one_thread")

LINE = {"x": amt.Continuous(0, 1)}
RANGES = ParameterRanges(LINE)
CUBE = UnitCube(RANGES)
EVERYWHERE = [0.5, *np.linspace(0, 1, 41)]
LEFT = [0.5, *np.linspace(0, 0.5, 41)]
BEST = 0.5


def bowl(x):
    return 1 + 40 * (x - BEST) ** 2


def slope(x):
    return 2 - x


def history_of(places, loss, config, status="Completed") -> History:
    history = History(config.objective)
    for index, x in enumerate(places, 1):
        add(history, index, {"x": float(x)})
        end(history, index, loss(x), status=status)
    return history


def has_converged(places, loss, status="Completed", **fields):
    config = config_of(LINE, **fields)
    return make_strategy(config).has_converged(history_of(places, loss, config, status))


@dataclass
class Fixed:
    """Believes the same mean of every point that has no other, with deviation 2."""

    means: dict[float, float]

    def mean(self, x):
        return np.array([self.means[float(place)] for place in x[:, 0]])

    def predict(self, x):
        return self.mean(x), np.full(len(x), 2.0)

    def with_pending(self, x):
        return self


def test_chance_is_the_mean_over_beliefs_of_that_to_be_below_the_best_by_the_gain():
    beliefs = [Fixed({0.0: 5.0, 0.5: 7.0, 1.0: 4.0}), Fixed({0.0: 3, 0.5: 1, 1.0: 3})]
    observed = np.array([[0.0], [0.5]])

    chance = ChanceOfGain(beliefs, observed, gain=1.0)

    expected = (ndtr((5 - 1 - 4) / 2) + ndtr((1 - 1 - 3) / 2)) / 2
    assert chance(np.array([[1.0]])) == pytest.approx([expected])
    assert chance.means == pytest.approx([4.0, 4.0])


def test_drop_is_the_gain_in_units_of_the_standardised_losses():
    drop = Surrogate(CUBE, 3, None).drop(
        np.array([[0.0], [1.0]]), np.array([2.0, 0.0]), gain=1.0
    )

    assert drop == pytest.approx(1 / np.std([2.0, 0.0, -1.0]))


def test_drop_is_in_units_of_the_observations_that_the_beliefs_rest_on():
    points, losses = np.linspace(0, 1, 1000)[:, None], np.linspace(1, 2, 1000) ** 4
    surrogate = Surrogate(CUBE, 3, None)

    drop = surrogate.drop(points, losses, gain=0.01)

    known, _ = surrogate.model(points, losses)
    y = standardised(np.append((1 + known[:, 0]) ** 4, 0.99))
    assert drop == pytest.approx(y[:-1].min() - y[-1])


def test_valley_that_was_searched_all_over_has_converged():
    assert has_converged(EVERYWHERE, bowl)


def test_slope_that_leads_to_where_nothing_was_tried_has_not_converged():
    assert not has_converged(LEFT, slope)
    assert has_converged([1.0, *EVERYWHERE], slope)


def test_too_few_that_looked_elsewhere_have_not_converged():
    near = [0.5, *np.linspace(0.49, 0.51, 30), *np.linspace(0, 1, 12)]

    assert not has_converged(EVERYWHERE[:20], bowl)
    assert not has_converged(near, bowl)


def test_gain_right_now_says_that_it_has_not_converged():
    late = [place for place in EVERYWHERE if abs(place - BEST) > 0.05]

    assert not has_converged([*late, BEST], bowl)


def test_maximised_objective_converges_as_the_minimised_one():
    objective = amt.Objective(type="Maximize", metric_name="score")

    assert has_converged(EVERYWHERE, lambda x: -bowl(x), objective=objective)
    assert not has_converged(LEFT, lambda x: -slope(x), objective=objective)


def test_stopped_training_jobs_count_with_their_latest_value():
    assert has_converged(EVERYWHERE, bowl, status="Stopped")


@pytest.mark.parametrize("value", [math.nan, math.inf, None])
def test_what_gave_no_finite_value_is_no_convergence(value):
    config = config_of(LINE)
    history = History(config.objective)
    for index, x in enumerate([*EVERYWHERE] * 3, 1):
        add(history, index, {"x": float(x)})
        end(history, index, *[value] * (value is not None), status="Completed")

    assert not make_strategy(config).has_converged(history)


def test_flat_objective_converges_in_the_end_and_not_at_once():
    assert not has_converged([0.5] * LONG, lambda x: 1.0)
    assert has_converged([0.5] * (LONG + 1), lambda x: 1.0)


def test_no_gain_is_smaller_than_the_step_of_the_losses():
    """Few mistakes: 1 % of them is none, and a plateau's noise looks like a chance."""

    def mistakes(x):
        return (1 + round(abs(x - BEST) * 20)) / 150

    places = [0.5, *np.linspace(0, 1, 61)]
    assert has_converged(places, mistakes)


def test_promising_pending_training_job_is_waited_for():
    config = config_of(LINE)
    history = history_of(LEFT, slope, config)
    add(history, len(LEFT) + 1, {"x": 1.0})

    assert not make_strategy(config).has_converged(history)


@pytest.mark.parametrize(("places", "loss"), [(EVERYWHERE, bowl), (LEFT, slope)])
def test_answer_is_a_function_of_the_history(places, loss):
    config = config_of(LINE)
    history, running = history_of(places, loss, config), make_strategy(config)
    for count in (10, 30, 37):
        earlier = History(config.objective, history.training_jobs[:count])
        running.suggest(earlier, count + 1)
        running.has_converged(earlier)
    running.suggest(history, len(history) + 1)

    reloaded = History(config.objective, history.training_jobs)
    assert running.has_converged(history) == make_strategy(config).has_converged(
        reloaded
    )


@pytest.mark.parametrize("estimator", ["GP", "RF", "ET"])
def test_other_surrogates_are_asked_as_well(estimator):
    assert not has_converged(EVERYWHERE[:20], bowl, estimator=estimator)
    assert has_converged(EVERYWHERE, bowl, estimator=estimator) in (True, False)


def test_largest_chance_is_the_same_of_equal_observations():
    history = history_of([0.0, 0.4, 0.7, 1.0], bowl, config_of(LINE))
    seen = Reader(CUBE).observations(history)

    found = {ModelSearch(RANGES, 3, None)._largest_chance(seen, 0.01) for _ in "ab"}

    assert len(found) == 1

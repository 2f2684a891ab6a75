"""scikit-optimize's surrogates in the place of ours, and ours in its place."""

import numpy as np
import pytest
from sklearn.base import clone, is_regressor

import amt_magic as amt
from amt_magic.jobs import History
from amt_magic.space import ParameterRanges, configuration_key
from amt_magic.strategies.bayesian.estimators import Estimate, SurrogateRegressor
from amt_magic.strategies.bayesian.unit_cube import UnitCube
from amt_magic.strategies.random import RandomStrategy
from amt_magic.tuner import make_strategy
from tests.strategies.bayesian.examples import add, config_of, end

pytestmark = pytest.mark.usefixtures("one_thread")

SPACE = {
    "x": amt.Continuous(0, 1),
    "depth": amt.Integer(1, 9),
    "kind": amt.Categorical("a", "b", "c"),
}
each = pytest.mark.parametrize("estimator", ["GP", "RF", "ET"])
generator = np.random.default_rng(2)
X, ANYWHERE = generator.random((30, 2)), generator.random((50, 2))
Y = (X[:, 0] - 0.3) ** 2 + X[:, 1]


def bowl(hyperparameters):
    kinds = {"a": 1.0, "b": 0.5, "c": 0.0}
    place = hyperparameters["x"] - 0.3, (hyperparameters["depth"] - 7) / 8
    return kinds[hyperparameters["kind"]] + place[0] ** 2 + place[1] ** 2


def known(estimator, size=12):
    """A history of so many training jobs that have ended, and its config."""
    config = config_of(SPACE, estimator=estimator)
    history, random = History(config.objective), make_strategy(config_of(SPACE))
    for index in range(1, size + 1):
        add(history, index, random.suggest(history, index))
        end(history, index, bowl(history[index].hyperparameters))
    return config, history


@each
def test_suggestions_are_legal(estimator):
    config, history = known(estimator)

    chosen = make_strategy(config).suggest(history, 13)

    assert chosen.keys() == SPACE.keys()
    assert all(chosen[name] in SPACE[name] for name in SPACE)
    assert configuration_key(chosen) not in history.configurations


@pytest.mark.filterwarnings("error")
@each
def test_bowl_is_learned(estimator):
    config, random = (
        config_of(SPACE, estimator=estimator),
        RandomStrategy(ParameterRanges(SPACE), 0),
    )
    history, strategy = History(config.objective), make_strategy(config)

    for index in range(1, 25):
        chooser = random if index <= 20 else strategy
        add(history, index, chooser.suggest(history, index))
        end(history, index, bowl(history[index].hyperparameters))

    found = [job.value for job in history.training_jobs]
    assert np.mean(found[20:]) < 0.5 * np.mean(found[:20])


@each
def test_new_strategy_suggests_the_same(estimator):
    config, history = known(estimator)
    jobs = history.training_jobs
    running = make_strategy(config)
    running.suggest(History(config.objective, jobs[:9]), 10)

    chosen = running.suggest(history, 13)

    assert make_strategy(config).suggest(history, 13) == chosen


@each
def test_another_surrogate_suggests_something_else(estimator):
    config, history = known(estimator)
    ours = make_strategy(config_of(SPACE)).suggest(history, 13)

    assert make_strategy(config).suggest(history, 13) != ours


@each
def test_pending_points_are_not_suggested_again(estimator):
    config, history = known(estimator)
    strategy = make_strategy(config)

    for index in (13, 14):
        add(history, index, strategy.suggest(history, index))

    assert len(history.configurations) == 14


@each
@pytest.mark.parametrize("value", [1e300, float("nan")])
def test_values_of_any_kind_are_survived(estimator, value):
    config, history = known(estimator, 9)
    add(history, 10, {"x": 0.5, "depth": 5, "kind": "a"})
    end(history, 10, value)

    chosen = make_strategy(config).suggest(history, 11)

    assert configuration_key(chosen) not in history.configurations


@each
def test_discrete_space_is_used_up(estimator):
    ranges = {"depth": amt.Integer(1, 4), "kind": amt.Categorical("a", "b")}
    config = config_of(ranges, 20, estimator=estimator)

    history = amt.simulate(config, lambda h: [float(h["depth"])])

    assert len(history) == len(history.configurations) == 8


@each
def test_seed_of_any_size_is_taken(estimator):
    assert len(Estimate.of(estimator, X, Y, 2**40).mean(X)) == len(X)


@each
def test_pending_points_leave_the_mean_nearly_as_it_is(estimator):
    before = Estimate.of(estimator, X, Y, 0)

    after = before.with_pending(ANYWHERE[:5])

    change = after.mean(ANYWHERE) - before.mean(ANYWHERE)
    assert np.abs(change).max() < 0.5 * Y.std()


def test_pending_points_are_hardly_uncertain():
    pending = np.array([[0.05, 0.95]])
    before = Estimate.of("GP", X, Y, 0)

    after = before.with_pending(pending)

    assert after.predict(pending)[1] < 0.5 * before.predict(pending)[1]


@each
def test_deviations_are_above_zero(estimator):
    _, deviation = Estimate.of(estimator, X, np.round(Y), 0).predict(X)

    assert deviation.min() > 0


@each
def test_without_pending_points_nothing_is_fitted_again(estimator):
    estimate = Estimate.of(estimator, X, Y, 0)

    assert estimate.with_pending(np.empty((0, 2))) is estimate
    assert estimate.mean(np.empty((0, 2))).shape == (0,)


def regressor(n=40, factor=1.0, ranges=SPACE):
    """Ours, fitted to a bowl in rows as skopt's "normalize" gives them; and the rows.

    Categories are at 0, 0.5 and 1.
    """
    cube = UnitCube(ParameterRanges(ranges))
    generator = np.random.default_rng(4)
    rows = np.column_stack(
        [generator.random((n, 2)), generator.integers(3, size=n) / 2]
    )
    return SurrogateRegressor(cube).fit(rows, list(factor * loss_of(rows))), rows


def loss_of(rows):
    x, depth, kind = rows.T
    return (
        5
        + (x - 0.3) ** 2
        + depth / 2
        + np.array([1.0, 0.0, 0.7])[np.rint(2 * kind).astype(int)]
    )


def test_ours_is_a_regressor_that_sklearn_clones():
    fitted, _ = regressor()

    assert is_regressor(fitted)
    assert clone(fitted).cube.groups.tolist() == fitted.cube.groups.tolist()


@pytest.mark.parametrize("factor", [1e-200, 1.0, 1e6, 1e200, 1e306])
def test_ours_predicts_in_the_units_of_the_losses(factor):
    fitted, _ = regressor(60, factor)
    _, rows = regressor(25)
    rows[:, :2] = 0.1 + 0.8 * rows[:, :2]

    predicted = fitted.predict(rows)

    assert predicted / factor == pytest.approx(loss_of(rows), abs=0.1)


def test_ours_tells_categories_apart_and_knows_no_order_of_them():
    fitted, _ = regressor(60)

    found = fitted.predict([[0.3, 0.5, 0.0], [0.3, 0.5, 0.5], [0.3, 0.5, 1.0]])

    assert found == pytest.approx([6.25, 5.25, 5.95], abs=0.1)


def test_ours_tells_any_number_of_categories_apart():
    cube = UnitCube(ParameterRanges({"kind": amt.Categorical(list(range(50)))}))
    rows = np.linspace(0, 1, 50)[:, None]
    losses = np.arange(50) % 2 + 3.0

    predicted = SurrogateRegressor(cube).fit(rows, losses).predict(rows)

    assert predicted == pytest.approx(losses, abs=0.2)


def test_ours_gives_deviations_where_asked_for():
    fitted, rows = regressor(60)
    corner = np.array([[1.0, 1.0, 0.0]])

    _, known = fitted.predict(rows, return_std=True)
    _, unknown = fitted.predict(corner, return_std=True)

    assert np.median(known) < unknown[0]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "losses", [[2.0], [2.0, 2.0, 2.0], [1e308, -1e308], [5e-324, 0]]
)
def test_ours_is_fitted_to_any_losses(losses):
    rows = np.random.default_rng(0).random((len(losses), 3))
    rows[:, 2] = 0.5
    cube = UnitCube(ParameterRanges(SPACE))

    predicted, deviation = (
        SurrogateRegressor(cube).fit(rows, losses).predict(rows, return_std=True)
    )

    assert np.isfinite(predicted).all()
    assert np.isfinite(deviation).all()
    if len(set(losses)) == 1:
        assert predicted == pytest.approx(losses)


def test_ours_is_fitted_in_a_space_of_one_point():
    cube = UnitCube(ParameterRanges({"only": amt.Categorical("this")}))

    fitted = SurrogateRegressor(cube).fit(np.zeros((1, 1)), [3.0])

    assert fitted.predict(np.zeros((1, 1))) == pytest.approx([3.0])


def test_ours_takes_more_rows_than_it_uses():
    fitted, rows = regressor(1000)

    assert fitted.predict(rows) == pytest.approx(loss_of(rows), abs=0.1)
    assert np.array_equal(regressor(1000)[0].predict(rows), fitted.predict(rows))

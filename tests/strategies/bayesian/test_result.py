"""The result that scikit-optimize's plots and callbacks take."""

import math

import matplotlib.pyplot
import pytest
import skopt
import skopt.callbacks
import skopt.plots

import amt_magic as amt
from amt_magic.jobs import History
from amt_magic.space import configuration_key
from amt_magic.strategies.bayesian.result import optimize_result

RANGES = {
    "lr": amt.Continuous(1e-4, 1e-1),
    "momentum": amt.Continuous(0.5, 0.99, "ReverseLogarithmic"),
    "depth": amt.Integer(1, 9),
    "kind": amt.Categorical("a", "b"),
}
MIXED = (None, 3, "3", 3.0, True, (2, True))


def config_of(ranges=RANGES, jobs=12, objective="Maximize"):
    return amt.TuningJobConfig(
        strategy="Random",
        objective=amt.Objective(type=objective, metric_name="score"),
        ranges=ranges,
        resource_limits=amt.ResourceLimits(max_number_of_training_jobs=jobs),
        random_seed=2**40,
    )


def score(hyperparameters):
    return [hyperparameters["depth"] + hyperparameters["lr"]]


def result_of(config, curve=score):
    history = amt.simulate(config, curve)
    return optimize_result(config, history), history


@pytest.fixture
def axes():
    yield
    matplotlib.pyplot.close("all")


def test_losses_and_points_are_the_training_jobs_in_order():
    result, history = result_of(config_of())

    jobs = history.training_jobs
    assert result.x_iters == [list(job.hyperparameters.values()) for job in jobs]
    assert list(result.func_vals) == [-job.value for job in jobs]
    assert result.x == list(history.best.hyperparameters.values())
    assert result.fun == -history.best.value


def test_minimised_values_are_the_losses():
    result, history = result_of(config_of(objective="Minimize"))

    assert list(result.func_vals) == [job.value for job in history.training_jobs]


def test_training_jobs_without_a_value_are_left_out():
    def curve(hyperparameters):
        return [math.nan if hyperparameters["kind"] == "a" else 1.0]

    result, history = result_of(config_of(), curve)

    kinds = [job.hyperparameters["kind"] for job in history.training_jobs]
    assert len(result.x_iters) == kinds.count("b") < len(kinds)


def test_nothing_has_succeeded_and_it_says_so():
    config = config_of()

    with pytest.raises(ValueError, match="no training job has succeeded yet"):
        optimize_result(config, History(config.objective))


def test_space_has_the_names_scales_and_all_points():
    result, _ = result_of(config_of())

    assert result.space.dimension_names == list(RANGES)
    priors = [getattr(dimension, "prior", None) for dimension in result.space]
    assert priors[:3] == ["log-uniform", "uniform", "uniform"]
    assert all(point in result.space for point in result.x_iters)


@pytest.mark.parametrize(
    "values", [("a", "b"), (1, 2), (0.5, 1.5), (True, False), MIXED, (1, 1.0, True)]
)
def test_categories_stay_apart_and_as_they_are_where_skopt_holds_them(values):
    ranges = {"kind": amt.Categorical(*values), "free": amt.Continuous(0, 1)}

    result, history = result_of(config_of(ranges, jobs=40), lambda h: [h["free"]])

    categories = result.space.dimensions[0].categories
    assert len(set(categories)) == len(values)
    jobs = history.training_jobs
    given = {configuration_key({"k": job.hyperparameters["kind"]}) for job in jobs}
    assert len({point[0] for point in result.x_iters}) == len(given)
    if len({type(value) for value in values}) == 1:
        assert categories == values


@pytest.mark.usefixtures("axes")
@pytest.mark.parametrize("values", [("a", "b"), (True, False), MIXED, ("one",)])
@pytest.mark.parametrize("name", ["convergence", "evaluations", "regret"])
def test_plots_of_skopt_work(name, values):
    ranges = RANGES | {"kind": amt.Categorical(*values)}
    result, _ = result_of(config_of(ranges))

    getattr(skopt.plots, f"plot_{name}")(result)


@pytest.mark.usefixtures("axes")
@pytest.mark.parametrize("values", [("a", "b"), MIXED])
def test_plot_that_asks_a_model_works(values):
    ranges = {"depth": amt.Integer(1, 99), "kind": amt.Categorical(*values)}
    result, _ = result_of(config_of(ranges, jobs=30), lambda h: [h["depth"]])

    skopt.plots.plot_objective(result, n_points=4, n_samples=4)


def test_model_has_learned_which_end_is_better():
    result, _ = result_of(config_of({"depth": amt.Integer(1, 99)}, jobs=40), deep)

    low, high = result.models[-1].predict(result.space.transform([[1], [99]]))

    assert low > high


def deep(hyperparameters):
    return [hyperparameters["depth"]]


def test_ranges_and_values_of_any_size_are_survived():
    ranges = {
        "x": amt.Continuous(-1e200, 1e200),
        "y": amt.Continuous(5e-324, 1e308),
        "n": amt.Integer(-(2**53), 2**53),
    }

    result, _ = result_of(config_of(ranges), lambda h: [h["x"]])

    assert len(result.models) == 1


def test_callbacks_of_skopt_work():
    result, _ = result_of(config_of({"depth": amt.Integer(1, 3)}), lambda h: [1.0])

    assert skopt.callbacks.DeltaYStopper(delta=0.1, n_best=2)(result)
    assert not skopt.callbacks.DeadlineStopper(total_time=1000)(result)


def test_result_survives_a_file(tmp_path):
    result, _ = result_of(config_of())

    skopt.dump(result, tmp_path / "result.pkl", store_objective=False)

    assert skopt.load(tmp_path / "result.pkl").x_iters == result.x_iters

"""The result that scikit-optimize's plots and callbacks take."""

import math

import matplotlib.pyplot
import numpy as np
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


SMOOTH = {
    "lr": amt.Continuous(1e-4, 1e-1),
    "momentum": amt.Continuous(0.5, 0.99, "ReverseLogarithmic"),
    "kind": amt.Categorical(None, 2, "two"),
}


def smooth(hyperparameters):
    kinds = {None: 0.7, 2: 0.0, "two": 0.5}
    place = math.log10(hyperparameters["lr"]) + 2.5
    steady = 2 * hyperparameters["momentum"]
    return kinds[hyperparameters["kind"]] + place**2 / 2 + steady


def smooth_result(factor=1.0):
    config = config_of(SMOOTH, jobs=60, objective="Minimize")
    return result_of(config, lambda h: [factor * smooth(h)])[0]


@pytest.mark.parametrize("factor", [1.0, 1e-200, 1e200])
def test_model_predicts_a_smooth_function(factor):
    result = smooth_result(factor)
    generator = np.random.default_rng(1)
    lrs, momenta = (
        10 ** generator.uniform(-3.8, -1.2, 30),
        generator.uniform(0.55, 0.95, 30),
    )
    points = [
        {"lr": lr, "momentum": momentum, "kind": (None, 2, "two")[j % 3]}
        for j, (lr, momentum) in enumerate(zip(lrs, momenta, strict=True))
    ]
    rows = [[p["lr"], p["momentum"], repr(p["kind"])] for p in points]

    predicted = result.models[-1].predict(result.space.transform(rows))

    assert predicted / factor == pytest.approx([smooth(p) for p in points], abs=0.15)


def test_model_tells_categories_apart():
    result = smooth_result()
    rows = [[10**-2.5, 0.8, repr(kind)] for kind in (None, 2, "two")]

    none, two, word = result.models[-1].predict(result.space.transform(rows))

    assert (none - two, word - two) == pytest.approx((0.7, 0.5), abs=0.15)


def test_model_is_less_sure_where_nothing_was_tried():
    result = smooth_result()
    known = result.space.transform(result.x_iters)
    corner = result.space.transform([[1e-1, 0.99, "None"]])

    _, near = result.models[-1].predict(known, return_std=True)
    _, far = result.models[-1].predict(corner, return_std=True)

    assert np.median(near) < far[0]


@pytest.mark.parametrize("ranges", [{"only": amt.Categorical("this")}, RANGES])
def test_result_of_one_training_job_is_there(ranges):
    result, _ = result_of(config_of(ranges, jobs=1), lambda h: [2.0])

    (predicted,) = result.models[-1].predict(result.space.transform(result.x_iters))
    assert (result.fun, predicted) == pytest.approx((-2.0, -2.0))


def test_space_of_constants_and_a_range_is_there():
    ranges = {"only": amt.Categorical([(1, 2)]), "x": amt.Continuous(0, 1)}

    result, _ = result_of(config_of(ranges), lambda h: [h["x"]])

    assert result.x[0] == "(1, 2)"
    low, high = result.models[-1].predict(
        result.space.transform([["(1, 2)", 0.1], ["(1, 2)", 0.9]])
    )
    assert high < low


@pytest.mark.usefixtures("axes")
def test_plot_of_the_objective_takes_a_point_of_categories_of_one():
    ranges = RANGES | {"kind": amt.Categorical("one")}
    result, _ = result_of(config_of(ranges))

    skopt.plots.plot_objective(result, n_points=4, n_samples=4)


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


@pytest.mark.parametrize(
    ("values", "stops"), [([3, 2, 1, 1, 1, 1], True), ([6, 5, 4, 3, 2, 1], False)]
)
def test_delta_y_stopper_stops_where_the_best_agree(values, stops):
    numbers = iter(values)
    config = config_of(jobs=len(values), objective="Minimize")

    result, _ = result_of(config, lambda h: [float(next(numbers))])

    stopper = skopt.callbacks.DeltaYStopper(delta=0.5, n_best=3)
    assert bool(stopper(result)) == stops


def test_delta_x_stopper_reads_the_last_two_points():
    result, _ = result_of(config_of({"x": amt.Continuous(0, 1)}), lambda h: [h["x"]])
    far = abs(result.x_iters[-1][0] - result.x_iters[-2][0])

    assert skopt.callbacks.DeltaXStopper(2 * far)(result)
    assert not skopt.callbacks.DeltaXStopper(far / 2)(result)


def test_threshold_and_hollow_iterations_stoppers_read_the_losses():
    result, history = result_of(config_of(objective="Minimize"))
    best = history.best.value

    assert skopt.callbacks.ThresholdStopper(best)(result)
    assert not skopt.callbacks.ThresholdStopper(best - 1e-6)(result)
    assert skopt.callbacks.HollowIterationsStopper(2, threshold=1e9)(result)


def test_checkpoint_saver_and_verbose_callback_take_it(tmp_path, capsys):
    result, _ = result_of(config_of())
    file = tmp_path / "checkpoint.pkl"

    skopt.callbacks.CheckpointSaver(file, store_objective=False)(result)
    skopt.callbacks.VerboseCallback(n_total=12)(result)

    assert skopt.load(file).func_vals.tolist() == result.func_vals.tolist()
    assert "Current minimum" in capsys.readouterr().out


def test_result_survives_a_file(tmp_path):
    result, _ = result_of(config_of())

    skopt.dump(result, tmp_path / "result.pkl", store_objective=False)

    assert skopt.load(tmp_path / "result.pkl").x_iters == result.x_iters

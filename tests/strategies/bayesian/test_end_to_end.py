"""Whole tuning jobs with Bayesian search, in real processes."""

import json
import statistics
import subprocess
import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell

import amt_magic as amt
from amt_magic.jobs import History
from amt_magic.tuner import make_strategy

pytestmark = pytest.mark.timeout(60)

RANGES = {
    "x": amt.Continuous(0.01, 10),
    "n": amt.Integer(1, 20),
    "kind": amt.Categorical("a", None),
}
ATTACHED = """
import json, sys
import matplotlib
matplotlib.use("Agg")
import skopt.callbacks, skopt.plots
import amt_magic as amt

job = amt.tuning_job("real")
result = job.optimize_result()
model = result.models[-1]
shown = [
    skopt.plots.plot_convergence(result),
    skopt.plots.plot_objective(result, n_points=5, n_samples=10),
    skopt.plots.plot_evaluations(result),
]
convergence = shown[0].get_lines()[0].get_ydata()
told = {
    "points": result.x_iters,
    "losses": list(result.func_vals),
    "best": [result.x, result.fun],
    "convergence": list(convergence),
    "panels": [sum(a.has_data() for a in each.figure.axes) for each in shown[1:]],
    "predicted": list(model.predict(result.space.transform(result.x_iters))),
    "stops": bool(skopt.callbacks.DeltaYStopper(delta=100, n_best=2)(result)),
    "goes_on": not skopt.callbacks.DeltaYStopper(delta=0, n_best=9)(result),
}
print(json.dumps(told))
"""


def train(x, n, kind):
    print(f"loss={(x - 1) ** 2 + n / 20 + (kind is None)}")


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """A real tuning job, and what another process tells of its result."""
    store = tmp_path_factory.mktemp("store") / "store.sqlite"
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AMT_MAGIC_STORE", f"sqlite:///{store}")
        patched.setenv("JUPYTER_DATA_DIR", str(store.parent / "jupyter"))
        job = amt.tune(train, RANGES, minimize="loss", max_jobs=12, name="real", seed=4)
        ran = subprocess.run(
            [sys.executable, "-c", ATTACHED], capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stderr
        yield job, job.training_jobs, json.loads(ran.stdout)


def test_result_of_an_attached_job_has_its_training_jobs(real):
    _, jobs, told = real

    assert [job.value for job in jobs] == told["losses"]
    found = [{**job.hyperparameters} for job in jobs]
    expected = [[h["x"], h["n"], repr(h["kind"])] for h in found]
    assert told["points"] == expected
    assert told["best"][1] == min(told["losses"])


def test_convergence_of_an_attached_job_is_its_best_so_far(real):
    _, jobs, told = real

    best = [min(told["losses"][: count + 1]) for count in range(len(jobs))]
    assert told["convergence"] == pytest.approx(best)


def test_plots_of_an_attached_job_have_a_panel_for_each_range_and_each_pair(real):
    assert real[2]["panels"] == [3 + 3, 3 + 3]


def test_model_of_an_attached_job_has_learned_its_losses(real):
    _, _, told = real

    correlation = statistics.correlation(told["predicted"], told["losses"])
    assert correlation > 0.9


def test_callbacks_take_the_result_of_an_attached_job(real):
    assert (real[2]["stops"], real[2]["goes_on"]) == (True, True)


def test_suggestions_of_the_runner_are_those_that_its_store_gives(real):
    job, jobs, _ = real
    config = job.config

    for k in range(len(jobs)):
        history = History(config.objective, jobs[:k])
        chosen = make_strategy(config).suggest(history, k + 1)
        assert chosen == dict(jobs[k].hyperparameters)


CELL = """\
C: Continuous(1e-4, 1e4)
gamma: Continuous(1e-6, 1e2)
kernel: Categorical("rbf", "sigmoid")

model = SVC(C=C, gamma=gamma, kernel=kernel)
score = cross_val_score(model, X, y, cv=2).mean()
print(f"accuracy={score}")
"""


@pytest.fixture(scope="module")
def shell():
    """An IPython shell with wine data of scikit-learn."""
    made = InteractiveShell.instance()
    made.run_line_magic("load_ext", "amt_magic")
    made.run_cell(
        "from sklearn.datasets import load_wine\n"
        "from sklearn.model_selection import cross_val_score\n"
        "from sklearn.svm import SVC\n"
        "X, y = load_wine(return_X_y=True)\n"
        "X = (X - X.mean(0)) / X.std(0)"
    )
    yield made
    made.run_line_magic("unload_ext", "amt_magic")
    InteractiveShell.clear_instance()


@pytest.mark.parametrize("parallel", [1, 4])
def test_cell_on_real_data_is_tuned_by_default(shell, parallel):
    options = f"wine --maximize accuracy --max-jobs 16 --max-parallel-jobs {parallel}"

    shell.run_cell_magic("tune", f"{options} --seed 2 --out job", CELL)

    job = shell.user_ns["job"]
    values = [training_job.value for training_job in job.training_jobs]
    assert (job.config.strategy, job.status, len(values)) == (
        "Bayesian",
        "Completed",
        16,
    )
    assert job.best_training_job.value > max(0.95, statistics.median(values))
    assert job._record.seconds_choosing < 5

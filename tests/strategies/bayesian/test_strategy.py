"""What the Bayesian strategy promises beyond every strategy's contract."""

import math
import os
import pickle
import subprocess
import sys
from collections import Counter
from itertools import count
from pathlib import Path

import numpy as np
import pytest

import amt_magic as amt
from amt_magic.jobs import History, TrainingJobStatus
from amt_magic.simulation import SimulatedExecutor, Unrecorded
from amt_magic.space import configuration_key
from amt_magic.tuner import Tuner, make_strategy
from tests.strategies.bayesian.examples import add, config_of, end

MIXED = {
    "lr": amt.Continuous(1e-5, 1e-1),
    "momentum": amt.Continuous(0.5, 0.999, "ReverseLogarithmic"),
    "depth": amt.Integer(1, 12),
    "width": amt.Integer(16, 4096, "Logarithmic"),
    "kind": amt.Categorical("a", None, (3, True)),
}
CUBE = {name: amt.Continuous(0, 1) for name in "abc"}


def key(hyperparameters):
    return configuration_key(hyperparameters)


def run(config, losses, jobs):
    """Suggest and end training jobs one after the other; return the history."""
    history, strategy = History(config.objective), make_strategy(config)
    for index in range(1, jobs + 1):
        hyperparameters = strategy.suggest(history, index)
        if hyperparameters is None:
            break
        add(history, index, hyperparameters)
        end(history, index, losses(hyperparameters))
    return history


def batch(config, history, size):
    """Suggest so many training jobs on top of a history; all are pending."""
    history, strategy = history.copy(), make_strategy(config)
    first = len(history) + 1
    for index in range(first, first + size):
        add(history, index, strategy.suggest(history, index))
    return [job.hyperparameters for job in history.pending]


def bowl(hyperparameters):
    return sum((value - 0.3) ** 2 for value in hyperparameters.values())


def hartmann(hyperparameters):
    """Hartmann's function of three variables; its minimum is -3.86278."""
    weights = np.array([[3, 10, 30], [0.1, 10, 35], [3, 10, 30], [0.1, 10, 35]])
    places = np.array(
        [
            [0.3689, 0.1170, 0.2673],
            [0.4699, 0.4387, 0.7470],
            [0.1091, 0.8732, 0.5547],
            [0.0381, 0.5743, 0.8828],
        ]
    )
    away = (np.array(list(hyperparameters.values())) - places) ** 2
    return -float(np.exp(-(weights * away).sum(axis=1)) @ [1.0, 1.2, 3.0, 3.2])


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


def mixed_loss(hyperparameters):
    kinds = {"a": 1.0, None: 0.5, (3, True): 0.0}
    place = math.log10(hyperparameters["lr"]) + 3
    return kinds[hyperparameters["kind"]] + place**2 + hyperparameters["depth"] / 12


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


def known(config, losses, size=20):
    """A history of so many training jobs that have ended."""
    return run(config, losses, size)


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


class Recording:
    """Keeps what the strategy was given and what it answered."""

    def __init__(self, strategy):
        self._strategy = strategy
        self.asked = []

    def suggest(self, history, index):
        answer = self._strategy.suggest(history, index)
        self.asked.append((list(history.training_jobs), index, answer))
        return answer


class Stops(Unrecorded):
    """Asks to stop some training jobs before their first value, and some after it."""

    poll_seconds = 1.0

    def __init__(self):
        self._requests = []

    def begin(self, job):
        if job.index % 9 == 0:
            self._requests.append(job.index)

    def measure(self, job, metric, resource, event):
        if job.index % 9 == 4:
            self._requests.append(job.index)

    def turn(self, seconds_choosing):
        requests, self._requests = self._requests, []
        return requests


def curve(hyperparameters):
    if hyperparameters["lr"] > 0.03:
        raise ValueError("too fast")
    bad = math.nan if hyperparameters["lr"] < 3e-5 else 0.0
    return [mixed_loss(hyperparameters) / epoch + bad for epoch in (1, 2, 3)]


@pytest.fixture(scope="module")
def asked():
    """What a running strategy was asked and answered: 60 training jobs, 4 at a time."""
    config = config_of(MIXED, 60, 4)
    recording = Recording(make_strategy(config))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("amt_magic.tuner.make_strategy", lambda config: recording)
        executor = SimulatedExecutor(config, curve, lambda h: 0.5 + h["depth"] % 4)
        history = History(config.objective)
        Tuner(config, executor, Stops(), history, name="t").run()
    return recording.asked


def replayed(asked):
    """Answer anew, each time by a new strategy from the training jobs alone."""
    config = config_of(MIXED, 60, 4)
    return [
        make_strategy(config).suggest(History(config.objective, jobs), index)
        for jobs, index, _ in asked
    ]


def test_running_strategy_has_seen_every_kind_of_training_job(asked):
    jobs, index, _ = asked[-1]

    statuses = Counter((str(job.status), bool(job.reports)) for job in jobs)
    assert index == 60
    assert statuses[("Failed", False)]
    assert statuses[("Stopped", False)]
    assert statuses[("Stopped", True)]
    assert statuses[("InProgress", True)] + statuses[("InProgress", False)] == 3
    assert any(job.value is not None and math.isnan(job.value) for job in jobs)
    assert sorted(jobs, key=lambda j: j.ended_at or 1e9) != jobs


def test_new_strategy_suggests_what_the_running_one_did(asked):
    answers = [answer for _, _, answer in asked]

    assert replayed(asked) == answers
    assert len(set(map(key, answers))) == 60


@pytest.mark.timeout(60)
def test_new_process_suggests_what_the_running_one_did(asked, tmp_path):
    file = tmp_path / "asked.pickle"
    file.write_bytes(pickle.dumps(asked))
    code = (
        "import pickle, sys\n"
        "from pathlib import Path\n"
        "from tests.strategies.bayesian.test_strategy import replayed\n"
        "asked = pickle.loads(Path(sys.argv[1]).read_bytes())\n"
        "print(replayed(asked))"
    )
    command = [sys.executable, "-c", code, str(file)]
    root = Path(__file__).parents[3]

    for threads, hash_seed in (("1", "1"), ("4", "2")):
        environment = os.environ | {
            "OPENBLAS_NUM_THREADS": threads,
            "OMP_NUM_THREADS": threads,
            "PYTHONHASHSEED": hash_seed,
        }
        ran = subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True
        )

        answers = [answer for _, _, answer in asked]
        assert ran.stdout.strip() == str(answers), ran.stderr


@pytest.mark.parametrize("order", ["backwards", "shuffled"])
def test_order_in_which_training_jobs_ended_is_irrelevant_to_the_model(order):
    config = config_of(CUBE)
    whole = known(config, hartmann, 30).training_jobs
    indices = [job.index for job in whole]
    indices = {
        "backwards": indices[::-1],
        "shuffled": np.random.default_rng(0).permutation(indices).tolist(),
    }[order]
    expected = make_strategy(config).suggest(History(config.objective, whole), 31)

    history, strategy = History(config.objective), make_strategy(config)
    for job in whole:
        add(history, job.index, job.hyperparameters)
    for index in indices:
        end(history, index, whole[index - 1].value)
        if index % 5 == 0:
            strategy.suggest(history, 31)  # what it remembers is irrelevant too

    assert strategy.suggest(history, 31) == expected


def test_suggestions_are_asked_for_out_of_order_and_are_the_same():
    config = config_of(CUBE)
    jobs = known(config, hartmann, 26).training_jobs
    strategy = make_strategy(config)

    for k in (25, 3, 14, 9, 25, 20):
        history = History(config.objective, jobs[:k])
        assert strategy.suggest(history, k + 1) == jobs[k].hyperparameters


def test_another_seed_shares_the_centre_alone():
    one, other = (
        known(config_of(CUBE, seed=seed), hartmann, 15).configurations
        for seed in (1, 2)
    )

    centre = configuration_key({"a": 0.5, "b": 0.5, "c": 0.5})
    assert one & other == {centre}


@pytest.mark.parametrize("seed", [0, 2**31 - 1, 2**63])
def test_seeds_of_any_size_are_taken(seed):
    config = config_of(CUBE, seed=seed)

    assert len(known(config, bowl, 9).configurations) == 9


def test_history_is_left_as_it_was():
    config = config_of(CUBE)
    history = known(config, bowl, 15)
    add(history, 16, {"a": 0.1, "b": 0.2, "c": 0.3})
    jobs, configurations = history.training_jobs, set(history.configurations)

    make_strategy(config).suggest(history, 17)

    assert history.training_jobs == jobs
    assert history.configurations == configurations

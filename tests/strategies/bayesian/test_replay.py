"""The same history and seed give the same suggestion, in any process."""

import math
import os
import pickle
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from amt_magic.jobs import History
from amt_magic.recorder import Unrecorded
from amt_magic.simulation import SimulatedExecutor
from amt_magic.space import configuration_key
from amt_magic.tuner import Tuner, make_strategy
from tests.strategies.bayesian.examples import (
    CUBE,
    MIXED,
    add,
    bowl,
    config_of,
    end,
    hartmann,
    known,
    mixed_loss,
)


def key(hyperparameters):
    return configuration_key(hyperparameters)


class Recording:
    """Keeps what the strategy was given and what it answered."""

    def __init__(self, strategy):
        self._strategy = strategy
        self.asked = []

    def suggest(self, history, index):
        answer = self._strategy.suggest(history, index)
        self.asked.append((list(history.training_jobs), index, answer))
        return answer

    def has_converged(self, history):
        return self._strategy.has_converged(history)


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
        patched.setattr("amt_magic.tuner.make_strategy", lambda *given: recording)
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
        "from tests.strategies.bayesian.test_replay import replayed\n"
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

"""Loops over `partial_fit`, in real training jobs and outside."""

import threading
import time
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.linear_model import SGDClassifier

import amt_magic as amt
from amt_magic.callbacks import Epochs
from tests.callbacks.stopped import (
    GRACE,
    lines_of,
    stop_while_saving,
    stop_while_training,
)

pytestmark = pytest.mark.timeout(60)


def examples():
    features = np.random.default_rng(0).normal(size=(200, 4))
    return features, features[:, 0] > 0


def train(rate, folder):
    model, fitted = SGDClassifier(alpha=rate / 100, random_state=0), 0
    for _ in Epochs(2000):
        model.partial_fit(*examples(), classes=[False, True])
        time.sleep(0.03)
        fitted += 1
        amt.report(accuracy=model.score(*examples()))
    joblib.dump((model, fitted), Path(folder, "model.joblib"))


def train_and_save_slowly(rate, folder):
    for _ in Epochs(3):
        amt.report(accuracy=rate)
    Path(folder, "saving").touch()
    time.sleep(0.5)
    Path(folder, "saved").touch()


def train_again_when_stopped(rate, folder):
    for _ in Epochs(2000):
        amt.report(accuracy=rate)
        time.sleep(0.03)
    Path(folder, "second").write_text(f"{list(Epochs(5))}")


def train_in_a_thread(rate, folder):
    thread = threading.Thread(target=train, args=(rate, folder))
    thread.start()
    thread.join()


def with_epochs(rate, folder, epochs=6):
    for epoch in Epochs(2000):
        amt.report(loss=rate + 1 / (epoch + 1))
        time.sleep(0.03)
    Path(folder, f"{rate}").touch()


def test_a_stop_ends_the_loop_after_its_epoch_and_the_model_is_saved(tmp_path):
    training_job, seconds, log = stop_while_training(
        train, tmp_path, maximize="accuracy"
    )

    model, fitted = joblib.load(tmp_path / "model.joblib")
    assert training_job.status == "Stopped"
    assert 3 <= fitted < 2000
    assert len(training_job.reports) == fitted == len(lines_of(log))
    assert model.score(*examples()) > 0.5
    assert seconds < GRACE


def test_a_stop_after_the_loop_does_not_cut_the_saving(tmp_path):
    training_job = stop_while_saving(
        train_and_save_slowly, tmp_path, maximize="accuracy"
    )

    assert training_job.status == "Stopped"
    assert (tmp_path / "saved").exists()


def test_a_loop_that_begins_after_the_stop_has_no_epochs(tmp_path):
    stop_while_training(train_again_when_stopped, tmp_path, maximize="accuracy")

    assert (tmp_path / "second").read_text() == "[]"


def test_a_stop_ends_a_job_that_trains_in_a_second_thread_at_once(tmp_path):
    training_job, seconds, log = stop_while_training(
        train_in_a_thread, tmp_path, maximize="accuracy"
    )

    assert training_job.status == "Stopped"
    assert "Traceback" not in log
    assert not (tmp_path / "model.joblib").exists()
    assert seconds < GRACE


def test_every_training_job_that_hyperband_stops_saves_its_model(tmp_path):
    job = amt.tune(
        with_epochs,
        {"rate": amt.Continuous(0, 1)},
        static_hyperparameters={"folder": str(tmp_path)},
        minimize="loss",
        strategy="Hyperband",
        max_jobs=6,
        max_parallel_jobs=2,
        seed=1,
    )

    assert all(training_job.stop_reason for training_job in job.training_jobs)
    assert len(list(tmp_path.glob("0.*"))) == 6


def test_a_number_of_epochs_counts_from_zero():
    assert list(Epochs(3)) == [0, 1, 2]


def test_a_numpy_integer_is_a_number():
    assert list(Epochs(np.int64(2))) == [0, 1]


def test_any_iterable_gives_its_items():
    assert list(Epochs(iter("abc"))) == ["a", "b", "c"]


def test_one_object_serves_several_loops():
    epochs = Epochs(2)

    assert [*epochs, *epochs] == [0, 1, 0, 1]

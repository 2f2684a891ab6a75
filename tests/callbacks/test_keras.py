"""Keras calls the callback, in real training jobs and outside; not in CI."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from amt_magic import ValidationError
from tests.callbacks.stopped import (
    GRACE,
    lines_of,
    stop_while_saving,
    stop_while_training,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
os.environ.setdefault("KERAS_BACKEND", "torch")


@pytest.fixture(autouse=True)
def keras():
    return pytest.importorskip("keras")


def fit(callbacks, epochs=3, rate=0.1, **options):
    import keras

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
    optimizer = keras.optimizers.SGD(rate)
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    features = np.random.default_rng(0).normal(size=(64, 4))
    history = model.fit(
        features,
        features[:, 0] > 0,
        epochs=epochs,
        validation_split=0.25,
        callbacks=callbacks,
        verbose=0,
        **options,
    )
    return model, history.history


def train(rate, folder):
    from amt_magic.callbacks import KerasCallback

    model, history = fit([KerasCallback()], 2000, rate)
    model.save(Path(folder, "model.keras"))
    Path(folder, "epochs").write_text(f"{len(history['loss'])}")


def train_and_save_slowly(rate, folder):
    from amt_magic.callbacks import KerasCallback

    fit([KerasCallback()], 2, rate)
    Path(folder, "saving").touch()
    time.sleep(0.5)
    Path(folder, "saved").touch()


def test_a_stop_ends_fit_after_its_epoch_and_the_model_is_saved(tmp_path, keras):
    training_job, seconds, log = stop_while_training(
        train, tmp_path, maximize="val_accuracy"
    )

    epochs = int((tmp_path / "epochs").read_text())
    assert training_job.status == "Stopped"
    assert 3 <= epochs < 2000
    assert len(training_job.reports) == epochs == len(lines_of(log))
    assert keras.models.load_model(tmp_path / "model.keras").layers
    assert seconds < GRACE


def test_a_stop_after_fit_does_not_cut_the_saving(tmp_path):
    training_job = stop_while_saving(
        train_and_save_slowly, tmp_path, maximize="val_accuracy"
    )

    assert training_job.status == "Stopped"
    assert (tmp_path / "saved").exists()


def test_every_metric_is_reported_once_an_epoch(reports):
    from amt_magic.callbacks import KerasCallback

    _, history = fit([KerasCallback()])

    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert reports() == [
        {name: values[k] for name, values in history.items()} for k in range(3)
    ]


def test_a_named_metric_is_reported_alone(reports):
    from amt_magic.callbacks import KerasCallback

    _, history = fit([KerasCallback(accuracy="val_accuracy")])

    assert reports() == [{"accuracy": value} for value in history["val_accuracy"]]


def test_an_unknown_metric_is_an_error_that_lists_what_there_is():
    from amt_magic.callbacks import KerasCallback

    with pytest.raises(ValidationError, match="must be one of accuracy, loss, val_acc"):
        fit([KerasCallback(accuracy="valid_accuracy")])

"""LightGBM's own loop calls the callback, in real training jobs and outside."""

import time
from pathlib import Path

import lightgbm
import numpy as np
import pytest

from amt_magic import ValidationError
from amt_magic.callbacks import LightGBMCallback
from tests.callbacks.stopped import (
    GRACE,
    lines_of,
    stop_while_saving,
    stop_while_training,
)

pytestmark = pytest.mark.timeout(60)
OPTIONS = {
    "objective": "binary",
    "metric": ["auc", "binary_logloss"],
    "verbosity": -1,
    "num_threads": 1,
}


def examples(rows=200):
    numbers = np.random.default_rng(0)
    features = numbers.normal(size=(rows, 4))
    return features, features[:, 0] + numbers.normal(size=rows) > 0


def data(rows=200):
    return lightgbm.Dataset(*examples(rows), free_raw_data=False)


def boost(callbacks, rounds=5, **options):
    fit = data()
    valid = lightgbm.Dataset(*examples(99), reference=fit)
    return lightgbm.train(
        OPTIONS | options, fit, rounds, valid_sets=[valid], callbacks=callbacks
    )


def slow(env):
    time.sleep(0.03)


def train(rate, folder):
    log = {}
    record = lightgbm.record_evaluation(log)
    model = boost([LightGBMCallback(), slow, record], 2000, learning_rate=rate)
    model.save_model(Path(folder, "model.txt"))
    counted = [model.best_iteration, len(log["valid_0"]["auc"])]
    Path(folder, "counted").write_text(f"{counted}")


def train_and_save_slowly(rate, folder):
    boost([LightGBMCallback()], 3, learning_rate=rate)
    Path(folder, "saving").touch()
    time.sleep(0.5)
    Path(folder, "saved").touch()


def test_a_stop_ends_training_after_its_round_and_the_whole_model_is_saved(tmp_path):
    training_job, seconds, log = stop_while_training(
        train, tmp_path, maximize="valid_0:auc"
    )

    rounds = lightgbm.Booster(model_file=tmp_path / "model.txt").num_trees()
    assert training_job.status == "Stopped"
    assert 3 <= len(training_job.reports) < 2000
    assert len(training_job.reports) == rounds == len(lines_of(log))
    assert (tmp_path / "counted").read_text() == f"{[rounds, rounds]}"
    assert seconds < GRACE


def test_a_callback_made_in_the_notebook_listens_where_it_is_used(tmp_path):
    callback = LightGBMCallback()

    def train(rate, folder):
        boost([callback, slow], 2000, learning_rate=rate)
        Path(folder, "saved").touch()

    training_job, _, _ = stop_while_training(train, tmp_path, maximize="valid_0:auc")

    assert training_job.status == "Stopped"
    assert (tmp_path / "saved").exists()


def test_a_stop_after_training_does_not_cut_the_saving(tmp_path):
    training_job = stop_while_saving(
        train_and_save_slowly, tmp_path, maximize="valid_0:auc"
    )

    assert training_job.status == "Stopped"
    assert (tmp_path / "saved").exists()


def test_every_metric_is_reported_once_a_round(reports):
    log = {}

    boost([LightGBMCallback(), lightgbm.record_evaluation(log)], rounds=3)

    assert reports() == [
        {f"valid_0:{name}": values[k] for name, values in log["valid_0"].items()}
        for k in range(3)
    ]


def test_the_round_at_which_lightgbm_stops_early_is_reported(reports):
    early_stopping = lightgbm.early_stopping(2, verbose=False)

    model = boost([LightGBMCallback(), early_stopping], 200, learning_rate=0.9)

    assert len(reports()) == model.best_iteration + 2


def test_a_named_metric_is_reported_alone(reports):
    boost([LightGBMCallback(auc="valid_0:auc")], rounds=2)

    assert [list(values) for values in reports()] == [["auc"], ["auc"]]


def test_an_unknown_metric_is_an_error_that_lists_what_there_is():
    rule = "metric auc must be one of valid_0:auc, valid_0:binary_logloss"

    with pytest.raises(ValidationError, match=rule):
        boost([LightGBMCallback(auc="auc")])


def test_of_cross_validation_the_mean_is_reported(reports):
    result = lightgbm.cv(OPTIONS, data(), 3, nfold=3, callbacks=[LightGBMCallback()])

    values = [values["valid:auc"] for values in reports()]
    assert values == list(result["valid auc-mean"])


@pytest.mark.filterwarnings("ignore:The argument 'eval_set' is deprecated")
def test_scikit_learn_estimators_take_it(reports):
    model = lightgbm.LGBMClassifier(n_estimators=4, n_jobs=1, verbosity=-1)

    model.fit(*examples(), eval_set=[examples(99)], callbacks=[LightGBMCallback()])

    assert [list(values) for values in reports()] == [["valid_0:binary_logloss"]] * 4


def test_without_evaluation_nothing_is_reported(reports):
    lightgbm.train(OPTIONS, data(), 2, callbacks=[LightGBMCallback()])

    assert reports() == []

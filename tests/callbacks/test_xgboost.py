"""XGBoost's own loop calls the callback, in real training jobs and outside."""

import time
from pathlib import Path

import numpy as np
import pytest
import xgboost
from xgboost.callback import TrainingCallback

from amt_magic import ValidationError
from amt_magic.callbacks import XGBoostCallback
from tests.callbacks.stopped import (
    GRACE,
    lines_of,
    stop_while_saving,
    stop_while_training,
)

pytestmark = pytest.mark.timeout(60)
OPTIONS = {
    "objective": "binary:logistic",
    "eval_metric": ["logloss", "auc"],
    "nthread": 1,
}


def data(rows=200):
    numbers = np.random.default_rng(0)
    features = numbers.normal(size=(rows, 4))
    labels = features[:, 0] + numbers.normal(size=rows) > 0
    return xgboost.DMatrix(features, labels)


def boost(callbacks, rounds=5, **options):
    evals = [(data(), "train"), (data(99), "validation")]
    return xgboost.train(
        OPTIONS | options,
        data(),
        rounds,
        evals=evals,
        callbacks=callbacks,
        verbose_eval=False,
    )


class Slow(TrainingCallback):
    def before_iteration(self, model, epoch, evals_log):
        time.sleep(0.03)
        return False


def train(rate, folder):
    model = boost([XGBoostCallback(), Slow()], 2000, eta=rate)
    model.save_model(Path(folder, "model.ubj"))


def train_and_save_slowly(rate, folder):
    boost([XGBoostCallback()], 3, eta=rate)
    Path(folder, "saving").touch()
    time.sleep(0.5)
    Path(folder, "saved").touch()


def test_a_stop_ends_training_after_its_round_and_the_model_is_saved(tmp_path):
    training_job, seconds, log = stop_while_training(
        train, tmp_path, minimize="validation:logloss"
    )

    model = xgboost.Booster(model_file=tmp_path / "model.ubj")
    assert training_job.status == "Stopped"
    assert 3 <= len(training_job.reports) < 2000
    assert len(training_job.reports) == model.num_boosted_rounds() == len(lines_of(log))
    assert seconds < GRACE


def test_a_stop_after_training_does_not_cut_the_saving(tmp_path):
    training_job = stop_while_saving(
        train_and_save_slowly, tmp_path, minimize="validation:logloss"
    )

    assert training_job.status == "Stopped"
    assert (tmp_path / "saved").exists()


def test_every_metric_is_reported_once_a_round_as_amazon_names_it(reports):
    log = {}
    evals = [(data(), "train"), (data(99), "validation")]

    xgboost.train(
        OPTIONS,
        data(),
        3,
        evals=evals,
        evals_result=log,
        callbacks=[XGBoostCallback()],
        verbose_eval=False,
    )

    assert reports() == [
        {
            f"{dataset}:{metric}": log[dataset][metric][k]
            for dataset in ("train", "validation")
            for metric in ("logloss", "auc")
        }
        for k in range(3)
    ]


def test_a_named_metric_is_reported_alone(reports):
    boost([XGBoostCallback(loss="validation:logloss")], rounds=2)

    assert [list(values) for values in reports()] == [["loss"], ["loss"]]


def test_an_unknown_metric_is_an_error_that_lists_what_there_is():
    known = "train:logloss, train:auc, validation:logloss, validation:auc"

    with pytest.raises(ValidationError) as caught:
        boost([XGBoostCallback(loss="validation-logloss")])

    assert f"metric loss must be one of {known}" in str(caught.value)
    assert "did you mean validation:logloss?" in str(caught.value)


def test_of_cross_validation_the_mean_is_reported(reports):
    result = xgboost.cv(
        OPTIONS, data(), 3, nfold=3, callbacks=[XGBoostCallback(auc="test:auc")]
    )

    assert [values["auc"] for values in reports()] == list(result["test-auc-mean"])


def test_scikit_learn_estimators_take_it(reports):
    model = xgboost.XGBClassifier(
        n_estimators=4, n_jobs=1, callbacks=[XGBoostCallback()]
    )
    numbers = np.random.default_rng(0).normal(size=(50, 2))

    model.fit(numbers, numbers[:, 0] > 0, eval_set=[(numbers, numbers[:, 0] > 0)])

    assert [list(values) for values in reports()] == [["validation_0:logloss"]] * 4


def test_without_evaluation_nothing_is_reported(reports):
    xgboost.train(OPTIONS, data(), 2, callbacks=[XGBoostCallback()])

    assert reports() == []

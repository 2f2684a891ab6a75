"""Losses of scikit-learn's models, on data sets that scikit-learn ships.

Each is the mean over two folds of 150 rows, the same for the same hyperparameters.
"""

import math
from collections.abc import Callable
from functools import cache

import numpy as np
from sklearn import datasets
from sklearn.base import BaseEstimator
from sklearn.linear_model import Lasso, LogisticRegression
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

ROWS, FOLDS = 150, 2
SHARES = {  # hyperparameters of a tree that are searched by their logit
    "min_samples_split": (0.01, 0.99),
    "min_samples_leaf": (0.01, 0.49),
    "min_weight_fraction_leaf": (0.01, 0.49),
    "max_features": (0.01, 0.99),
}
SCALERS = {
    "none": "passthrough",
    "minmax": MinMaxScaler(),
    "standard": StandardScaler(),
    "robust": RobustScaler(),
}


def regression_tree(**hyperparameters) -> float:
    """Return the squared error on diabetes; shares are given as logits."""
    given = _shares(hyperparameters)

    def tree(fold: int) -> BaseEstimator:
        return DecisionTreeRegressor(random_state=fold, **given)

    return _cross_validated("diabetes", tree, _squared_error)


def classification_tree(*, data: str = "digits", **hyperparameters) -> float:
    """Return the share of rows that are mistaken; shares are given as logits."""
    given = _shares(hyperparameters)

    def tree(fold: int) -> BaseEstimator:
        return DecisionTreeClassifier(random_state=fold, **given)

    return _cross_validated(data, tree, _mistaken)


def lasso(**hyperparameters) -> float:
    """Return the squared error on diabetes."""
    return _cross_validated(
        "diabetes", lambda fold: Lasso(**hyperparameters), _squared_error
    )


def support_vectors(*, data: str = "wine", scaler: str, **hyperparameters) -> float:
    """Return the share of rows that are mistaken."""

    def machine(fold: int) -> BaseEstimator:
        vectors = SVC(max_iter=3000, cache_size=50, **hyperparameters)
        return make_pipeline(SCALERS[scaler], vectors)

    return _cross_validated(data, machine, _mistaken)


def logistic_regression(**hyperparameters) -> float:
    """Return the negative log-likelihood of wines."""

    def regression(fold: int) -> BaseEstimator:
        one = LogisticRegression(
            solver="liblinear", random_state=fold, **hyperparameters
        )
        return OneVsRestClassifier(one)

    return _cross_validated("wine", regression, _negative_log_likelihood)


def _cross_validated(
    data: str, make: Callable[[int], BaseEstimator], loss: Callable[..., float]
) -> float:
    x, y, folds = _task(data)
    losses = [
        loss(make(fold).fit(x[train], y[train]), x[test], y[test])
        for fold, (train, test) in enumerate(folds)
    ]
    return sum(losses) / len(losses)


@cache
def _task(data: str) -> tuple[np.ndarray, np.ndarray, list]:
    x, y = getattr(datasets, f"load_{data}")(return_X_y=True)
    rows = np.random.default_rng(0).permutation(len(x))[:ROWS]
    x, y = x[rows].astype(float), y[rows]
    is_regression = y.dtype.kind == "f"
    kind = KFold if is_regression else StratifiedKFold
    folds = list(kind(FOLDS, shuffle=True, random_state=0).split(x, y))
    return x, (y - y.mean()) / y.std() if is_regression else y, folds


def _shares(hyperparameters: dict) -> dict:
    shares = {
        name: min(max(1 / (1 + math.exp(-hyperparameters[name])), low), high)
        for name, (low, high) in SHARES.items()
    }
    return hyperparameters | shares


def _squared_error(model, x, y) -> float:
    return float(np.mean((model.predict(x) - y) ** 2))


def _mistaken(model, x, y) -> float:
    return 1 - float(np.mean(model.predict(x) == y))


def _negative_log_likelihood(model, x, y) -> float:
    chances = np.clip(model.predict_proba(x), 1e-7, 1)
    chances = chances / chances.sum(1, keepdims=True)
    columns = np.searchsorted(model.classes_, y)
    return -float(np.mean(np.log(chances[np.arange(len(y)), columns])))

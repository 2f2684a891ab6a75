"""Tasks whose models are trained epoch by epoch, on data that scikit-learn ships.

A task's losses are those of scikit-learn, the same for the same hyperparameters.
What an epoch costs is a formula, so that a virtual clock shows the same everywhere.
"""

import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from sklearn import datasets
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

import amt_magic as amt
from amt_magic.ranges import AnyRange

LOGARITHMIC = "Logarithmic"
CLASSES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A space, the losses on rows held out, and the relative cost of an epoch.

    `train` is given the number of epochs and the hyperparameters.
    """

    ranges: Mapping[str, AnyRange]
    train: Callable[..., Iterator[float]]
    cost: Callable[..., float]


def digits(epochs: int, *, hidden: int, **hyperparameters) -> Iterator[float]:
    """Yield the negative log-likelihood of a network trained by gradient descent."""
    x, held_out, y, answers = _digits()
    model = MLPClassifier(
        hidden_layer_sizes=(hidden,),
        solver="sgd",
        random_state=np.random.RandomState(0),  # an int would repeat the shuffle
        **hyperparameters,
    )

    def loss() -> float:
        return log_loss(answers, model.predict_proba(held_out), labels=range(10))

    def epoch() -> None:
        model.partial_fit(x, y, classes=range(10))

    return _losses(epochs, epoch, loss)


def friedman(
    epochs: int, *, hidden1: int, hidden2: int, **hyperparameters
) -> Iterator[float]:
    """Yield the root of the squared error of a network trained by Adam."""
    x, held_out, y, answers = _friedman()
    model = MLPRegressor(
        hidden_layer_sizes=(hidden1, hidden2),
        random_state=np.random.RandomState(0),
        **hyperparameters,
    )

    def loss() -> float:
        return math.sqrt(np.mean((model.predict(held_out) - answers) ** 2))

    return _losses(epochs, lambda: model.partial_fit(x, y), loss)


def classes(epochs: int, **hyperparameters) -> Iterator[float]:
    """Yield the negative log-likelihood of boosted trees, a tree a class an epoch."""
    x, held_out, y, answers = _classes()
    model = HistGradientBoostingClassifier(
        max_iter=epochs, early_stopping=False, random_state=0, **hyperparameters
    )
    for chances in model.fit(x, y).staged_predict_proba(held_out):
        yield float(log_loss(answers, chances, labels=range(CLASSES)))


def _losses(
    epochs: int, epoch: Callable[[], object], loss: Callable[[], float]
) -> Iterator[float]:
    """Yield the loss after each epoch; not a number once training has diverged."""
    diverged = False
    for _ in range(epochs):
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                if not diverged:
                    epoch()
                yield math.nan if diverged else float(loss())
            except ValueError:  # weights or predictions that are not finite
                diverged = True
                yield math.nan


@cache
def _digits() -> list[np.ndarray]:
    x, y = datasets.load_digits(return_X_y=True)
    return _split(x, y, train_size=600)


@cache
def _friedman() -> list[np.ndarray]:
    x, y = datasets.make_friedman1(1500, noise=1.0, random_state=0)
    return _split(x, (y - y.mean()) / y.std(), train_size=500)


@cache
def _classes() -> list[np.ndarray]:
    x, y = datasets.make_classification(
        1600,
        n_features=12,
        n_informative=8,
        n_classes=CLASSES,
        class_sep=0.8,
        flip_y=0.05,
        random_state=0,
    )
    return _split(x, y, train_size=600)


def _split(x: np.ndarray, y: np.ndarray, train_size: int) -> list[np.ndarray]:
    split = train_test_split(x, y, train_size=train_size, random_state=0)
    scaler = StandardScaler().fit(split[0])
    return [scaler.transform(split[0]), scaler.transform(split[1]), *split[2:]]


def _network_cost(rows: int, batch_size: int, weights: int) -> float:
    return 1.5e-4 * rows / batch_size + 6e-10 * rows * weights


def _trees_cost(leaves: float) -> float:
    return 1e-3 + 1.5e-4 * leaves


TASKS = {
    "digits-mlp": Task(
        ranges={
            "learning_rate_init": amt.Continuous(1e-4, 1.0, LOGARITHMIC),
            "momentum": amt.Continuous(0.0, 0.99),
            "alpha": amt.Continuous(1e-6, 1.0, LOGARITHMIC),
            "batch_size": amt.Integer(16, 256, LOGARITHMIC),
            "hidden": amt.Integer(4, 128, LOGARITHMIC),
        },
        train=digits,
        cost=lambda hidden, batch_size, **_: _network_cost(
            600, batch_size, 74 * hidden
        ),
    ),
    "friedman-mlp": Task(
        ranges={
            "learning_rate_init": amt.Continuous(1e-4, 0.3, LOGARITHMIC),
            "alpha": amt.Continuous(1e-6, 10.0, LOGARITHMIC),
            "batch_size": amt.Integer(16, 256, LOGARITHMIC),
            "hidden1": amt.Integer(4, 96, LOGARITHMIC),
            "hidden2": amt.Integer(2, 48, LOGARITHMIC),
            "activation": amt.Categorical("relu", "tanh"),
        },
        train=friedman,
        cost=lambda hidden1, hidden2, batch_size, **_: _network_cost(
            500, batch_size, hidden1 * (10 + hidden2)
        ),
    ),
    "classes-gbm": Task(
        ranges={
            "learning_rate": amt.Continuous(1e-2, 1.0, LOGARITHMIC),
            "max_leaf_nodes": amt.Integer(2, 48, LOGARITHMIC),
            "min_samples_leaf": amt.Integer(1, 100, LOGARITHMIC),
            "l2_regularization": amt.Continuous(1e-3, 100.0, LOGARITHMIC),
            "max_features": amt.Continuous(0.1, 1.0),
        },
        train=classes,
        cost=lambda max_leaf_nodes, min_samples_leaf, **_: _trees_cost(
            min(max_leaf_nodes, 600 / min_samples_leaf)
        ),
    ),
}

"""Ten tuning problems: five by formula, and five of scikit-learn.

The spaces of the trained models are bayesmark's (Turner et al., Bayesian
Optimization is Superior to Random Search for Machine Learning Hyperparameter
Tuning, 2021), or are like those a notebook has.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import amt_magic as amt
from amt_magic.ranges import AnyRange
from amt_magic.space import Hyperparameters
from tests.benchmarks import synthetic, trained

LOGARITHMIC = "Logarithmic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A space, its loss, and what a score is measured by.

    `clip` is the median loss of 1,024 random configurations; `best` is the smallest
    known, or the optimum. Methods see logit scales as linear in the logit.
    """

    ranges: Mapping[str, AnyRange]
    train: Callable[..., float]
    clip: float
    best: float

    def evaluate(self, hyperparameters: Hyperparameters) -> float:
        """Return the loss; always the same for the same hyperparameters."""
        return float(self.train(**hyperparameters))


def coordinates(count: int, low: float, high: float) -> dict[str, AnyRange]:
    return {f"x{place}": amt.Continuous(low, high) for place in range(count)}


def logit(share: float) -> float:
    return math.log(share / (1 - share))


NETWORK = {
    "optimizer": amt.Categorical("sgd", "adam", "rmsprop", "adagrad"),
    "lr": amt.Continuous(1e-5, 1.0, LOGARITHMIC),
    "layers": amt.Integer(1, 16),
    "act": amt.Categorical("relu", "tanh", "gelu"),
    "wd": amt.Continuous(1e-7, 1e-1, LOGARITHMIC),
    "dropout": amt.Continuous(0, 0.7),
}
KERNEL_MACHINE = {
    "kernel": amt.Categorical("rbf", "poly", "sigmoid", "linear"),
    "C": amt.Continuous(1e-3, 1e3, LOGARITHMIC),
    "gamma": amt.Continuous(1e-5, 10, LOGARITHMIC),
    "degree": amt.Integer(1, 6),
    "shrinking": amt.Categorical(True, False),
    "scaler": amt.Categorical("none", "minmax", "standard"),
}
TREE = {
    "max_depth": amt.Integer(1, 15),
    **{
        name: amt.Continuous(logit(low), logit(high))
        for name, (low, high) in trained.SHARES.items()
    },
    "min_impurity_decrease": amt.Continuous(0.0, 0.5),
}
LASSO = {
    "alpha": amt.Continuous(1e-2, 1e2, LOGARITHMIC),
    "fit_intercept": amt.Categorical(True, False),
    "max_iter": amt.Integer(10, 5000, LOGARITHMIC),
    "tol": amt.Continuous(1e-5, 1e-1, LOGARITHMIC),
    "positive": amt.Categorical(True, False),
}
LOGISTIC_REGRESSION = {
    "C": amt.Continuous(1e-2, 1e2, LOGARITHMIC),
    "intercept_scaling": amt.Continuous(1e-2, 1e2, LOGARITHMIC),
}
SUPPORT_VECTORS = {
    "scaler": amt.Categorical("none", "minmax", "standard", "robust"),
    "kernel": amt.Categorical("rbf", "poly", "sigmoid", "linear"),
    "C": amt.Continuous(1e-3, 1e3, LOGARITHMIC),
    "gamma": amt.Continuous(1e-5, 1e1, LOGARITHMIC),
    "degree": amt.Integer(1, 5),
    "coef0": amt.Continuous(0, 2),
}

PROBLEMS = {
    "hartmann6": Problem(
        ranges=coordinates(6, 0, 1),
        train=synthetic.hartmann,
        clip=-0.10789484047394904,
        best=-3.322368011415515,
    ),
    "mixed6": Problem(
        ranges=NETWORK,
        train=synthetic.network,
        clip=1.068073202443646,
        best=0.30000001884695077,
    ),
    "DT-diabetes-mse": Problem(
        ranges=TREE,
        train=trained.regression_tree,
        clip=0.8844000972796595,
        best=0.6262808863881489,
    ),
    "svmcat-wine-acc": Problem(
        ranges=SUPPORT_VECTORS,
        train=trained.support_vectors,
        clip=0.3,
        best=0.006666666666666654,
    ),
    "ackley5": Problem(
        ranges=coordinates(5, -10, 20),
        train=synthetic.ackley,
        clip=18.294130429820292,
        best=0.0,
    ),
    "lasso-diabetes-mse": Problem(
        ranges=LASSO,
        train=trained.lasso,
        clip=1.0000000000000002,
        best=0.59225585640056,
    ),
    "mixedcond6": Problem(
        ranges=KERNEL_MACHINE,
        train=synthetic.kernel_machine,
        clip=0.48396359325262206,
        best=0.10000000004840835,
    ),
    "DT-digits-acc": Problem(
        ranges=TREE,
        train=trained.classification_tree,
        clip=0.8866666666666667,
        best=0.27999999999999997,
    ),
    "levy8": Problem(
        ranges=coordinates(8, -10, 10),
        train=synthetic.levy,
        clip=86.94575242372198,
        best=0.0,
    ),
    "linear-wine-nll": Problem(
        ranges=LOGISTIC_REGRESSION,
        train=trained.logistic_regression,
        clip=0.24591508701038373,
        best=0.08841207651719973,
    ),
}

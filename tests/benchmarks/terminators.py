"""Optuna's terminators, told of finished training jobs and asked whether to stop.

Optuna 5 ends `optuna.terminator` with version 6. Its Terminator compares a bound on
the regret with the error of cross-validation, so it is told the losses of the folds;
losses by formula have no error. The bound draws candidates: they are seeded here.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from unittest.mock import patch

from amt_magic.ranges import AnyRange
from amt_magic.space import Hyperparameters
from tests.benchmarks import trained
from tests.benchmarks.methods import _distribution

FOLDS = "terminator:cv_scores"


class Terminator:
    """`terminator`: as it comes; `stagnation`: after 30 trials without a new best."""

    def __init__(self, kind: str, ranges: Mapping[str, AnyRange], seed: int) -> None:
        import optuna
        from optuna.terminator import BestValueStagnationEvaluator, RegretBoundEvaluator

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._create_trial = optuna.trial.create_trial
        self._distributions = {
            name: _distribution(optuna.distributions, each)
            for name, each in ranges.items()
        }
        self._study = optuna.create_study()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is experimental, or to end
            evaluator = (
                RegretBoundEvaluator(seed=seed)
                if kind == "terminator"
                else BestValueStagnationEvaluator()
            )
            self._terminator = optuna.terminator.Terminator(evaluator)

    def observe(
        self, chosen: Hyperparameters, loss: float, folds: Sequence[float]
    ) -> None:
        trial = self._create_trial(
            params=chosen,
            distributions=self._distributions,
            value=loss,
            system_attrs={FOLDS: list(folds) or [loss, loss]},
        )
        self._study.add_trial(trial)

    def says_stop(self) -> bool:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self._terminator.should_terminate(self._study)


@contextmanager
def folds_kept() -> Iterator[list[float]]:
    """Give a list that the losses of each fold are added to."""
    folds: list[float] = []
    whole = trained._cross_validated

    def cross_validated(data, make, loss):
        def kept(*arguments):
            folds.append(loss(*arguments))
            return folds[-1]

        return whole(data, make, kept)

    with patch.object(trained, "_cross_validated", cross_validated):
        yield folds

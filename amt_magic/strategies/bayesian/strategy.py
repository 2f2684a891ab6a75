"""Bayesian search: a surrogate of the objective, and the point that promises most.

Shahriari, Swersky, Wang, Adams and de Freitas, Taking the Human Out of the Loop: A
Review of Bayesian Optimization, Proceedings of the IEEE 104 (2016).
"""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from amt_magic.completion import least_improvement
from amt_magic.jobs import History
from amt_magic.space import Hyperparameters, ParameterRanges, configuration_key
from amt_magic.strategies.bayesian.initial import InitialDesign
from amt_magic.strategies.precedents import NOTHING, Lessons
from amt_magic.strategies.random import RandomStrategy
from amt_magic.strategies.records import (
    has_long_been_without,
    losses_of,
    since_gain,
    smallest_step,
)

if TYPE_CHECKING:
    from amt_magic.strategies.bayesian.model_search import ModelSearch

TRANSFERRED = 2  # training jobs that begin where parents did best
INITIAL = 5  # training jobs that are chosen without a model
ELSEWHERE = 24  # training jobs that must have looked elsewhere since the last gain
FAR = 3  # gains above the best: beyond is elsewhere


class BayesianStrategy:
    """Starts with a few points spread evenly, then goes where improvement is expected.

    What parents ran that counts as this tuning job's own is known from the start, and
    not run again. Others inform: the first two training jobs run what they did best
    with, and then one that they say nothing to and one where improvement is expected
    with them come in turn. So parents that mislead cost half of the training jobs at
    most, and both turns learn from all training jobs.

    `base_estimator`: a surrogate of scikit-optimize, `GP`, `RF` or `ET`, in place of
    ours.
    """

    def __init__(
        self,
        ranges: ParameterRanges,
        seed: int,
        base_estimator: str | None = None,
        lessons: Lessons = NOTHING,
    ) -> None:
        self._ranges = ranges
        self._seed = seed
        self._base_estimator = base_estimator
        self._lessons = lessons
        self._known = lessons.configurations if lessons.is_identical else ()
        self._is_told = any(each.tells_something for each in lessons.comparable)
        self._initial = InitialDesign(ranges, seed)
        self._random = RandomStrategy(ranges, seed, lessons)

    def suggest(self, history: History, index: int) -> Hyperparameters | None:
        """Choose the hyperparameters of training job `index`; None: exhausted."""
        for chosen in self._promising(history, index):
            key = configuration_key(chosen)
            if key not in history.configurations and key not in self._known:
                return chosen
        return self._random.suggest(history, index)

    def has_converged(self, history: History) -> bool:
        """Tell whether a further gain is unlikely.

        The model is asked, whose chance of a gain is that of the most promising point,
        like the bound on the regret of Makarova et al., Automatic Termination for
        Hyperparameter Optimization, AutoML-Conf (2022), section 3. A model errs most
        about what it has not seen: so it is asked only once many training jobs after
        the last gain were no mere variants of the best, but worse by three gains.
        """
        losses = losses_of(history)
        if not losses or has_long_been_without(losses):
            return bool(losses)
        best = min(losses)
        gain = least_improvement(best, sorted(losses))
        elsewhere = sum(loss > best + FAR * gain for loss in since_gain(losses))
        if elsewhere < ELSEWHERE:
            return False
        gain = max(gain, smallest_step(losses))
        return self._model.gain_is_unlikely(history, gain)

    def _promising(self, history: History, index: int) -> Iterator[Hyperparameters]:
        """Yield hyperparameters, the most promising first."""
        if not self._lessons.informing:
            yield from self._cold(history, index, index)
            return
        after = index - TRANSFERRED
        if after <= 0:
            yield from map(dict, self._lessons.best)
        if after <= 0 or after % 2 == 0:
            yield from self._model.transferred(history, index)
        else:
            yield from self._cold(history, index, turn=(after + 1) // 2)

    def _cold(
        self, history: History, index: int, turn: int
    ) -> Iterator[Hyperparameters]:
        """Yield hyperparameters for the `turn`-th training job without other tasks."""
        if index > INITIAL or self._is_told:
            yield from self._model.promising(history, index)
        yield self._initial.hyperparameters(turn)

    @cached_property
    def _model(self) -> "ModelSearch":
        # imported here: numpy and scipy would hold up the first training job
        from amt_magic.strategies.bayesian.model_search import ModelSearch

        return ModelSearch(
            self._ranges, self._seed, self._base_estimator, self._lessons
        )

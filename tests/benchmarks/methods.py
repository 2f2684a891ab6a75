"""Methods to compare, each behind `Method`: ours, and peers imported where used.

Optuna's GP needs torch, which Optuna does not bring: it is left out, with a message,
where torch is not installed.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, Protocol

import amt_magic as amt
from amt_magic.jobs import Ended, History, Report, TrainingJob, TrainingJobStatus
from amt_magic.ranges import AnyRange, CategoricalParameter, IntegerParameter
from amt_magic.scaling import ScalingType
from amt_magic.space import Hyperparameters
from amt_magic.tuner import make_strategy

Ranges = Mapping[str, AnyRange]


class Method(Protocol):
    """Asked for some hyperparameters, then told their losses, in the same order."""

    def suggest(self, count: int) -> list[Hyperparameters]:
        """Choose hyperparameters to run side by side."""

    def observe(
        self, hyperparameters: Sequence[Hyperparameters], losses: Sequence[float]
    ) -> None:
        """Take the losses of what was suggested last."""

    def load(
        self, hyperparameters: Sequence[Hyperparameters], losses: Sequence[float]
    ) -> None:
        """Take losses of what was not suggested."""


class Ours:
    """A strategy of amt_magic, its history filled by hand."""

    def __init__(self, strategy: str, ranges: Ranges, seed: int) -> None:
        config = amt.TuningJobConfig(
            strategy=strategy,
            objective=amt.Objective(type="Minimize", metric_name="loss"),
            ranges=ranges,
            random_seed=seed,
        )
        self._history = History(config.objective)
        self._strategy = make_strategy(config)

    def suggest(self, count):
        return [self._add(self._next()) for _ in range(count)]

    def observe(self, hyperparameters, losses):
        for job, loss in zip(self._history.pending, losses, strict=True):
            index = job.index
            report = Report(index=index, resource=1, value=float(loss), time=0.0)
            self._history.record(report)
            status = TrainingJobStatus.COMPLETED
            self._history.end(Ended(index=index, status=status, time=0.0))

    def load(self, hyperparameters, losses):
        for each in hyperparameters:
            self._add(each)
        self.observe(hyperparameters, losses)

    def _next(self) -> Hyperparameters:
        return self._strategy.suggest(self._history, len(self._history) + 1)

    def _add(self, hyperparameters: Hyperparameters) -> Hyperparameters:
        job = TrainingJob(
            index=len(self._history) + 1,
            name="benchmark",
            hyperparameters=hyperparameters,
            created_at=0.0,
        )
        self._history.add(job)
        return hyperparameters


class Optuna:
    """A sampler of Optuna, by its name and options."""

    def __init__(self, sampler: str, ranges: Ranges, **options: Any) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._create_trial = optuna.trial.create_trial
        self._distributions = {
            name: _distribution(optuna.distributions, each)
            for name, each in ranges.items()
        }
        chosen = getattr(optuna.samplers, sampler)(**options)
        self._study = optuna.create_study(sampler=chosen)

    def suggest(self, count):
        self._asked = [self._study.ask(self._distributions) for _ in range(count)]
        return [trial.params for trial in self._asked]

    def observe(self, hyperparameters, losses):
        for trial, loss in zip(self._asked, losses, strict=True):
            self._study.tell(trial, float(loss))

    def load(self, hyperparameters, losses):
        trials = [
            self._create_trial(
                params=each, distributions=self._distributions, value=float(loss)
            )
            for each, loss in zip(hyperparameters, losses, strict=True)
        ]
        self._study.add_trials(trials)


def _distribution(distributions, given: AnyRange):
    if isinstance(given, CategoricalParameter):
        return distributions.CategoricalDistribution(given.values)
    whole = isinstance(given, IntegerParameter)
    kind = "IntDistribution" if whole else "FloatDistribution"
    bounds = given.min_value, given.max_value
    return getattr(distributions, kind)(*bounds, log=_is_logarithmic(given))


class ScikitOptimize:
    """Its Optimizer with Gaussian processes, as it comes.

    It is shown categories as strings: True and 1 are the same to it.
    """

    def __init__(self, ranges: Ranges, seed: int) -> None:
        from skopt import Optimizer, space

        self._ranges = ranges
        self._optimizer = Optimizer(
            [_dimension(space, each) for each in ranges.values()],
            base_estimator="GP",
            n_initial_points=10,
            random_state=seed,
        )

    def suggest(self, count):
        one = count == 1
        asked = self._optimizer.ask(None if one else count)
        self._asked = [asked] if one else asked
        return [self._hyperparameters(point) for point in self._asked]

    def observe(self, hyperparameters, losses):
        self._optimizer.tell(self._asked, [float(loss) for loss in losses])

    def load(self, hyperparameters, losses):
        self._asked = [
            [_shown(given, each[name]) for name, given in self._ranges.items()]
            for each in hyperparameters
        ]
        self.observe(hyperparameters, losses)

    def _hyperparameters(self, point: Sequence[Any]) -> Hyperparameters:
        pairs = zip(self._ranges.items(), point, strict=True)
        return {name: _value(given, shown) for (name, given), shown in pairs}


def _dimension(space, given: AnyRange):
    if isinstance(given, CategoricalParameter):
        return space.Categorical([str(value) for value in given.values])
    kind = space.Integer if isinstance(given, IntegerParameter) else space.Real
    prior = "log-uniform" if _is_logarithmic(given) else "uniform"
    return kind(given.min_value, given.max_value, prior=prior)


def _shown(given: AnyRange, value: Any) -> Any:
    return str(value) if isinstance(given, CategoricalParameter) else value


def _value(given: AnyRange, shown: Any) -> Any:
    if isinstance(given, CategoricalParameter):
        return {str(value): value for value in given.values}[shown]
    return int(shown) if isinstance(given, IntegerParameter) else float(shown)


def _is_logarithmic(given: AnyRange) -> bool:
    return given.scaling == ScalingType.LOGARITHMIC


# By name; each is given the ranges, the seed, and how many are asked at a time.
METHODS: dict[str, Callable[[Ranges, int, int], Method]] = {
    "ours": lambda ranges, seed, batch: Ours("Bayesian", ranges, seed),
    "random": lambda ranges, seed, batch: Ours("Random", ranges, seed),
    "optuna-tpe": lambda ranges, seed, batch: Optuna(
        "TPESampler", ranges, seed=seed, multivariate=False, constant_liar=batch > 1
    ),
    "optuna-gp": lambda ranges, seed, batch: Optuna("GPSampler", ranges, seed=seed),
    "skopt-gp": lambda ranges, seed, batch: ScikitOptimize(ranges, seed),
}
NEEDS = {
    "optuna-tpe": ["optuna"],
    "optuna-gp": ["optuna", "torch"],
    "skopt-gp": ["skopt"],
}


def missing(name: str) -> list[str]:
    """Return what the method needs and is not installed."""
    return [module for module in NEEDS.get(name, []) if find_spec(module) is None]

"""The history as scikit-optimize's result, for its plots and callbacks."""

from typing import TYPE_CHECKING, Any

from amt_magic.config import TuningJobConfig
from amt_magic.jobs import History, ObjectiveStatus
from amt_magic.ranges import (
    AnyRange,
    CategoricalParameter,
    ContinuousParameter,
)
from amt_magic.scaling import ScalingType

if TYPE_CHECKING:
    from skopt.space import Dimension
    from skopt.utils import OptimizeResult


def optimize_result(config: TuningJobConfig, history: History) -> "OptimizeResult":
    """Return the training jobs that succeeded as an OptimizeResult.

    `func_vals` are losses: the objective, negated where it is maximised.
    `x_iters` are in the order of the ranges; a category that skopt cannot hold
    (None, a tuple) appears as its repr. `models` is empty: no surrogate was fitted.

    Raises:
        ValueError: no training job has succeeded yet.
    """
    import numpy as np
    from skopt.space import Space
    from skopt.utils import OptimizeResult

    succeeded = ObjectiveStatus.SUCCEEDED
    jobs = [job for job in history.ended if job.objective_status == succeeded]
    if not jobs:
        raise ValueError("no training job has succeeded yet: there is no result")
    names = list(config.ranges)
    points = [[_plain(job.hyperparameters[name]) for name in names] for job in jobs]
    losses = np.array([history.loss(job) for job in jobs])
    best = int(losses.argmin())
    result = OptimizeResult()
    result.x, result.fun = points[best], float(losses[best])
    result.x_iters, result.func_vals = points, losses
    result.space = Space([_dimension(n, kind) for n, kind in config.space.items()])
    result.models = []
    result.random_state = np.random.RandomState(config.random_seed)
    result.specs = {"args": {"dimensions": result.space}, "function": "amt_magic"}
    return result


def _dimension(name: str, kind: AnyRange) -> "Dimension":
    from skopt.space import Categorical, Integer, Real

    if isinstance(kind, CategoricalParameter):
        return Categorical([_plain(value) for value in kind.values], name=name)
    logarithmic = kind.scaling == ScalingType.LOGARITHMIC
    prior = "log-uniform" if logarithmic else "uniform"
    dimension = Real if isinstance(kind, ContinuousParameter) else Integer
    return dimension(kind.min_value, kind.max_value, prior=prior, name=name)


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | int | float | str) else repr(value)

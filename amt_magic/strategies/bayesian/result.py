"""The history as scikit-optimize's result, for its plots and callbacks."""

from collections.abc import Mapping
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


def optimize_result(
    config: TuningJobConfig, history: History, *, with_model: bool = True
) -> "OptimizeResult":
    """Return the training jobs that succeeded as an OptimizeResult.

    `func_vals` are losses: the objective, negated where it is maximised.
    `x_iters` are in the order of the ranges. skopt holds categories of one type
    alone: others (None, tuples, a mixture) appear as their repr. `models` holds our
    surrogate, fitted to all points for the plots that ask a model.

    Raises:
        ValueError: no training job has succeeded yet.
    """
    import numpy as np
    from skopt.space import Space
    from skopt.utils import OptimizeResult

    from amt_magic.strategies.bayesian.estimators import SurrogateRegressor
    from amt_magic.strategies.bayesian.unit_cube import UnitCube

    succeeded = ObjectiveStatus.SUCCEEDED
    jobs = [job for job in history.ended if job.objective_status == succeeded]
    if not jobs:
        raise ValueError("no training job has succeeded yet: there is no result")
    points = [_point(config, job.hyperparameters) for job in jobs]
    losses = np.array([history.loss(job) for job in jobs])
    best, seed = int(losses.argmin()), (config.random_seed or 0) % 2**32
    space = Space([_dimension(name, kind) for name, kind in config.space.items()])
    space.set_transformer("normalize")
    result = OptimizeResult()
    result.x, result.fun = points[best], float(losses[best])
    result.x_iters, result.func_vals = points, losses
    result.space = space
    result.models = []
    if with_model:
        model = SurrogateRegressor(UnitCube(config.space))
        result.models = [model.fit(space.transform(points), losses)]
    result.random_state = np.random.RandomState(seed)
    result.specs = {"args": {"dimensions": space}, "function": "amt_magic"}
    return result


def _dimension(name: str, kind: AnyRange) -> "Dimension":
    from skopt.space import Categorical, Integer, Real

    if isinstance(kind, CategoricalParameter):
        return Categorical([_category(kind, value) for value in kind.values], name=name)
    logarithmic = kind.scaling == ScalingType.LOGARITHMIC
    prior = "log-uniform" if logarithmic else "uniform"
    dimension = Real if isinstance(kind, ContinuousParameter) else Integer
    return dimension(kind.min_value, kind.max_value, prior=prior, name=name)


def _point(config: TuningJobConfig, hyperparameters: Mapping[str, Any]) -> list[Any]:
    return [
        _category(kind, hyperparameters[name])
        if isinstance(kind, CategoricalParameter)
        else hyperparameters[name]
        for name, kind in config.space.items()
    ]


def _category(kind: CategoricalParameter, value: Any) -> Any:
    types = {type(known) for known in kind.values}
    is_plain = len(types) == 1 and types <= {bool, int, float, str}
    return value if is_plain else repr(value)

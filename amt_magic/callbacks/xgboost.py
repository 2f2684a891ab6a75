"""The callback for XGBoost: `train`, `cv`, and the scikit-learn estimators."""

from collections.abc import Mapping, Sequence
from typing import Any

from xgboost.callback import TrainingCallback

from amt_magic.callbacks.reports import report_epoch
from amt_magic.callbacks.stop_request import is_stop_asked, listen


class XGBoostCallback(TrainingCallback):
    """Reports each boosting round, and ends training when the tuner asks for it.

        %%tune --minimize validation:logloss --early-stopping Auto --max-jobs 20
        eta: Continuous(0.01, 1, "Logarithmic")

        import xgboost
        from amt_magic.callbacks import XGBoostCallback

        train = xgboost.DMatrix(X, y)                     # cannot travel: made here
        valid = xgboost.DMatrix(X_valid, y_valid)
        model = xgboost.train(
            {"eta": eta, "objective": "binary:logistic"}, train, 200,
            evals=[(valid, "validation")], callbacks=[XGBoostCallback()],
        )
        model.save_model(f"{eta}.ubj")                    # after a stop as well

    Outside a training job it prints:

    >>> import numpy, xgboost
    >>> from amt_magic.callbacks import XGBoostCallback
    >>> X = numpy.arange(100.0).reshape(-1, 1)
    >>> train = xgboost.DMatrix(X, X[:, 0] > 50)
    >>> model = xgboost.train(
    ...     {"objective": "binary:logistic"}, train, 2, evals=[(train, "train")],
    ...     verbose_eval=False, callbacks=[XGBoostCallback(loss="train:logloss")],
    ... )
    loss=...
    loss=...

    Metrics are named as Amazon's built-in algorithm does it, `validation:logloss`;
    of `cv` the mean is reported. The callback goes first in the list of callbacks, as
    XGBoost asks no further one once training is to end.

    Args:
        **names: Metrics to report, by these names: `loss="validation:logloss"` reports
            this one alone, as `loss`. Without one all are reported.

    Raises:
        ValidationError: in training, when a metric so named is not evaluated.
    """

    def __init__(self, **names: str) -> None:
        super().__init__()
        self._names = names

    def before_training(self, model: Any) -> Any:
        """Listen to the tuner."""
        listen()
        return model

    def after_iteration(
        self,
        model: Any,
        epoch: int,
        evals_log: Mapping[str, Mapping[str, Sequence[Any]]],
    ) -> bool:
        """Report the round; returns whether it is the last."""
        measured = {
            f"{data}:{metric}": _mean(values[-1])
            for data, metrics in evals_log.items()
            for metric, values in metrics.items()
        }
        report_epoch(measured, self._names)
        return is_stop_asked()


def _mean(value: Any) -> Any:
    return value[0] if isinstance(value, tuple) else value

"""The callback for LightGBM: `train`, `cv`, and the scikit-learn estimators."""

from typing import Any

from lightgbm.callback import EarlyStopException

from amt_magic.callbacks.reports import report_epoch
from amt_magic.callbacks.stop_request import is_stop_asked, listen


class LightGBMCallback:
    """Reports each boosting round, and ends training when the tuner asks for it.

        %%tune --maximize valid_0:auc --early-stopping Auto --max-jobs 20
        learning_rate: Continuous(0.01, 1, "Logarithmic")

        import lightgbm
        from amt_magic.callbacks import LightGBMCallback

        model = lightgbm.train(
            {"learning_rate": learning_rate, "objective": "binary", "metric": "auc"},
            train, 200, valid_sets=[valid], callbacks=[LightGBMCallback()],
        )
        model.save_model(f"{learning_rate}.txt")          # after a stop as well

    Outside a training job it prints:

    >>> import lightgbm, numpy
    >>> from amt_magic.callbacks import LightGBMCallback
    >>> X = numpy.arange(100.0).reshape(-1, 1)
    >>> train = lightgbm.Dataset(X, X[:, 0] > 50)
    >>> model = lightgbm.train(
    ...     {"objective": "binary", "metric": "auc", "verbosity": -1}, train, 2,
    ...     valid_sets=[train], callbacks=[LightGBMCallback(auc="training:auc")],
    ... )
    auc=0.99...
    auc=0.99...

    Metrics are named `valid_0:auc`, dataset and metric; of `cv` the mean is
    reported. A stopped model keeps all of its rounds: `best_iteration` is the last.

    Args:
        **names: Metrics to report, by LightGBM's names: `auc="valid_0:auc"` reports
            this one alone, as `auc`. Without one all are reported.

    Raises:
        ValidationError: in training, when a metric so named is not evaluated.
    """

    before_iteration = False

    def __init__(self, **names: str) -> None:
        self.order = 25  # after LightGBM's own records, before its early stopping
        self._names = names
        listen()

    def __call__(self, env: Any) -> None:
        """Report the round, and end training if it is the last."""
        listen()  # here as well: a callback made in the notebook has travelled
        results = env.evaluation_result_list or []
        measured = {f"{result[0]}:{result[1]}": result[2] for result in results}
        report_epoch(measured, self._names)
        if is_stop_asked():
            raise EarlyStopException(env.iteration, results)

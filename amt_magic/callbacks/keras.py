"""The callback for Keras 3, with any backend."""

from collections.abc import Mapping
from typing import Any

import keras

from amt_magic.callbacks.reports import report_epoch
from amt_magic.callbacks.stop_request import is_stop_asked, listen


class KerasCallback(keras.callbacks.Callback):
    """Reports each epoch, and ends `fit` when the tuner asks for it.

        %%tune --maximize val_accuracy --strategy Hyperband --max-jobs 20
        rate: Continuous(1e-4, 1e-1, "Logarithmic")

        import keras
        from amt_magic.callbacks import KerasCallback

        epochs = 27
        model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
        model.compile(keras.optimizers.Adam(rate), "mse", metrics=["accuracy"])
        model.fit(
            X, y, epochs=epochs, validation_split=0.2, callbacks=[KerasCallback()]
        )
        model.save(f"{rate}.keras")                       # after a stop as well

    Outside a training job it prints:

    >>> import keras, numpy
    >>> from amt_magic.callbacks import KerasCallback
    >>> model = keras.Sequential([keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> X = y = numpy.ones((8, 1))
    >>> history = model.fit(X, y, epochs=2, verbose=0, callbacks=[KerasCallback()])
    loss=...
    loss=...

    Args:
        **names: Metrics to report, by the names of Keras's logs:
            `accuracy="val_accuracy"` reports this one alone, as `accuracy`; every epoch
            must have it. Without one all are reported.

    Raises:
        ValidationError: in training, when an epoch has no metric so named.
    """

    def __init__(self, **names: str) -> None:
        super().__init__()
        self._names = names

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Listen to the tuner."""
        listen()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Report the epoch, and end training if it is the last."""
        report_epoch(logs or {}, self._names)
        if is_stop_asked():
            self.model.stop_training = True

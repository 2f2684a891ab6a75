"""The callback for Lightning, the package `lightning`."""

from typing import Any

from lightning.pytorch.callbacks import Callback

from amt_magic.callbacks.reports import report_epoch
from amt_magic.callbacks.stop_request import is_stop_asked, listen


class LightningCallback(Callback):
    """Reports each epoch, and ends `fit` when the tuner asks for it.

        %%tune --minimize val_loss --strategy Hyperband --max-jobs 20
        rate: Continuous(1e-4, 1e-1, "Logarithmic")

        from lightning import Trainer
        from amt_magic.callbacks import LightningCallback

        epochs = 27
        model = Classifier(rate)
        trainer = Trainer(max_epochs=epochs, callbacks=[LightningCallback()])
        trainer.fit(model, train, valid)
        trainer.save_checkpoint(f"{rate}.ckpt")           # after a stop as well

    Metrics have the names that the module logs, and are reported when an epoch's
    validation, if there is one, is done. One that was not measured in an epoch
    keeps its value; one logged in `on_train_epoch_end` comes too late.

    Lightning ends no training before the Trainer's `min_epochs`. A DataLoader with
    `num_workers` needs `amt_magic.callbacks.ignore_stop`, or a stop ends `fit` with
    an error.

    Args:
        **names: Metrics to report, by the module's names: `loss="val_loss"` reports
            this one alone, as `loss`. Without one all are reported.

    Raises:
        ValidationError: in training, when an epoch has no metric so named.
    """

    def __init__(self, **names: str) -> None:
        super().__init__()
        self._names = names

    def setup(self, trainer: Any, pl_module: Any, stage: str) -> None:
        """Listen to the tuner.

        The Trainer next sets a handler of its own, which would end training or
        evaluation at the next batch: the hooks below take its place. When it is
        done, it restores the one set here.
        """
        listen()

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Listen in place of the Trainer."""
        listen()

    def on_validation_start(self, trainer: Any, pl_module: Any) -> None:
        """Listen in place of the Trainer."""
        listen()

    def on_test_start(self, trainer: Any, pl_module: Any) -> None:
        """Listen in place of the Trainer."""
        listen()

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Report the epoch, and end training if it is the last."""
        if trainer.is_global_zero:
            report_epoch(trainer.callback_metrics, self._names)
        if trainer.strategy.reduce_boolean_decision(is_stop_asked(), all=False):
            trainer.should_stop = True

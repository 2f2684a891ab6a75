"""Lightning calls the callback, in real training jobs and outside; not in CI."""

import time
from pathlib import Path

import pytest

from amt_magic import ValidationError
from tests.callbacks.stopped import (
    GRACE,
    lines_of,
    stop_while_saving,
    stop_while_training,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture(autouse=True)
def lightning():
    return pytest.importorskip("lightning")


def make_model(rate=0.1, seconds=0.0, validates=True):
    import lightning
    import torch

    class Model(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(4, 1)
            self.epochs = 0

        def training_step(self, batch, index):
            time.sleep(seconds)
            loss = (self.layer(batch) ** 2).mean()
            self.log("train_loss", loss)
            return loss

        def on_train_epoch_end(self):
            self.epochs += 1

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=rate)

    def validation_step(self, batch, index):
        time.sleep(seconds)
        self.log("val_loss", (self.layer(batch) ** 2).mean())

    if validates:
        Model.validation_step = validation_step
    return Model()


def loader(**options):
    import torch
    from torch.utils.data import DataLoader

    torch.manual_seed(0)
    return DataLoader(torch.randn(40, 4), batch_size=4, **options)


def make_trainer(*callbacks, epochs=2000, folder=None):
    import lightning

    return lightning.Trainer(
        max_epochs=epochs,
        accelerator="cpu",
        logger=False,
        callbacks=list(callbacks),
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        default_root_dir=folder,
        log_every_n_steps=1,
    )


def train(rate, folder, **options):
    from amt_magic.callbacks import LightningCallback

    model = make_model(rate, seconds=0.02)
    trainer = make_trainer(LightningCallback(), folder=folder)
    trainer.fit(model, loader(**options), loader(**options))
    trainer.validate(model, loader(), verbose=False)
    trainer.save_checkpoint(Path(folder, "model.ckpt"))
    Path(folder, "epochs").write_text(f"{model.epochs}")


def train_without_validation(rate, folder):
    from amt_magic.callbacks import LightningCallback

    model = make_model(rate, seconds=0.02, validates=False)
    trainer = make_trainer(LightningCallback(loss="train_loss"), folder=folder)
    trainer.fit(model, loader())
    Path(folder, "epochs").write_text(f"{model.epochs}")


def train_with_workers(rate, folder, **options):
    from amt_magic.callbacks import ignore_stop

    options |= {"num_workers": 1, "multiprocessing_context": "fork"}
    train(rate, folder, worker_init_fn=ignore_stop, **options)


def train_with_lasting_workers(rate, folder):
    train_with_workers(rate, folder, persistent_workers=True)


def train_with_workers_that_end(rate, folder):
    train(rate, folder, num_workers=1)


def evaluate_slowly(rate, folder, then="validate"):
    from amt_magic.callbacks import LightningCallback

    trainer = make_trainer(LightningCallback(), epochs=2, folder=folder)
    trainer.fit(make_model(), loader(), loader())
    model = make_model(seconds=0.15)
    model.test_step = model.validation_step
    model.predict_step = lambda batch: time.sleep(0.15)
    Path(folder, "saving").touch()
    if then == "save":
        time.sleep(0.5)
    else:
        getattr(trainer, then)(model, loader())
    Path(folder, "saved").touch()


@pytest.mark.parametrize(
    "function", [train, train_with_workers, train_with_lasting_workers]
)
def test_a_stop_ends_fit_after_its_epoch_and_the_model_is_saved(function, tmp_path):
    training_job, seconds, log = stop_while_training(
        function, tmp_path, minimize="val_loss"
    )

    epochs = int((tmp_path / "epochs").read_text())
    assert training_job.status == "Stopped"
    assert 3 <= epochs < 2000
    assert len(training_job.reports) == epochs == len(lines_of(log))
    assert (tmp_path / "model.ckpt").exists()
    assert seconds < GRACE


def test_a_stop_ends_fit_without_validation_after_its_epoch(tmp_path):
    training_job, seconds, _ = stop_while_training(
        train_without_validation, tmp_path, minimize="loss"
    )

    assert training_job.status == "Stopped"
    assert len(training_job.reports) == int((tmp_path / "epochs").read_text()) < 2000
    assert seconds < GRACE


def test_a_stop_ends_workers_and_fit_unless_they_ignore_it(tmp_path):
    training_job, seconds, log = stop_while_training(
        train_with_workers_that_end, tmp_path, minimize="val_loss"
    )

    assert training_job.status == "Stopped"
    assert "RuntimeError: DataLoader worker" in log
    assert not (tmp_path / "model.ckpt").exists()
    assert seconds < GRACE


@pytest.mark.parametrize("then", ["save", "validate", "test", "predict"])
def test_a_stop_after_fit_does_not_cut_what_follows(then, tmp_path):
    training_job = stop_while_saving(
        evaluate_slowly, tmp_path, static={"then": then}, minimize="val_loss"
    )

    assert training_job.status == "Stopped"
    assert (tmp_path / "saved").exists()


def test_every_metric_is_reported_once_an_epoch_after_validation(reports, tmp_path):
    import lightning

    from amt_magic.callbacks import LightningCallback

    logged = []

    class Log(lightning.Callback):
        def on_train_epoch_end(self, trainer, pl_module):
            metrics = trainer.callback_metrics
            logged.append({name: float(value) for name, value in metrics.items()})

    trainer = make_trainer(LightningCallback(), Log(), epochs=3, folder=tmp_path)
    trainer.fit(make_model(), loader(), loader())

    assert len({values["val_loss"] for values in logged}) == 3
    assert reports() == logged


def test_without_validation_the_epochs_are_reported(reports, tmp_path):
    from amt_magic.callbacks import LightningCallback

    trainer = make_trainer(LightningCallback(), epochs=3, folder=tmp_path)
    trainer.fit(make_model(validates=False), loader())

    assert [list(values) for values in reports()] == [["train_loss"]] * 3


def test_a_named_metric_is_reported_alone(reports, tmp_path):
    from amt_magic.callbacks import LightningCallback

    callback = LightningCallback(loss="val_loss")
    make_trainer(callback, epochs=2, folder=tmp_path).fit(
        make_model(), loader(), loader()
    )

    assert [list(values) for values in reports()] == [["loss"], ["loss"]]


def test_an_unknown_metric_is_an_error_that_lists_what_there_is(tmp_path):
    from amt_magic.callbacks import LightningCallback

    trainer = make_trainer(LightningCallback(loss="valid_loss"), folder=tmp_path)

    with pytest.raises(ValidationError, match="must be one of train_loss, val_loss"):
        trainer.fit(make_model(), loader(), loader())

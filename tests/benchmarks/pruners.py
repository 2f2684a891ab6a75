"""Optuna's pruners as schedulers, so that the same Tuner asks them."""

import optuna

from amt_magic.jobs import History, Report, TrainingJob, TrainingJobStatus
from amt_magic.stops import ON_REQUEST, Stop

EPOCHS_OF_FIRST_RUNG, REDUCTION_FACTOR = 1, 3


def hyperband(epochs: int) -> optuna.pruners.BasePruner:
    return optuna.pruners.HyperbandPruner(
        min_resource=EPOCHS_OF_FIRST_RUNG,
        max_resource=epochs,
        reduction_factor=REDUCTION_FACTOR,
    )


def halving(epochs: int) -> optuna.pruners.BasePruner:
    return optuna.pruners.SuccessiveHalvingPruner(
        min_resource=EPOCHS_OF_FIRST_RUNG, reduction_factor=REDUCTION_FACTOR
    )


def median(epochs: int) -> optuna.pruners.BasePruner:
    return optuna.pruners.MedianPruner()


PRUNERS = {"hyperband": hyperband, "halving": halving, "median": median}


class Pruner:
    """Asks a pruner of Optuna; trial k - 1 is training job k."""

    def __init__(self, name: str, epochs: int, seed: int) -> None:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._epochs = epochs
        # The name: Hyperband draws brackets from it and the trial's number.
        self._study = optuna.create_study(
            study_name=f"study{seed}", pruner=PRUNERS[name](epochs)
        )
        self._running: dict[int, optuna.Trial] = {}
        self._asked = 0

    def decide(self, report: Report, history: History) -> Stop | None:
        """Decide on the training job that gave `report`, the history's newest."""
        for index in range(self._asked + 1, len(history) + 1):
            self._running[index] = self._study.ask()
        self._asked = len(history)
        for index in list(self._running):
            if history[index].status.is_terminal:
                self._tell(history[index])
        trial = self._running[report.index]
        trial.report(report.value, report.resource)
        whole = report.resource >= self._epochs
        return ON_REQUEST if not whole and trial.should_prune() else None

    def _tell(self, job: TrainingJob) -> None:
        """Tell how a training job ended, before the next decision."""
        trial, states = self._running.pop(job.index), optuna.trial.TrialState
        if job.status != TrainingJobStatus.COMPLETED:
            self._study.tell(trial, state=states.PRUNED)
        elif job.has_finite_value:
            self._study.tell(trial, job.value)
        else:
            self._study.tell(trial, state=states.FAIL)

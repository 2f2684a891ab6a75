"""Tables of learning curves: a row a configuration, a column an epoch."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

import amt_magic as amt
from amt_magic.jobs import History
from amt_magic.strategies.random import RandomStrategy
from tests.benchmarks.curves import TASKS

CONFIGURATIONS, EPOCHS, SEED = 400, 81, 0


@dataclass(frozen=True, eq=False)
class Table:
    """Losses, shape (configurations, epochs), and seconds of an epoch of each.

    Times are in full trainings: the mean cost of a configuration's epochs.
    """

    losses: np.ndarray
    seconds: np.ndarray

    @property
    def epochs(self) -> int:
        return self.losses.shape[1]

    def epoch_cost(self, row: int) -> float:
        return float(self.seconds[row] / self.seconds.mean()) / self.epochs

    def regret(self, loss: np.ndarray) -> np.ndarray:
        """Return 0 for the best final loss and 1 for the 90th percentile of them."""
        return (loss - self._best) / (self._poor - self._best)

    @cached_property
    def _best(self) -> float:
        return float(np.nanmin(self.losses[:, -1]))

    @cached_property
    def _poor(self) -> float:
        final = self.losses[:, -1]
        return float(np.quantile(final[np.isfinite(final)], 0.9))


def cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "amt_magic" / "benchmarks"


def load(path: Path) -> Table:
    with np.load(path) as file:
        return Table(file["loss"].astype(float), file["seconds"].astype(float))


def made(folder: Path, executor: Executor, told: Callable[[str], None]) -> list[Path]:
    """Return the tables of a folder; ours are made first, unless others are there."""
    folder.mkdir(parents=True, exist_ok=True)
    there = {path.stem for path in folder.glob("*.npz")}
    for name in sorted(TASKS.keys() - there if there <= TASKS.keys() else []):
        told(f"{name}: {CONFIGURATIONS} trainings of {EPOCHS} epochs")
        _make(folder / f"{name}.npz", executor)
    return sorted(folder.glob("*.npz"))


def _make(path: Path, executor: Executor) -> None:
    task = TASKS[path.stem]
    chosen = list(configurations(path.stem))
    arguments = [path.stem] * len(chosen), chosen
    losses = list(executor.map(_curve, *arguments, chunksize=4))
    seconds = [task.cost(**each) for each in chosen]
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        np.savez_compressed(file, loss=losses, seconds=seconds)
    unfinished.rename(path)


def configurations(name: str) -> Iterator[dict]:
    """Yield the random configurations that are a table's rows."""
    config = amt.TuningJobConfig(
        strategy="Random",
        objective=amt.Objective(type="Minimize", metric_name="loss"),
        ranges=TASKS[name].ranges,
    )
    strategy, nothing = RandomStrategy(config.space, SEED), History(config.objective)
    for index in range(1, CONFIGURATIONS + 1):
        yield dict(strategy.suggest(nothing, index))


def _curve(name: str, hyperparameters: dict) -> list[float]:
    return list(TASKS[name].train(EPOCHS, **hyperparameters))

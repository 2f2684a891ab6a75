"""Learning curves trained as far as they are asked for, and kept in files."""

import hashlib
import json
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from amt_magic.space import Hyperparameters
from tests.benchmarks.curves import TASKS


class OnDemand:
    """The curves of a task, by hyperparameters.

    A curve that was asked for less far before is trained again from its start.
    """

    def __init__(self, task: str, epochs: int, folder: Path) -> None:
        self.epochs = epochs
        self._train = TASKS[task].train
        self._folder = folder / f"{task}-{epochs}"
        self._folder.mkdir(parents=True, exist_ok=True)

    def curve(self, hyperparameters: Hyperparameters) -> Iterator[float]:
        """Yield the losses; what was trained is kept when no more are asked for."""
        key = json.dumps(hyperparameters, sort_keys=True)
        path = self._folder / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.json"
        losses = json.loads(path.read_text()) if path.exists() else []
        yield from losses
        known = len(losses)
        if known == self.epochs:
            return
        try:
            further = self._train(self.epochs, **hyperparameters)
            for loss in islice(further, known, None):
                losses.append(loss)
                yield loss
        finally:
            if len(losses) > known:
                _write(path, json.dumps(losses))

    def final(self, hyperparameters: Hyperparameters) -> float:
        """Return the loss after a whole training."""
        return list(self.curve(hyperparameters))[-1]


def _write(path: Path, text: str) -> None:
    """Write a file whole: other processes may read it."""
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.write_text(text)
    unfinished.replace(path)

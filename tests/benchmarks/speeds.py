"""Times to a regret, and the tables that compare schedulers by them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tests.benchmarks.scores import head, row

LEVELS = (0.05, 0.02)  # of regret
HORIZON = 60.0  # full trainings, at which times end


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A method on a task with a seed: when it reached each level, or infinity."""

    method: str
    task: str
    seed: int
    reached: dict[float, float]


class Times:
    """The times of one method to a level of regret, by task and seed."""

    def __init__(self, runs: Sequence[Run], level: float) -> None:
        found = {(run.task, run.seed): run.reached[level] for run in runs}
        self.share = float(np.mean([time <= HORIZON for time in found.values()]))
        self._times = {key: min(time, HORIZON) for key, time in found.items()}
        self._tasks = sorted({task for task, _ in found})

    def mean(self, task: str) -> float:
        return float(np.mean([t for key, t in self._times.items() if key[0] == task]))

    def speed(self, other: "Times") -> float:
        """Return the other's mean time over this one's, a geometric mean over tasks."""
        ratios = [other.mean(task) / self.mean(task) for task in self._tasks]
        return math.exp(np.mean(np.log(ratios)))

    def ahead(self, other: "Times") -> tuple[float, float]:
        """Return the mean of log2 of paired speed-ups, and its standard error."""
        logs = [
            math.log2(other._times[key] / time)
            for key, time in self._times.items()
            if key in other._times
        ]
        error = np.std(logs, ddof=1) / math.sqrt(len(logs)) if len(logs) > 1 else 0.0
        return float(np.mean(logs)), float(error)


def report(runs: Sequence[Run], reference: str, ours: Sequence[str]) -> Iterator[str]:
    """Yield lines: speeds by method, ours over each other one, times by task."""
    names = list(dict.fromkeys(run.method for run in runs))
    times = {
        (name, level): Times([run for run in runs if run.method == name], level)
        for name in names
        for level in LEVELS
    }
    percents = [f"{level:.0%}" for level in LEVELS]
    if reference in names:
        yield f"Speed-up over {reference}, and log2 of it paired by task and seed"
        speeds = [f"x to {percent}" for percent in percents]
        shares = [f"reach {percent}" for percent in percents]
        logs = [f"log2 {percent}" for percent in percents]
        yield from head(["method", *speeds, *logs, *shares])
        for name in names:
            pairs = [(times[name, level], times[reference, level]) for level in LEVELS]
            yield row(
                [
                    name,
                    *(f"{one.speed(other):.2f}" for one, other in pairs),
                    *(_figure(one.ahead(other)) for one, other in pairs),
                    *(f"{one.share:.0%}" for one, _ in pairs),
                ]
            )
    for mine in ours:
        yield ""
        yield from head([f"{mine} over", *(f"log2 {percent}" for percent in percents)])
        for name in names:
            if name != mine:
                pairs = [(times[mine, level], times[name, level]) for level in LEVELS]
                yield row([name, *(_figure(one.ahead(other)) for one, other in pairs)])
    tasks = sorted({run.task for run in runs})
    yield ""
    yield f"Mean full trainings to {' / '.join(percents)}"
    yield from head(["method", *tasks])
    for name in names:
        means = [[times[name, level].mean(task) for level in LEVELS] for task in tasks]
        yield row(
            [name, *(" / ".join(f"{mean:.1f}" for mean in each) for each in means)]
        )


def _figure(found: tuple[float, float]) -> str:
    mean, error = found
    return f"{mean:+.2f} ± {error:.2f}"

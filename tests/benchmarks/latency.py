"""What one suggestion costs, asked one at a time, by what is known already."""

import warnings
from collections.abc import Iterator, Sequence

import numpy as np

import amt_magic as amt
from amt_magic.space import Hyperparameters
from tests.benchmarks.methods import METHODS, Method
from tests.benchmarks.runs import Stopwatch
from tests.benchmarks.scores import head, row

DIMENSIONS = (2, 6, 10)
COUNTS = (20, 100, 500, 1000, 5000)
FROM = 100  # growth is told from so many observations on
FIGURES = ["CPU ms", "95 %", "first", f"to that at {FROM}"]
REPEATS = 15
PATIENCE_SECONDS = 60  # more are not asked, nor what takes longer


class Bowl:
    """A quadratic bowl with a ripple, and random configurations in it."""

    def __init__(self, dimension: int, count: int) -> None:
        generator = np.random.default_rng(count)
        names = [f"x{place}" for place in range(dimension)]
        self.ranges = {name: amt.Continuous(0, 1) for name in names}
        drawn = generator.random((count, dimension)).tolist()
        self.configurations = [dict(zip(names, row, strict=True)) for row in drawn]
        self._weights = generator.random(dimension)

    def evaluate(self, hyperparameters: Hyperparameters) -> float:
        x = np.array([hyperparameters[name] for name in self.ranges])
        ripple = 0.1 * np.sin(9 * x[0])
        return float(self._weights @ (x - 0.4) ** 2 + ripple)


def table(methods: Sequence[str]) -> Iterator[str]:
    """Yield lines: CPU milliseconds of one suggestion and its observation."""
    yield from head(["method", "ranges", "observations", *FIGURES])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in methods:
            for dimension in DIMENSIONS:
                yield from _rows(name, dimension)


def _rows(name: str, dimension: int) -> Iterator[str]:
    medians: dict[int, float] = {}
    for count in COUNTS:
        watches = _measure(name, Bowl(dimension, count))
        cpu = [1000 * watch.cpu for watch in watches]
        medians[count] = median = float(np.median(cpu[1:] or cpu))
        figures = [f"{each:.1f}" for each in (median, np.quantile(cpu, 0.95), cpu[0])]
        growth = f"{median / medians[FROM]:.1f} x" if FROM in medians else ""
        yield row([name, str(dimension), str(count), *figures, growth])
        wall = float(np.median([watch.wall for watch in watches]))
        if wall * REPEATS > PATIENCE_SECONDS:
            return


def _measure(name: str, bowl: Bowl) -> list[Stopwatch]:
    method = METHODS[name](bowl.ranges, 0, 1)
    losses = [bowl.evaluate(each) for each in bowl.configurations]
    method.load(bowl.configurations, losses)
    watches: list[Stopwatch] = []
    while len(watches) < REPEATS and _spent(watches) < PATIENCE_SECONDS:
        watches.append(_suggest_and_observe(method, bowl))
    return watches


def _suggest_and_observe(method: Method, bowl: Bowl) -> Stopwatch:
    watch = Stopwatch()
    with watch:
        chosen = method.suggest(1)
    losses = [bowl.evaluate(each) for each in chosen]
    with watch:
        method.observe(chosen, losses)
    return watch


def _spent(watches: list[Stopwatch]) -> float:
    return sum(watch.wall for watch in watches)

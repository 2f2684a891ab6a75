"""Scores of runs, and the tables that compare methods by them.

A score is bayesmark's normalised mean performance: 100 is the best loss known of a
problem, 0 the median of random configurations, -100 the least that counts.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from tests.benchmarks.problems import PROBLEMS
from tests.benchmarks.runs import Run

RESAMPLES = 200
CHECK_POINTS = {(12, 4): [16, 24, 48], (16, 8): [32, 64, 128]}


def check_points(rounds: int, batch: int) -> list[int]:
    """Return after how many configurations to score: thirds where nothing is set."""
    count = rounds * batch
    thirds = [math.ceil(count * part / 3) for part in (1, 2, 3)]
    return CHECK_POINTS.get((rounds, batch), thirds)


def scores(run: Run, points: Sequence[int]) -> np.ndarray:
    """Return the score at each check point."""
    problem = PROBLEMS[run.plan.problem]
    found = np.array([run.incumbents[point - 1] for point in points])
    loss = (found - problem.best) / (problem.clip - problem.best)
    return 100 * (1 - np.clip(loss, -1, 1))


class Compared:
    """The scores of one method at the check points, by problem and seed."""

    def __init__(self, runs: Sequence[Run], points: Sequence[int]) -> None:
        self.scores = {
            (run.plan.problem, run.plan.seed): scores(run, points) for run in runs
        }
        further = [
            seconds / run.plan.batch for run in runs for seconds in run.cpu_seconds[1:]
        ]
        self.milliseconds = 1000 * np.quantile(further or [np.nan], [0.5, 0.95])

    def mean(self) -> np.ndarray:
        """Return the mean over problems of the mean over seeds."""
        each = self._by_problem()
        return np.mean([seeds.mean(0) for seeds in each], 0)

    def standard_error(self) -> np.ndarray:
        """Return what the mean varies by when seeds are drawn again; 0 with one."""
        generator = np.random.default_rng(0)

        def drawn(seeds: np.ndarray) -> np.ndarray:
            return seeds[generator.integers(len(seeds), size=len(seeds))]

        each = self._by_problem()
        means = [
            np.mean([drawn(seeds).mean(0) for seeds in each], 0)
            for _ in range(RESAMPLES)
        ]
        return np.std(means, 0)

    def less(self, other: "Compared") -> np.ndarray:
        """Return the differences to another, a row for each problem and seed."""
        both = [key for key in self.scores if key in other.scores]
        return np.array([self.scores[key] - other.scores[key] for key in both])

    def _by_problem(self) -> list[np.ndarray]:
        found = defaultdict(list)
        for (problem, _), each in self.scores.items():
            found[problem].append(each)
        return [np.array(each) for each in found.values()]


def tables(
    runs: dict[str, list[Run]], reference: str, points: Sequence[int]
) -> Iterator[str]:
    """Yield lines: each method's scores and cost, then the reference less each.

    The cost is CPU milliseconds a suggestion, without the first round.
    """
    compared = {name: Compared(each, points) for name, each in runs.items()}
    ranked = sorted(compared, key=lambda name: -compared[name].mean()[-1])
    at = [f"@{point}" for point in points]
    yield from head(["method", "runs", *at, "CPU ms", "95 %"])
    for name in ranked:
        one = compared[name]
        figures = _figures(one.mean(), one.standard_error(), "")
        cost = [f"{each:.1f}" for each in one.milliseconds]
        yield row([name, str(len(one.scores)), *figures, *cost])
    if reference not in compared:
        return
    yield ""
    yield from head([f"{reference} less", "pairs", *at])
    for name in ranked:
        pairs = compared[reference].less(compared[name])
        if name != reference and len(pairs):
            error = pairs.std(0) / np.sqrt(len(pairs))
            figures = _figures(pairs.mean(0), error, "+")
            yield row([name, str(len(pairs)), *figures])


def _figures(means: np.ndarray, errors: np.ndarray, sign: str) -> list[str]:
    both = zip(means, errors, strict=True)
    return [f"{mean:{sign}.2f} ± {error:.2f}" for mean, error in both]


def head(cells: list[str]) -> Iterator[str]:
    """Yield the head of a table."""
    line = row(cells)
    yield line
    yield "".join("|" if each == "|" else "-" for each in line)


def row(cells: list[str]) -> str:
    """Return a row of a table."""
    name, *others = cells
    return f"| {name:32} | " + " | ".join(f"{each:>14}" for each in others) + " |"

"""One run: a method on a problem with a seed; performed, written and read."""

import json
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.benchmarks.methods import METHODS
from tests.benchmarks.problems import PROBLEMS


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be run.

    `noise`: standard deviation of what is added to each loss, as a share of what
    lies between the problem's two reference values.
    """

    method: str
    problem: str
    seed: int
    rounds: int
    batch: int
    noise: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of a plan: a loss a configuration, seconds of suggesting a round.

    `incumbents`: after each configuration, the loss without noise of the one that
    looked best.
    """

    plan: Plan
    losses: list[float]
    incumbents: list[float]
    cpu_seconds: list[float]
    wall_seconds: list[float]


class Stopwatch:
    """Counts seconds of this process, and of the wall, while it is entered."""

    def __init__(self) -> None:
        self.cpu = self.wall = 0.0

    def __enter__(self) -> None:
        self.cpu -= time.process_time()
        self.wall -= time.perf_counter()

    def __exit__(self, *raised: object) -> None:
        self.wall += time.perf_counter()
        self.cpu += time.process_time()


def perform(plan: Plan) -> Run:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of fits that did not converge
        return _perform(plan)


def _perform(plan: Plan) -> Run:
    problem = PROBLEMS[plan.problem]
    method = METHODS[plan.method](problem.ranges, plan.seed, plan.batch)
    generator = np.random.default_rng(10_000 + plan.seed)
    deviation = plan.noise * (problem.clip - problem.best)
    losses, seen, watches = [], [], []
    for _ in range(plan.rounds):
        watch = Stopwatch()
        with watch:
            chosen = method.suggest(plan.batch)
        true = [problem.evaluate(each) for each in chosen]
        told = [loss + deviation * generator.standard_normal() for loss in true]
        with watch:
            method.observe(chosen, told)
        losses += true
        seen += told
        watches.append(watch)
    return Run(
        plan=plan,
        losses=losses,
        incumbents=_incumbents(losses, seen),
        cpu_seconds=[round(watch.cpu, 5) for watch in watches],
        wall_seconds=[round(watch.wall, 5) for watch in watches],
    )


def _incumbents(losses: list[float], seen: list[float]) -> list[float]:
    ends = range(1, len(losses) + 1)
    return [losses[int(np.argmin(seen[:end]))] for end in ends]


def to_line(run: Run) -> str:
    """Return the run as a line of JSON, `inc` only where there was noise."""
    plan = run.plan
    row = {
        "m": plan.method,
        "p": plan.problem,
        "s": plan.seed,
        "it": plan.rounds,
        "b": plan.batch,
        "noise": plan.noise,
        "ys": run.losses,
        "lat": run.cpu_seconds,
        "wall": run.wall_seconds,
    }
    return json.dumps(row | ({"inc": run.incumbents} if plan.noise else {}))


def from_line(line: str) -> Run:
    row = json.loads(line)
    plan = Plan(
        method=row["m"],
        problem=row["p"],
        seed=row["s"],
        rounds=row["it"],
        batch=row["b"],
        noise=row["noise"],
    )
    return Run(
        plan=plan,
        losses=row["ys"],
        incumbents=row.get("inc") or _incumbents(row["ys"], row["ys"]),
        cpu_seconds=row["lat"],
        wall_seconds=row["wall"],
    )


def read(path: Path) -> Iterator[Run]:
    """Yield the runs of a file."""
    yield from map(from_line, path.read_text().splitlines())

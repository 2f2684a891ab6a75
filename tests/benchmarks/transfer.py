"""How much earlier training jobs of a parent help a child, and what they cost at worst.

python tests/benchmarks/transfer.py --seeds 0:4 --rows /tmp/rows.jsonl
python tests/benchmarks/transfer.py --pairs other --modes cold,transfer --seeds 100:104

A parent of 50 training jobs was tuned by Bayesian search; the child runs 20, one at a
time: `cold` without the parent, `top` the parent's best three first and then cold,
`transfer` and `identical` by the warm start of that type, `random` for comparison.
Prints scores after 5, 10 and 20 (100 = best seen on the child, 0 = the median of 200
random configurations), with standard errors over seeds. Tune on other pairs and seeds
than those of which claims are made.
"""

import os
import sys
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before numpy is imported, here and in workers
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).parents[2]))

import argparse
import json
import multiprocessing
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed

import numpy as np

import amt_magic as amt
from amt_magic.jobs import Ended, History, Report, TrainingJob, TrainingJobStatus
from amt_magic.parents import Parent
from amt_magic.space import ParameterRanges
from amt_magic.tuner import make_strategy
from tests.benchmarks.related import OTHER_PAIRS, PAIRS, Pair
from tests.benchmarks.scores import head, row

POINTS = (5, 10, 20)
PARENT_JOBS, JOBS, TOP, RANDOM = 50, 20, 3, 200
OBJECTIVE = amt.Objective(type="Minimize", metric_name="loss")
TYPES = {"transfer": "TransferLearning", "identical": "IdenticalDataAndAlgorithm"}
MODES = ("cold", "top", *TYPES, "random")
ALL_PAIRS = PAIRS | OTHER_PAIRS

Run = tuple[str, str, int]  # pair, mode, seed


def config_of(pair: Pair, seed: int, mode: str) -> amt.TuningJobConfig:
    kind = TYPES.get(mode)
    return amt.TuningJobConfig(
        strategy="Random" if mode == "random" else "Bayesian",
        objective=OBJECTIVE,
        ranges=pair.ranges,
        warm_start=amt.WarmStart(parents=("parent",), type=kind) if kind else None,
        random_seed=seed,
    )


def enter(history: History, hyperparameters: dict, loss: float) -> None:
    """Enter a training job that has ended."""
    index = len(history) + 1
    job = TrainingJob(
        index=index, name="benchmark", hyperparameters=hyperparameters, created_at=0.0
    )
    history.add(job)
    history.record(Report(index=index, resource=1, value=float(loss), time=0.0))
    status = TrainingJobStatus.COMPLETED
    history.end(Ended(index=index, status=status, time=0.0))


def perform(name: str, mode: str, seed: int, parent: list) -> dict:
    """Run the child, or the parent that is given to it: pairs of what ran and gave."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of fits that did not converge
        began = time.process_time()
        pair = ALL_PAIRS[name]
        if mode == "parent":
            ran = _run(pair, 100 + seed, "cold", pair.parent, PARENT_JOBS, [])
        else:
            ran = _run(pair, seed, mode, pair.child, JOBS, _told(pair, seed, parent))
    seconds = round(time.process_time() - began, 2)
    return {"pair": name, "mode": mode, "seed": seed, "ran": ran, "seconds": seconds}


def _told(pair: Pair, seed: int, parent: list) -> list:
    losses = np.array([loss for _, loss in parent])
    told = pair.told(losses, seed) if pair.told else losses
    return [(each, loss) for (each, _), loss in zip(parent, told, strict=True)]


def _run(pair: Pair, seed: int, mode: str, train, count: int, told: list) -> list:
    config, history = config_of(pair, seed, mode), History(OBJECTIVE)
    earlier = History(OBJECTIVE)
    for each, loss in told:
        enter(earlier, each, loss)
    parents = [Parent(name="parent", history=earlier)] if mode in TYPES else []
    strategy = make_strategy(config, parents)
    firsts = sorted(told, key=lambda ran: ran[1])[:TOP] if mode == "top" else []
    for each, _ in firsts:
        enter(history, each, train(**each))
    while len(history) < count:
        chosen = strategy.suggest(history, len(history) + 1)
        enter(history, chosen, train(**chosen))
    return [(job.hyperparameters, job.value) for job in history.training_jobs]


def random_losses(pair: Pair) -> list[float]:
    space, generator = ParameterRanges(pair.ranges), np.random.default_rng(7)
    points = generator.random((RANDOM, len(space))).tolist()
    return [pair.child(**space.decode(point)) for point in points]


class Runs:
    """Runs by pair, mode and seed; those of a file are not run again."""

    def __init__(self, path: Path | None, processes: int) -> None:
        self._path = path
        self._processes = processes
        self.known: dict[Run, list] = {}
        if path and path.exists():
            for line in path.read_text().splitlines():
                self._take(json.loads(line))

    def perform(self, wanted: list[Run]) -> None:
        """Perform these runs, parents first."""
        parents = {(pair, "parent", seed) for pair, _, seed in wanted}
        self._perform(sorted(parents - self.known.keys()))
        self._perform([run for run in wanted if run not in self.known])

    def losses(self, pair: str, mode: str, seeds: range) -> np.ndarray:
        """Return losses, shape (seeds, training jobs)."""
        runs = [self.known[pair, mode, seed] for seed in seeds]
        return np.array([[loss for _, loss in run] for run in runs])

    def _perform(self, wanted: list[Run]) -> None:
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(self._processes, mp_context=spawn) as executor:
            futures = [
                executor.submit(
                    perform, *run, self.known.get((run[0], "parent", run[2]), [])
                )
                for run in wanted
            ]
            for number, future in enumerate(as_completed(futures), 1):
                made = future.result()
                self._take(made)
                if self._path:
                    with self._path.open("a") as file:
                        file.write(json.dumps(made) + "\n")
                print(f"{number} of {len(wanted)}", end="\r", file=sys.stderr)

    def _take(self, made: dict) -> None:
        self.known[made["pair"], made["mode"], made["seed"]] = made["ran"]


def scores(
    runs: Runs, name: str, modes: list[str], seeds: range
) -> dict[str, np.ndarray]:
    """Return the scores of each mode, shape (seeds, points)."""
    by_random = random_losses(ALL_PAIRS[name])
    losses = {mode: runs.losses(name, mode, seeds) for mode in modes}
    best = min([min(by_random), *(each.min() for each in losses.values())])
    clip = float(np.median(by_random))
    found = {}
    for mode, each in losses.items():
        curve = np.minimum.accumulate(each, axis=1)[:, [p - 1 for p in POINTS]]
        found[mode] = 100 * (1 - np.clip((curve - best) / (clip - best), -1, 1))
    return found


def table(by_pair: dict[str, dict[str, np.ndarray]], modes: list[str]) -> Iterator[str]:
    """Yield lines: each pair's scores, then means and standard errors over seeds."""
    yield from head(["score after 5 / 10 / 20", *modes])
    groups = defaultdict(list)
    for name, found in by_pair.items():
        misleads = ALL_PAIRS[name].misleads
        groups["misleading" if misleads else "related"].append(found)
        yield row([name, *(_figures(found[mode]) for mode in modes)])
    for group, members in groups.items():
        means = {mode: np.mean([each[mode] for each in members], 0) for mode in modes}
        yield row([f"mean, {group}", *(_figures(means[mode]) for mode in modes)])
        errors = (
            means[mode].std(0, ddof=1) / len(means[mode]) ** 0.5 for mode in modes
        )
        yield row(["± standard error", *(_shown(each) for each in errors)])


def _figures(of_seeds: np.ndarray) -> str:
    return _shown(of_seeds.mean(0))


def _shown(values: np.ndarray) -> str:
    return " / ".join(f"{value:.0f}" for value in values)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--pairs", choices=["reference", "other"], default="reference")
    add("--modes", default="cold,top,transfer,identical", help=f"of {', '.join(MODES)}")
    add("--seeds", default="0:4", help="first and, not run, last")
    add("--rows", type=Path, help="file to which runs are added; none is run again")
    add("--processes", type=int, default=2)
    given = parser.parse_args()
    first, last = given.seeds.split(":")
    given.seeds, given.modes = range(int(first), int(last)), given.modes.split(",")
    if unknown := set(given.modes) - set(MODES):
        parser.error(f"--modes must be of {', '.join(MODES)} (got {unknown})")
    return given


def main() -> None:
    given = arguments()
    names = list(PAIRS if given.pairs == "reference" else OTHER_PAIRS)
    runs = Runs(given.rows, given.processes)
    runs.perform(
        [
            (name, mode, seed)
            for name in names
            for mode in given.modes
            for seed in given.seeds
        ]
    )
    by_pair = {name: scores(runs, name, given.modes, given.seeds) for name in names}
    print("\n".join(table(by_pair, given.modes)))


if __name__ == "__main__":
    main()

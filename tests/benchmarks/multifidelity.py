"""How soon a scheduler has found something good, beside random search and its peers.

python tests/benchmarks/multifidelity.py --seeds 200:220 --workers 4
python tests/benchmarks/multifidelity.py --methods hyperband,random --tables mine

Learning curves of scikit-learn's models are trained once, in about five minutes on
one core, and kept in the user's cache, or in `--tables`: a folder of .npz files with
`loss`, shape (configurations, epochs), and `seconds` of an epoch, one for each
configuration. Then our Tuner runs on a virtual clock. All methods draw the same rows
in the same order: only the stopping differs. Peers are Optuna's pruners.

Time is total compute in full trainings of the table: the clock's times the workers.
The incumbent is the training job with the smallest latest loss, running ones included;
regret is 0 at the table's best final loss and 1 at the 90th percentile of them.
Times end at 60 full trainings. Under two standard errors nothing is claimed.
"""

import os
import sys
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before numpy is imported, here and in workers
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).parents[2]))

import argparse
import math
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import amt_magic as amt
from amt_magic.config import TuningJobConfig
from amt_magic.schedulers import Scheduler
from tests.benchmarks import decision_cost, speeds, tables, virtual
from tests.benchmarks.pruners import Pruner
from tests.benchmarks.speeds import HORIZON, LEVELS, Run

REFERENCE, OURS = "random", ("hyperband", "auto")
PASSES = 3  # how often a row may come: a table stands for an endless supply


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """What the config asks for, or a scheduler of another library, by its name."""

    strategy: str = "Random"
    early_stopping: str = "Off"
    classic: bool = False
    pruner: str | None = None

    def config(self, table: tables.Table, seed: int, workers: int) -> TuningJobConfig:
        asked = amt.HyperbandStrategyConfig(
            max_resource=table.epochs, classic=self.classic
        )
        count = PASSES * len(table.losses)
        return amt.TuningJobConfig(
            strategy=self.strategy,
            objective=amt.Objective(type="Minimize", metric_name="loss"),
            ranges={"row": amt.Integer(0, count - 1)},
            resource_limits=amt.ResourceLimits(
                max_number_of_training_jobs=count,
                max_parallel_training_jobs=workers,
                max_runtime_in_seconds=HORIZON / workers,
            ),
            strategy_config=asked if self.strategy == "Hyperband" else None,
            early_stopping=self.early_stopping,
            random_seed=seed,
        )

    def scheduler(self, table: tables.Table, seed: int) -> Scheduler | None:
        return Pruner(self.pruner, table.epochs, seed) if self.pruner else None


METHODS = {
    "hyperband": Method(strategy="Hyperband"),
    "hyperband-classic": Method(strategy="Hyperband", classic=True),
    "auto": Method(early_stopping="Auto"),
    "random": Method(),
    "optuna-hyperband": Method(pruner="hyperband"),
    "optuna-halving": Method(pruner="halving"),
    "optuna-median": Method(pruner="median"),
}
load = lru_cache(tables.load)


def perform(plan: tuple[str, Path, int, int]) -> Run:
    """Run a method on a table, with a seed and a number of workers."""
    name, path, seed, workers = plan
    table, method = load(path), METHODS[name]

    def row(hyperparameters) -> int:
        return hyperparameters["row"] % len(table.losses)

    history = virtual.run(
        method.config(table, seed, workers),
        lambda chosen: table.losses[row(chosen)],
        lambda chosen: table.epoch_cost(row(chosen)),
        scheduler=method.scheduler(table, seed),
    )
    led = [
        (workers * time, table.regret(loss))
        for time, _, loss in virtual.incumbents(history)
    ]
    reached = {
        level: next((time for time, regret in led if regret <= level), math.inf)
        for level in LEVELS
    }
    return Run(method=name, task=path.stem, seed=seed, reached=reached)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--methods", default=",".join(METHODS), help=f"of {', '.join(METHODS)}")
    add("--seeds", type=seeds, default="200:220", help="first and, not run, last")
    add("--workers", type=int, default=4, help="training jobs at a time")
    add("--tables", type=Path, default=tables.cache_folder(), help="a folder")
    add("--processes", type=int, default=2)
    given = parser.parse_args()
    given.methods = given.methods.split(",")
    for name in given.methods:
        if name not in METHODS:
            parser.error(f"--methods must be of {', '.join(METHODS)} (got {name!r})")
    return given


def seeds(text: str) -> range:
    first, last = text.split(":")
    return range(int(first), int(last))


def told(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    given = arguments()
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(given.processes, mp_context=spawn) as executor:
        paths = tables.made(given.tables, executor, told)
        plans = [
            (name, path, seed, given.workers)
            for seed in given.seeds
            for path in paths
            for name in given.methods
        ]
        runs = []
        for plan, run in zip(plans, executor.map(perform, plans), strict=True):
            runs.append(run)
            told(
                f"{len(runs)} of {len(plans)}: {plan[0]} on {run.task}, seed {run.seed}"
            )
    ours = [name for name in OURS if name in given.methods]
    print("\n".join(speeds.report(runs, REFERENCE, ours)))
    print("\nA decision when 500 training jobs of 81 epochs are there, in microseconds")
    for name in ours:
        print(f"{name}: {decision_cost.microseconds(METHODS[name].strategy):.0f}")


if __name__ == "__main__":
    main()

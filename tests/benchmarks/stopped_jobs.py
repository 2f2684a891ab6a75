"""Whether the Bayesian strategy learns from stopped training jobs, or is fooled.

python tests/benchmarks/stopped_jobs.py --seeds 200:210
python tests/benchmarks/stopped_jobs.py --problems slow-win --methods Bayesian+Auto,...

All methods have the same total of epochs, on a virtual clock, 24 whole trainings where
nothing else is said. `Bayesian+Auto/latest` is Bayesian search with early stopping,
told of stopped training jobs by the treatment of that name. Problems are models of
scikit-learn, trained as far as they are asked (what was trained is kept in the user's
cache), and learning curves by formula, another problem for each seed: of `slow-win`
those that end best begin worst.

Regret is that of a whole training with the hyperparameters of the training job with
the smallest latest loss then, stopped and running ones included: 0 is the best known
of random ones, 1 their median, and the most that counts is 2. In percent, at three
shares of the budget. Under two standard errors nothing is claimed.
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
import math
import multiprocessing
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass

import numpy as np

import amt_magic as amt
from amt_magic.config import TuningJobConfig
from tests.benchmarks import curves, families, virtual
from tests.benchmarks.families import EPOCHS
from tests.benchmarks.on_demand import OnDemand
from tests.benchmarks.scores import head, row
from tests.benchmarks.tables import cache_folder
from tests.benchmarks.treatments import TREATMENTS, Treated

METHODS = [
    "Bayesian+Auto",
    "Bayesian+Auto/latest",
    "Bayesian+Off",
    "Random+Auto",
    "Random+Off",
    "Hyperband",
]
PROBLEMS = [*curves.TASKS, *families.FAMILIES]
SHARES = (0.25, 0.5, 1.0)
KNOWN = {  # the least and the median loss of 400 random ones
    "digits-mlp": (0.12368300472252909, 1.0791812595968402),
    "friedman-mlp": (0.26546561788780215, 0.526692380496179),
    "classes-gbm": (0.8452889234655458, 1.0824118874776893),
}
MOST = 2.0  # regret


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be run: a method, or one and a treatment, and a budget."""

    method: str
    problem: str
    seed: int
    workers: int
    trainings: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of a plan: regrets at the shares, training jobs and whole ones."""

    plan: Plan
    regrets: list[float]
    jobs: int
    completed: int


def config(plan: Plan, ranges) -> TuningJobConfig:
    strategy, _, stopping = plan.method.partition("/")[0].partition("+")
    asked = amt.HyperbandStrategyConfig(max_resource=EPOCHS)
    return amt.TuningJobConfig(
        strategy=strategy,
        objective=amt.Objective(type="Minimize", metric_name="loss"),
        ranges=ranges,
        resource_limits=amt.ResourceLimits(
            max_parallel_training_jobs=plan.workers,
            max_runtime_in_seconds=plan.trainings / plan.workers,
        ),
        strategy_config=asked if strategy == "Hyperband" else None,
        early_stopping=stopping or "Off",
        random_seed=plan.seed,
    )


def perform(plan: Plan) -> Run:
    warnings.simplefilter("ignore")  # of fits that did not converge
    if plan.problem in families.FAMILIES:
        problem = families.Problem(plan.problem, plan.seed)
        ranges, known = families.RANGES, problem.known
    else:
        problem = OnDemand(plan.problem, EPOCHS, cache_folder() / "curves")
        ranges, known = curves.TASKS[plan.problem].ranges, KNOWN[plan.problem]
    asked = config(plan, ranges)
    treatment = TREATMENTS.get(plan.method.partition("/")[2])
    history = virtual.run(
        asked,
        problem.curve,
        1 / EPOCHS,
        strategy=Treated(asked, treatment) if treatment else None,
    )
    led = virtual.incumbents(history)
    regrets = []
    for share in SHARES:
        until = share * plan.trainings / plan.workers + 1e-9
        leader = [index for time, index, _ in led if time <= until][-1]
        loss = problem.final(history[leader].hyperparameters)
        regrets.append(_regret(loss, *known))
    return Run(
        plan=plan,
        regrets=regrets,
        jobs=len(history),
        completed=sum(job.status == "Completed" for job in history.training_jobs),
    )


def _regret(loss: float, best: float, median: float) -> float:
    return min((loss - best) / (median - best), MOST) if math.isfinite(loss) else MOST


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    treatments = ", ".join(TREATMENTS)
    add("--methods", type=names, default=METHODS, help=f"/ one of {treatments}")
    add("--problems", type=names, default=PROBLEMS, help=f"of {', '.join(PROBLEMS)}")
    add("--seeds", type=seeds, default="200:210", help="first and, not run, last")
    add("--workers", type=int, default=4, help="training jobs at a time")
    add("--trainings", type=float, default=24, help="whole ones, as a budget")
    add("--rows", type=Path, help="file to which runs are added; none is run again")
    add("--reference", default="Bayesian+Auto", help="less which others are shown")
    add("--processes", type=int, default=2)
    return parser.parse_args()


def names(text: str) -> list[str]:
    return text.split(",")


def seeds(text: str) -> range:
    first, last = text.split(":")
    return range(int(first), int(last))


def performed(wanted: list[Plan], rows: Path | None, processes: int) -> Iterator[Run]:
    """Yield the runs of these plans; what is in the file is not run again."""
    known = {run.plan: run for run in _read(rows)} if rows and rows.exists() else {}
    yield from (known[plan] for plan in wanted if plan in known)
    left = [plan for plan in wanted if plan not in known]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn) as executor:
        for number, run in enumerate(executor.map(perform, left), 1):
            if rows:
                with rows.open("a") as file:
                    file.write(json.dumps(asdict(run)) + "\n")
            what = f"{run.plan.method} on {run.plan.problem}, seed {run.plan.seed}"
            print(f"{number} of {len(left)}: {what}", file=sys.stderr, flush=True)
            yield run


def _read(path: Path) -> Iterator[Run]:
    for line in path.read_text().splitlines():
        fields = json.loads(line)
        yield Run(**fields | {"plan": Plan(**fields["plan"])})


def report(runs: list[Run], methods: list[str], reference: str) -> Iterator[str]:
    """Yield lines: regrets and differences by problem, then over all of a kind."""
    problems = list(dict.fromkeys(run.plan.problem for run in runs))
    kinds = {problem: [problem] for problem in problems}
    kinds["all trained"] = [each for each in problems if each in curves.TASKS]
    kinds["all by formula"] = [each for each in problems if each in families.FAMILIES]
    found = {(run.plan.method, run.plan.problem, run.plan.seed): run for run in runs}
    at, counts = [f"@{share:.0%}" for share in SHARES], ["jobs", "whole"]
    for kind, among in kinds.items():
        keys = sorted({key[1:] for key in found if key[1] in among})
        if not keys:
            continue
        yield from ("", f"{kind}: regret in % and less {reference}, {len(keys)} runs")
        yield from head(["method", *at, *(f"less {each}" for each in at), *counts])
        for method in methods:
            own = [found[method, *key] for key in keys]
            regrets = 100 * np.array([run.regrets for run in own])
            cells = [method, *(f"{mean:.2f}" for mean in regrets.mean(0))]
            compares = all((reference, *key) in found for key in keys)
            others = [found[reference, *key] for key in keys] if compares else []
            cells += _less(regrets, others) if compares else [""] * len(SHARES)
            cells.append(f"{np.mean([run.jobs for run in own]):.0f}")
            cells.append(f"{np.mean([run.completed for run in own]):.0f}")
            yield row(cells)


def _less(regrets: np.ndarray, reference: list[Run]) -> Iterator[str]:
    less = regrets - 100 * np.array([run.regrets for run in reference])
    errors = less.std(0) / math.sqrt(max(1, len(less) - 1))
    for mean, error in zip(less.mean(0), errors, strict=True):
        yield f"{mean:+.2f} ± {error:.2f}"


def main() -> None:
    given = arguments()
    plans = [
        Plan(
            method=method,
            problem=problem,
            seed=seed,
            workers=given.workers,
            trainings=given.trainings,
        )
        for seed in given.seeds
        for problem in given.problems
        for method in given.methods
    ]
    runs = list(performed(plans, given.rows, given.processes))
    print("\n".join(report(runs, given.methods, given.reference)))


if __name__ == "__main__":
    main()

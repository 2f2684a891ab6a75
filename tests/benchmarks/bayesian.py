"""How well, and how fast, the Bayesian strategy suggests, beside its peers.

python tests/benchmarks/bayesian.py --methods ours,random,optuna-tpe --seeds 10:15
python tests/benchmarks/bayesian.py --noise 0.1 --rows mine.jsonl --against old.jsonl
python tests/benchmarks/bayesian.py --methods ours,optuna-tpe --latency

Prints each method's score (see `scores`) and cost, and paired differences. Tune on
some seeds, and claim on others: under two standard errors nothing is claimed. Peers
come with `pip install 'amt_magic[test]'`; optuna-gp needs torch as well, and a
method whose library is not installed is left out with a message. HEBO 0.3.6 and Ax
1.3.1 need environments of their own, and with Optuna's Gaussian process hours: what
they gave on the seeds from 10 is in `peers.jsonl`, and joins the table.
"""

import os
import sys
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before numpy is imported, here and in workers
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).parents[2]))

import argparse
import multiprocessing
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.benchmarks import latency, scores
from tests.benchmarks.methods import METHODS, missing
from tests.benchmarks.problems import PROBLEMS
from tests.benchmarks.runs import Plan, Run, perform, read, to_line

REFERENCE = "ours"
PEERS = Path(__file__).with_name("peers.jsonl")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--methods", default="ours,random", help=f"of {', '.join(METHODS)}")
    add("--rounds", type=int, default=12)
    add("--batch", type=int, default=4, help="suggestions a round")
    add("--seeds", type=seeds, default="10:15", help="first and, not run, last")
    add("--noise", type=float, default=0.0, help="as a share of clip to best")
    add("--rows", type=Path, help="file to which runs are added; none is run again")
    add("--against", type=Path, nargs="+", default=[PEERS], help="files of runs")
    add("--processes", type=int, default=2)
    add("--latency", action="store_true", help="time single suggestions instead")
    given = parser.parse_args()
    given.methods = list(installed(given.methods.split(","), parser))
    return given


def seeds(text: str) -> range:
    first, last = text.split(":")
    return range(int(first), int(last))


def installed(names: list[str], parser: argparse.ArgumentParser) -> Iterator[str]:
    for name in names:
        if name not in METHODS:
            parser.error(f"--methods must be of {', '.join(METHODS)} (got {name!r})")
        if lacking := missing(name):
            told(f"{name} is left out: {' and '.join(lacking)} not installed")
        else:
            yield name


def told(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def plans(given: argparse.Namespace) -> list[Plan]:
    return [
        Plan(
            method=method,
            problem=problem,
            seed=seed,
            rounds=given.rounds,
            batch=given.batch,
            noise=given.noise,
        )
        for seed in given.seeds
        for problem in PROBLEMS
        for method in given.methods
    ]


def performed(wanted: list[Plan], rows: Path | None, processes: int) -> list[Run]:
    """Return the runs of these plans; what is in the file is not run again."""
    known = {run.plan: run for run in read(rows)} if rows and rows.exists() else {}
    runs = [known[plan] for plan in wanted if plan in known]
    left = [plan for plan in wanted if plan not in known]
    for number, run in enumerate(run_all(left, processes), 1):
        runs.append(run)
        if rows:
            with rows.open("a") as file:
                file.write(to_line(run) + "\n")
        told(f"{number} of {len(left)}: {described(run.plan)}")
    return runs


def run_all(wanted: list[Plan], processes: int) -> Iterator[Run]:
    """Yield runs as they end; one that fails is told, and left out."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn) as executor:
        futures = {executor.submit(perform, plan): plan for plan in wanted}
        for future in as_completed(futures):
            if error := future.exception():
                told(f"{described(futures[future])} failed: {error!r}")
            else:
                yield future.result()


def described(plan: Plan) -> str:
    return f"{plan.method} on {plan.problem}, seed {plan.seed}"


def others(given: argparse.Namespace) -> Iterator[tuple[str, Run]]:
    """Yield runs of other files that compare, by method.

    A method that was run here as well has the file's name beside its own.
    """
    for path in given.against:
        for run in read(path):
            plan = run.plan
            same = (plan.rounds, plan.batch, plan.noise) == (
                given.rounds,
                given.batch,
                given.noise,
            )
            if same and plan.seed in given.seeds and plan.problem in PROBLEMS:
                twice = plan.method in given.methods
                yield f"{plan.method} ({path.stem})" if twice else plan.method, run


def main() -> None:
    given = arguments()
    if given.latency:
        for line in latency.table(given.methods):
            print(line, flush=True)
        return
    runs = defaultdict(list)
    for run in performed(plans(given), given.rows, given.processes):
        runs[run.plan.method].append(run)
    for name, run in others(given):
        runs[name].append(run)
    points = scores.check_points(given.rounds, given.batch)
    print("\n".join(scores.tables(runs, REFERENCE, points)))


if __name__ == "__main__":
    main()

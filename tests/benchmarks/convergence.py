"""When a tuning job is ended on convergence, what is saved, and what is lost.

python tests/benchmarks/convergence.py --rules ours --seeds 40:42
python tests/benchmarks/convergence.py --rules ours,terminator,stagnation --rows a.jsonl
python tests/benchmarks/convergence.py --rows tests/benchmarks/convergence.jsonl

Each search goes on to its last round, and after every round the rules are asked of
the same training jobs, until they say stop. Printed are the share of training jobs
saved; the points of the score (see `scores`) that the rest would have brought, on
average and at worst; how many searches were stopped, and after how many of these the
rest would have brought a gain of over 1 %. Optuna's rules need optuna and torch. The
third command gives the table of the seeds from 40 without running anything; tuned
was the rule on those from 100.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import argparse
import json
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context

from tests.benchmarks.bayesian import seeds, told  # first: it sets threads to one

# isort: split
import numpy as np

from amt_magic.completion import least_improvement
from tests.benchmarks.methods import Ours
from tests.benchmarks.problems import PROBLEMS
from tests.benchmarks.scores import head, row
from tests.benchmarks.terminators import Terminator, folds_kept

RULES = ["ours", "terminator", "stagnation"]
STRATEGIES = ["Bayesian", "Random"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A strategy on a problem: its training jobs, the best loss, and each rule's stop.

    That is after how many training jobs, with which best loss, and what a gain on it
    would be.
    """

    strategy: str
    problem: str
    seed: int
    count: int
    best: float
    stops: dict[str, tuple[int, float, float]]


class Asked(Ours):
    """Our strategy, which is asked whether it has converged."""

    def says_stop(self) -> bool:
        return self._strategy.has_converged(self._history)


def search(
    strategy: str, name: str, seed: int, rules: list[str], rounds: int, batch: int
) -> Search:
    problem = PROBLEMS[name]
    ours = Asked(strategy, problem.ranges, seed)
    theirs = {
        rule: Terminator(rule, problem.ranges, seed) for rule in rules if rule != "ours"
    }
    asked = theirs | ({"ours": ours} if "ours" in rules else {})
    losses, stops = [], {}
    with warnings.catch_warnings(), folds_kept() as folds:
        warnings.simplefilter("ignore")  # of fits that did not converge
        for _ in range(rounds):
            chosen = ours.suggest(batch)
            for each in chosen:
                folds.clear()
                losses.append(problem.evaluate(each))
                for other in theirs.values():
                    other.observe(each, losses[-1], folds)
            ours.observe(chosen, losses[-batch:])
            for rule in [rule for rule, one in asked.items() if one.says_stop()]:
                stops[rule] = state(losses)
                del asked[rule]
    return Search(
        strategy=strategy,
        problem=name,
        seed=seed,
        count=len(losses),
        best=min(losses),
        stops={rule: stops.get(rule, state(losses)) for rule in rules},
    )


def state(losses: list[float]) -> tuple[int, float, float]:
    best = min(losses)
    return len(losses), best, least_improvement(best, sorted(losses))


def outcome(one: Search, rule: str) -> list[float]:
    """Return jobs saved, in %; points lost; whether it stopped; a gain was missed."""
    problem, (stop, found, gain) = PROBLEMS[one.problem], one.stops[rule]
    above = np.array([found, one.best]) - problem.best
    shares = np.clip(above / (problem.clip - problem.best), -1, 1)
    is_missed = 0 < found - one.best >= gain
    return [
        100 * (1 - stop / one.count),
        100 * float(shares[0] - shares[1]),
        stop < one.count,
        is_missed,
    ]


def table(searches: list[Search]) -> Iterator[str]:
    columns = ["searches", "% saved", "points lost", "worst", "stopped", "gain missed"]
    yield from head(["rule", *columns])
    for strategy in STRATEGIES:
        for rule in RULES:
            outcomes = np.array(
                [
                    outcome(one, rule)
                    for one in searches
                    if one.strategy == strategy and rule in one.stops
                ]
            )
            if len(outcomes):
                saved, lost = outcomes.mean(0)[:2]
                errors = outcomes.std(0) / np.sqrt(len(outcomes))
                stopped, missed = outcomes.sum(0)[2:]
                yield row(
                    [
                        f"{strategy}, {rule}",
                        str(len(outcomes)),
                        f"{saved:.1f} ± {errors[0]:.1f}",
                        f"{lost:.2f} ± {errors[1]:.2f}",
                        f"{outcomes[:, 1].max():.1f}",
                        f"{stopped:.0f}",
                        f"{missed:.0f}",
                    ]
                )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--strategies", default=",".join(STRATEGIES))
    add("--rules", default=",".join(RULES))
    add("--rounds", type=int, default=50)
    add("--batch", type=int, default=4, help="training jobs a round")
    add("--seeds", type=seeds, default="40:50", help="first and, not run, last")
    add("--rows", type=Path, help="file to which searches are added; none is run again")
    add("--processes", type=int, default=2)
    return parser.parse_args()


def read(rows: Path | None) -> list[Search]:
    lines = rows.read_text().splitlines() if rows and rows.exists() else []
    return [Search(**json.loads(line)) for line in lines]


def main() -> None:
    given = arguments()
    rules, strategies = given.rules.split(","), given.strategies.split(",")
    searches = [one for one in read(given.rows) if one.seed in given.seeds]
    known = {(one.strategy, one.problem, one.seed) for one in searches}
    left = [
        plan
        for seed in given.seeds
        for problem in PROBLEMS
        for strategy in strategies
        if (plan := (strategy, problem, seed)) not in known
    ]
    context = get_context("spawn")
    with ProcessPoolExecutor(given.processes, mp_context=context) as executor:
        futures = [
            executor.submit(search, *plan, rules, given.rounds, given.batch)
            for plan in left
        ]
        for number, future in enumerate(as_completed(futures), 1):
            searches.append(one := future.result())
            told(
                f"{number} of {len(left)}: {one.strategy} on {one.problem}, {one.seed}"
            )
            if given.rows:
                with given.rows.open("a") as file:
                    file.write(json.dumps(asdict(one)) + "\n")
    print("\n".join(table(searches)))


if __name__ == "__main__":
    main()

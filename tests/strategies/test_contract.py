"""What every strategy promises. A new one is one line in STRATEGIES."""

import math
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import product
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import amt_magic as amt
from amt_magic import deciders
from amt_magic.config import TuningJobConfig
from amt_magic.jobs import Ended, History, Report, TrainingJob, TrainingJobStatus
from amt_magic.parents import Parent
from amt_magic.space import ParameterRanges, configuration_key
from amt_magic.strategies import Strategy
from tests.generators import categorical_ranges, numeric_ranges, parameter_ranges

MIXED = {
    "lr": amt.Continuous(1e-5, 1e-1),
    "depth": amt.Integer(1, 12),
    "kind": amt.Categorical("a", None, 3),
}
DISCRETE = {"depth": amt.Integer(1, 4), "kind": amt.Categorical(1, 1.0, True)}
CATEGORIES = {
    "kind": amt.Categorical("a", "b", "c"),
    "flag": amt.Categorical(True, False),
}
POINT = {"only": amt.Categorical("this")}
TRANSFER, IDENTICAL = "TransferLearning", "IdenticalDataAndAlgorithm"
STRATEGIES = [
    ("Bayesian", MIXED),
    ("Bayesian", DISCRETE),
    ("Bayesian", CATEGORIES),
    ("Bayesian", POINT),
    ("Random", MIXED),
    ("Random", DISCRETE),
    ("Random", POINT),
    *[
        (f"{strategy} with {kind}", ranges)
        for strategy in ("Bayesian", "Random")
        for kind in (TRANSFER, IDENTICAL)
        for ranges in (MIXED, DISCRETE)
    ],
    ("Hyperband", MIXED),
    ("Hyperband", DISCRETE),
    ("Grid", CATEGORIES),
    ("Grid", POINT),
]
SEARCHING = sorted({strategy for strategy, _ in STRATEGIES} - {"Grid"})
DISCRETE_ONES = [
    case for case in STRATEGIES if math.isfinite(ParameterRanges(case[1]).size)
]

each = pytest.mark.parametrize(("strategy", "ranges"), STRATEGIES)
each_discrete = pytest.mark.parametrize(("strategy", "ranges"), DISCRETE_ONES)
few = settings(max_examples=8)  # of courses, each of many suggestions


def config_of(strategy, ranges, seed=3) -> TuningJobConfig:
    strategy, _, kind = strategy.partition(" with ")
    parents = ("same", "other")
    return TuningJobConfig(
        strategy=strategy,
        static_hyperparameters={"epochs": 27},
        objective=amt.Objective(type="Minimize", metric_name="loss"),
        ranges=ranges,
        random_seed=seed,
        warm_start=amt.WarmStart(parents=parents, type=kind) if kind else None,
    )


def parents_of(config) -> list[Parent]:
    """Five random training jobs of the same code, and seven of another version."""
    if not config.warm_start:
        return []
    same, other = (
        ran(config, [3.0, None, 1.0, 2.0, 5.0, 0.5, 4.0][:n]) for n in (5, 7)
    )
    return [
        Parent(name="same", history=same, static_hyperparameters={"epochs": 27}),
        Parent(name="other", history=other, static_hyperparameters={"epochs": 9}),
    ]


def make_strategy(config) -> Strategy:
    return deciders.make_strategy(config, parents_of(config))


def size_of(config) -> float:
    """How many configurations are left to run."""
    known = set()
    if config.warm_start and config.warm_start.type == IDENTICAL:
        known = parents_of(config)[0].history.configurations
    return config.space.size - len(known)


def filled(config, count, value=lambda index: float(index % 5)) -> History:
    """A history in which each suggestion was run; the last two are pending."""
    history, strategy = History(config.objective), make_strategy(config)
    for index in range(1, count + 1):
        hyperparameters = strategy.suggest(history, index)
        if hyperparameters is None:
            break
        add(history, index, hyperparameters)
        if index > 2:
            end(history, index - 2, value(index - 2))
    return history


def add(history, index, hyperparameters) -> None:
    job = TrainingJob(
        index=index, name=f"t-{index}", hyperparameters=hyperparameters, created_at=0.0
    )
    history.add(job)


def end(history, index, value, status=TrainingJobStatus.COMPLETED) -> None:
    if value is not None:
        history.record(Report(index=index, resource=1, value=value, time=1.0))
    history.end(Ended(index=index, status=status, time=2.0))


def suggestions(config, count):
    return [job.hyperparameters for job in filled(config, count).training_jobs]


@each
def test_suggestions_lie_in_their_ranges_with_their_types(strategy, ranges):
    config = config_of(strategy, ranges)

    for hyperparameters in suggestions(config, 30):
        assert hyperparameters.keys() == ranges.keys()
        for name, value in hyperparameters.items():
            assert value in config.ranges[name]


@each
def test_same_history_and_seed_give_the_same_suggestion(strategy, ranges):
    config = config_of(strategy, ranges)
    history = filled(config, 9)
    index = len(history) + 1

    again = make_strategy(config).suggest(
        History(config.objective, history.training_jobs), index
    )

    assert again == make_strategy(config).suggest(history, index)
    assert suggestions(config, 9) == suggestions(config, 9)


@each
def test_new_strategy_suggests_what_the_running_one_did_at_every_step(strategy, ranges):
    config = config_of(strategy, ranges)
    running, history = make_strategy(config), History(config.objective)
    for index in range(1, int(min(30, size_of(config))) + 1):
        before = History(config.objective, history.training_jobs)

        chosen = running.suggest(history, index)

        assert make_strategy(config).suggest(before, index) == chosen
        add(history, index, chosen)
        if index > 3:  # the one before the last ends late
            end(history, index - (2 if index % 3 else 3), float(index % 7))


@each
def test_order_in_which_jobs_finished_is_irrelevant(strategy, ranges):
    config = config_of(strategy, ranges)
    strategy_ = make_strategy(config)
    forwards, backwards = (History(config.objective) for _ in range(2))
    for history in (forwards, backwards):
        for index in (1, 2, 3):
            if (chosen := strategy_.suggest(history, index)) is not None:
                add(history, index, chosen)

    for index in range(1, len(forwards) + 1):
        end(forwards, index, float(index))
    for index in range(len(backwards), 0, -1):
        end(backwards, index, float(index))

    assert strategy_.suggest(forwards, 4) == strategy_.suggest(backwards, 4)


@each_discrete
def test_no_configuration_comes_twice_and_exhaustion_gives_none(strategy, ranges):
    config = config_of(strategy, ranges)
    size = int(size_of(config))

    history = filled(config, size + 5)

    keys = {configuration_key(job.hyperparameters) for job in history.training_jobs}
    assert len(history) == len(keys) == size
    assert make_strategy(config).suggest(history, size + 1) is None


@each
@pytest.mark.parametrize("value", [math.nan, math.inf, 1e300, None])
@pytest.mark.parametrize("good", [0, 7])
def test_bad_values_are_survived(strategy, ranges, value, good):
    config = config_of(strategy, ranges)

    history = filled(
        config, 20, value=lambda index: float(index) if index < good else value
    )

    keys = {configuration_key(job.hyperparameters) for job in history.training_jobs}
    assert len(history) == len(keys) == min(20, size_of(config))


@each
def test_failed_and_stopped_training_jobs_are_survived(strategy, ranges):
    config = config_of(strategy, ranges)
    history, chooser = History(config.objective), make_strategy(config)
    endings = (TrainingJobStatus.FAILED, TrainingJobStatus.STOPPED)

    for index in range(1, int(min(20, size_of(config))) + 1):
        add(history, index, chooser.suggest(history, index))
        end(history, index, [None, 1.0 + index][index % 2], endings[index // 2 % 2])

    keys = {configuration_key(job.hyperparameters) for job in history.training_jobs}
    assert len(keys) == min(20, size_of(config))


VALUES = [None, math.nan, math.inf, -math.inf, 0.0, 1e-300, 1e300, -1e308, 1e12, 5e-324]
STATUSES = ["Completed", "Completed", "Failed", "Stopped"]
small_integers = numeric_ranges(amt.Integer, st.integers(-3, 3), ["Linear"])
spaces = {
    "any": parameter_ranges(),
    "discrete": parameter_ranges(small_integers | categorical_ranges),
    "categorical": parameter_ranges(categorical_ranges),
}
each_kind_of_space = pytest.mark.parametrize(
    ("strategy", "kinds"),
    [
        *product(SEARCHING, ["any", "discrete"]),
        ("Grid", "categorical"),
    ],
)


@st.composite
def courses(draw, strategy, kinds):
    """A random space, and up to 25 suggestions in it with what became of them.

    Gives each suggestion with the history that was there before it. Training jobs
    end in any order and in any way; up to six are pending at a time.
    """
    chance = Random(draw(st.integers(0, 2**31)))
    config = config_of(strategy, draw(spaces[kinds]), seed=chance.randrange(2**31))
    running, history = make_strategy(config), History(config.objective)
    asked, most_pending = [], chance.randint(0, 6)
    for index in range(1, chance.randint(1, 25) + 1):
        before = History(config.objective, history.training_jobs)
        chosen = running.suggest(history, index)
        asked.append((before, index, chosen))
        if chosen is None:
            break
        add(history, index, chosen)
        while history.pending_count > chance.randint(0, most_pending):
            value = chance.choice([*VALUES, *(chance.gauss(0, 1) for _ in VALUES)])
            status = TrainingJobStatus(chance.choice(STATUSES))
            end(history, chance.choice(history.pending).index, value, status)
    return config, asked


@each_kind_of_space
@few
@given(data=st.data())
def test_every_suggestion_of_any_course_is_legal(strategy, kinds, data):
    config, asked = data.draw(courses(strategy, kinds))

    for _, _, chosen in asked:
        if chosen is not None:
            assert chosen.keys() == config.space.keys()
            assert all(chosen[name] in config.space[name] for name in chosen)


@each_kind_of_space
@few
@given(data=st.data())
def test_no_course_has_a_configuration_of_a_discrete_space_twice(strategy, kinds, data):
    config, asked = data.draw(courses(strategy, kinds))

    if config.space.size < math.inf:
        for before, _, chosen in asked:
            if chosen is not None:
                assert configuration_key(chosen) not in before.configurations


@each_kind_of_space
@few
@given(data=st.data())
def test_none_is_suggested_only_where_the_space_is_used_up(strategy, kinds, data):
    config, asked = data.draw(courses(strategy, kinds))

    is_used_up = [len(before) >= size_of(config) for before, _, _ in asked]

    assert is_used_up == [chosen is None for _, _, chosen in asked]


@each_kind_of_space
@few
@given(data=st.data())
def test_new_strategy_goes_on_with_any_course_as_the_running_one(strategy, kinds, data):
    config, asked = data.draw(courses(strategy, kinds))

    before, index, chosen = asked[-1]

    assert make_strategy(config).suggest(before, index) == chosen


def test_another_process_suggests_the_same():
    code = (
        "from tests.strategies.test_contract import *\n"
        "print([suggestions(config_of(*case), 5) for case in STRATEGIES])"
    )
    command = [sys.executable, "-c", code]
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONHASHSEED": "1"}

    ran = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True
    )

    here = [suggestions(config_of(*case), 5) for case in STRATEGIES]
    assert ran.stdout.strip() == str(here)


@each_discrete
def test_what_is_pending_is_not_suggested_again(strategy, ranges):
    config = config_of(strategy, ranges)
    history, chooser = History(config.objective), make_strategy(config)

    for index in range(1, int(size_of(config)) + 1):
        add(history, index, chooser.suggest(history, index))

    keys = {configuration_key(job.hyperparameters) for job in history.pending}
    assert len(keys) == size_of(config)
    assert chooser.suggest(history, len(history) + 1) is None


def test_another_seed_suggests_something_else():
    one, other = (suggestions(config_of("Random", MIXED, seed), 3) for seed in (1, 2))

    assert one != other


def test_random_gives_the_ends_of_an_integer_range_as_often_as_the_middle():
    ranges = {"depth": amt.Integer(1, 5), "free": amt.Continuous(0, 1)}
    counts = Counter(h["depth"] for h in suggestions(config_of("Random", ranges), 2000))

    assert set(counts) == {1, 2, 3, 4, 5}
    assert all(abs(count - 400) < 4 * math.sqrt(400 * 0.8) for count in counts.values())


def test_grid_runs_every_combination_in_order_the_last_name_first():
    ran = suggestions(config_of("Grid", CATEGORIES), 99)

    assert [(h["kind"], h["flag"]) for h in ran] == [
        (kind, flag) for kind in "abc" for flag in (True, False)
    ]


def ran(config, values) -> History:
    """A history of random configurations that gave these values, or None: failed."""
    history, chance = History(config.objective), Random(7)
    for index, value in enumerate(values, 1):
        point = [chance.random() for _ in config.space]
        add(history, index, config.space.decode(point))
        status = "Failed" if value is None else "Completed"
        end(history, index, value, TrainingJobStatus(status))
    return history


def converged(config, values) -> bool:
    return make_strategy(config).has_converged(ran(config, values))


@each
@pytest.mark.parametrize(
    "values",
    [
        [],
        [1.0, 1.0, 1.0],
        [1.0] * 20,
        [None] * 100,
        [math.nan, math.inf, -math.inf] * 40,
        [None, 5.0, math.nan] * 8,
    ],
)
def test_few_values_and_failures_alone_are_no_convergence(strategy, ranges, values):
    assert not converged(config_of(strategy, ranges), values)


@each
def test_what_still_improves_has_not_converged(strategy, ranges):
    config = config_of(strategy, ranges)

    assert not converged(config, [0.98**index for index in range(150)])
    assert not converged(config, [-float(index) for index in range(-50, 100)])


@each
def test_flat_objective_converges_in_the_end_except_on_a_grid(strategy, ranges):
    config = config_of(strategy, ranges)

    assert converged(config, [3.0] * 150) == (strategy != "Grid")


@each
def test_maximised_values_converge_as_their_negatives_do_minimised(strategy, ranges):
    config = config_of(strategy, ranges)
    objective = amt.Objective(type="Maximize", metric_name="loss")
    maximised = replace(config, objective=objective)
    values = [100.0 + (37 * index % 60) / 300 for index in range(60)] + [102.0] * 30

    assert converged(maximised, [-value for value in values]) == converged(
        config, values
    )


@pytest.mark.parametrize(
    ("strategy", "ranges"), [case for case in STRATEGIES if case[1] is not POINT]
)
def test_new_strategy_judges_convergence_as_the_running_one_did(strategy, ranges):
    config = config_of(strategy, ranges)
    running, values = make_strategy(config), [2.0 + index % 7 for index in range(60)]
    for count in (10, 30, 45, 60):
        history = ran(config, [1.0, *values[:count]])
        running.suggest(history, count + 2)

        judged = running.has_converged(history)

        copy = History(config.objective, history.training_jobs)
        assert make_strategy(config).has_converged(copy) == judged


@each_kind_of_space
@few
@given(data=st.data())
def test_convergence_is_judged_in_any_course_and_never_early(strategy, kinds, data):
    config, asked = data.draw(courses(strategy, kinds))

    for before, _, _ in asked:  # of 24 training jobs at most
        assert make_strategy(config).has_converged(before) is False

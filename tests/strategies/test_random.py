"""What random search takes from parents, and where it starts."""

import pytest

import amt_magic as amt
from amt_magic.deciders import make_strategy
from amt_magic.jobs import History
from amt_magic.parents import Parent
from amt_magic.space import configuration_key
from tests.strategies.bayesian.examples import add, config_of, history_of

DISCRETE = {"a": amt.Integer(1, 3), "kind": amt.Categorical("x", "y")}
TRANSFER, IDENTICAL = "TransferLearning", "IdenticalDataAndAlgorithm"
RAN = [({"a": a, "kind": "x"}, float(a)) for a in (3, 1, 2)]


def suggested(kind, parents, count, ranges=DISCRETE, seed=3):
    """What is suggested with these histories as parents, as long as something is."""
    warm_start = amt.WarmStart(parents=("old",), type=kind)
    config = config_of(ranges, seed=seed, strategy="Random", warm_start=warm_start)
    strategy = make_strategy(config, [Parent(name="p", history=h) for h in parents])
    history = History(config.objective)
    for index in range(1, count + 1):
        chosen = strategy.suggest(history, index)
        if chosen is None:
            break
        add(history, index, chosen)
    return [job.hyperparameters for job in history.training_jobs]


def keys(ran):
    return set(map(configuration_key, ran))


@pytest.mark.parametrize("seed", range(5))
def test_what_identical_parents_ran_is_not_run_again(seed):
    found = suggested(IDENTICAL, [history_of(RAN)], 9, seed=seed)

    assert len(found) == 3
    assert not keys(found) & keys(h for h, _ in RAN)


def test_best_of_other_data_come_first_and_then_what_is_new():
    parents = [history_of(RAN), history_of([({"a": 2, "kind": "y"}, 1.0), *RAN[:1]])]

    found = suggested(TRANSFER, parents, 9)

    assert found[:3] == [
        {"a": 1, "kind": "x"},
        {"a": 2, "kind": "y"},
        {"a": 2, "kind": "x"},
    ]
    assert keys(found[3:5]) == keys([{"a": 1, "kind": "y"}, {"a": 3, "kind": "y"}])


def test_what_parents_ran_on_other_data_comes_last_of_all():
    found = suggested(TRANSFER, [history_of(RAN)], 9)

    assert len(keys(found)) == 6


def test_best_outside_todays_ranges_are_not_run():
    ranges = {"a": amt.Integer(2, 3), "kind": amt.Categorical("x", "y")}

    found = suggested(TRANSFER, [history_of(RAN)], 9, ranges)

    assert found[:2] == [{"a": 2, "kind": "x"}, {"a": 3, "kind": "x"}]
    assert len(keys(found)) == 4


def test_parent_of_the_same_seed_does_not_make_its_draws_come_again():
    ranges = {"x": amt.Continuous(0, 1)}
    first = suggested(IDENTICAL, [], 4, ranges)

    found = suggested(IDENTICAL, [history_of((h, 1.0) for h in first)], 4, ranges)

    assert not keys(found) & keys(first)

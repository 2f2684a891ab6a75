"""Which histories a simulated tuning job may start from."""

import pytest

import amt_magic as amt
from amt_magic.parents import with_parents
from tests.strategies.bayesian.examples import config_of, history_of

RANGES = {"x": amt.Continuous(0, 1), "n": amt.Integer(1, 4)}
HISTORY = history_of([({"x": 0.5, "n": 2}, 1.0)])


def asked(*parents, type="TransferLearning"):
    return amt.WarmStart(parents=parents, type=type)


def test_histories_become_the_parents_that_the_config_names():
    warm_start = asked("churn", "digits", type="IdenticalDataAndAlgorithm")
    config = config_of(RANGES, warm_start=warm_start, static_hyperparameters={"e": 9})

    same, parents = with_parents(config, [HISTORY, HISTORY])

    assert same == config
    assert [parent.name for parent in parents] == ["churn", "digits"]
    assert [parent.history for parent in parents] == [HISTORY, HISTORY]
    assert [parent.static_hyperparameters for parent in parents] == [{"e": 9}] * 2


def test_without_a_warm_start_in_the_config_learning_is_transferred():
    config, parents = with_parents(config_of(RANGES), (HISTORY,))

    assert config.warm_start == asked("history-1")
    assert [parent.name for parent in parents] == ["history-1"]


def test_nothing_of_nothing():
    config = config_of(RANGES)

    assert with_parents(config, ()) == (config, [])


def test_what_was_tuned_may_be_static_now_and_a_history_may_be_empty():
    ranges, static = {"x": amt.Continuous(0, 1)}, {"n": 2}
    config = config_of(ranges, static_hyperparameters=static)

    _, parents = with_parents(config, [HISTORY, history_of([])])

    assert len(parents) == 2


OTHER_DIRECTION = history_of([({"x": 0.5, "n": 2}, 1.0)], "Maximize")
MISFITS = [
    (HISTORY, "warm_start must be a list of histories (got <"),
    ([HISTORY] * 6, "warm_start must be 5 histories at most (got 6)"),
    ([7], "warm_start[0] must be a History (got 7)"),
    (
        [HISTORY, OTHER_DIRECTION],
        "warm_start[1].objective must minimize 'loss' too (got 'Maximize loss')",
    ),
    (
        [history_of([({"x": 0.5}, 1.0)])],
        "warm_start[0] must have a value for every range, and lacks n",
    ),
    (
        [history_of([({"x": 0.5, "n": 2, "m": 3}, 1.0)])],
        "warm_start[0] has values that no range and no static hyperparameter is for: "
        "m; give what is no longer tuned in static_hyperparameters",
    ),
]


@pytest.mark.parametrize(("histories", "message"), MISFITS)
def test_what_does_not_fit_is_refused(histories, message):
    with pytest.raises(amt.ValidationError) as caught:
        with_parents(config_of(RANGES), histories)

    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("histories", [[], [HISTORY], [HISTORY] * 3])
def test_there_must_be_a_history_for_each_parent(histories):
    config = config_of(RANGES, warm_start=asked("churn", "digits"))

    with pytest.raises(amt.ValidationError) as caught:
        with_parents(config, histories)

    assert str(caught.value) == (
        "warm_start must be the histories of the config's parents, churn, digits "
        f"(got {len(histories)}); simulate(config, curve, warm_start=[history])"
    )


def test_all_faults_are_told_at_once():
    other = history_of([({"y": 1.0}, 1.0)], "Maximize")

    with pytest.raises(amt.ValidationError) as caught:
        with_parents(config_of(RANGES), [HISTORY, other, None])

    assert len(caught.value.faults) == 4

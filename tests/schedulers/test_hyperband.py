"""Hyperband's decisions, worked out by hand."""

import math
import random

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st

import amt_magic as amt
from amt_magic.schedulers.hyperband import Hyperband
from tests.schedulers.examples import decision_on, give, history_of, start


def hyperband(**fields):
    return Hyperband(amt.HyperbandStrategyConfig(**{"max_resource": 27} | fields))


CURVES = [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]


@pytest.mark.parametrize(
    ("value", "stops"), [(0.5, False), (1.5, False), (2.0, False), (2.1, True)]
)
def test_better_half_of_a_rung_goes_on_and_ties_do(value, stops):
    assert bool(decision_on(hyperband(), [*CURVES, []], 4, value)) == stops


@pytest.mark.parametrize(("value", "stops"), [(2.0, True), (1.0, False)])
def test_second_at_a_rung_goes_on_only_if_it_is_not_worse(value, stops):
    assert bool(decision_on(hyperband(), [[1.0, 1.0], []], 2, value)) == stops


def test_first_at_a_rung_goes_on():
    assert decision_on(hyperband(), [[9.0, 9.0], [1.0]], 1, 9.0) is None


def test_score_looks_ahead_by_what_the_loss_fell_since_the_rung_before():
    flat, falling = [3.0, 3.0, 3.0], [9.0, 5.0]

    decision = decision_on(hyperband(), [flat, falling], 2, 4.0)

    assert decision is None  # 4 - (9 - 4) = -1 is better than 3


def test_training_job_is_judged_again_when_others_have_come_to_its_rung():
    curves = [[2.0, 2.0], [1.0], [1.0], [1.0]]

    assert decision_on(hyperband(), curves, 1, 2.0) is None
    history = history_of([[2.0], [1.0], [1.0], [1.0]])
    assert hyperband().decide(give(history, 1, 2.0), history)


def test_reason_tells_value_trend_score_and_place():
    curves = [[0.5, 0.5, 0.5], [0.6, 0.6, 0.6], [0.83, 0.82]]

    reason = str(decision_on(hyperband(), curves, 3, 0.81))

    assert reason == (
        "rung 3: loss 0.81, falling 0.02 since report 1, score 0.79: 3rd of 3, "
        "better half ends at 0.6"
    )


def test_reason_is_in_units_of_what_is_maximised():
    curves = [[0.5, 0.5, 0.9], [0.5, 0.5, 0.8], [0.3, 0.3]]

    decision = decision_on(hyperband(), curves, 3, 0.4, "Maximize")

    assert str(decision) == (
        "rung 3: loss 0.4, rising 0.1 since report 1, score 0.5: 3rd of 3, "
        "better half ends at 1.1"
    )


def test_maximum_completes():
    decision = decision_on(hyperband(max_resource=3), [[1.0, 1.0]], 1, 1.0)

    assert decision.rule == "MaxResource"
    assert str(decision) == "reached MaxResource (3)"


def test_nobody_is_stopped_below_the_least_resource():
    curves = [[1.0] * 4, [9.0, 9.0]]

    assert decision_on(hyperband(min_resource=4), curves, 2, 9.0) is None
    assert decision_on(hyperband(min_resource=3), curves, 2, 9.0)


def test_nobody_is_stopped_at_a_first_report_before_one_has_given_two():
    assert decision_on(hyperband(), [[1.0], [2.0], []], 3, 9.0) is None
    assert decision_on(hyperband(), [[1.0, 1.0], [2.0], []], 3, 9.0)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_value_that_is_not_finite_is_stopped_and_the_worst_of_its_rung(value):
    history = history_of([[1.0, 1.0], [], []])
    scheduler = hyperband()

    assert scheduler.decide(give(history, 2, value), history)
    assert scheduler.decide(give(history, 3, 1e300), history) is None


def test_brackets_compare_within_themselves():
    curves = [[5.0, 5.0, 5.0], [1.0, 1.0, 1.0], [9.0, 9.0]]

    assert decision_on(hyperband(brackets=2), curves, 3, 9.0)
    assert decision_on(hyperband(brackets=2), [*curves[:1], []], 2, 99.0) is None


@pytest.mark.parametrize("seed", range(4))
def test_classic_decides_as_optunas_successive_halving(seed):
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3)
    study, generator = optuna.create_study(pruner=pruner), random.Random(seed)
    scheduler = hyperband(max_resource=82, classic=True)
    history, running, stops = history_of([]), {}, 0
    while len(history) < 60 or running:
        while len(running) < 4 and len(history) < 60:
            start(history, len(history) + 1)
            running[len(history)] = study.ask()
        index = generator.choice(list(running))
        step = len(history[index].reports) + 1
        value = round(generator.random() + 1 / step, 2)  # equal values are likely

        stopped = bool(scheduler.decide(give(history, index, value), history))
        running[index].report(value, step)

        assert stopped == running[index].should_prune()
        stops += stopped
        if stopped or step == 81:
            study.tell(running.pop(index), value)
    assert stops > 40


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12), st.integers(0, 9))
def test_increasing_change_of_the_loss_changes_no_classic_decision(others, value):
    def decide(change):
        curves = [[change(other)] * 2 for other in others] + [[]]
        made = decision_on(
            hyperband(classic=True), curves, len(others) + 1, change(value)
        )
        return made is None

    assert decide(float) == decide(lambda x: math.exp(x) - 3)


def test_classic_judges_at_the_rung_alone():
    curves = [[1.0] * 3, [1.0] * 3, [1.0] * 3, [9.0] * 3]

    assert decision_on(hyperband(classic=True), curves, 4, 99.0) is None
    assert decision_on(hyperband(), curves, 4, 99.0)


def test_scheduler_made_anew_decides_as_one_that_was_there_all_along():
    generator = random.Random(1)
    for brackets in (1, 3):
        history, old = history_of([[] for _ in range(30)]), hyperband(brackets=brackets)
        for _ in range(400):
            report = give(history, generator.randint(1, 30), generator.random())
            anew = hyperband(brackets=brackets)
            assert anew.decide(report, history) == old.decide(report, history)


def config_of(**fields):
    return amt.TuningJobConfig(
        strategy="Hyperband",
        objective=amt.Objective(type="Minimize", metric_name="loss"),
        ranges={"x": amt.Continuous(0, 1)},
        resource_limits=amt.ResourceLimits(
            max_number_of_training_jobs=60, max_parallel_training_jobs=4
        ),
        random_seed=1,
        **fields,
    )


def curve(hyperparameters):
    return [hyperparameters["x"] + 1 / epoch for epoch in range(1, 100)]


def test_tuning_job_spends_little_on_bad_ones_and_completes_the_best():
    asked = amt.HyperbandStrategyConfig(max_resource=27)

    history = amt.simulate(config_of(strategy_config=asked), curve)

    counts = [len(job.reports) for job in history.training_jobs]
    assert max(counts) == 27
    assert sum(counts) < 0.5 * 27 * 60
    whole = [job for job in history.training_jobs if len(job.reports) == 27]
    assert {job.status for job in whole} == {"Completed"}
    assert {job.stop_reason for job in whole} == {"reached MaxResource (27)"}
    assert history.best in whole
    best = min(job.hyperparameters["x"] for job in history.training_jobs)
    assert history.best.hyperparameters["x"] == best


def test_auto_adds_nothing_to_hyperband():
    asked = amt.HyperbandStrategyConfig(max_resource=27)

    def spiked(hyperparameters):  # between two rungs, where the median rule would stop
        return [*curve(hyperparameters)[:4], 99.0, *curve(hyperparameters)[5:]]

    config = config_of(strategy_config=asked, early_stopping="Auto")

    history = amt.simulate(config, spiked)

    reasons = {job.stop_reason.split()[0] for job in history.training_jobs}
    assert reasons == {"rung", "reached"}

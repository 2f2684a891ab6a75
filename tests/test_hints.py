"""What is said before a tuning job runs."""

import pytest

import amt_magic as amt
from amt_magic import hints as module

RANGES = {"lr": amt.Continuous(1e-4, 1e-1)}


@pytest.fixture(autouse=True)
def cores(monkeypatch):
    monkeypatch.setattr(module, "core_count", lambda: 8)


def hints(parallel, jobs, strategy="Bayesian", **fields):
    config = amt.TuningJobConfig(
        strategy=strategy,
        objective=amt.Objective(type="Minimize", metric_name="loss"),
        ranges=RANGES,
        resource_limits=amt.ResourceLimits(
            max_number_of_training_jobs=jobs, max_parallel_training_jobs=parallel
        ),
        **fields,
    )
    return " ".join(module.hints(config))


def test_parallelism_near_the_number_of_jobs_is_worth_a_hint_for_bayesian_search():
    assert "with 8 of 20 training jobs at a time, Bayesian" in hints(8, 20)
    assert "Bayesian search" not in hints(8, 24) + hints(1, 2) + hints(8, None)
    assert "Bayesian search" not in hints(8, 20, "Random")


def test_options_of_the_bayesian_strategy_are_not_used_by_random():
    given = {"strategy_config": amt.BayesianStrategyConfig(base_estimator="RF")}

    assert "Bayesian options are kept, and not used" in hints(1, 9, "Random", **given)
    assert hints(1, 9, **given) == ""


def test_hyperband_with_auto_or_few_training_jobs_is_worth_a_hint():
    auto = {"early_stopping": "Auto"}

    assert "Auto adds nothing" in hints(1, 500, "Hyperband", **auto)
    assert "give it 250, or a time limit" in hints(1, 50, "Hyperband")
    assert hints(1, 500, "Hyperband") == hints(1, 50, "Random", **auto) == ""


def test_cores_that_are_shared_are_worth_a_hint():
    assert hints(9, 500) == "9 training jobs at a time share 8 cores"
    assert hints(8, 500) == ""


def test_of_advice_the_first_piece_alone_is_given():
    assert hints(9, 50, "Hyperband").count("give it 250") == 1
    assert "cores" not in hints(9, 50, "Hyperband")


def test_time_limit_needs_no_advice():
    limits = amt.ResourceLimits(
        max_number_of_training_jobs=50,
        max_parallel_training_jobs=1,
        max_runtime_in_seconds=60,
    )
    config = amt.TuningJobConfig(
        strategy="Hyperband",
        objective=amt.Objective(type="Minimize", metric_name="loss"),
        ranges=RANGES,
        resource_limits=limits,
    )

    assert module.hints(config) == []

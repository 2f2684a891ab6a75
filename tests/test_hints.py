"""What is said before a tuning job runs."""

import pytest

import amt_magic as amt
from amt_magic import hints as module
from amt_magic.advice_facts import Facts
from amt_magic.savings import Replay
from tests.earlier import candidate, config, record

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


def earlier(*records, is_other_code=False, now=None, told=None):
    now = now or config()
    known = [candidate(each, now, is_other_code) for each in records]
    return module.hints(now, Facts(config=now, cores=8, candidates=known), told)


def replay(by="Auto", reports=50, seconds=90.0, keeps_best=True):
    return Replay(
        by=by,
        reports=reports,
        all_reports=100,
        seconds=seconds,
        keeps_best=keeps_best,
        best=0.1,
    )


def test_interrupted_job_of_the_same_code_is_worth_going_on_with():
    dead = record(interrupted=True, seconds_run=61.0)

    (hint,) = earlier(dead)

    assert hint == (
        "old was interrupted after 12 of 20 training jobs, and ran the same code: "
        "%tune resume old goes on with it"
    )


def test_job_of_the_same_code_that_took_long_is_worth_learning_from():
    (hint,) = earlier(record(seconds_run=540.0))

    assert "12 training jobs in 9 min" in hint
    assert "--warm-start old --warm-start-type IdenticalDataAndAlgorithm" in hint


@pytest.mark.parametrize("is_other_code", [True, None])
def test_of_other_code_nothing_is_said(is_other_code):
    assert earlier(record(seconds_run=540.0), is_other_code=is_other_code) == []


def test_what_was_quick_is_not_worth_a_word():
    dead = record("dead", interrupted=True, seconds_run=59.0)

    assert earlier(record(seconds_run=59.0), dead) == []


def test_interrupted_job_of_other_ranges_is_learned_from():
    wider = config(ranges={**config().ranges, "lr": amt.Continuous(1e-5, 1.0)})
    dead = record(of=wider, interrupted=True, seconds_run=90.0)

    (hint,) = earlier(dead)

    assert "--warm-start old" in hint


def test_time_that_early_stopping_would_have_saved_is_worth_a_word():
    old = record(replays=(replay("Hyperband"), replay()))

    assert earlier(old) == [
        "old ran the same code, and --early-stopping Auto would have saved 50% of the "
        "training, 1 min 30 s, and kept its best"
    ]


@pytest.mark.parametrize(
    "saved",
    [
        replay(reports=29),
        replay(seconds=59.0),
        replay(keeps_best=False),
        replay("Hyperband"),
    ],
)
def test_little_time_or_a_lost_best_is_not(saved):
    assert earlier(record(replays=(saved,))) == []


@pytest.mark.parametrize(
    "fields", [{"early_stopping": "Auto"}, {"strategy": "Hyperband", "jobs": 500}]
)
def test_job_that_stops_early_is_not_told_to(fields):
    assert "would have saved" not in " ".join(
        earlier(record(replays=(replay(),)), now=config(**fields))
    )


def test_job_with_parents_is_left_alone():
    warm_start = amt.WarmStart(parents=("other",), type="TransferLearning")

    assert earlier(record(seconds_run=540.0), now=config(warm_start=warm_start)) == []


def test_at_most_one_piece_of_advice_is_given_and_each_kind_once():
    old, told = record(seconds_run=540.0, replays=(replay(),)), set()
    now = config(parallel=9, jobs=500)

    given = [earlier(old, now=now, told=told) for _ in range(4)]

    assert [len(hints) for hints in given] == [1, 1, 1, 0]
    assert "--warm-start" in given[0][0]
    assert "--early-stopping" in given[1][0]
    assert "share 8 cores" in given[2][0]


def test_what_has_no_effect_is_said_every_time():
    now, told = config(strategy="Hyperband", early_stopping="Auto", jobs=500), set()

    given = [module.hints(now, None, told) for _ in range(2)]

    assert given == [given[0], given[0]]
    assert "adds nothing" in given[0][0]

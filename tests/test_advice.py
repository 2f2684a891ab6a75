"""Advice: which line comes first, what it says to do, and the fact it rests on."""

import pytest

import amt_magic as amt
from amt_magic.advice import advice_from, advise
from amt_magic.advice_facts import Facts, facts_of_config, facts_of_job
from amt_magic.checks import Faults
from amt_magic.inputs.option_lines import read_options
from amt_magic.inputs.option_table import OPTIONS
from amt_magic.savings import Replay
from amt_magic.store.job_store import JobStore
from tests.earlier import RANGES, candidate, config, record
from tests.faults.cells import cell, run, runner_of, start, wait_until

pytestmark = pytest.mark.timeout(60)

IDENTICAL = "--warm-start old --warm-start-type IdenticalDataAndAlgorithm"
TRANSFER = "--warm-start old --warm-start-type TransferLearning"
CATEGORIES = {
    n: amt.Categorical(*range(size)) for n, size in (("a", 4), ("b", 3), ("c", 2))
}


def advice(now=None, **known):
    return advice_from(Facts(config=now or config(), cores=2, **known))


def line(of, kind):
    return next(each for each in of if each.kind == kind)


def kinds(of):
    return [each.kind for each in of]


def interrupted(**known):
    now = config(jobs=40)
    old = record(interrupted=True, of=now)
    return advice(
        now, record=old, ended=12, candidates=[candidate(old, now, False)], **known
    )


def test_interrupted_job_is_resumed_or_goes_on_as_a_parent():
    told = interrupted()

    assert told[0].what == "%tune resume old"
    assert told[0].fact == "old was interrupted after 12 of 40 training jobs"
    assert "28 more" in told[0].why
    assert told[1].what == IDENTICAL


def test_changed_data_call_for_transfer_learning():
    told = line(interrupted()[2:], "warm_start")

    assert told.what == TRANSFER
    assert "the data" in told.when
    assert "data cannot be compared" in told.fact


@pytest.mark.parametrize(
    ("is_other_code", "first", "fact"),
    [
        (False, IDENTICAL, "old ran the same code"),
        (True, TRANSFER, "and ran other code"),
        (None, TRANSFER, "old has the same hyperparameters and objective"),
    ],
)
def test_earlier_job_that_fits_is_a_parent_by_what_is_known_of_its_code(
    is_other_code, first, fact
):
    now = config()

    told = advice(now, candidates=[candidate(record(), now, is_other_code)])

    assert told[0].what == first
    assert fact in told[0].fact
    assert "best loss 0.25" in told[0].fact
    assert "data cannot be compared" in told[0].fact


def test_of_more_than_five_parents_five_are_named():
    now = config()
    many = [candidate(record(f"old{n}"), now, False) for n in range(7)]

    assert advice(now, candidates=many)[0].what.count("--warm-start old") == 5


def test_parents_that_a_config_has_are_not_advised_again():
    warm_start = amt.WarmStart(parents=("OLD",), type="TransferLearning")
    now = config(warm_start=warm_start)

    assert "warm_start" not in kinds(
        advice(now, candidates=[candidate(record(), now, False)])
    )


def test_warm_start_of_a_strategy_that_learns_nothing_takes_another():
    now = config(strategy="Hyperband")

    told = advice(now, candidates=[candidate(record(), now, False)])

    assert told[0].what == f"{IDENTICAL} --strategy Bayesian"


def test_finished_job_may_go_on_with_more_training_jobs():
    now = config(jobs=40)
    old = record(of=now)

    told = advice(now, record=old, ended=40, candidates=[candidate(old, now, False)])

    assert told[0].what == IDENTICAL
    assert line(told, "resume").what == "%tune resume old --max-jobs 80"


def test_job_that_has_run_everything_is_not_gone_on_with():
    now = config(ranges=CATEGORIES, strategy="Grid", jobs=None)
    old = record(of=now)

    told = advice(now, record=old, ended=24, candidates=[candidate(old, now, False)])

    assert "resume" not in kinds(told)
    assert told[0].done == "--strategy Grid (as it is)"


def test_running_job_is_neither_resumed_nor_a_parent():
    now = config()
    old = record(status="InProgress", of=now)

    assert not {"resume", "warm_start"} & set(kinds(advice(now, record=old, ended=3)))


def test_failed_job_without_a_value_is_not_resumed_first():
    now = config()
    old = record(status="Failed", of=now)

    told = advice(now, record=old, ended=5)

    assert told[0].kind != "resume"
    assert line(told, "resume").fact == "old failed after 5 of 20 training jobs"


@pytest.mark.parametrize(
    ("jobs", "what"),
    [(30, "--strategy Grid"), (20, "--strategy Grid --max-jobs 24")],
)
def test_few_categories_call_for_grid(jobs, what):
    told = advice(config(ranges=CATEGORIES, jobs=jobs))

    assert told[0].what == what
    assert told[0].fact == "all 3 ranges are categorical, 24 combinations"


def test_grid_is_not_advised_with_numbers_or_many_categories():
    many = {n: amt.Categorical(*range(9)) for n in "abc"}

    assert "grid" not in kinds(advice())
    assert "grid" not in kinds(advice(config(ranges=many)))


@pytest.mark.parametrize(
    ("jobs", "seconds"), [(101, None), (20, 600), (750, None), (None, None)]
)
def test_curves_with_many_jobs_or_a_time_limit_call_for_hyperband(jobs, seconds):
    told = advice(
        config(jobs=jobs, seconds=seconds),
        reports=27,
        about_reports="each training job reported loss 27 times",
    )

    assert told[0].what == "--strategy Hyperband --max-resource 27"
    assert told[0].fact.startswith("each training job reported loss 27 times")


def test_hyperband_wants_more_than_a_hundred_training_jobs():
    told = advice(config(jobs=100), reports=27, about_reports="27 epochs")

    assert told[0].kind == "bayesian"
    assert line(told, "hyperband").what.endswith("--max-resource 27 --max-jobs 500")
    assert "500 training jobs" in line(told, "hyperband").when


@pytest.mark.parametrize("reports", [0, 1])
def test_without_curves_nothing_stops_early(reports):
    told = advice(config(jobs=500), reports=reports, seconds=600.0)

    assert not {"hyperband", "early_stopping"} & set(kinds(told))


def test_where_nothing_is_known_of_curves_both_are_said_to_need_them():
    told = advice(config(jobs=500))

    for kind in ("hyperband", "early_stopping"):
        assert not line(told, kind).suits
        assert "once per epoch" in line(told, kind).when
        assert "nothing is known of reports" in line(told, kind).fact


def test_order_is_warm_start_then_grid_then_hyperband_then_bayesian():
    now = config(ranges=CATEGORIES, jobs=500)
    known = [candidate(record(of=now), now, False)]

    told = advice(now, candidates=known, reports=27, about_reports="27 epochs")

    assert kinds(told)[:4] == ["warm_start", "grid", "hyperband", "bayesian"]


@pytest.mark.parametrize(("jobs", "first"), [(15, "random"), (16, "bayesian")])
def test_small_budget_calls_for_random_by_the_usual_advice(jobs, first):
    told = advice(config(jobs=jobs))

    assert told[0].kind == first
    assert "from 16 training jobs on" in line(told, "random").why
    assert f"{jobs} training jobs at most" in told[0].fact


def test_parallelism_near_the_number_of_jobs_makes_bayesian_like_random():
    told = advice(config(jobs=20, parallel=8))

    assert told[0].kind == "random"
    assert line(told, "bayesian").what == "--strategy Bayesian --max-parallel-jobs 6"
    assert "8 at a time: so many" in line(told, "bayesian").fact


def test_costly_training_jobs_call_for_early_stopping():
    told = advice(reports=9, about_reports="9 reports", seconds=14.0)

    stops = line(told, "early_stopping")
    assert stops.suits
    assert "a training job took 14 s on average, 2 cores" in stops.fact
    assert not line(advice(reports=9, seconds=0.1), "early_stopping").suits


@pytest.mark.parametrize("keeps_best", [True, False])
def test_early_stopping_names_what_it_would_have_saved(keeps_best):
    replay = Replay(
        by="Auto",
        reports=31,
        all_reports=100,
        seconds=9.0,
        keeps_best=keeps_best,
        best=0.1,
    )

    told = advice(record=record(replays=(replay,)), reports=9, seconds=14.0)

    kept = "kept" if keeps_best else "lost"
    stops = line(told, "early_stopping")
    assert f"Auto would have saved 31% of all reports and {kept} the best" in stops.fact
    assert stops.suits == keeps_best


def test_what_is_in_force_is_marked():
    told = advice(config(strategy="Random", early_stopping="Auto"))

    marked = {each.kind for each in told if each.is_in_force}
    assert marked == {"random", "early_stopping"}
    assert line(told, "random").done == "--strategy Random (as it is)"


@pytest.mark.parametrize("strategy", ["Bayesian", "Random", "Grid", "Hyperband"])
def test_every_line_has_options_that_can_be_typed_and_a_fact(strategy):
    now = config(ranges=CATEGORIES, strategy=strategy)
    old = record(status="Stopped", of=now)

    told = advice(now, record=old, ended=5, candidates=[candidate(old, now, False)])

    for each in told:
        assert each.fact
        assert each.when
        if each.kind != "resume":
            faults = Faults()
            words, _ = read_options(faults, each.what, OPTIONS)
            assert (faults.found, words) == ([], [])


def test_advice_shows_itself_as_text_and_html():
    told = advice(config(ranges={"<b>": amt.Categorical(1, 2)}), reports=27)

    assert repr(told).startswith("--strategy Grid\n    runs every combination")
    assert told._repr_html_().count("<tr>") == len(told) + 1
    assert "if " not in repr(told).splitlines()[1]
    assert repr(told).count("\n    if ") == len(told) - 1


def test_config_is_advised_on_by_what_a_dry_run_knows():
    now = config(jobs=500)

    told = amt.advise(now, reports=27, seconds=14)

    assert told[0].kind == "hyperband"
    assert told[0].fact.startswith("a training job reported loss 27 times")
    assert advise(now)[0].kind == "bayesian"


@pytest.mark.parametrize(
    ("fields", "about"),
    [
        ({"static_hyperparameters": {"epochs": "27"}}, "epochs is 27"),
        (
            {"strategy_config": amt.HyperbandStrategyConfig(max_resource=27)},
            "the maximum resource is 27",
        ),
    ],
)
def test_reports_are_known_from_a_config(fields, about):
    facts = facts_of_config(JobStore(), config(**fields))

    assert (facts.reports, facts.about_reports) == (27, about)


def test_reports_are_known_from_code():
    facts = facts_of_config(JobStore(), config(), code=cell("epochs = 9\nloss = x"))

    assert (facts.reports, facts.about_reports) == (9, "the code says 9 epochs")


def test_job_is_advised_on_by_what_it_did():
    job = run("for k in range(4): print(f'loss={x + k}')", name="old", jobs=3)

    facts = facts_of_job(JobStore(), "old")

    assert facts.about_reports == "each training job reported loss 4 times"
    assert facts.seconds == pytest.approx(
        sum((t.ended_at - t.started_at).total_seconds() for t in job.training_jobs) / 3,
        abs=1e-3,
    )
    assert amt.advise(job)[0].what == IDENTICAL
    assert "old ran the same code" in amt.advise(job)[0].fact


def test_other_code_of_an_earlier_job_is_seen():
    run("loss = x", name="old", jobs=2)
    job = run("loss = x + 1", name="new", jobs=2)

    told = {c.record.name: c.fit for c in facts_of_job(JobStore(), "new").candidates}

    assert told["old"].is_other_code
    assert told["new"].is_other_code is False
    assert amt.advise(job)[0].what.startswith("--warm-start new --warm-start-type Id")


def test_interrupted_runner_is_advised_to_resume():
    body = "print(f'loss={x}')\nimport time; time.sleep(0 if x < 0.5 else 600)"
    job = start(body, name="old", jobs=9)
    wait_until(lambda: any(t.status.is_terminal for t in job.training_jobs))
    runner_of(job).kill()
    wait_until(lambda: job.summary().status == "interrupted")
    ended = sum(t.status.is_terminal for t in job.training_jobs)

    first = amt.advise(job)[0]

    assert first.what == "%tune resume old"
    assert first.fact == f"old was interrupted after {ended} of 9 training jobs"
    job.stop()


def test_empty_store_has_no_candidates():
    assert facts_of_config(JobStore(), config(ranges=RANGES)).candidates == []

"""Which tuning jobs of the store may be parents, and how that is listed."""

import pytest

import amt_magic as amt
from amt_magic.store.job_store import JobStore
from amt_magic.warm_startable import EarlierJobs, earlier_jobs, with_code
from tests.earlier import RANGES, candidate, config, counts, record
from tests.faults.cells import cell, ended, reported, run, start

pytestmark = pytest.mark.timeout(60)

BOTH = "IdenticalDataAndAlgorithm or TransferLearning"
ENDLESS = "import time; print('loss=1', flush=True); time.sleep(600)"


def listed(about):
    return {job.name: job.fit for job in amt.list_tuning_jobs(about)}


def test_plain_list_says_nothing_of_parents():
    run("loss = x", name="old")

    (job,) = amt.list_tuning_jobs()

    assert job.fit is None
    assert "warm start" not in repr(amt.list_tuning_jobs())


def test_those_that_fit_come_first_and_the_newest_of_them():
    other = config(ranges={"lr": amt.Integer(1, 9), "kind": RANGES["kind"]})
    known = [record("a", of=other), record("b"), record("c", of=other), record("d")]

    found = EarlierJobs(records=known).candidates(config())

    assert [each.record.name for each in found] == ["b", "d", "a", "c"]


def test_difference_is_told_in_short():
    other = config(objective=amt.Objective(type="Maximize", metric_name="score"))

    (found,) = EarlierJobs(records=[record(of=other)]).candidates(config())

    assert str(found.fit) == "no: must minimize 'loss' too (got 'Maximize score')"
    assert found.fit.types == ()


@pytest.mark.parametrize(
    ("is_other_code", "words"),
    [
        (None, f"{BOTH} (code not compared)"),
        (False, f"{BOTH} (same code)"),
        (
            True,
            "TransferLearning or IdenticalDataAndAlgorithm, which is your word "
            "(other code)",
        ),
    ],
)
def test_legal_types_are_named_the_likely_one_first(is_other_code, words):
    found = candidate(record(), config(), is_other_code)

    assert str(found.fit) == words


def test_finished_are_those_with_a_value():
    known = counts(finished=7)
    known.by_objective["Failed"] = 3
    earlier = EarlierJobs(records=[record()], counts={"old": known})

    (found,) = earlier.candidates(config())

    assert found.fit.finished == 7
    assert found.is_useful


def test_constant_of_the_code_makes_a_parent_fit():
    deep = config(ranges=RANGES | {"depth": amt.Integer(1, 9)})
    earlier = EarlierJobs(records=[record(of=deep)])

    assert not earlier.candidates(config())[0].fit.holds
    assert earlier.candidates(config(), {"depth": 3})[0].fit.holds


def test_newest_alone_are_read_where_a_number_is_given():
    for name in ("one", "two", "three"):
        run("loss = x", name=name)

    assert [r.name for r in earlier_jobs(JobStore(), 2).records] == ["three", "two"]


def test_job_of_the_list_is_the_newest_where_none_is_given():
    run("loss = x", name="old", jobs=3)
    run("loss = x + 1", name="new", jobs=2)

    found = listed(True)

    assert (found["new"].finished, found["new"].is_other_code) == (2, False)
    assert (found["old"].finished, found["old"].is_other_code) == (3, True)
    assert listed(amt.tuning_job("old"))["new"].is_other_code
    assert "TransferLearning or" in repr(amt.list_tuning_jobs(True))
    assert "<th>warm start</th>" in amt.list_tuning_jobs(True)._repr_html_()


def test_job_that_runs_does_not_fit_and_says_so():
    job = start(ENDLESS, name="runs")
    reported(job)

    assert str(listed(True)["runs"]) == "no: must have ended (got 'InProgress')"
    job.stop()
    ended(job)


def test_config_is_enough_to_list_parents():
    run("loss = x", name="old")

    wide = amt.tuning_job("old").config.evolve(ranges={"x": amt.Continuous(0, 9)})
    other = wide.evolve(ranges={"y": amt.Continuous(0, 9)})

    assert listed(wide)["old"].holds
    assert not listed(other)["old"].holds


def test_no_job_is_newest_in_an_empty_store():
    assert amt.list_tuning_jobs(config()) == []
    with pytest.raises(amt.ResourceNotFoundError, match="no tuning job yet"):
        amt.list_tuning_jobs(True)


def test_code_that_is_gone_is_not_compared(tmp_path):
    job = run("loss = x", name="old")
    found = earlier_jobs(JobStore()).candidates(job.config)
    (JobStore().folder("old") / "manifest.json").unlink()

    (compared,) = with_code(JobStore(), found, cell("loss = x"))

    assert compared.fit.is_other_code is None


def test_functions_and_scripts_are_compared_while_they_are_there(tmp_path):
    script = tmp_path / "train.py"
    script.write_text("print('loss=1')")
    given = {"ranges": {"x": amt.Continuous(0, 1)}, "minimize": "loss", "max_jobs": 1}
    for name in ("one", "two"):
        amt.tune(lambda x: x, name=f"function-{name}", **given)
        amt.tune(script, name=f"script-{name}", **given)

    assert listed(amt.tuning_job("function-two"))["function-one"].is_other_code is False
    assert listed(amt.tuning_job("script-two"))["script-one"].is_other_code is False
    script.unlink()
    assert listed(amt.tuning_job("script-two"))["script-one"].is_other_code is None

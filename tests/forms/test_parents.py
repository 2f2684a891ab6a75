"""The picker of a warm start, its boxes ticked as a front end ticks them."""

import time
from types import SimpleNamespace

import pytest

import amt_magic as amt
from amt_magic.forms import parents as module
from amt_magic.forms.form import form
from amt_magic.forms.parents import MOST_SHOWN, change_parents
from amt_magic.inputs.tune_cell import read_tune_cell, split_cell
from amt_magic.warm_startable import EarlierJobs
from tests.earlier import config, counts, record

CELL = """\
%%tune --minimize loss --max-jobs 5
lr: Continuous(1e-4, 1.0)
kind: Categorical("red", "blue")

print(f"loss={lr}")
"""
FIVE = tuple("abcde")
DEEP = {"depth": amt.Integer(1, 9)}


@pytest.fixture
def store(shell, monkeypatch):
    """What the picker reads in place of a store's rows, and how often it does."""
    known = SimpleNamespace(records=[], reads=0)

    def read(store, most):
        known.reads += 1
        found = {each.name: counts() for each in known.records}
        return EarlierJobs(records=known.records[:most], counts=found)

    monkeypatch.setattr(module, "earlier_jobs", read)
    return known


def picker(opened):
    return next(field for field in opened.fields if field.key == "warm_start")


def boxes(opened):
    return {
        box.description.partition(":")[0].partition(",")[0]: box
        for box in picker(opened).control.children
    }


def config_of(opened):
    return read_tune_cell(*split_cell(opened.text), opened._magics.names).config


def other():
    return config(ranges={"lr": amt.Integer(1, 9)})


def test_ticked_jobs_are_written_into_the_cell_in_the_order_of_ticking(store):
    store.records = [record("old"), record("older")]
    opened = form(CELL)

    boxes(opened)["older"].value = True
    boxes(opened)["old"].value = True

    assert config_of(opened).warm_start == amt.WarmStart(
        parents=("older", "old"), type="TransferLearning"
    )
    assert "--warm-start older" in opened.text
    assert picker(opened).faults.value == ""


def test_last_box_that_is_cleared_leaves_the_cell_as_it_was(store):
    store.records = [record("old")]
    opened = form(CELL)

    boxes(opened)["old"].value = True
    boxes(opened)["old"].value = False

    assert opened.text == CELL


def test_type_is_chosen_by_its_sentence(store):
    store.records = [record("old")]
    opened = form(CELL)
    kind = next(each for each in opened.fields if each.key == "warm_start_type")
    assert not kind.is_offered

    boxes(opened)["old"].value = True
    kind.control.value = "IdenticalDataAndAlgorithm"

    assert kind.is_offered
    assert config_of(opened).warm_start.type == "IdenticalDataAndAlgorithm"


def test_each_shows_its_training_jobs_and_best_value(store):
    store.records = [record("old")]

    (box,) = picker(form(CELL)).control.children

    assert box.description.startswith("old: 12 training jobs, best loss 0.25 (")


def test_those_that_do_not_fit_are_folded_away_with_why(store):
    store.records = [record("fits"), record("<b>no", of=other())]
    opened = form(CELL)

    assert list(boxes(opened)) == ["fits"]
    assert "1 other, and why not" in picker(opened)._unfit.value
    assert "&lt;b&gt;no</b> must have the same" in picker(opened)._unfit.value
    assert "it lacks kind" in picker(opened)._unfit.value


def test_choice_follows_the_ranges_without_reading_the_store_again(store):
    store.records = [record("old"), record("new", of=other())]
    opened = form(CELL)
    name = opened.rows[0].controls["name"]

    assert list(boxes(opened)) == ["old"]
    name.value = "rate"
    assert list(boxes(opened)) == []
    name.value = "lr"
    assert list(boxes(opened)) == ["old"]
    assert store.reads == 1


def test_text_that_cannot_be_read_keeps_the_choice(store):
    store.records = [record("old")]
    opened = form(CELL)

    opened.rows[0].controls["max_value"].value = "-3"

    assert opened.reading.config is None
    assert list(boxes(opened)) == ["old"]


def test_cell_that_opens_with_a_fault_shows_what_fits_without_it(store):
    store.records = [record("old")]
    opened = form(CELL.replace("1.0", "-1.0"))
    assert "once the cell has no faults" in picker(opened)._note.value

    opened.rows[0].controls["max_value"].value = "2.0"

    assert list(boxes(opened)) == ["old"]


def test_parent_older_than_those_that_are_read_is_not_called_missing(store):
    store.records = [record(f"job{n}") for n in range(module.NEWEST + 1)]
    given = "--max-jobs 5 --warm-start job200 --warm-start-type TransferLearning"

    opened = form(CELL.replace("--max-jobs 5", given))

    assert boxes(opened)["job200"].description == "job200"
    assert picker(opened).faults.value == ""


def test_button_reads_the_store_again(store):
    opened = form(CELL)
    assert "No tuning job to learn from yet" in picker(opened)._note.value

    store.records = [record("old")]
    picker(opened).box.children[-1].click()

    assert list(boxes(opened)) == ["old"]
    assert store.reads == 2


def test_button_takes_back_the_fault_of_a_parent_that_is_there_by_now(store):
    given = "--max-jobs 5 --warm-start old --warm-start-type TransferLearning"
    opened = form(CELL.replace("--max-jobs 5", given))
    assert "is not in the store" in picker(opened).faults.value

    store.records = [record("old")]
    picker(opened).box.children[-1].click()

    assert picker(opened).faults.value == ""


def test_store_is_not_read_where_nothing_can_be_learned(store):
    form(CELL.replace("--max-jobs 5", "--max-jobs 5 --strategy Hyperband"))

    assert store.reads == 0


def test_chosen_job_that_does_not_fit_says_why_and_can_be_cleared(store):
    store.records = [record("old", of=other())]
    given = "--max-jobs 5 --warm-start old --warm-start gone --warm-start-type "
    opened = form(CELL.replace("--max-jobs 5", given + "TransferLearning"))

    assert list(boxes(opened)) == ["old", "gone"]
    assert "which does not fit" in boxes(opened)["old"].description
    faults = picker(opened).faults.value
    assert "old" in faults
    assert "it lacks kind" in faults
    assert "is not in the store" in faults
    boxes(opened)["gone"].value = False
    boxes(opened)["old"].value = False
    assert opened.text == CELL


def test_parent_is_found_whatever_its_capitals(store):
    store.records = [record("Old")]
    given = "--max-jobs 5 --warm-start OLD --warm-start-type TransferLearning"
    opened = form(CELL.replace("--max-jobs 5", given))

    (box,) = picker(opened).control.children

    assert box.value
    assert box.description.startswith("Old: 12")
    box.value = False
    assert opened.text == CELL


def test_constant_of_the_code_stands_for_what_a_parent_tuned(store):
    store.records = [record("old", of=config(ranges={**config().ranges, **DEEP}))]

    assert list(boxes(form(CELL))) == []
    assert list(boxes(form(CELL + "depth = 3\n"))) == ["old"]


def test_five_are_the_most_that_can_be_ticked(store):
    store.records = [record(name) for name in "abcdef"]
    opened = form(CELL)

    for name in FIVE:
        boxes(opened)[name].value = True

    assert config_of(opened).warm_start.parents == FIVE
    assert boxes(opened)["f"].disabled
    assert not boxes(opened)["a"].disabled
    boxes(opened)["a"].value = False
    assert not boxes(opened)["f"].disabled


def test_newest_are_shown_and_all_that_are_ticked(store):
    store.records = [record(f"job{n}") for n in range(20)]
    given = "--max-jobs 5 --warm-start job19 --warm-start-type TransferLearning"
    opened = form(CELL.replace("--max-jobs 5", given))

    assert list(boxes(opened)) == [*(f"job{n}" for n in range(MOST_SHOWN)), "job19"]


def test_keystroke_is_quick_with_two_hundred_jobs(store):
    store.records = [record(f"job{n}") for n in range(200)]
    opened = form(CELL)
    bound = opened.rows[0].controls["max_value"]

    seconds = []
    for value in range(1, 11):
        started = time.perf_counter()
        bound.value = str(value)
        seconds.append(time.perf_counter() - started)

    assert sorted(seconds)[5] < 0.2


def test_text_with_parents_twice_has_each_once():
    text = CELL.replace("--max-jobs 5", "--warm-start a --warm-start b")

    assert change_parents(text, ("b",)).count("--warm-start ") == 1
    assert change_parents(text, ()) == CELL.replace(" --max-jobs 5", "")


@pytest.mark.timeout(60)
def test_picker_reads_the_jobs_of_the_store(shell):
    amt.tune(
        lambda lr, kind: lr,
        config().ranges,
        minimize="loss",
        max_jobs=2,
        name="old",
        strategy="Random",
    )

    opened = form(CELL)
    boxes(opened)["old"].value = True

    assert "old: 2 training jobs" in boxes(opened)["old"].description
    assert config_of(opened).warm_start.parents == ("old",)

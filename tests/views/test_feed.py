"""What a live view is told, from a store that a runner writes."""

import json
import math
from dataclasses import replace

import pytest

import amt_magic as amt
from amt_magic.jobs import TrainingJobStatus, TuningJobStatus
from amt_magic.stops import Stop, StopRule
from amt_magic.store.changes import ChangeReader
from amt_magic.views import feed as module
from amt_magic.views.feed import Feed
from tests.store.examples import create, lease, measure, training_job, writer_of

COMPLETED = TrainingJobStatus.COMPLETED


def feed_of(store):
    return Feed(ChangeReader(store, "job"), cell="%%tune job")


def finish(writer, job, *values):
    """Let a training job give these values and end."""
    for value in values:
        measure(writer, job, value)
    ended = replace(job, status=COMPLETED, started_at=1.0, ended_at=2.0)
    writer.change(ended)
    writer.flush()
    return ended


def told(message):
    """What reaches the page: JSON that a browser can read."""
    return json.loads(json.dumps(message, allow_nan=False))


def test_snapshot_has_the_plan_the_rows_and_the_curves(store, writer):
    finish(writer, training_job(1), 0.5, 0.25)
    finish(writer, training_job(2), 0.75)

    message = told(feed_of(store).snapshot())

    assert (message["kind"], message["sequence"]) == ("snapshot", 1)
    plan = message["plan"]
    assert (plan["name"], plan["cell"], plan["seed"]) == ("job", "%%tune job", 5)
    assert plan["objective"] == {"name": "loss", "type": "Minimize"}
    assert plan["parameters"][0] == {
        "name": "x",
        "kind": "Continuous",
        "scaling": "Linear",
        "min": 0,
        "max": 1,
        "values": None,
    }
    assert plan["parameters"][1]["values"] == ["1", "1", "None", "(2, True)"]
    assert '"HyperParameterTuningJobName": "job"' in plan["request"]
    assert message["rows"] == [
        [1, "Completed", 0.25, 2, 1.0, 2.0, [0.3, "(2, True)"], ""],
        [2, "Completed", 0.75, 1, 1.0, 2.0, [0.3, "(2, True)"], ""],
    ]
    assert message["curves"] == [[1, 1, [0.5, 0.25]]]


def test_standing_tells_counts_best_and_times(store, writer):
    finish(writer, training_job(1), 0.5, 0.25)
    writer.begin(training_job(2))
    writer.flush()

    standing = told(feed_of(store).snapshot())["standing"]

    assert (standing["status"], standing["hasEnded"]) == ("InProgress", False)
    assert standing["counts"] == {
        "completed": 1,
        "stopped": 0,
        "failed": 0,
        "running": 1,
    }
    assert standing["best"]["index"] == 1
    assert standing["best"]["value"] == 0.25
    assert "x = 0.30000000000000004" in standing["best"]["code"]
    assert standing["training"] == 1.0


def test_changes_are_new_and_changed_rows_and_new_reports_alone(store, writer):
    first, second = training_job(1), training_job(2)
    measure(writer, first, 0.5)
    measure(writer, second, 0.6)
    measure(writer, second, 0.5)
    writer.flush()
    feed = feed_of(store)
    feed.snapshot()
    assert feed.changes() is None

    measure(writer, second, 0.4)
    writer.begin(training_job(3))
    writer.flush()
    message = told(feed.changes())

    assert (message["kind"], message["sequence"]) == ("changes", 2)
    assert [row[0] for row in message["rows"]] == [2, 3]
    assert message["curves"] == [[2, 3, [0.4]]]
    assert "plan" not in message
    assert feed.changes() is None


def test_second_report_brings_the_first_along(store, writer):
    job = training_job(1)
    measure(writer, job, 0.5)
    writer.flush()
    feed = feed_of(store)
    assert feed.snapshot()["curves"] == []

    measure(writer, job, 0.4)
    writer.flush()

    assert feed.changes()["curves"] == [[1, 1, [0.5, 0.4]]]


def test_next_attempt_begins_its_curve_anew(store, writer):
    job = training_job(1)
    for value in (0.5, 0.4, 0.3):
        measure(writer, job, value)
    writer.flush()
    feed = feed_of(store)
    feed.snapshot()

    again = training_job(1, attempt=2)
    writer.begin(again)
    for value in (0.9, 0.8):
        measure(writer, again, value)
    writer.flush()

    assert feed.changes()["curves"] == [[1, 1, [0.9, 0.8]]]


@pytest.mark.parametrize(
    ("value", "word"), [(math.nan, "nan"), (math.inf, "inf"), (-math.inf, "-inf")]
)
def test_values_that_json_does_not_know_are_words(store, writer, value, word):
    finish(writer, training_job(1), 0.5, value)

    message = told(feed_of(store).snapshot())

    assert message["rows"][0][2] == word
    assert message["curves"] == [[1, 1, [0.5, None]]]


def test_view_hears_now_and_then_that_the_job_goes_on(store, writer, monkeypatch):
    feed = feed_of(store)
    feed.snapshot()
    assert feed.changes() is None

    monkeypatch.setattr(module, "QUIET_SECONDS", 0.0)

    assert feed.changes()["rows"] == []


def test_end_is_told_at_once(store, writer):
    feed = feed_of(store)
    feed.snapshot()
    assert not feed.has_ended

    writer.finish(TuningJobStatus.COMPLETED, "all done", 0.0)
    message = feed.changes()

    assert feed.has_ended
    assert message["standing"]["status"] == "Completed"
    assert message["standing"]["ending"] == "all done"


def test_what_ran_when_the_runner_died_is_interrupted(store, writer):
    writer.begin(training_job(1))
    writer.flush()
    feed = feed_of(store)
    feed.snapshot()

    lease(store, runner_pid=2**22 + 1, heartbeat_at=0.0)
    message = feed.changes()

    assert [row[1] for row in message["rows"]] == ["interrupted"]
    assert message["standing"]["status"] == "interrupted"
    assert feed.has_ended


def test_snapshot_has_the_curves_of_the_best_and_the_newest(store, writer, monkeypatch):
    monkeypatch.setattr(module, "MOST_CURVES", 4)
    for index, value in enumerate((1.0, 9.0, 0.5, 8.0, 7.0, 6.0), 1):
        finish(writer, training_job(index), 10.0, value)
    feed = feed_of(store)

    assert sorted(curve[0] for curve in feed.snapshot()["curves"]) == [1, 3, 5, 6]
    assert feed.open(2)["curves"] == [[2, 1, [10.0, 9.0]]]
    assert feed.open(2) is None
    assert feed.open(99) is None


def test_curves_of_a_snapshot_are_affordable(store, writer, monkeypatch):
    monkeypatch.setattr(module, "MOST_VALUES", 5)
    for index in (1, 2, 3):
        finish(writer, training_job(index), 3.0, float(index))

    curves = feed_of(store).snapshot()["curves"]

    assert sum(len(values) for _, _, values in curves) <= 5


def test_another_job_of_the_name_is_a_new_snapshot(store, writer):
    finish(writer, training_job(1), 0.5)
    finish(writer, training_job(2), 0.25)
    feed = feed_of(store)
    feed.snapshot()
    store.delete("job")
    create(store)
    finish(writer_of(store), training_job(1), 0.75)

    message = feed.changes()

    assert message["kind"] == "snapshot"
    assert [row[:3] for row in message["rows"]] == [[1, "Completed", 0.75]]
    assert message["standing"]["best"]["value"] == 0.75


def test_resumed_job_is_a_new_snapshot_with_its_new_limits(store, writer):
    finish(writer, training_job(1), 0.5)
    feed = feed_of(store)
    feed.snapshot()
    record = store.record("job")
    more = amt.ResourceLimits(max_number_of_training_jobs=9)

    store.reopen("job", record.config.evolve(resource_limits=more), record.modified_at)
    message = told(feed.changes())

    assert message["kind"] == "snapshot"
    assert message["plan"]["origins"] == ["resumed: 1 done + 8 to go"]
    assert len(message["rows"]) == 1
    assert message["standing"]["counts"]["completed"] == 1


def test_deleted_job_is_an_error(store, writer):
    feed = feed_of(store)
    store.delete("job")

    with pytest.raises(amt.ResourceNotFoundError):
        feed.changes()


def test_a_finished_training_job_takes_200_bytes_at_most(store, writer):
    feed = feed_of(store)
    given = {"x": 0.123456789012345, "kind": (2, True)}
    job = training_job(10_000, hyperparameters=given)
    measure(writer, job, 0.8123456789)
    stop = Stop(
        rule=StopRule.RUNG,
        metric="validation:logloss",
        resource=243,
        value=0.8123456789,
        limit=0.65432198765,
        compared=1234,
        place=1100,
        going_on=617,
        score=0.7912345,
        trend_since=81,
        trend_from=0.8321,
    )
    ended = replace(
        job,
        status=TrainingJobStatus.STOPPED,
        started_at=1764000000.123456,
        ended_at=1764000001.123456,
        stop=stop,
        stop_reason=str(stop),
    )
    writer.change(ended)
    writer.flush()

    (row,) = feed.changes()["rows"]

    assert row[-1] == "rung 243: 1100th of 1234, better half ends at 0.6543"
    assert len(json.dumps(row)) <= 200

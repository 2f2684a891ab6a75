"""The kernel's side of the live view: what it answers, and what it survives."""

import json
import time

import pytest

import amt_magic as amt
from amt_magic.jobs import TuningJobStatus
from amt_magic.store.changes import ChangeReader
from amt_magic.views import live_view as module
from amt_magic.views.feed import Feed
from amt_magic.views.live_view import STATIC, LiveView
from tests.store.examples import measure, training_job


class Actions:
    def __init__(self):
        self.stopped = []

    def stop(self, training_job=None):
        if training_job == 13:
            raise amt.ResourceNotFoundError("there is none")
        self.stopped.append(training_job)

    def log_end(self, training_job):
        return f"{'x' * 20_000}the end of {training_job}"


@pytest.fixture
def view(store, writer, monkeypatch):
    """A view whose messages are kept, and are JSON."""
    told = []
    monkeypatch.setattr(
        LiveView,
        "send",
        lambda self, message: told.append(json.loads(json.dumps(message))),
    )
    view = LiveView("job", Feed(ChangeReader(store, "job"), cell=""), Actions())
    view.told = told
    return view


def ask(view, **content):
    view._heard(view, content, [])


def wait_until(holds):
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_module_is_one_file_of_at_most_150_kb():
    assert (STATIC / "live_view.js").stat().st_size <= 150_000


def test_no_trial_data_is_in_the_traits(view, writer):
    writer.begin(training_job(1))
    writer.flush()
    ask(view, kind="ready")

    state = {key: value for key, value in view.get_state().items() if key[0] != "_"}

    assert set(state) == {"name", "behind", "layout", "tabbable", "tooltip"}


def test_view_that_is_ready_gets_everything(view):
    ask(view, kind="ready")
    ask(view, kind="ready")

    assert [message["kind"] for message in view.told] == ["snapshot"] * 2
    assert [message["sequence"] for message in view.told] == [1, 2]


def test_row_that_is_opened_gets_the_end_of_its_log(view, writer):
    job = training_job(1)
    measure(writer, job, 0.5)
    writer.flush()
    view._feed.changes()

    ask(view, kind="open", index=1)

    (detail,) = view.told
    assert detail["kind"] == "detail"
    assert detail["log"].endswith("the end of 1")
    assert len(detail["log"]) == 16_000
    assert detail["code"] == "x = 0.30000000000000004\nkind = (2, True)"


def test_stop_goes_to_the_tuning_job_or_to_one_training_job(view):
    ask(view, kind="stop")
    ask(view, kind="stop", index=7)

    assert view._actions.stopped == [None, 7]


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"kind": "open"},
        {"kind": "open", "index": 99},
        {"kind": "stop", "index": "x"},
        {"kind": "nonsense"},
        {"kind": "open", "index": None},
    ],
)
def test_what_a_message_cannot_mean_is_let_be(view, content):
    ask(view, **content)

    assert view.told == []
    assert view._actions.stopped == []


def test_what_goes_wrong_is_told(view):
    ask(view, kind="stop", index=13)

    assert view.told == [{"kind": "failure", "text": "there is none"}]


def test_thread_tells_changes_until_the_job_has_ended(view, writer):
    beats, ended = [], []
    ask(view, kind="ready")
    view.follow(lambda: beats.append(1), lambda: ended.append(1))
    writer.begin(training_job(1))
    writer.flush()
    wait_until(lambda: any(m["kind"] == "changes" and m["rows"] for m in view.told))
    assert not ended

    writer.finish(TuningJobStatus.COMPLETED, "done", 0.0)

    wait_until(lambda: ended)
    assert beats
    assert view.told[-1]["standing"]["status"] == "Completed"


def test_deleted_job_is_told_and_ends_the_thread(view, store, writer):
    ask(view, kind="ready")
    view.follow()

    store.delete("job")

    wait_until(lambda: view.told[-1]["kind"] == "failure")
    assert "no tuning job called 'job'" in view.told[-1]["text"]


def test_store_that_cannot_be_read_is_told_and_tried_again(view, writer, monkeypatch):
    monkeypatch.setattr(module, "PAUSE_AFTER_FAILURE", 0.01)
    changes, failures = view._feed.changes, [amt.StoreError("locked")]

    def failing_once():
        if failures:
            raise failures.pop()
        return changes()

    monkeypatch.setattr(view._feed, "changes", failing_once)
    view.follow()
    writer.begin(training_job(1))
    writer.flush()

    wait_until(lambda: len(view.told) > 1)
    writer.finish(TuningJobStatus.COMPLETED, "done", 0.0)
    assert view.told[0] == {"kind": "failure", "text": "locked"}
    assert view.told[1]["kind"] == "snapshot"


def test_view_that_cannot_be_heard_is_told_everything_now_and_then(view, writer):
    def kinds():
        return [message["kind"] for message in view.told]

    view.follow()
    wait_until(lambda: kinds().count("snapshot") >= 2)

    ask(view, kind="ready")
    told = kinds().count("snapshot")
    writer.begin(training_job(1))
    writer.flush()
    wait_until(lambda: "changes" in kinds())
    time.sleep(1.0)

    assert kinds().count("snapshot") == told
    writer.finish(TuningJobStatus.COMPLETED, "done", 0.0)

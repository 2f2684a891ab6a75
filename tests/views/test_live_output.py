"""The live view as an output: shown, refreshed behind, and replaced at the end."""

import threading

import pytest

from amt_magic.views import live_output as module
from amt_magic.views.live_output import LiveOutput
from tests.views.examples import finished, running


class View:
    """Stands for a widget, which needs a kernel; its thread is the test's."""

    model_id = "abc123"

    def __init__(self):
        self.is_closed = False

    def follow(self, beat, when_ended):
        self.beat, self.when_ended = beat, when_ended

    def close(self):
        self.is_closed = True


@pytest.fixture
def shown(monkeypatch):
    """What each output shows: the view's, then the summary's."""
    outputs = []

    class Handle:
        def __init__(self, data):
            outputs.append(data)
            self.place = len(outputs) - 1

        def update(self, data, raw):
            outputs[self.place] = data

    monkeypatch.setattr(
        "IPython.display.display", lambda data, raw, display_id: Handle(data)
    )
    return outputs


@pytest.fixture
def output(shown):
    return LiveOutput(View(), running)


def is_behind(data):
    return 'data-amt-behind="abc123"' in data["text/html"]


def test_view_stands_above_the_summary_that_it_hides(shown, output):
    output.update(running())
    output.update(running())

    assert len(shown) == 2
    assert shown[0]["application/vnd.jupyter.widget-view+json"]["model_id"] == "abc123"
    assert is_behind(shown[1])
    assert "As of " in shown[1]["text/html"]


def test_summary_behind_is_refreshed_when_it_is_due(shown, output, monkeypatch):
    output.update(running())
    shown[1] = None
    output._view.beat()
    assert shown[1] is None

    monkeypatch.setattr(module, "FALLBACK_SECONDS", 0.0)
    output._view.beat()

    assert is_behind(shown[1])


def test_end_leaves_the_summary_with_its_plot_and_no_view(shown, output):
    output.update(running())

    output.finish(finished(), final=True)

    assert shown[0] == {"text/plain": "", "text/html": ""}
    assert "<img" in shown[1]["text/html"]
    assert not is_behind(shown[1])
    assert output._view.is_closed


def test_job_that_had_ended_before_is_its_summary_alone(shown, output):
    output.finish(finished(), final=True)

    assert len(shown) == 1
    assert "<img" in shown[0]["text/html"]


def test_view_that_is_waited_for_does_not_finish_by_itself(shown, output):
    output.update(running())
    output._view.when_ended()
    assert is_behind(shown[1])

    output.close()  # a moment too late: the thread has ended

    assert not is_behind(shown[1])


def test_view_that_was_left_finishes_when_the_job_has_ended(shown, output):
    output.update(running())
    output.close()
    assert is_behind(shown[1])

    output._view.when_ended()

    assert not is_behind(shown[1])


def test_refresh_that_was_under_way_does_not_undo_the_end(shown, monkeypatch):
    monkeypatch.setattr(module, "FALLBACK_SECONDS", 0.0)
    has_begun, may_go_on = threading.Event(), threading.Event()

    def slow():
        has_begun.set()
        assert may_go_on.wait(10)
        return running()

    output = LiveOutput(View(), slow)
    output.update(running())
    thread = threading.Thread(target=output._view.beat)
    thread.start()
    assert has_begun.wait(10)

    output.finish(finished(), final=True)
    may_go_on.set()
    thread.join()

    assert not is_behind(shown[1])

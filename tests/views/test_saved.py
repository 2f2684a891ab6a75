"""What stopping has saved, or would have, as numbers and in words."""

import pytest

from amt_magic.config import EarlyStoppingType, HyperbandStrategyConfig
from amt_magic.savings import Replay
from amt_magic.stops import Stop, StopRule
from amt_magic.views import headlines
from amt_magic.views.render import render_html, render_text
from amt_magic.views.summary import summarize
from amt_magic.views.tally import Tally
from tests.views.examples import a_config, a_job, a_record

AUTO = a_config().evolve(early_stopping=EarlyStoppingType.AUTO)
HYPERBAND = a_config(strategy="Hyperband").evolve(
    strategy_config=HyperbandStrategyConfig(max_resource=27)
)


def stopped(index, reports, rule=StopRule.MEDIAN, **fields):
    stop = Stop(rule=rule, metric="accuracy", resource=reports, value=0.5, limit=0.7)
    return a_job(
        index,
        [0.5] * reports,
        "Stopped",
        stop=stop,
        **fields,
    )


def saved_in(config, jobs):
    return Tally(config, jobs).saved


def whole(index, reports=10):
    return a_job(index, [0.9] * reports)


def test_what_was_stopped_would_have_gone_on_as_long_as_the_longest():
    saved = saved_in(AUTO, [whole(1), whole(2, 8), stopped(3, 2), stopped(4, 3)])

    assert (saved.by, saved.reports, saved.all_reports) == ("Auto", 15, 38)
    assert saved.seconds == pytest.approx(15)


def test_hyperbands_maximum_tells_how_long_they_would_have_gone_on():
    saved = saved_in(HYPERBAND, [stopped(1, 9, StopRule.RUNG)])

    assert (saved.by, saved.reports, saved.all_reports) == ("Hyperband", 18, 27)


@pytest.mark.parametrize(
    "rule", [StopRule.REQUEST, StopRule.TUNING_JOB_ENDED, StopRule.MAX_RESOURCE]
)
def test_other_stops_save_nothing(rule):
    assert saved_in(AUTO, [whole(1), stopped(2, 3, rule)]) is None


def test_nothing_is_told_before_one_has_shown_how_long_they_are():
    assert saved_in(AUTO, [stopped(1, 2)]) is None
    assert saved_in(AUTO, []) is None


def words(record, jobs):
    return list(headlines.saved(summarize(record, jobs)))


def test_savings_are_told_in_epochs_and_time():
    record = a_record("InProgress", AUTO)

    assert words(record, [whole(1), stopped(2, 4)]) == [
        "Auto saved about 6 of 20 epochs, 6.0 s of training"
    ]


def test_replays_tell_what_would_have_been_saved_and_whether_the_best_had_been():
    saving = {"reports": 82, "all_reports": 200, "seconds": 7800.0}
    kept = Replay(by="Auto", keeps_best=True, best=0.9, **saving)
    lost = Replay(by="Hyperband", keeps_best=False, best=0.875, **saving)

    assert words(a_record(replays=(kept, lost)), [whole(1)]) == [
        "Auto would have saved 41 % of the epochs, 2 h 10 min of training; it would "
        "have kept the best",
        "Hyperband would have saved 41 % of the epochs, 2 h 10 min of training; its "
        "best would have been accuracy 0.875",
    ]


def test_replay_that_saves_nothing_says_so():
    none = Replay(
        by="Auto", keeps_best=True, best=0.9, reports=0, all_reports=20, seconds=0.0
    )

    assert words(a_record(replays=(none,)), [whole(1)]) == [
        "Auto would have saved nothing"
    ]


def test_both_views_show_it():
    summary = summarize(a_record(config=AUTO), [whole(1), stopped(2, 4)])

    for shown in (render_text(summary), render_html(summary, plot=False)):
        assert "Auto saved about 6 of 20 epochs" in shown

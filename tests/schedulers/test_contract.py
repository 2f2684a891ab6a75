"""What every scheduler keeps to: a reader of the history, the same in any process."""

import copy
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import amt_magic as amt
from amt_magic.jobs import History
from amt_magic.schedulers.hyperband import Hyperband
from amt_magic.schedulers.median import MedianRule
from amt_magic.stops import Stop
from tests.schedulers.examples import give, history_of, start

SCHEDULERS = [
    MedianRule,
    lambda: Hyperband(amt.HyperbandStrategyConfig(max_resource=9)),
    lambda: Hyperband(amt.HyperbandStrategyConfig(max_resource=9, brackets=2)),
    lambda: Hyperband(amt.HyperbandStrategyConfig(max_resource=9, classic=True)),
]

values = st.sampled_from([-2.0, 0.0, 0.5, 1.0, 3.0, math.nan, math.inf, -math.inf])
reports = st.lists(st.tuples(st.integers(1, 5), values), max_size=40)


def course(decide, told):
    """Give reports in this order; return all decisions. Who is stopped is silent."""
    history, stopped, made = history_of([[] for _ in range(5)]), set(), []
    for index, value in told:
        if index not in stopped:
            made.append(decide(give(history, index, value), history))
            stopped |= {index} if made[-1] else set()
    return made


@pytest.mark.parametrize("make", SCHEDULERS)
@given(reports)
def test_one_made_anew_at_each_report_decides_the_same(make, told):
    scheduler = make()

    always = course(scheduler.decide, told)
    anew = course(lambda report, history: make().decide(report, history), told)

    assert always == anew


@pytest.mark.parametrize("make", SCHEDULERS)
@given(reports)
def test_history_that_was_stored_and_read_gives_the_same_decisions(make, told):
    def reloaded(report, history):
        jobs = [copy.deepcopy(job) for job in history.training_jobs]
        return make().decide(report, History(history.objective, jobs))

    assert course(make().decide, told) == course(reloaded, told)


@pytest.mark.parametrize("make", SCHEDULERS)
@given(reports)
def test_history_is_read_and_never_changed(make, told):
    scheduler = make()

    def watched(report, history):
        before = copy.deepcopy(history.training_jobs)
        decision = scheduler.decide(report, history)
        assert repr(history.training_jobs) == repr(before)
        return decision

    course(watched, told)


@pytest.mark.parametrize("make", SCHEDULERS)
@given(reports)
def test_a_stop_says_why_at_which_report(make, told):
    for stop in filter(None, course(make().decide, told)):
        assert isinstance(stop, Stop)
        assert str(stop)
        assert stop.resource >= 1


@pytest.mark.parametrize("make", SCHEDULERS)
def test_only_good_training_job_is_never_stopped_early(make):
    history = history_of([])
    start(history, 1)
    scheduler = make()

    made = [scheduler.decide(give(history, 1, 9.0 - k), history) for k in range(8)]

    assert made == [None] * 8

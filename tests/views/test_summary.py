import math
import subprocess
import sys
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amt_magic.config import Objective
from amt_magic.jobs import Report, TrainingJobStatus
from amt_magic.ranges import (
    CategoricalParameter,
)
from amt_magic.views.summary import Counts, as_code, summarize

from .examples import (
    CREATED,
    a_config,
    a_job,
    a_record,
    finished,
    interrupted,
    running,
)

MINIMIZE = Objective(type="Minimize", metric_name="loss")


def test_rows_are_best_first_then_running_then_those_without_a_value():
    jobs = [
        a_job(1, 0.5),
        a_job(2, None, "Failed"),
        a_job(3, 0.99, "InProgress"),
        a_job(4, 0.9, "Stopped"),
        a_job(5, math.nan),
        a_job(6, 0.9),
    ]

    summary = summarize(a_record("InProgress"), jobs)

    assert [row.index for row in summary.rows] == [4, 6, 1, 3, 2, 5]
    assert summary.best.index == 4


def test_small_values_are_best_when_minimizing():
    record = a_record(config=a_config(objective=MINIMIZE))

    summary = summarize(record, [a_job(1, 0.5), a_job(2, 0.1), a_job(3, 0.3)])

    assert [row.index for row in summary.rows] == [2, 3, 1]
    assert summary.best_so_far == ((1, 0.5), (2, 0.1))


def test_the_best_so_far_has_its_corners_only():
    jobs = [a_job(k, v) for k, v in enumerate([0.2, 0.1, 0.4, 0.4, 0.3, 0.6], start=1)]

    summary = summarize(a_record(), jobs)

    assert summary.best_so_far == ((1, 0.2), (3, 0.4), (6, 0.6))


@given(st.lists(st.floats(), min_size=1, max_size=30), st.randoms())
def test_the_order_of_the_training_jobs_does_not_matter(values, random):
    jobs = [a_job(index, value) for index, value in enumerate(values, start=1)]
    shuffled = random.sample(jobs, len(jobs))

    ordered, other = summarize(a_record(), jobs), summarize(a_record(), shuffled)

    assert [row.index for row in ordered.rows] == [row.index for row in other.rows]
    assert ordered.best_so_far == other.best_so_far


@given(st.lists(st.floats(), max_size=30), st.sampled_from(["Maximize", "Minimize"]))
def test_the_line_ends_at_the_best_finite_value(values, direction):
    config = a_config(objective=Objective(type=direction, metric_name="score"))
    jobs = [a_job(index, value) for index, value in enumerate(values, start=1)]

    summary = summarize(a_record(config=config), jobs)

    finite = [value for value in values if math.isfinite(value)]
    best = (max if direction == "Maximize" else min)(finite, default=None)
    assert (summary.best and summary.best.value) == best
    assert (summary.best_so_far[-1][1] if summary.best_so_far else None) == best


def test_counts_are_by_status():
    statuses = ["Completed", "Stopped", "Failed", "InProgress", "Stopping", "Completed"]
    jobs = [a_job(k, 0.5, status) for k, status in enumerate(statuses, start=1)]

    summary = summarize(a_record("InProgress"), jobs)

    assert summary.counts == Counts(completed=2, stopped=1, failed=1, running=2)
    assert summary.progress == "4 of 20 training jobs"


def test_the_latest_report_alone_is_enough():
    latest = [Report(index=1, resource=27, value=0.5, time=CREATED)]

    summary = summarize(a_record(), [a_job(1, None, reports_given=latest)])

    assert (summary.rows[0].value, summary.rows[0].reports) == (0.5, 27)


def test_why_a_training_job_ended_is_the_last_line_or_the_stop_reason():
    jobs = [
        a_job(1, 0.1, stop_reason="reached MaxResource"),
        a_job(2, None, "Failed", failure_reason="Traceback\nOSError: disk full"),
        a_job(3, 0.2),
    ]

    why = {row.index: row.why for row in summarize(a_record(), jobs).rows}

    assert why == {1: "reached MaxResource", 2: "OSError: disk full", 3: ""}


def test_a_running_job_is_timed_to_now_and_told_what_is_left():
    jobs = [a_job(k, 0.5) for k in range(1, 11)] + [a_job(11, 0.6, "InProgress")]
    record = a_record("InProgress", seconds_run=40.0)

    summary = summarize(record, jobs, now=CREATED + 60)

    assert summary.seconds_elapsed == 100
    assert summary.seconds_left == 100
    assert {row.index: row.seconds for row in summary.rows}[11] == 60 - 33
    assert not summary.has_ended


def test_the_run_time_limit_bounds_what_is_left():
    record = a_record("InProgress", a_config(runtime=70))

    summary = summarize(record, [a_job(1, 0.5)], now=CREATED + 60)

    assert summary.seconds_left == 10


def test_nothing_is_expected_before_a_first_round_has_ended():
    record = a_record("InProgress", a_config(parallel=4))

    summary = summarize(record, [a_job(1, 0.5)], now=CREATED + 60)

    assert summary.seconds_left is None


def test_an_interrupted_job_says_how_to_go_on_and_runs_nothing():
    summary = interrupted()

    assert summary.status == "interrupted"
    assert summary.remedy == "%tune resume churn (8 done + 12 to go)"
    assert summary.has_ended
    assert summary.seconds_elapsed == 40
    words = {row.status for row in summary.rows}
    assert "interrupted" in words
    assert TrainingJobStatus.IN_PROGRESS not in words


def test_limits_tell_what_is_reached():
    config = a_config(jobs=50, runtime=600, target=0.99, not_improving=10)

    summary = summarize(a_record(config=config), [a_job(1, 0.5), a_job(2, 0.7)])

    assert [(limit.what, limit.limit, limit.reached) for limit in summary.limits] == [
        ("training jobs", 50, 2),
        ("seconds", 600, 134),
        ("target", 0.99, 0.7),
        ("training jobs not improving", 10, 0),
    ]


@pytest.mark.parametrize(("asked", "most"), [(None, 6), (4, 4), (9, 6)])
def test_a_grid_has_as_many_training_jobs_as_combinations(asked, most):
    ranges = {
        "a": CategoricalParameter(1, 2, 3),
        "b": CategoricalParameter("x", "y"),
    }
    config = a_config(ranges, strategy="Grid", jobs=asked)

    assert summarize(a_record(config=config), []).max_training_jobs == most


def test_the_reason_of_the_failure_comes_first():
    record = a_record("Failed", completion_reason="ended", failure_reason="5 failed")

    assert summarize(record, []).reason == "5 failed"


def test_code_gives_back_the_hyperparameters():
    given = {"lr": 0.1 + 0.2, "kernel": "r'b\n\u202e", "layers": (64, 32), "n": None}

    found = {}
    exec(as_code(given), found)

    assert {name: found[name] for name in given} == given


def test_code_is_a_dict_where_a_name_is_no_variable():
    given = {"lr-rate": 0.1, "class": "x"}

    found = {}
    exec(as_code(given), found)

    assert found["hyperparameters"] == given


@pytest.mark.parametrize("summary", [finished(), running(), finished(1)])
def test_a_summary_tells_itself_in_one_line(summary):
    assert "\n" not in repr(summary)
    assert summary.progress in str(summary)
    assert len(repr(summary)) < 120


def test_a_summary_is_plain_data():
    values = asdict(finished())

    assert values["rows"][0]["index"] == values["best"]["index"]


def test_importing_the_views_loads_no_plotting_and_no_ipython():
    heavy = "matplotlib numpy pandas IPython ipywidgets tqdm sqlalchemy skopt PIL"
    code = (
        "import sys, amt_magic.views.render, amt_magic.views.progress\n"
        f"print(sorted(set({heavy.split()!r}) & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"

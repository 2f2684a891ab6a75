import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amt_magic.views.failures import failure_cause, find_region, fold_failures

from .examples import a_job


def test_failures_with_the_same_last_line_are_one_group():
    reasons = ["Traceback\n  one\nKeyError: 'x'", "other\nKeyError: 'x'\n\n", "killed"]
    jobs = [
        a_job(index, None, "Failed", failure_reason=reason)
        for index, reason in enumerate(reasons, start=4)
    ]

    groups = fold_failures(jobs, ["learning_rate"])

    assert [(g.cause, g.count, g.first_index) for g in groups] == [
        ("KeyError: 'x'", 2, 4),
        ("killed", 1, 6),
    ]


def test_training_jobs_that_succeeded_or_were_stopped_have_no_cause():
    assert failure_cause(a_job(1, 0.5)) == ""
    assert failure_cause(a_job(1, None, "Stopped", stop_reason="asked to")) == ""
    assert failure_cause(a_job(1, math.nan, "InProgress")) == ""


def test_a_value_that_is_not_finite_is_a_cause():
    assert failure_cause(a_job(1, math.nan)) == "the objective was nan"


def test_a_failure_without_a_reason_says_so():
    assert failure_cause(a_job(1, None, "Failed")) == "no reason was recorded"


def rates(*values):
    return [{"lr": value, "depth": 3} for value in values]


def test_the_region_is_the_side_that_all_failures_share():
    group = rates(0.05, 0.07, 0.06, 0.09, 0.08, 0.07, 0.099)
    others = rates(*[0.001 * k for k in range(1, 22)], 0.055, 0.08)

    region = find_region(group, others, ["depth", "lr"])

    assert region.condition == "lr >= 0.05"
    assert region.others_inside == 2


def test_the_summary_tells_the_region_in_words():
    failed = [
        a_job(k, None, "Failed", hyperparameters={"lr": 0.05 + k / 100})
        for k in range(7)
    ]
    others = [a_job(10 + k, 0.5, hyperparameters={"lr": k / 1000}) for k in range(20)]

    (group,) = fold_failures([*failed, *others], ["lr"])

    assert group.region == "lr >= 0.05 in all 7, 0 of 20 others"


def test_a_bound_is_rounded_outwards_so_that_it_stays_true():
    group = [{"lr": value} for value in (0.123456, 0.2, 0.3)]

    assert find_region(group, rates(*[0.01] * 40), ["lr"]).condition == "lr >= 0.123"
    flipped = [{"lr": -given["lr"]} for given in group]
    assert find_region(flipped, rates(*[0.01] * 40), ["lr"]).condition == "lr <= -0.123"


def test_a_category_that_all_failures_share_is_a_region():
    group = [{"kernel": "poly"}] * 5
    others = [{"kernel": "rbf"}] * 20 + [{"kernel": "poly"}]

    region = find_region(group, others, ["kernel"])

    assert region.condition == "kernel = poly"
    assert region.others_inside == 1


@pytest.mark.parametrize(
    ("group", "others", "why"),
    [
        (rates(0.8, 0.9), rates(0.1, 0.2), "two training jobs show nothing"),
        (rates(0.8, 0.9, 0.9), [], "there is nothing to tell apart from"),
        (rates(0.8, 0.9, 0.9), rates(0.1, 0.2), "as likely by chance"),
        (rates(*[0.5] * 9), rates(*[0.1] * 10, *[0.6] * 10), "half lies inside"),
    ],
)
def test_no_region_is_claimed_where_failures_are_not_set_apart(group, others, why):
    assert find_region(group, others, ["lr", "depth"]) is None, why


def test_many_hyperparameters_need_clearer_evidence():
    names = [f"h{k}" for k in range(30)]
    group = [dict.fromkeys(names, 0.5) | {"h7": 0.9} for _ in range(4)]
    others = [dict.fromkeys(names, 0.5) | {"h7": 0.1} for _ in range(10)]

    assert find_region(group, others, ["h7"]) is not None
    assert find_region(group, others, names) is None


@given(
    st.lists(st.floats(-10, 10), min_size=3, max_size=12),
    st.lists(st.floats(-10, 10), min_size=1, max_size=40),
)
def test_what_a_region_says_is_true(ours, theirs):
    region = find_region(rates(*ours), rates(*theirs), ["lr"])

    if region is not None:
        _, sign, bound = region.condition.split()
        holds = float(bound).__le__ if sign == ">=" else float(bound).__ge__
        assert all(map(holds, ours))
        assert sum(map(holds, theirs)) == region.others_inside
        assert region.others_inside <= 0.2 * len(theirs)

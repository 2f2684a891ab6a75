"""The sentences of stops, which say what their data say."""

import pytest

from amt_magic.stops import ON_REQUEST, Stop, StopRule

AT_A_RUNG = {
    "rule": StopRule.RUNG,
    "metric": "loss",
    "resource": 9,
    "value": 0.81,
    "limit": 0.55,
    "compared": 24,
    "going_on": 12,
}
TREND = {"score": 0.79, "trend_since": 3, "trend_from": 0.83}


def test_rung_tells_value_trend_score_and_place():
    assert str(Stop(**AT_A_RUNG, **TREND, place=17)) == (
        "rung 9: loss 0.81, falling 0.02 since report 3, score 0.79: 17th of 24, "
        "better half ends at 0.55"
    )


def test_rung_without_a_trend_tells_value_and_place():
    assert str(Stop(**AT_A_RUNG, place=17)) == (
        "rung 9: loss 0.81: 17th of 24, better half ends at 0.55"
    )


def test_third_of_a_rung_is_no_half():
    told = str(Stop(**AT_A_RUNG | {"going_on": 8}, place=17))

    assert told.endswith("17th of 24, those that go on end at 0.55")


ORDINALS = [
    "1st",
    "2nd",
    "3rd",
    "4th",
    "11th",
    "12th",
    "13th",
    "21st",
    "102nd",
    "111th",
]


@pytest.mark.parametrize("ordinal", ORDINALS)
def test_places_are_ordinals(ordinal):
    place = int(ordinal[:-2])

    assert f": {ordinal} of 24," in str(Stop(**AT_A_RUNG, place=place))


@pytest.mark.parametrize(
    ("compared", "noun"), [(1, "training job"), (7, "training jobs")]
)
def test_median_tells_both_values_and_how_many(compared, noun):
    stop = Stop(
        rule=StopRule.MEDIAN,
        metric="auc",
        resource=4,
        value=0.5,
        limit=0.75,
        compared=compared,
    )

    assert str(stop) == (
        "report 4: auc 0.5 is worse than 0.75, the median of the averages until then "
        f"of {compared} earlier {noun}"
    )


def test_other_stops_tell_why():
    reached = Stop(rule=StopRule.MAX_RESOURCE, resource=27)
    broken = Stop(
        rule=StopRule.NOT_FINITE, metric="loss", resource=2, value=float("nan")
    )
    over = Stop(rule=StopRule.TUNING_JOB_ENDED, detail="reached the target")

    assert str(reached) == "reached MaxResource (27)"
    assert str(broken) == "report 2: loss nan is not finite"
    assert str(over) == "reached the target"
    assert str(ON_REQUEST) == "stopped on request"


def test_those_are_early_that_a_scheduler_made_for_a_bad_value():
    early = {rule for rule in StopRule if rule.is_early}

    assert early == {
        StopRule.MEDIAN,
        StopRule.RUNG,
        StopRule.NOT_FINITE,
        StopRule.SCHEDULER,
    }


def test_brief_leaves_out_what_a_table_shows_beside_it():
    median = Stop(
        rule=StopRule.MEDIAN,
        metric="auc",
        resource=4,
        value=0.5,
        limit=0.75,
        compared=7,
    )
    rung = Stop(**AT_A_RUNG, **TREND, place=17)

    assert median.brief == "report 4: worse than the median 0.75 of 7"
    assert rung.brief == "rung 9: 17th of 24, better half ends at 0.55"
    assert ON_REQUEST.brief == str(ON_REQUEST)

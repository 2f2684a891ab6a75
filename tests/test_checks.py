import math
from enum import StrEnum

import pytest

from amt_magic.checks import Faults, join_path, nearest, show
from amt_magic.errors import Fault, ValidationError


class Colour(StrEnum):
    RED = "Red"
    GREEN = "Green"


@pytest.fixture
def faults():
    return Faults()


def texts(faults):
    return [str(fault) for fault in faults.found]


def test_a_rule_that_holds_leaves_no_fault(faults):
    assert faults.check(True, "jobs", "must be 1 or more", 1)
    assert faults.found == []


def test_a_broken_rule_is_noted_with_what_was_given(faults):
    assert not faults.check(
        False, "low", "must be below high", 2, 1, remedy="swap them"
    )
    assert texts(faults) == ["low must be below high (got 2 and 1); swap them"]


def test_nothing_is_raised_without_faults(faults):
    faults.raise_if_any()


def test_all_faults_are_raised_together(faults):
    faults.check(False, "a", "is low")
    faults.check(False, "b", "is high")

    with pytest.raises(ValidationError) as caught:
        faults.raise_if_any()

    assert [fault.field for fault in caught.value.faults] == ["a", "b"]


def test_faults_raised_inside_are_taken_over_under_a_path(faults):
    with faults.within("ranges"):
        raise ValidationError(
            [Fault(field="['lr']", rule="is odd"), Fault(field="x", rule="is even")]
        )

    assert texts(faults) == ["ranges['lr'] is odd", "ranges.x is even"]


def test_other_errors_pass_through(faults):
    with pytest.raises(ZeroDivisionError), faults.within("ranges"):
        1 / 0  # noqa: B018


@pytest.mark.parametrize("value", [1, 5, 10, 10**400])
def test_integers_from_the_least_on_are_whole(faults, value):
    faults.whole("jobs", value)

    assert faults.found == []


@pytest.mark.parametrize("value", [0, 11, 1.0, True, "1", None])
def test_what_is_no_integer_within_bounds_is_a_fault(faults, value):
    faults.whole("jobs", value, most=10)

    assert texts(faults) == [
        f"jobs must be an integer, 1 or more and 10 at most (got {value!r})"
    ]


@pytest.mark.parametrize("value", [0, -1.5, 1.7e308, -(10**308)])
def test_finite_numbers_are_numbers(faults, value):
    faults.number("x", value)

    assert faults.found == []


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, True, "1", None])
def test_what_is_no_finite_number_is_a_fault(faults, value):
    faults.number("x", value)

    assert texts(faults) == [f"x must be a finite number (got {value!r})"]


def test_an_integer_beyond_every_float_is_a_fault(faults):
    faults.number("x", 10**400)

    assert len(faults.found) == 1


def test_none_is_taken_where_it_is_optional(faults):
    faults.whole("x", None, optional=True)
    faults.number("x", None, optional=True)

    assert faults.found == []


@pytest.mark.parametrize("value", [1, 0, None, "True"])
def test_only_a_bool_is_a_flag(faults, value):
    faults.flag("x", value)

    assert texts(faults) == [f"x must be True or False (got {value!r})"]


@pytest.mark.parametrize("value", ["", "abcd", 1, None])
def test_text_has_a_length(faults, value):
    faults.text("x", value, longest=3)

    assert texts(faults) == [f"x must be a string of 1 to 3 characters (got {value!r})"]


def test_a_choice_is_the_member_that_is_named(faults):
    assert faults.choice("x", "Red", Colour) is Colour.RED
    assert faults.choice("x", Colour.GREEN, Colour) is Colour.GREEN


@pytest.mark.parametrize("value", ["red", None, [], 1])
def test_a_choice_that_is_none_is_a_fault(faults, value):
    assert faults.choice("x", value, Colour) is None
    assert texts(faults)[0].startswith("x must be one of Red, Green")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("Randm", "; did you mean Random?"),
        ("RANDOM", "; did you mean Random?"),
        ("R", "; did you mean Random?"),
        ("Bayes", "; did you mean Bayesian?"),
        ("xyz", ""),
        ("", ""),
    ],
)
def test_the_nearest_choice_is_named(given, meant):
    assert nearest(given, ["Random", "Bayesian"]) == f"one of Random, Bayesian{meant}"


@pytest.mark.parametrize(
    ("outer", "inner", "joined"),
    [
        ("a", "b", "a.b"),
        ("a", "[0]", "a[0]"),
        ("a", "", "a"),
        ("a.b", "c.d", "a.b.c.d"),
    ],
)
def test_parts_of_a_path_are_joined(outer, inner, joined):
    assert join_path(outer, inner) == joined


def test_long_values_are_cut():
    shown = show("x" * 1000)

    assert len(shown) == 200
    assert shown.endswith("…")

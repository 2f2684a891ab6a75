import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amt_magic.views import formats


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines", r"two\nlines"),
        ("\x1b[31m", r"\x1b[31m"),
        ("a\u202eb", r"a\u202eb"),
        ("\ud800", r"\ud800"),
        ("größe 温度", "größe 温度"),
    ],
)
def test_what_does_not_print_is_escaped(text, shown):
    assert formats.visible(text) == shown


@given(st.text(st.characters()))
def test_visible_text_prints_and_can_be_encoded(text):
    shown = formats.visible(text)

    assert shown.isprintable()
    assert shown.encode().decode() == shown


@pytest.mark.parametrize(
    ("text", "shown"), [("x" * 9, "xxxx…"), ("12345", "12345"), ("\n\n\n", r"\n\n…")]
)
def test_long_text_is_cut_and_says_so(text, shown):
    assert formats.visible(text, 5) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.9697123, "0.96971"),
        (1e-7, "1e-07"),
        (12, "12"),
        (None, "\N{EN DASH}"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
    ],
)
def test_numbers_have_five_significant_digits(value, shown):
    assert formats.number(value) == shown


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([0.9697, 0.5], ["0.9697", "0.5000"]),
        ([0.97, 0.9, None], ["0.97", "0.90", "\N{EN DASH}"]),
        ([10.0, 20.0], ["10", "20"]),
        ([0.0001, 0.05], ["0.0001", "0.05"]),
        ([math.nan, 0.25], ["nan", "0.25"]),
        ([1, 200], ["1", "200"]),
        ([], []),
    ],
)
def test_a_column_shares_its_decimals_where_sizes_allow(values, shown):
    assert formats.numbers(values) == shown


@given(st.lists(st.floats(-1e308, 1e308) | st.just(math.nan), max_size=5))
def test_a_column_keeps_three_significant_digits_at_least(values):
    for value, text in zip(values, formats.numbers(values), strict=True):
        assert float(text) == pytest.approx(value, rel=1e-3, nan_ok=True)


def test_categories_are_written_as_the_user_wrote_them():
    assert formats.hyperparameters(["1", None, (64, 32), True, 0.1]) == [
        "1",
        "None",
        "(64, 32)",
        "True",
        "0.1",
    ]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.04, "0.04 s"),
        (9.94, "9.9 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (134, "2 min 14 s"),
        (3600 + 180, "1 h 3 min"),
        (90_000, "1 d 1 h"),
        (1e300, "1.157e+295 d"),
    ],
)
def test_a_duration_has_its_two_largest_units(seconds, shown):
    assert formats.duration(seconds) == shown


def test_wide_characters_take_two_columns_and_accents_none():
    assert formats.columns("温度") == 4
    assert formats.columns("e\u0301") == 1


@given(st.text(), st.integers(1, 30))
def test_a_cut_text_fits(text, width):
    assert formats.columns(formats.cut(text, width)) <= width

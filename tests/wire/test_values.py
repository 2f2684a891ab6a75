import pytest
from hypothesis import given

from amt_magic import wire
from amt_magic.ranges import (
    category_key,
    is_category,
)
from tests.generators import LOOKS_LIKE_JSON, categories, json_values, texts


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (1.0, "1.0"),
        (True, "true"),
        (None, "null"),
        (0.001, "0.001"),
        (1e-5, "1e-05"),
        ((64, 32), "[64, 32]"),
        ([64, 32], "[64, 32]"),
        ({"a": 1}, '{"a": 1}'),
        ("relu", "relu"),
        ("größe", "größe"),
        ("NaN", "NaN"),
        ("", ""),
        ("1", '"1"'),
        ("null", '"null"'),
        ('"x"', '"\\"x\\""'),
        (" 1 ", '" 1 "'),
        ("[64, 32]", '"[64, 32]"'),
    ],
)
def test_values_are_literals_and_plain_strings_stay_bare(value, text):
    assert wire.encode_value(value) == text


@given(categories)
def test_a_category_comes_back_with_its_type(category):
    text = wire.encode_value(category)

    assert category_key(wire.decode_value(text)) == category_key(category)


@given(json_values)
def test_a_static_value_comes_back_with_its_type(value):
    text = wire.encode_value(value)

    assert repr(wire.decode_static(text)) == repr(value)


@pytest.mark.parametrize("text", [*LOOKS_LIKE_JSON, "[" * 100_000, "1" * 10_000])
def test_a_string_that_reads_as_something_else_comes_back(text):
    assert wire.decode_value(wire.encode_value(text)) == text


@given(texts)
def test_every_text_reads_as_a_category(text):
    assert is_category(wire.decode_value(text))


@pytest.mark.parametrize("text", ["1e999", "NaN", '{"a": 1}', '[{"a": 1}]', "[1e999]"])
def test_what_is_a_literal_but_no_category_is_a_string(text):
    assert wire.decode_value(text) == text


def test_hyperparameters_are_written_and_read_by_the_same_rule():
    hyperparameters = {"lr": 0.1, "layers": (64, 32), "kernel": "rbf", "depth": None}

    texts = wire.encode_hyperparameters(hyperparameters)

    assert texts == {
        "lr": "0.1",
        "layers": "[64, 32]",
        "kernel": "rbf",
        "depth": "null",
    }
    assert wire.decode_hyperparameters(texts) == hyperparameters

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amt_magic.checks import Faults
from amt_magic.forms.option_places import (
    name_in,
    options_in,
    remove_option,
    rename_option,
    set_name,
    set_option,
    set_repeated,
    values_in,
)
from amt_magic.inputs.option_lines import comment_options, merge_options, read_options
from amt_magic.inputs.option_table import OPTIONS
from amt_magic.inputs.tune_cell import split_cell
from tests.forms.examples import CELLS, COMMENTED, HAND_WRITTEN

WORDS = ["churn", "--max-jobs", "--max-jobs=5", "--seed", "-1", "'a b'", '"', "=", "x'"]
TEXTS = [*WORDS, "--classic", "--target='x'", "--metric-definition", "--minimize", "\t"]
BODY = "\nx: Integer(1, 2)\nprint(1)"
SINGLE = [o for o in OPTIONS if len(o.metavar.split()) == 1 and not o.repeatable]


def read(text):
    line, below = split_cell(text)
    words, strong = read_options(Faults(), line, OPTIONS)
    _, weak = read_options(Faults(), comment_options(below), OPTIONS)
    return words, merge_options(weak, strong)


@given(
    st.lists(st.sampled_from(TEXTS), max_size=6),
    st.lists(st.sampled_from([*TEXTS, "\n# tune:"]), max_size=6),
)
def test_words_are_read_as_the_magic_reads_them(line, comment):
    text = f"%%tune {' '.join(line)}\n# tune: {' '.join(comment)}{BODY}"
    faults = Faults()
    top, below = split_cell(text)
    words, given = read_options(faults, top, OPTIONS)
    _, further = read_options(faults, comment_options(below), OPTIONS)

    if not faults.found:
        assert name_in(text) == (words[0] if words else "")
        assert values_in(text).keys() == {**further, **given}.keys()
        for place in options_in(text):
            for word in place.values:
                assert text[word.start : word.end].strip("'\"") == word.value


@pytest.mark.parametrize("text", CELLS)
@pytest.mark.parametrize("option", SINGLE, ids=lambda option: option.name)
@pytest.mark.parametrize("value", ["5", "a b", "--seed", "it's", ""])
def test_setting_an_option_changes_that_one_alone(text, option, value):
    changed = set_option(text, option.name, value)

    before, after = values_in(text), values_in(changed)
    assert after.pop(option.name)[-1] == (value,)
    before.pop(option.name, None)
    assert after == before
    assert name_in(changed) == name_in(text)
    assert changed.split("\n")[-1:] == text.split("\n")[-1:]


@pytest.mark.parametrize("text", CELLS)
def test_every_option_can_be_taken_out(text):
    for name in values_in(text):
        changed = remove_option(text, name)

        left = values_in(text)
        del left[name]
        assert values_in(changed) == left
        assert "\n # tune: --seed 1\n" in changed or text != COMMENTED


def test_value_is_replaced_where_it_stands():
    text = set_option(HAND_WRITTEN, "max_jobs", "9")
    text = set_option(text, "target", "0.5")

    assert text == HAND_WRITTEN.replace("=50", "=9").replace('"0.95"', "0.5")


def test_value_that_is_the_same_keeps_its_quotes():
    assert set_option(HAND_WRITTEN, "target", "0.95") == HAND_WRITTEN


def test_new_option_goes_where_there_is_room():
    text = "%%tune churn --minimize loss --max-jobs 20" + BODY

    for seed in range(3):
        text = set_option(text, "seed", str(seed))
        text = set_option(text, "out", "variable")
        text = set_option(text, "metric_definition", "loss", r"the loss is (\S+)")
        text = set_option(text, "retry", "3")

    assert text.split("\n")[:3] == [
        "%%tune churn --minimize loss --max-jobs 20 --seed 2 --out variable --retry 3",
        r"# tune: --metric-definition loss 'the loss is (\S+)'".replace("'", '"'),
        "x: Integer(1, 2)",
    ]


def test_option_of_line_and_comment_is_changed_where_it_counts():
    text = "%%tune --minimize loss --seed 1\n# tune: --seed 2" + BODY

    changed = set_option(text, "seed", "3")

    assert changed == text.replace("--seed 1", "--seed 3")
    assert read(remove_option(changed, "seed"))[1] == {"minimize": "loss"}
    assert "tune:" not in remove_option(changed, "seed")


def test_direction_is_changed_in_its_place():
    changed = rename_option(HAND_WRITTEN, "maximize", "minimize")

    assert changed == HAND_WRITTEN.replace("--maximize", "--minimize")


def test_repeated_option_keeps_its_places_while_their_number_is_the_same():
    text = "%%tune --warm-start one --minimize loss --warm-start=two" + BODY

    changed = set_repeated(text, "warm_start", [("one",), ("three",)])
    longer = set_repeated(text, "warm_start", [("a",), ("b",), ("c",)])

    assert changed == text.replace("two", "three")
    assert read(longer)[1]["warm_start"] == ["a", "b", "c"]
    assert values_in(set_repeated(text, "warm_start", [])) == {"minimize": [("loss",)]}


@pytest.mark.parametrize("count", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("text", [*CELLS, "x = 1"])
def test_repeated_option_keeps_its_order_wherever_there_is_room(text, count):
    rows = [(f"parent-{n}",) for n in range(count, 0, -1)]

    changed = set_repeated(text, "warm_start", rows)

    assert values_in(changed)["warm_start"] == rows
    assert set_repeated(changed, "warm_start", []) in (text, f"%%tune\n{text}")


@pytest.mark.parametrize("text", CELLS)
def test_name_is_given_changed_and_taken(text):
    named = set_name(text, "other-2")

    assert name_in(named) == "other-2"
    assert values_in(named) == values_in(text)
    assert set_name(named, name_in(text)) == text or not name_in(text)
    assert name_in(set_name(named, "")) == ""


def test_text_without_the_magic_gets_it_with_the_first_option():
    assert set_option("x = 1", "minimize", "loss") == "%%tune --minimize loss\nx = 1"
    assert set_name("x = 1", "churn") == "%%tune churn\nx = 1"

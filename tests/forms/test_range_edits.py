from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

import amt_magic as amt
from amt_magic.errors import ValidationError
from amt_magic.forms.expressions import expression_error, quote_words
from amt_magic.forms.range_edits import (
    add_range,
    remove_range,
    set_argument,
    set_kind,
    set_range_name,
    set_scaling,
)
from amt_magic.forms.range_places import KINDS, ranges_in
from amt_magic.inputs.cell import parse_cell
from amt_magic.inputs.cell_writer import written_range
from amt_magic.inputs.tune_cell import split_cell
from tests.forms.examples import CELLS, HAND_WRITTEN, MULTI_LINE
from tests.generators import any_ranges

NAMES = {
    "n_features": 20,
    "amt": amt,
    "prepared": amt.Integer(2, 12, "Linear"),
    "low": 2,
    "kinds": ("a", "b"),
}
EVERY = [(text, i) for text in CELLS for i in range(len(ranges_in(text, NAMES)))]


def parsed(text):
    return parse_cell(split_cell(text)[1], NAMES)


def place(annotation, **names):
    text = f"%%tune --minimize loss\nx: {annotation}  # why\nprint(x)"
    return text, ranges_in(text, NAMES | names)[0]


@pytest.mark.parametrize("text", CELLS)
def test_ranges_are_found_as_the_cell_reads_them(text):
    places = ranges_in(text, NAMES)

    assert {p.name: p.value for p in places} == parsed(text).ranges
    for found in places:
        assert text[slice(*found.name_span)] == found.name
        line = text.lstrip("\n").split("\n")[found.line - 1]
        assert found.name in line


@pytest.mark.parametrize(("text", "index"), EVERY)
def test_editing_one_field_changes_that_range_alone(text, index):
    found = ranges_in(text, NAMES)[index]
    others = {k: v for k, v in parsed(text).ranges.items() if k != found.name}
    changes = [set_scaling(text, found, "Linear"), set_scaling(text, found, "Auto")]
    changes += [set_kind(text, found, kind) for kind in KINDS]
    changes += [set_argument(text, found, "max_value", "99")]
    if found.kind == "Categorical":
        changes = [set_argument(text, found, "values", source) for source in ("1, 2",)]

    for changed in changes:
        read = ranges_in(changed, NAMES)
        assert {p.name: p.value for p in read if p.name != found.name} == others
        assert changed.endswith(parsed(text).body)
        assert changed.count("#") == text.count("#")


@pytest.mark.parametrize(("text", "index"), EVERY)
def test_range_can_be_removed_and_another_added(text, index):
    found = ranges_in(text, NAMES)[index]

    removed = remove_range(text, found)
    added = add_range(removed, ranges_in(removed, NAMES))

    names = [p.name for p in ranges_in(text, NAMES)]
    assert [p.name for p in ranges_in(removed, NAMES)] == [
        name for name in names if name != found.name
    ]
    assert sorted(p.name for p in ranges_in(added, NAMES)) == sorted(
        [*(name for name in names if name != found.name), "x1"]
    )
    assert parsed(added).body == parsed(text).body


def test_expression_stays_until_its_field_is_edited():
    hidden = ranges_in(HAND_WRITTEN, NAMES)[1]

    assert hidden.source("max_value") == "n_features * 2"
    changed = set_argument(HAND_WRITTEN, hidden, "min_value", "8")
    assert changed == HAND_WRITTEN.replace("Integer(16,", "Integer(8,")


def test_comments_inside_a_range_stay():
    first = ranges_in(MULTI_LINE, NAMES)[0]

    changed = set_argument(MULTI_LINE, first, "max_value", "n")

    assert changed == MULTI_LINE.replace("    1,\n", "    n,\n")


def test_what_is_no_plain_call_is_written_anew_when_edited():
    text, found = place("prepared")

    assert found.source("min_value") == "2"
    changed = set_argument(text, found, "max_value", "24")
    assert 'x: Integer(2, 24, "Linear")  # why' in changed


@pytest.mark.parametrize(
    ("annotation", "scaling", "expected"),
    [
        ("Continuous(1, 2)", "Linear", 'Continuous(1, 2, "Linear")'),
        (
            "Continuous(1, 2, 'Linear')",
            "Logarithmic",
            'Continuous(1, 2, "Logarithmic")',
        ),
        ("Continuous(1, 2, 'Linear')", "Auto", "Continuous(1, 2)"),
        ("Continuous(1, 2)", "Auto", "Continuous(1, 2)"),
        (
            "amt.Integer(1, max_value=2)",
            "Linear",
            'amt.Integer(1, max_value=2, scaling_type="Linear")',
        ),
        (
            "Integer(scaling_type=ScalingType.LINEAR, min_value=1, max_value=2)",
            "Auto",
            "Integer(min_value=1, max_value=2)",
        ),
    ],
)
def test_scaling_is_written_and_left_out(annotation, scaling, expected):
    text, found = place(annotation)

    changed = set_scaling(text, found, scaling)

    assert ranges_in(changed, NAMES)[0].scaling == scaling
    assert f"x: {expected}  # why\n" in changed


@pytest.mark.parametrize(
    ("annotation", "kind", "expected"),
    [
        ("Continuous(1, n)", "Integer", "Integer(1, n)"),
        ("amt.IntegerParameter(1, n)", "Continuous", "amt.ContinuousParameter(1, n)"),
        ("Integer(1, low)", "Categorical", "Categorical(1, low)"),
        ("Categorical(1, 5)", "Integer", "Integer(1, 5)"),
        ("Categorical('a', 'b')", "Continuous", "Continuous(0, 1)"),
        ("prepared", "Continuous", 'Continuous(2, 12, "Linear")'),
    ],
)
def test_kind_is_changed_and_bounds_are_kept(annotation, kind, expected):
    text, found = place(annotation, n=3)

    assert f"x: {expected}  # why\n" in set_kind(text, found, kind)


@pytest.mark.parametrize(
    ("annotation", "source", "expected"),
    [
        ("Categorical('a', 'b')", "'c'", "Categorical('c')"),
        ("Categorical(['a', 'b'])", "(1, 2)", "Categorical([(1, 2)])"),
        ("Categorical('a', 'b')", "(1, 2)", "Categorical([(1, 2)])"),
        ("Categorical('a', 'b')", "(1, 2), None", "Categorical((1, 2), None)"),
        ("Categorical()", "1, 2", "Categorical(1, 2)"),
        ("Categorical(*kinds)", "*kinds, 'c'", "Categorical(*kinds, 'c')"),
        ("Categorical(k for k in kinds)", "1, 2", "Categorical(1, 2)"),
    ],
)
def test_categories_are_edited_as_a_list(annotation, source, expected):
    text, found = place(annotation)

    changed = set_argument(text, found, "values", source)

    assert f"x: {expected}  # why\n" in changed
    assert ranges_in(changed, NAMES)[0].source("values") == source


@given(any_ranges, any_ranges)
def test_any_range_is_shown_by_its_fields(before, after):
    text, found = place(written_range(before))
    kind = next(name for name, each in KINDS.items() if isinstance(after, each))
    _, wanted = place(written_range(after))

    text = set_kind(text, found, kind)
    fields = ("values",) if kind == "Categorical" else ("min_value", "max_value")
    for field in fields:
        found = ranges_in(text, NAMES)[0]
        text = set_argument(text, found, field, wanted.source(field))
    text = set_scaling(text, ranges_in(text, NAMES)[0], wanted.scaling)

    assert ranges_in(text, NAMES)[0].value == after


@pytest.mark.parametrize(
    "typed", ["", "1e-", "1, 2", "1), g(2", "2 # x", "*a", "k=1", "a, "]
)
def test_what_is_no_expression_is_told(typed):
    assert expression_error(typed).startswith("SyntaxError")


@pytest.mark.parametrize("typed", ["1e-4", "n_features", "f(1, 2)", "(1, 2)", "-x"])
def test_expressions_are_taken_as_they_are(typed):
    assert expression_error(typed) == ""


@pytest.mark.parametrize(
    ("typed", "quoted"),
    [
        ("relu, tanh", '"relu", "tanh"'),
        ("max, None, 'é', é, 3", '"max", None, \'é\', "é", 3'),
        ("known, f(relu)", "known, f(relu)"),
        ("relu, ", '"relu", '),
        ("re lu", "re lu"),
    ],
)
def test_words_that_are_no_names_become_texts(typed, quoted):
    assert quote_words(typed, {"known"}) == quoted


@given(st.text(alphabet="ab: (){}[]'\"#\n,=%Integer12", max_size=40))
def test_any_text_can_be_looked_at(text):
    places = ranges_in(f"%%tune\n{text}", NAMES)

    with suppress(ValidationError):
        assert [p.name for p in places] == list(parsed(f"%%tune\n{text}").ranges)


def test_name_is_changed_in_the_range_only():
    text, found = place("Integer(1, 2)")

    assert set_range_name(text, found, "y") == text.replace("x: ", "y: ")

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amt_magic.checks import Faults
from amt_magic.inputs.option_lines import (
    comment_options,
    merge_options,
    read_options,
)
from amt_magic.inputs.option_table import OPTIONS


def read(line):
    faults = Faults()
    loose, options = read_options(faults, line, OPTIONS)
    assert faults.found == []
    return loose, options


def faults_of(line):
    faults = Faults()
    read_options(faults, line, OPTIONS)
    return [str(fault) for fault in faults.found]


def test_words_and_options_may_be_mixed():
    line = "--maximize accuracy churn --max-jobs 5 --dry-run"

    assert read(line) == (
        ["churn"],
        {"maximize": "accuracy", "max_jobs": 5, "dry_run": True},
    )


def test_values_have_the_type_of_their_option():
    _, options = read("--max-jobs 5 --max-runtime 60 --target 0.5 --out x --classic")

    assert [(value, type(value)) for value in options.values()] == [
        (5, int),
        (60, int),
        (0.5, float),
        ("x", str),
        (True, bool),
    ]


@pytest.mark.parametrize("text", ["-1", "-1e-3", "-.5", "+2.5E+7", "-inf"])
@pytest.mark.parametrize("between", [" ", "="])
def test_negative_numbers_are_values(text, between):
    assert read(f"--target{between}{text}") == ([], {"target": float(text)})


@pytest.mark.parametrize(
    "written",
    [r"loss=(\S+)\.", r"'loss=(\S+)\.'", r'"loss=(\S+)\."', r"'loss'=(\S+)\."],
)
def test_backslashes_survive_in_and_out_of_quotes(written):
    _, options = read(f"--metric-definition loss {written}")

    assert options == {"metric_definition": [("loss", r"loss=(\S+)\.")]}


@given(st.from_regex(r"(?!--)[^'\0]+", fullmatch=True))
def test_quotes_protect_any_text(text):
    _, options = read(f"--metric-definition loss '{text}'")

    assert options == {"metric_definition": [("loss", text)]}


@given(st.text())
def test_any_line_is_read_or_has_a_fault(line):
    faults = Faults()

    loose, options = read_options(faults, line, OPTIONS)

    assert loose or options or faults.found or not line.strip(" \t\r\n'\"")


def test_expressions_may_begin_with_dashes_and_hold_signs():
    _, options = read("--metric-definition loss --loss=(.+)#$x{y}")

    assert options == {"metric_definition": [("loss", "--loss=(.+)#$x{y}")]}


def test_repeatable_options_add_up():
    _, options = read("--warm-start a --warm-start b --metric-definition x 'x (.)'")

    assert options == {
        "warm_start": ["a", "b"],
        "metric_definition": [("x", "x (.)")],
    }


def test_abbreviations_are_not_options():
    assert faults_of("--max-job 5") == [
        "--max-job is not an option; did you mean --max-jobs?"
    ]


def test_short_options_are_not_options():
    assert faults_of("-n churn") == ["-n is not an option"]


def test_values_of_an_unknown_option_are_not_taken_for_a_name():
    faults = Faults()

    loose, options = read_options(faults, "--bogus=1 2 --out x", OPTIONS)

    assert (loose, options) == ([], {"out": "x"})


def test_an_open_quote_is_a_fault_with_a_remedy():
    [fault] = faults_of("--metric-definition loss it's")

    assert fault.startswith("the line has a quote without its partner")
    assert "between" in fault


def test_all_faults_of_a_line_are_found():
    line = "--max-jobs many --maximize --target x --dry-run=1 --zzz --out a --out b"

    assert faults_of(line) == [
        "--max-jobs must be an integer (got 'many')",
        "--maximize needs METRIC",
        "--target must be a number (got 'x')",
        "--dry-run takes no value (got '1')",
        "--zzz is not an option",
        "--out is given twice (got 'b')",
    ]


def test_a_definition_needs_both_its_values():
    assert faults_of("--metric-definition loss --dry-run") == [
        "--metric-definition needs NAME REGEX (got 'loss')"
    ]


def test_strong_options_win_and_lists_add_up():
    weak = {"max_jobs": 5, "seed": 1, "warm_start": ["a"]}
    strong = {"max_jobs": 9, "warm_start": ["b"]}

    assert merge_options(weak, strong) == {
        "max_jobs": 9,
        "seed": 1,
        "warm_start": ["a", "b"],
    }


def test_a_strong_direction_replaces_the_other():
    assert merge_options({"maximize": "a"}, {"minimize": "b"}) == {"minimize": "b"}


def test_comments_at_the_top_of_a_cell_have_options():
    text = "# about this\n# tune: --seed 1\n\n#tune:--retry 2\nx = 1\n# tune: --late\n"

    assert comment_options(text).split() == ["--seed", "1", "--retry", "2"]


def test_a_cell_without_comments_has_no_options():
    assert comment_options("x: Continuous(0, 1)\n    # tune: --seed 1") == ""

import pytest
from hypothesis import given

from amt_magic.views.formats import columns
from amt_magic.views.summary import summarize
from amt_magic.views.text import render_text

from .examples import (
    EXAMPLES,
    HOSTILE,
    a_job,
    a_record,
    all_failed,
    any_summaries,
    empty,
    finished,
    hostile,
    interrupted,
    wide,
)


def without_code(text):
    return text.split("\nBest: ")[0]


def test_parts_come_in_order_with_the_best_at_the_end():
    text = render_text(finished())

    places = [
        text.index(part)
        for part in ("20 of 20", "why it ended", "Failures", "by training job", "Best:")
    ]
    assert places == sorted(places)
    assert text.endswith(finished().best_as_code)


def test_the_table_has_twenty_rows_at_most_and_says_how_many_more():
    text = render_text(finished(100))

    assert "80 more training jobs: job.dataframe()" in text
    assert text.count("● Completed") + text.count("■ Stopped") == 20 + 1  # the header


def test_numbers_are_aligned_at_their_right():
    lines = render_text(finished()).splitlines()
    start = next(k for k, line in enumerate(lines) if "why it ended" in line)

    end = lines[start].index("accuracy") + len("accuracy")
    for line in lines[start + 1 : start + 21]:
        assert line[end - 1].isdigit()
        assert line[end] == " "


def test_hyperparameters_that_do_not_fit_are_counted():
    text = render_text(wide())

    shown = text.split("more hyperparameters")[0].count("hyperparameter_")
    assert 0 < shown < 30
    assert f"{30 - shown} more hyperparameters: job.dataframe()" in text


def test_an_empty_job_has_a_header_only():
    assert len(render_text(empty()).splitlines()) == 3


def test_a_single_training_job_has_no_plot():
    assert "┤" not in render_text(finished(1))


def test_all_failed_shows_causes_and_no_best():
    text = render_text(all_failed())

    assert "ValueError: bad shape" in text.split("Failures")[1]
    assert "Best" not in text


def test_an_interrupted_job_says_how_to_go_on():
    assert "%tune resume churn" in render_text(interrupted())


def test_nothing_from_users_controls_the_terminal():
    text = render_text(hostile())

    assert all(character.isprintable() for character in text.replace("\n", ""))
    assert r"\u202e" in text
    assert text.encode()


def test_wide_characters_keep_the_columns_aligned():
    jobs = [
        a_job(1, 0.5, hyperparameters={"activation": "温度"}, stop_reason="so"),
        a_job(2, 0.6, hyperparameters={"activation": "relu"}, stop_reason="so"),
    ]

    lines = render_text(summarize(a_record(), jobs)).splitlines()

    rows = [line for line in lines if line.endswith("  so")]
    assert len({columns(row) for row in rows}) == 1


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("width", [80, 100])
def test_no_line_is_wider_than_asked(name, width):
    text = without_code(render_text(EXAMPLES[name](), width))

    assert max(map(columns, text.splitlines())) <= width


@given(any_summaries())
def test_any_tuning_job_can_be_printed(summary):
    text = render_text(summary)

    assert text.replace("\n", "").isprintable()
    assert "\x1b" not in text
    assert HOSTILE not in text

import json
import math
import os
import subprocess
import sys
import tempfile
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amt_magic import metrics
from amt_magic.errors import ValidationError
from amt_magic.metrics import (
    RESERVED,
    RESERVED_RESULT,
    MetricDefinition,
    MetricReader,
    default_definition,
    report,
    write_reserved,
)


def reader(*definitions):
    return MetricReader(definitions or [default_definition("loss")])


def read(line, *definitions):
    return list(reader(*definitions).read(line))


def custom(regex, name="loss"):
    return MetricDefinition(name=name, regex=regex)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("loss=0.9", 0.9),
        ("loss: 0.9", 0.9),
        ("loss = 9e-1", 0.9),
        ("loss\t:\t0.9", 0.9),
        ("epoch=3 loss=0.9 accuracy=0.1", 0.9),
        ("[12:30:01] loss: 0.9, done", 0.9),
        ('{"loss": 0.9, "n": 3}', 0.9),
        ("{'loss': 0.9}", 0.9),
        ("(loss=0.9)", 0.9),
        ("|loss=0.9|", 0.9),
        ("loss=.9", 0.9),
        ("loss=9.", 9.0),
        ("The loss: 9.", 9.0),
        ("loss=-0.9", -0.9),
        ("loss=+0.9", 0.9),
        ("loss=9E+1", 90.0),
        ("loss=9.e1", 90.0),
        ("loss=90%", 90.0),
        ("loss=0.9;", 0.9),
        ("loss=inf", math.inf),
        ("loss=-Infinity", -math.inf),
        ("loss=0.9 loss=0.1", 0.9),
        ("loss=? loss=0.9", 0.9),
        ("my loss=0.9", 0.9),
        ("größe loss=0.9", 0.9),
    ],
)
def test_the_default_expression_takes(line, value):
    assert read(line) == [("loss", value)]


def test_the_default_expression_takes_nan():
    ((name, value),) = read("loss=NaN")

    assert name == "loss"
    assert math.isnan(value)


@pytest.mark.parametrize(
    "line",
    [
        "val_loss=0.9",
        "val-loss=0.9",
        "val/loss=0.9",
        "val.loss=0.9",
        "val:loss=0.9",
        "größeloss=0.9",
        "loss2=0.9",
        "losses=0.9",
        "loss_rate=0.9",
        "Loss=0.9",
        "loss 0.9",
        "loss",
        "loss=",
        "loss=high",
        "loss==0.9",
        "loss=- 0.9",
        "loss=0.9s",
        "loss=0.95ms",
        "loss=1.5e-5x",
        "loss=9e",
        "loss=1.2.3",
        "loss=1_000",
        "loss=0x1F",
        "loss=infinite",
        "",
    ],
)
def test_the_default_expression_does_not_take(line):
    assert read(line) == []


@pytest.mark.parametrize(
    "name",
    ["validation:accuracy", "a.b", "a+b", "f1 score", "(x)", "größe", "\\d", "$"],
)
def test_any_name_can_be_read_by_its_default_expression(name):
    definition = default_definition(name)

    assert read(f"epoch=1, {name}=0.5", definition) == [(name, 0.5)]


@given(st.floats() | st.integers())
def test_every_number_that_python_prints_is_read(value):
    ((_, found),) = read(f"loss={value!r}")

    assert found == float(value) or math.isnan(value)


def test_a_users_expression_gives_the_first_group_of_the_first_match():
    definition = custom(r"Loss = (.*?); (\d+)")

    assert read("#011 Loss = 16.02; 7 Loss = 3; 1", definition) == [("loss", 16.02)]


def test_a_users_expression_that_does_not_match_gives_nothing():
    assert read("loss=3", custom(r"Loss=(\d+)")) == []


def test_a_group_that_took_no_part_gives_nothing():
    assert read("loss=low", custom(r"loss=(?:(\d+)|low)")) == []


@pytest.mark.parametrize("line", ["loss=low", "loss=0,5", "loss=", "loss=1e", "loss=½"])
def test_a_group_that_is_no_number_gives_nothing(line):
    assert read(line, custom(r"loss=(\S*)")) == []


def test_one_line_may_give_several_metrics_in_the_order_of_their_definitions():
    definitions = default_definition("accuracy"), default_definition("loss")

    found = read("loss=0.5 accuracy=0.9", *definitions)

    assert found == [("accuracy", 0.9), ("loss", 0.5)]


def test_a_reader_counts_and_keeps_the_last_line_that_matched():
    given = reader()

    for line in ("loss=0.5", "loss=0.4", "done"):
        list(given.read(line))

    assert given.count("loss") == 2
    assert given.count("accuracy") == 0
    assert given.last_line == "loss=0.4"


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ('{"loss": 0.5}', [("loss", 0.5)]),
        ('{"loss": 0.5, "other": 1}', [("loss", 0.5), ("other", 1.0)]),
        ('{"loss": Infinity}', [("loss", math.inf)]),
        ("{}", []),
    ],
)
def test_the_reserved_form_needs_no_definition(values, found):
    assert read(RESERVED + values) == found


def test_the_reserved_form_is_found_behind_what_was_printed_without_newline():
    assert read(f'step 3{RESERVED}{{"loss": 0.5}}') == [("loss", 0.5)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1, 2]",
        "5",
        '{"loss": "low"}',
        '{"loss": null}',
        '{"loss": [1]}',
        "[" * 100_000,
        '{"x": ' + "1" * 400 + "}",
        "\x00\ud800",
    ],
)
def test_a_broken_reserved_form_is_an_ordinary_line(text):
    definition = custom(r"then=(\d+)", "then")

    assert read(f"{RESERVED}{text} then=3", definition) == [("then", 3.0)]


def test_once_reported_expressions_no_longer_count_for_a_metric():
    given = reader(default_definition("loss"), default_definition("accuracy"))

    found = [
        list(given.read(line))
        for line in ("loss=0.9", f'{RESERVED}{{"loss": 0.5}}', "loss=0.5 accuracy=1")
    ]

    assert found == [[("loss", 0.9)], [("loss", 0.5)], [("accuracy", 1.0)]]


def test_a_result_counts_where_nothing_came_before():
    assert read(f'{RESERVED_RESULT}{{"loss": 0.5}}') == [("loss", 0.5)]


@pytest.mark.parametrize("before", ["loss=0.9", f'{RESERVED}{{"loss": 0.9}}'])
def test_a_result_does_not_count_after_a_value(before):
    given = reader()
    list(given.read(before))

    assert list(given.read(f'{RESERVED_RESULT}{{"loss": 0.5}}')) == []
    assert given.count("loss") == 1


def test_a_result_counts_for_each_metric_that_had_no_value():
    given = reader()
    list(given.read("loss=0.9"))

    found = list(given.read(f'{RESERVED_RESULT}{{"loss": 0.5, "accuracy": 1}}'))

    assert found == [("accuracy", 1.0)]


@pytest.mark.parametrize(
    ("regex", "line"),
    [
        (r"(a|aa)+$b(\d)", "a" * 5000),
        (r"(x+x+)+y(\d)", "x" * 5000),
        (r"(x+)+y(\d)z", "x" * 5000 + "y"),
        (r"x*x*x*y(\d)", "x" * 200),  # never too long, always too slow
    ],
)
def test_a_catastrophic_expression_costs_a_bounded_time(regex, line):
    given = reader(custom(regex), default_definition("accuracy"))
    started = time.process_time()

    found = [value for _ in range(1000) for value in given.read(f"{line} accuracy=1")]

    assert time.process_time() - started < 3  # half a second, then it is given up
    assert found == [("accuracy", 1.0)] * 1000
    assert given.slow == ["loss"]


@pytest.mark.parametrize(
    "line",
    [
        "loss=" + "1" * 100_000 + "x",
        "loss=" + "1." * 50_000,
        "loss" + " " * 100_000 + "x",
        "loss=1e" + "1" * 100_000 + "x",
        "loss loss " * 10_000,
    ],
)
def test_the_default_expression_is_quick_on_any_line(line):
    given = reader()
    started = time.process_time()

    for _ in range(10):
        list(given.read(line))

    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("regex", "fault"),
    [
        (
            "loss=",
            r"regex must have a group (got 'loss='); put the number in parentheses, "
            r"as in loss=(\S+)",
        ),
        (
            r"loss=(?:\d+)",
            r"regex must have a group (got 'loss=(?:\\d+)'); put the number in "
            r"parentheses, as in loss=(\S+)",
        ),
        (
            "loss=(",
            "regex must be a valid regular expression: missing ) at position 6 "
            "(got 'loss=(')",
        ),
        ("", "regex must be a string of 1 to 500 characters (got '')"),
        (None, "regex must be a string of 1 to 500 characters (got None)"),
    ],
)
def test_an_expression_that_cannot_give_a_value_is_a_fault(regex, fault):
    with pytest.raises(ValidationError) as caught:
        custom(regex)

    assert str(caught.value) == fault


def test_name_and_expression_may_both_be_at_fault():
    with pytest.raises(ValidationError) as caught:
        MetricDefinition(name="", regex="x" * 501)

    assert [fault.field for fault in caught.value.faults] == ["name", "regex"]


def test_outside_a_training_job_a_report_is_printed_so_that_it_can_be_read(
    capsys, monkeypatch
):
    monkeypatch.delenv(metrics.INSIDE, raising=False)

    report(loss=0.5, accuracy=1)

    printed = capsys.readouterr().out
    assert printed == "loss=0.5 accuracy=1.0\n"
    assert read(printed) == [("loss", 0.5)]


def test_inside_a_training_job_a_report_has_the_reserved_form(capfd, monkeypatch):
    monkeypatch.setenv(metrics.INSIDE, "1")

    report(loss=0.5, accuracy=1)

    printed = capfd.readouterr().out
    assert json.loads(printed.removeprefix(RESERVED)) == {"loss": 0.5, "accuracy": 1.0}
    assert read(printed) == [("loss", 0.5), ("accuracy", 1.0)]


@given(st.dictionaries(st.text(), st.floats(), max_size=3))
def test_what_is_written_in_the_reserved_form_is_read(values):
    with tempfile.TemporaryFile() as file:
        stdout = os.dup(1)
        os.dup2(file.fileno(), 1)
        try:
            write_reserved(RESERVED, values)
        finally:
            os.dup2(stdout, 1)
            os.close(stdout)
        file.seek(0)
        line, end, rest = file.read().decode().partition("\n")

    assert (end, rest) == ("\n", "")
    assert repr(read(line)) == repr(list(values.items()))


def test_a_report_leaves_the_process_at_once(tmp_path):
    script = tmp_path / "train.py"
    script.write_text(
        "import os, amt_magic.metrics\n"
        "amt_magic.metrics.report(loss=0.5)\n"
        "os._exit(0)\n"
    )

    done = subprocess.run(
        [sys.executable, str(script)],
        env={metrics.INSIDE: "1"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert read(done.stdout) == [("loss", 0.5)]


def test_importing_the_reader_stays_cheap():
    heavy = ("numpy", "pandas", "IPython", "sqlalchemy", "matplotlib", "skopt")
    code = (
        "import sys, amt_magic.wire, amt_magic.service_quotas, amt_magic.jobs\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"

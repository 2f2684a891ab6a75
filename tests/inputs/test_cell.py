from textwrap import dedent
from traceback import extract_tb
from typing import Any

import pytest
import skopt.space
from hypothesis import given
from hypothesis import strategies as st

from amt_magic import ranges
from amt_magic.errors import ValidationError
from amt_magic.inputs.cell import Cell, parse_cell
from amt_magic.ranges import (
    CategoricalParameter,
    ContinuousParameter,
    IntegerParameter,
)
from tests.generators import any_ranges


def parsed(text: str, **namespace: Any) -> Cell:
    return parse_cell(dedent(text), namespace)


def faults_of(text: str, **namespace: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        parsed(text, **namespace)
    return [str(fault) for fault in caught.value.faults]


def executed(cell: Cell, **namespace: Any) -> dict[str, Any]:
    """Run the body as a training process does."""
    source = "\n" * (cell.first_line - 1) + cell.body
    exec(compile(source, "<cell>", "exec", dont_inherit=True), namespace)
    return namespace


def test_annotations_at_the_top_are_the_ranges():
    cell = parsed(
        """\
        rate: Continuous(1e-4, 1e-1, "Logarithmic")
        depth: Integer(2, 12)
        kernel: Categorical("rbf", "poly")
        print(rate)
        """
    )

    assert cell.ranges == {
        "rate": ContinuousParameter(1e-4, 1e-1, "Logarithmic"),
        "depth": IntegerParameter(2, 12),
        "kernel": CategoricalParameter("rbf", "poly"),
    }


def test_ranges_are_evaluated_in_the_notebooks_namespace():
    cell = parsed(
        "a: Integer(2, n)\nb: amt.IntegerParameter(1, n, scaling_type="
        "ScalingType.LINEAR)\nc: prepared\n1",
        n=5,
        amt=ranges,
        prepared=CategoricalParameter(1, 2),
    )

    assert [r.size for r in cell.ranges.values()] == [4, 5, 2]


def test_the_names_of_ranges_win_over_the_notebooks():
    cell = parsed("a: Integer(2, 3)\n1", Integer=skopt.space.Integer)

    assert cell.ranges == {"a": IntegerParameter(2, 3)}


def test_an_expression_is_evaluated_once():
    calls = []

    parsed("a: Integer(1, count())\n1", count=lambda: calls.append(1) or 5)

    assert calls == [1]


def test_evaluating_does_not_change_the_namespace():
    namespace = {"n": 3}

    parse_cell("a: Integer(1, (m := n))\n1", namespace)

    assert namespace == {"n": 3}


def test_names_that_differ_by_case_are_two():
    assert list(parsed("C: Integer(1, 2)\nc: Integer(1, 2)\n1").ranges) == ["C", "c"]


@pytest.mark.parametrize(
    ("text", "body", "line"),
    [
        ("a: Integer(1, 2)\nx = 1", "x = 1", 3),
        ("a: Integer(1, 2)\n\n# why\n\nx = 1\n", "# why\n\nx = 1\n", 4),
        ("\n# first\na: Integer(\n  1,\n  2)  # why\nx = 1", "x = 1", 7),
        ("a: Integer(1, 2); x = 1; y = 2\nz = 3", "x = 1; y = 2\nz = 3", 2),
        ("a: Categorical('éééé'); x = 'é'", "x = 'é'", 2),
        ("a: Integer(1, 2);\n@f\ndef g(): pass", "@f\ndef g(): pass", 3),
        ("a: Integer(1, 2)\r\nx = 1\r\ny = 2", "x = 1\ny = 2", 3),
        ("a: Integer(1, 2)\n'''text'''\nx: int = 1", "'''text'''\nx: int = 1", 3),
    ],
)
def test_the_body_is_what_follows_the_ranges(text, body, line):
    cell = parse_cell(text, {})

    assert (cell.body, cell.first_line) == (body, line)


@given(
    st.integers(0, 3), st.integers(1, 3), st.integers(0, 3), st.sampled_from(["", "#"])
)
def test_errors_of_the_body_have_the_line_of_the_cell(before, count, between, blank):
    above = [blank] * before + [f"r{i}: Integer(1, 2)" for i in range(count)]
    above += [blank] * between
    cell = parse_cell("\n".join([*above, "1 / 0"]), {})

    with pytest.raises(ZeroDivisionError) as caught:
        executed(cell)

    assert extract_tb(caught.tb)[-1].lineno == len(above) + 2


def test_imports_from_the_future_work_in_the_body():
    cell = parsed(
        """\
        a: Integer(1, 2)
        # comment
        from __future__ import annotations
        def f(x: Missing): return x
        """
    )

    assert executed(cell)["f"].__annotations__ == {"x": "Missing"}


def test_ordinary_annotations_may_follow():
    text = "a: Integer(1, 2)\nx = 1\nx: int\ny: list[int] = []\nclass A:\n    z: float"

    assert list(parsed(text).ranges) == ["a"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("x = 1", "cell has no ranges; begin with one a line, such as"),
        ("a: Integer(1, 2)\n# nothing", "cell has nothing to run below its ranges"),
        ("a: int\n1", "line 2: a must be a range: Continuous(low, high), Integer("),
        ("a: Integer\n1", "line 2: a must be a range"),
        ("a: Integer(2, 1)\n1", "line 2: a.min_value must be below max_value"),
        ("a: Integer(1)\n1", "line 2: a cannot be evaluated: TypeError"),
        ("a: Integer(1, n)\n1", "NameError: name 'n' is not defined (got Integer(1, n"),
        ("a: (yield)\n1", "line 2: a cannot be evaluated: SyntaxError"),
        (
            "a: Integer(1, 2)\na: Integer(1, 3)\n1",
            "line 3 gives a another range than line 2",
        ),
        (
            "a: Integer(1, 2)\nx = 1\nb: amt.Integer(1, x)",
            "line 4 has a range below other statements (got b: amt.Integer(1, x))",
        ),
        (
            "a: Integer(1, 2)\nif x:\n  b: kept\nx",
            "line 4 has a range below other statements",
        ),
        (
            "a: Integer(1, 2)\nb: Integer(1, 3) = 2",
            "line 3 has a range that is given a value",
        ),
        (
            "a: Integer(1, 2)\n# tune: --seed 1\n1",
            "line 3 has options below other lines (got # tune: --seed 1); move them",
        ),
        ("a: Integer(1, 2)\nx = (", "line 3 has a syntax error"),
        ("a: Integer(1, 2)\n%time x", "line 3 is a magic or shell command"),
        ("a: Integer(1, 2)\nreturn 1", "line 3 has `return` outside a function"),
    ],
)
def test_a_fault_says_where_and_what(text, fault):
    (found,) = faults_of(text, kept=IntegerParameter(1, 2))

    assert fault in found


def test_all_faults_are_raised_together():
    text = """\
        # tune: --seed 1
        a: Integer(5, 1, "Wrong")
        b: Continuous(0, 1, "Logarithmic")
        a: int
        x = 1
        # tune: --late
        c: Integer(1, 2)
        !ls
        await x
        """

    places = [" ".join(fault.split()[:3]) for fault in faults_of(text)]

    assert sorted(set(places)) == [
        f"cell line {n}" for n in ("10", "3:", "4:", "5", "7", "8", "9")
    ]


def written(kind: Any) -> str:
    if isinstance(kind, CategoricalParameter):
        return f"Categorical({list(kind.values)!r})"
    name = type(kind).__name__
    return f"{name}({kind.min_value!r}, {kind.max_value!r}, '{kind.scaling_type}')"


@given(st.lists(any_ranges, min_size=1, max_size=5))
def test_ranges_written_as_python_are_read_back(kinds):
    lines = [f"r{place}: {written(kind)}" for place, kind in enumerate(kinds)]

    cell = parse_cell("\n".join([*lines, "pass"]), {})

    assert list(cell.ranges.values()) == kinds


def test_an_empty_cell_lacks_everything():
    assert [fault.split(";")[0] for fault in faults_of("")] == [
        "cell has no ranges",
        "cell has nothing to run below its ranges",
    ]


def test_the_cell_of_a_script_holds_ranges_only():
    assert parse_cell("a: Integer(1, 2)", {}, is_script=True).body == ""
    with pytest.raises(ValidationError, match="line 3 must hold ranges only"):
        parse_cell("a: Integer(1, 2)\nprint(a)", {}, is_script=True)


def test_a_cell_may_be_without_ranges_where_they_stand_elsewhere():
    text = "# tune: --seed 1\n\nloss = 1\nprint(loss)"

    cell = parse_cell(text, {}, needs_ranges=False)

    assert cell.ranges == {}
    assert cell.body == text
    assert cell.first_line == 2


def test_a_cell_without_ranges_has_something_to_run_all_the_same():
    with pytest.raises(ValidationError, match="has nothing to run below its ranges"):
        parse_cell("# nothing", {}, needs_ranges=False)

import ast

import pytest

from amt_magic.checks import Faults
from amt_magic.inputs.syntax import check_body, parse


def faults_of(text: str) -> list[str]:
    faults = Faults()
    tree = parse(faults, text)
    if tree:
        check_body(faults, tree.body, text)
    return [str(fault) for fault in faults.found]


def test_good_code_has_no_faults():
    text = "from __future__ import annotations\nx = (3\n     % 2)\nf = 'a?'\n"

    assert faults_of(text) == []


def test_lines_count_from_the_line_of_the_magic():
    tree = parse(Faults(), "x = 1\ny = 2")

    assert isinstance(tree, ast.Module)
    assert [node.lineno for node in tree.body] == [2, 3]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("x = 1\ny = (", "line 3 has a syntax error: '(' was never closed (got y = ()"),
        ("x = 1\n  y = 2", "line 3 has a syntax error: unexpected indent (got y = 2)"),
        ("if x:", "line 2 has a syntax error: expected an indented block"),
        ("x = 'a", "line 2 has a syntax error: unterminated string literal"),
        ("break", "line 2 has a syntax error: 'break' outside loop (got break)"),
        ("x = 1\nfrom __future__ import nested_scopes", "line 3 has a syntax error"),
        ("def f(a, a): pass", "line 2 has a syntax error: duplicate argument 'a'"),
        ("x = '\ud800'", "line 2 or a later one cannot be read"),
    ],
)
def test_a_syntax_error_has_its_line_and_text(text, fault):
    (found,) = faults_of(text)

    assert fault in found


@pytest.mark.parametrize(
    "line",
    [
        "%time fit()",
        "!pip install x",
        "%%time",
        "x = !ls",
        "a, b = %capture x",
        "?fit",
        "fit?",
        "for x in y:\n    !echo $x",
        "if x:\n    %time y\nelse:\n    z",
    ],
)
def test_magics_and_shell_commands_are_refused(line):
    (fault,) = faults_of(line)

    assert "is a magic or shell command" in fault


def test_all_misplaced_words_and_magics_are_found_at_once():
    text = "%time x\nawait f()\nif x:\n    !ls\nreturn 1\ndef f(): return 2\nyield"

    lines = [fault.split()[2] for fault in faults_of(text)]

    assert lines == ["2", "5", "3", "6", "8"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("x = await f()", "await"),
        ("async for x in y: pass", "async for"),
        ("async with x: pass", "async with"),
        ("for x in y:\n    return x", "return"),
        ("x = yield", "yield"),
        ("yield from x", "yield"),
    ],
)
def test_words_that_belong_in_functions_are_refused_outside(text, word):
    (fault,) = faults_of(text)

    assert f"has `{word}` outside a function" in fault


def test_words_that_belong_in_functions_are_fine_inside():
    assert (
        faults_of("async def f():\n  await g()\n  yield 1\nh = lambda: (yield)") == []
    )


def test_an_asynchronous_comprehension_outside_a_function_is_refused():
    (fault,) = faults_of("[x async for x in y]")

    assert "asynchronous comprehension outside" in fault

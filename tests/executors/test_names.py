import pytest

from amt_magic.executors.names import (
    modules_imported,
    name_remedy,
    names_read,
    travelling,
)


def read(source: str) -> list[str]:
    return list(names_read(compile(source, "<test>", "exec")))


def test_names_are_read_in_functions_lambdas_comprehensions_and_classes():
    source = """
def f(a, b=c): return a + d
g = lambda x: x + e
h = [i + j for i in k]
class L(m):
    n = o
"""

    assert set("cdejkmo") <= set(read(source))


def test_names_of_attributes_and_arguments_are_not_read():
    assert read("f(a.b, c=1)") == ["f", "a"]


def test_names_in_the_text_of_a_query_are_read():
    assert read("frame.query('age > @limit and x == @other')") == [
        "frame",
        "limit",
        "other",
    ]


def test_addresses_in_other_texts_are_not_read():
    assert read("send('me@home')") == ["send"]


def test_code_that_asks_whether_it_is_in_a_notebook_does_not_need_ipython():
    source = """
def in_notebook():
    try:
        return get_ipython()
    except NameError:
        return None
"""

    assert "get_ipython" not in read(source)


def test_modules_are_found_that_code_and_its_functions_import():
    source = """
import a.b as c
from . import z
def f():
    from d import e
    class G: import h
"""

    found = modules_imported(compile(source, "<test>", "exec"))

    assert {"a.b", "d", "d.e", "h"} <= set(found)
    assert not any("z" in name for name in found)


@pytest.mark.parametrize("name", ["print", "__name__", "missing"])
def test_builtins_and_a_modules_own_names_stay(name):
    assert travelling([name], {"__name__": "__main__"}) == {}


def test_a_shadowed_builtin_travels():
    assert travelling(["print"], {"print": 1}) == {"print": 1}


@pytest.mark.parametrize("name", ["In", "Out", "_", "___", "_12", "_i", "_i3", "_dh"])
def test_the_history_of_ipython_has_a_remedy(name):
    assert "history" in str(name_remedy(name, {"_ih": []}))


def test_underscore_is_a_name_like_others_outside_of_ipython():
    assert name_remedy("_", {}) is None


def test_get_ipython_has_a_remedy():
    assert "outside IPython" in str(name_remedy("get_ipython", {}))

import builtins

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amt_magic.inputs.free_names import free_names


def free(source: str) -> set[str]:
    """Names that must come from outside, builtins apart."""
    return {name for name in free_names(source) if not hasattr(builtins, name)}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("model = make(rate)\nmodel.fit(X)", "make rate X"),
        ("x = x + 1", "x"),
        ("x += 1", "x"),
        ("del x", "x"),
        ("x = 1\ndel x\nx", "x"),
        ("a.b = c[d]", "a c d"),
        ("x: T = y", "T y"),
        ("f'{a:{b}}'", "a b"),
        ("[x for x in xs if x > low]", "xs low"),
        ("xs = [y for y in xs]", "xs"),
        ("f = lambda a, b=c: a + b + d", "c d"),
        ("if (m := f(1)) and m.ok: m", "f"),
        ("import a.b, c as d\nfrom e import f\na, d, f", ""),
        ("with open(p) as f, g(f) as (h, i): f, h, i", "p g"),
        ("for i in range(n): total = i\n", "n"),
        ("while x: y = x", "x"),
        ("def f(a, b=c) -> d:\n  return a + b + e + f(a)", "c d e"),
        ("@wrap\ndef f(): pass\nf()", "wrap"),
        ("class A(B, metaclass=M):\n  x = y\n  def f(self): return A, z", "B M y z"),
        ("def f():\n  global g\n  g = 1\n  return g", "g"),
        ("match v:\n  case P(x=K.A, y=[q, *r]) if w: q, r", "v P K w"),
        ("match v:\n  case {'a': a, **rest}: a, rest", "v"),
        ("async def f():\n  async for x in xs: await x", "xs"),
        ("assert a, b\nraise c from d", "a b c d"),
        ("frame = load()\nframe.query('a > @limit')", "load limit"),
    ],
)
def test_names_are_free_that_are_read_before_they_are_bound(source, expected):
    assert free(source) == set(expected.split())


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("if c: x = 1\nx", "c x"),
        ("if c: x = 1\nelse: x = 2\nx", "c"),
        ("for i in s: x = i\nprint(x, i)", "s x i"),
        ("for i in s:\n  x = i\n  if x: break\n  print(x)", "s"),
        ("for i in s: pass\nelse: x = 1\nx", "s x"),
        ("while c: x = 1\nx", "c x"),
        ("try: x = 1\nexcept E: pass\nx", "E x"),
        ("try: x = 1\nexcept E as e: x = e\nx", "E"),
        ("try: x = 1\nexcept E: x = 2\nelse: y = x\nfinally: z = x\ny, z", "E x y"),
        ("try: x = 1\nexcept* E: x = 2\nx", "E"),
        ("match v:\n  case 1: x = 1\nx", "v x"),
        ("with c: x = 1\nx", "c"),
        ("def f(): return x\nx = 1\nf()", "x"),
        ("x = 1\ndef f(): return x\nf()", ""),
    ],
)
def test_a_name_is_bound_where_all_paths_have_bound_it(source, expected):
    assert free(source) == set(expected.split())


def test_names_that_the_code_also_binds_are_told_apart():
    assert free_names("if c: x = 1\nx") == {"c": False, "x": True}


def test_code_that_asks_for_a_notebook_does_not_need_one():
    source = "try: get_ipython()\nexcept NameError: pass"

    assert free(source) == set()


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=6), st.data())
def test_straight_code_runs_with_its_free_names_alone(names, data):
    lines = [
        f"{n} = {' + '.join(data.draw(st.lists(st.sampled_from('abc'), min_size=1)))}"
        for n in names
    ]
    source = "\n".join(lines)
    namespace = dict.fromkeys(free(source), 1)

    exec(source, namespace)

    assert set(names) <= set(namespace)


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=6), st.data())
def test_no_free_name_of_straight_code_can_be_left_out(names, data):
    lines = [f"{n} = {data.draw(st.sampled_from('abcd'))}" for n in names]
    source = "\n".join(lines)

    for name in free(source):
        namespace = dict.fromkeys(free(source) - {name}, 1)
        with pytest.raises(NameError):
            exec(source, namespace)

from pathlib import Path

import pytest

from tests.executors.notebooks import Notebook, run_notebook, run_training


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "payload"


def test_a_notebook_function_sees_the_tuned_value_of_a_global(folder):
    cells = """
        rate = 9.0
        def current(): return rate
    """

    assert run_notebook(folder, cells, "print(current())") == "0.5"


def test_a_notebook_function_and_the_cell_share_globals(folder):
    cells = """
        counter = 10
        def count():
            global counter
            counter += 1
    """

    assert run_notebook(folder, cells, "count(); count(); print(counter)") == "12"


def test_a_global_of_the_cell_is_seen_by_a_notebook_function(folder):
    cells = """
        width = 1
        def shown(): return width
    """

    assert run_notebook(folder, cells, "width = 2\nprint(shown())") == "2"


def test_functions_that_call_each_other_travel(folder):
    cells = """
        def even(n): return n == 0 or odd(n - 1)
        def odd(n): return n != 0 and even(n - 1)
    """

    assert run_notebook(folder, cells, "print(even(10), odd(10))") == "True False"


def test_what_a_function_in_a_container_reads_travels(folder):
    cells = """
        offset = 3
        def add(x): return x + offset
        table = {"steps": [add]}
    """

    assert run_notebook(folder, cells, "print(table['steps'][0](1))") == "4"


def test_closures_defaults_and_decorators_travel(folder):
    cells = """
        import functools
        scale = 10
        def scaled(function):
            @functools.wraps(function)
            def inner(x): return scale * function(x)
            return inner
        def make(power):
            @scaled
            def raised(x, one=len("a")): return x ** power + one
            return raised
        square = make(2)
        half = functools.partial(lambda x, y: x / y, y=2)
    """

    assert run_notebook(folder, cells, "print(square(3), half(3))") == "100 1.5"


def test_classes_travel_with_all_kinds_of_methods(folder):
    cells = """
        import abc, dataclasses, enum
        unit = 2
        def twice(x): return 2 * x
        class Kind(enum.Enum):
            A = "a"
        class Base(abc.ABC):
            @property
            def size(self): return unit
            @staticmethod
            def grow(x): return twice(x)
            @classmethod
            def named(cls): return cls.__name__
        @dataclasses.dataclass(frozen=True)
        class Model(Base):
            kind: Kind = Kind.A
            def both(self): return self.grow(self.size) + super().size
        model = Model()
    """
    body = """
        print(model.both(), model.named(), model == Model(), model.kind is Kind.A)
    """

    assert run_notebook(folder, cells, body) == "6 Model True True"


def test_an_object_may_read_globals_while_it_is_unpickled(folder):
    cells = """
        import math
        base = 2.0
        class Roots:
            def __getstate__(self): return {"n": 9}
            def __setstate__(self, state): self.root = base * math.sqrt(state["n"])
        roots = Roots()
    """

    assert run_notebook(folder, cells, "print(roots.root)") == "6.0"


def test_a_global_that_only_a_nested_class_body_reads_travels(folder):
    cells = """
        size = 4
        def make():
            class Inner:
                width = size
            return Inner.width
    """

    assert run_notebook(folder, cells, "print(make())") == "4"


def test_the_notebooks_value_of_a_hyperparameter_stays(folder):
    cells = """
        import threading
        rate = threading.Lock()
        def shown(): return rate
    """
    notebook = Notebook(cells)

    travelled = notebook.write(folder, notebook.cell("print(shown())"))

    assert list(travelled) == ["shown"]


def test_globals_of_a_function_travel_to_main(folder):
    cells = """
        offset = 3
        def add(x): return x + offset
        def train(x): return add(x)
    """
    notebook = Notebook(cells)

    notebook.write(folder, notebook.function(notebook.namespace["train"], "x"))

    assert run_training(folder, x=1) == "4"


def test_a_function_reads_the_notebooks_global_named_as_a_hyperparameter(folder):
    cells = """
        depth = 3
        def helper(): return depth
        def train(depth): return depth, helper()
    """
    notebook = Notebook(cells)

    notebook.write(folder, notebook.function(notebook.namespace["train"], "depth"))

    assert run_training(folder, depth=1) == "(1, 3)"


def test_a_global_may_be_called_function(folder):
    cells = """
        function = [2]
        def train(x): return function[0] * x
    """
    notebook = Notebook(cells)

    notebook.write(folder, notebook.function(notebook.namespace["train"], "x"))

    assert run_training(folder, x=4) == "8"


@pytest.mark.parametrize(
    "train",
    [
        "lambda x: x + offset",
        "functools.partial(lambda y, x: x + y, offset)",
        "Adder().add",
        "Adder()",
    ],
)
def test_every_kind_of_callable_travels(folder, train):
    cells = """
        import functools
        offset = 3
        class Adder:
            def add(self, x): return x + offset
            __call__ = add
    """
    notebook = Notebook(cells, f"train = {train}")

    notebook.write(folder, notebook.function(notebook.namespace["train"], "x"))

    assert run_training(folder, x=1) == "4"


def test_a_function_of_a_module_travels_by_reference(folder):
    notebook = Notebook("from textwrap import shorten")

    travelled = notebook.write(folder, notebook.cell("print(shorten.__module__)"))

    assert travelled["shorten"].megabytes < 0.0002
    assert run_training(folder) == "textwrap"

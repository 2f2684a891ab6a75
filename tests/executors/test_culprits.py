from pathlib import Path

import pytest

from amt_magic.errors import CaptureError
from tests.executors.notebooks import Notebook


def fault_lines(folder: Path, cells: str, body: str) -> list[str]:
    notebook = Notebook(cells)
    with pytest.raises(CaptureError) as caught:
        notebook.write(folder, notebook.cell(body))
    assert not folder.exists()
    return [line.strip() for line in str(caught.value).splitlines()[1:]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "payload"


def test_a_value_is_named_with_its_type_and_a_remedy(folder):
    lines = fault_lines(
        folder, "import threading\nlock = threading.Lock()", "lock.acquire()"
    )

    assert lines == ["lock (a lock, thread.lock): create it inside the cell"]


def test_a_name_that_a_function_reads_is_named_with_the_function(folder):
    cells = """
        import threading
        lock = threading.Lock()
        def fit():
            with lock: pass
        def train_one(): fit()
    """

    lines = fault_lines(folder, cells, "train_one()")

    assert lines == [
        "lock (a lock, thread.lock), used by fit: create it inside the cell"
    ]


def test_everything_that_cannot_travel_is_named_at_once(folder):
    cells = """
        import sqlite3, threading
        database = sqlite3.connect(":memory:")
        numbers = (n for n in range(3))
        lock = threading.Lock()
        def safe(): return lock
    """

    lines = fault_lines(folder, cells, "safe()\nprint(database, *numbers)")

    assert [line.split()[0] for line in lines] == ["database", "numbers", "lock"]


def test_the_way_to_a_part_is_shown(folder):
    cells = """
        import functools, threading
        class Logger:
            def __init__(self): self.files = {"out": [open("/dev/null")]}
        logger = Logger()
        def close_over(lock):
            return lambda: lock
        held = functools.partial(print, close_over(threading.Lock()))
    """

    lines = fault_lines(folder, cells, "logger\nheld")

    assert lines[0].startswith(
        "logger.files['out'][0] (an open file, io.TextIOWrapper)"
    )
    assert lines[1].startswith("held.args[0] → lock (a lock, thread.lock)")


def test_functions_that_use_a_culprit_are_not_blamed(folder):
    cells = """
        import threading
        def close_over(lock):
            return lambda: lock
        held = close_over(threading.Lock())
        def train_one(): held()
    """

    (line,) = fault_lines(folder, cells, "train_one()")

    assert line.startswith("held → lock (a lock, thread.lock), used by train_one")


def test_a_cycle_does_not_hinder_the_search(folder):
    cells = """
        import threading
        class Node: pass
        node = Node()
        node.itself, node.lock = node, threading.Lock()
    """

    lines = fault_lines(folder, cells, "node")

    assert lines[0].startswith("node.lock (a lock, thread.lock)")


def test_what_refuses_to_be_pickled_gives_its_own_reason(folder):
    cells = """
        class Handle:
            def __reduce__(self): raise RuntimeError("tied to this process")
        handle = Handle()
    """

    lines = fault_lines(folder, cells, "handle")

    reason = "RuntimeError: tied to this process"
    assert lines == [f"handle (Handle, {reason}): create it inside the cell"]


def test_a_magic_in_a_function_is_named(folder):
    cells = """
        def get_ipython(): pass
        def listing(): return get_ipython().getoutput("ls")
    """

    lines = fault_lines(folder, cells, "listing()")

    assert lines[0].startswith("get_ipython, used by listing: a training job runs")


def test_the_remedy_for_a_function_speaks_of_the_function(folder):
    cells = """
        import threading
        lock = threading.Lock()
        def train(rate): return lock
    """
    notebook = Notebook(cells)

    payload = notebook.function(notebook.namespace["train"], "rate")

    with pytest.raises(CaptureError, match="create it inside the function"):
        notebook.write(folder, payload)

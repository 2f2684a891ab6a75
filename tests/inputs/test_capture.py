import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import sklearn
import sklearn.svm

from amt_magic.inputs.capture import Captured, capture
from tests.executors.notebooks import run_training


def captured(source: str, **namespace: Any) -> Captured:
    return capture(source, namespace, exclude=["rate"])


def test_values_that_the_cell_reads_are_captured():
    found = captured("print(x + rate)", x=1, y=2, rate=3)

    assert found.values == {"x": 1}


def test_a_value_that_the_cell_replaces_is_left():
    assert captured("x = 1\nprint(x)", x=2).values == {}


def test_what_is_left_over_from_trying_the_cell_does_not_hinder():
    source = "for path in []: file = open(path)\nprint(file)"
    with Path(__file__).open() as file:
        assert captured(source, file=file).values == {}


def test_what_the_cell_needs_is_captured_even_if_it_cannot_travel():
    lock = threading.Lock()

    assert captured("lock.acquire()", lock=lock).values == {"lock": lock}


def test_a_submodule_that_is_reached_by_attribute_is_captured():
    found = captured("sklearn.svm.SVC()", sklearn=sklearn)

    assert found.values == {"sklearn": sklearn, "sklearn.svm": sklearn.svm}


def test_a_submodule_of_a_module_that_the_cell_imports_is_captured():
    found = captured("import sklearn as sk\nsk.svm.SVC()")

    assert found.values == {"sklearn.svm": sklearn.svm}


def test_an_attribute_that_is_not_a_module_is_not_captured():
    assert captured("sklearn.__version__", sklearn=sklearn).values == {
        "sklearn": sklearn
    }


def test_modules_that_the_cell_imports_are_found():
    source = "from __future__ import annotations\nimport a.b\nfrom os import path"

    assert captured(source).modules == ("a.b", "os", "os.path")


NOTEBOOK = '''
import sys
from pathlib import Path
from IPython.core.interactiveshell import InteractiveShell
from amt_magic.executors.payload import write_payload
from amt_magic.inputs.cell import parse_cell
from amt_magic.inputs.function import cell_payload

shell = InteractiveShell.instance()
shell.run_cell("""
offset = 3
def add(x): return x + offset
""", store_history=True).raise_error()
cell = parse_cell(sys.argv[2], shell.user_ns)
with shell.builtin_trap:
    payload = cell_payload(cell, name="x", objective_name="score",
                           namespace=shell.user_ns)
    try:
        print(*[value.name for value in write_payload(Path(sys.argv[1]), payload)])
    except TypeError as error:
        print(error)
'''


def run_in_ipython(folder: Path, body: str) -> str:
    text = f"rate: Continuous(0, 1)\n{body}"
    command = [sys.executable, "-c", NOTEBOOK, str(folder), text]
    return subprocess.run(
        command, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_a_cell_of_ipython_runs_outside_of_it(tmp_path):
    body = "open; display(add(rate))\nif rate > 1: exit()"

    travelled = run_in_ipython(tmp_path / "payload", body)

    assert travelled == "display add offset"
    assert run_training(tmp_path / "payload", rate=0.5) == "3.5"


def test_what_ipython_alone_can_serve_is_refused(tmp_path):
    message = run_in_ipython(tmp_path / "payload", "get_ipython(), Out[1], _, _i1")

    first, *lines = message.splitlines()
    assert "cannot travel" in first
    assert [line.strip().split(":")[0] for line in lines] == [
        "get_ipython",
        "Out",
        "_",
        "_i1",
    ]

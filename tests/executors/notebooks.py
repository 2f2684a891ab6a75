"""A notebook without a kernel, and a training process without a runner."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

from amt_magic.executors.payload import Payload, Travelled, write_payload
from amt_magic.inputs.cell import parse_cell
from amt_magic.inputs.function import cell_payload, function_payload

TRAIN = """
import json, sys, types
from pathlib import Path
from amt_magic.executors.payload import load_values, read_manifest
folder, hyperparameters = Path(sys.argv[1]), json.loads(sys.argv[2])
main = sys.modules["__main__"] = types.ModuleType("__main__")
payload = read_manifest(folder)
sys.path[:] = payload.search_path
values = load_values(folder)
if payload.kind == "function":
    print(values["function"](**hyperparameters))
else:
    vars(main).update(values)
    vars(main).update(hyperparameters)
    source = "\\n" * (payload.first_line - 1) + payload.source
    exec(compile(source, payload.source_name, "exec", dont_inherit=True), vars(main))
"""


class Notebook:
    """Runs cells in the namespace of a module that is `__main__` meanwhile."""

    def __init__(self, *cells: str) -> None:
        self.module = ModuleType("__main__")
        self.namespace = vars(self.module)
        for cell in cells:
            self.run(cell)

    def run(self, source: str) -> None:
        with self._is_main():
            code = compile(dedent(source), "<notebook>", "exec", dont_inherit=True)
            exec(code, self.namespace)

    def cell(self, text: str) -> Payload:
        """Make the payload of a cell; its tuned hyperparameter is `rate`."""
        with self._is_main():
            cell = parse_cell(f"rate: Continuous(0, 1)\n{dedent(text)}", self.namespace)
            return cell_payload(
                cell, name="x", objective_name="score", namespace=self.namespace
            )

    def function(self, train: Any, *names: str) -> Payload:
        return function_payload(
            train,
            hyperparameter_names=names,
            objective_name="score",
            namespace=self.namespace,
        )

    def write(self, folder: Path, payload: Payload) -> dict[str, Travelled]:
        with self._is_main():
            return {value.name: value for value in write_payload(folder, payload)}

    @contextmanager
    def _is_main(self) -> Iterator[None]:
        before = sys.modules["__main__"]
        sys.modules["__main__"] = self.module
        try:
            yield
        finally:
            sys.modules["__main__"] = before


def run_training(folder: Path, **hyperparameters: Any) -> str:
    """Run a payload in a fresh process, and return what it printed."""
    command = [sys.executable, "-c", TRAIN, str(folder), json.dumps(hyperparameters)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def run_notebook(folder: Path, cells: str, body: str, **hyperparameters: Any) -> str:
    """Run cells, then the body of a `%%tune` cell in a training process."""
    notebook = Notebook(cells)
    notebook.write(folder, notebook.cell(body))
    return run_training(folder, **{"rate": 0.5, **hyperparameters})

"""Every notebook runs from top to bottom, and gives what is stored in it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
LARGEST = 200_000  # bytes


def own_folders(tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "AMT_MAGIC_STORE": f"sqlite:///{tmp_path / 'store.sqlite'}",
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
        "IPYTHONDIR": str(tmp_path / "ipython"),
    }


@pytest.mark.timeout(240)
def test_notebooks_give_what_is_stored_in_them(tmp_path):
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env"]
    options = ["-q", "-p", "no:cacheprovider", "-o", "addopts=", "-o", "timeout=120"]

    ran = subprocess.run(
        [*command, *options, *map(str, NOTEBOOKS)],
        env=own_folders(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout[-4000:]
    assert NOTEBOOKS


@pytest.mark.timeout(120)
def test_quickstart_in_a_terminal_prints_table_and_plot(tmp_path):
    ran = subprocess.run(
        [sys.executable, "-m", "IPython", "--no-banner", str(NOTEBOOKS[0])],
        env=own_folders(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )

    assert "16 of 16 training jobs: 16 completed" in ran.stdout
    assert "accuracy by training job" in ran.stdout
    assert "learning_rate = " in ran.stdout
    assert "Traceback" not in ran.stdout


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook_is_committed_with_its_outputs_and_small(notebook):
    cells = json.loads(notebook.read_text())["cells"]

    outputs = [cell["outputs"] for cell in cells if cell["cell_type"] == "code"]
    assert any("amt-summary" in json.dumps(output) for output in outputs)
    assert "error" not in {o["output_type"] for output in outputs for o in output}
    assert notebook.stat().st_size < LARGEST

"""Every notebook runs from top to bottom, and gives what is stored in it.

`python notebooks/refresh.py` runs them and stores what they give.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
LARGEST = 200_000  # bytes
LONGEST = 120  # seconds


def own_folders(tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "AMT_MAGIC_STORE": f"sqlite:///{tmp_path / 'store.sqlite'}",
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
        "IPYTHONDIR": str(tmp_path / "ipython"),
    }


each_notebook = pytest.mark.parametrize(
    "notebook", NOTEBOOKS, ids=lambda path: path.name
)


@pytest.mark.timeout(LONGEST)
@each_notebook
def test_notebook_gives_what_is_stored_in_it(notebook, tmp_path):
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env"]
    options = ["-q", "-p", "no:cacheprovider", "-o", "addopts=", "-o", "timeout=0"]

    ran = subprocess.run(
        [*command, *options, str(notebook)],
        env=own_folders(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout[-4000:]


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


@each_notebook
def test_notebook_is_committed_with_its_outputs_and_small(notebook):
    outputs = outputs_of(notebook)

    assert "amt-summary" in json.dumps(outputs)
    assert "error" not in {output["output_type"] for output in outputs}
    assert notebook.stat().st_size < LARGEST


@each_notebook
def test_notebook_says_what_it_teaches_and_what_to_remember(notebook):
    texts = [
        "".join(cell["source"])
        for cell in cells_of(notebook)
        if cell["cell_type"] == "markdown"
    ]

    assert re.match(r"# .+\n\nAfter this notebook you can ", texts[0])
    assert texts[-1].splitlines().count("## To remember") == 1


@each_notebook
def test_outputs_can_be_read_without_a_kernel_and_anywhere(notebook):
    content = json.loads(notebook.read_text())

    shown = json.dumps(outputs_of(notebook))
    assert "widget-view" not in shown
    assert "widgets" not in content["metadata"]
    assert "Warning" not in shown
    assert not re.search(r"(?<![\w.])/(home|root|tmp|work|Users|usr)/", shown)


def test_notebooks_are_numbered_from_one():
    numbers = [int(notebook.name[:2]) for notebook in NOTEBOOKS]

    assert numbers == list(range(1, len(NOTEBOOKS) + 1))


def cells_of(notebook: Path) -> list[dict]:
    return json.loads(notebook.read_text())["cells"]


def outputs_of(notebook: Path) -> list[dict]:
    return [out for cell in cells_of(notebook) for out in cell.get("outputs", ())]


@each_notebook
def test_files_that_a_notebook_names_are_there(notebook):
    text = "".join(
        "".join(cell["source"])
        for cell in json.loads(notebook.read_text())["cells"]
        if cell["cell_type"] == "markdown"
    )

    named = re.findall(r"\]\(([^)#:]+)\)|`((?:notebooks/)?\d\d-[\w-]+\.ipynb)`", text)

    folder = notebook.parent
    links = [folder / link for link, _ in named if link]
    spelled = [folder / name.removeprefix("notebooks/") for _, name in named if name]
    assert [str(path) for path in (*links, *spelled) if not path.exists()] == []

"""Run notebooks and store their outputs: all, or those that are named.

python notebooks/refresh.py
python notebooks/refresh.py 03-strategies.ipynb 09-form-and-live-view.ipynb

Tuning jobs go to a store of their own. What cannot be read without a kernel is left
out of the outputs, and what differs from run to run out of the metadata.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent
WIDGET = "application/vnd.jupyter.widget-view+json"


def refresh(notebook: Path) -> None:
    """Execute a notebook in its folder, and write it back."""
    content = nbformat.read(notebook, as_version=4)
    client = NotebookClient(
        content,
        timeout=120,
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(HERE)}},
    )
    client.execute()
    for cell in content.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(WIDGET, None)
    nbformat.write(content, notebook)


def main(names: list[str]) -> None:
    """Refresh the notebooks named, or all; tell the seconds of each."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AMT_MAGIC_STORE"] = f"sqlite:///{folder}/store.sqlite"
        os.environ["JUPYTER_DATA_DIR"] = os.environ["IPYTHONDIR"] = folder
        for notebook in [HERE / name for name in names] or sorted(HERE.glob("*.ipynb")):
            begun = time.monotonic()
            refresh(notebook)
            size = notebook.stat().st_size / 1000
            seconds = time.monotonic() - begun
            print(f"{notebook.name:34} {seconds:4.0f} s {size:5.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])

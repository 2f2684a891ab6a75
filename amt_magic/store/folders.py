"""Folders of tuning jobs: payload, logs and models, on the runner's host."""

import secrets
import shutil
from pathlib import Path

from amt_magic.store.engine import data_folder
from amt_magic.store.job_store import JobStore

FOLDER_VARIABLE = "AMT_MAGIC_FOLDER"  # by which a runner learns its folder
RUNNER_LOG = "runner.log"
GIGABYTE = 10**9


def new_folder(store: JobStore, name: str) -> Path:
    """Return a path for a new tuning job's folder, beside the store's file.

    A database server has none: then in Jupyter's data folder.
    """
    url = store.engine.url
    beside = url.get_backend_name() == "sqlite" and url.database
    parent = Path(f"{url.database}-jobs") if beside else data_folder() / "jobs"
    return parent.absolute() / f"{name}-{secrets.token_hex(4)}"


def runner_log_end(folder: Path) -> str:
    """Return the last line of the runner's log: what a dead runner died of."""
    try:
        lines = (folder / RUNNER_LOG).read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""


def trim_folders(store: JobStore, gigabytes: float) -> list[str]:
    """Remove folders of ended tuning jobs, oldest first, down to a total size.

    Returns the names of the tuning jobs, which stay in the store: what remains
    of their logs is the last 64 kB, and they cannot be resumed.
    """
    rows = [row for row in store.rows() if Path(row.folder).is_dir()]
    sizes = {row.name: _size(Path(row.folder)) for row in rows}
    ended = [row for row in rows if row.ended_at is not None]
    removed = []
    for row in sorted(ended, key=lambda row: row.ended_at):
        if sum(sizes.values()) <= gigabytes * GIGABYTE:
            break
        shutil.rmtree(row.folder, ignore_errors=True)
        removed.append(row.name)
        del sizes[row.name]
    return removed


def _size(folder: Path) -> int:
    files = (file for file in folder.rglob("*") if file.is_file())
    return sum(file.stat().st_size for file in files)

"""Logs of training jobs: files in the tuning job's folder."""

import os
from contextlib import suppress
from pathlib import Path

TAIL_BYTES = 65_536


def log_file(folder: Path, index: int) -> Path:
    """Return the file that keeps what a training job printed."""
    return folder / "logs" / f"{index:04d}.log"


def failure_file(folder: Path, index: int) -> Path:
    """Return the file in which a training process leaves why it failed."""
    return folder / "logs" / f"{index:04d}.failure"


def read_log(file: Path) -> str | None:
    """Return a whole log; None where there is none."""
    with suppress(OSError):
        return _text(file.read_bytes())
    return None


def read_tail(file: Path) -> str:
    """Return the last 64 kB of a log."""
    with suppress(OSError), file.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - TAIL_BYTES))
        return _text(stream.read())
    return ""


def _text(data: bytes) -> str:
    """Decode a log; databases do not take NUL."""
    return data.decode("utf-8", "replace").replace("\0", "\ufffd")

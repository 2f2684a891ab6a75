"""Requests as files: JSON for people and for Amazon's command line."""

import json
import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from amt_magic.checks import Faults
from amt_magic.errors import StoreError


def write_request(
    request: Mapping[str, Any], file: str | os.PathLike[str], *, overwrite: bool
) -> Path:
    """Write a request as JSON, as a whole or not at all; return the file.

    Raises:
        ValidationError: there is a file already, or no place for one.
        StoreError: it cannot be written.
    """
    text = json.dumps(request, indent=2) + "\n"
    try:
        path = _place(file, overwrite)
        _write(path, text)
    except OSError as error:
        cause = error.strerror or error
        text = f"{file} was not written: {cause}; choose another place"
        raise StoreError(text) from error
    return path


def _place(file: str | os.PathLike[str], overwrite: bool) -> Path:
    """Return the path behind the name, links followed, if a file may be there."""
    faults, shown = Faults(), os.fspath(file)
    rule, remedy = "must be the path of a file", "give one such as job.json"
    faults.check(bool(shown) and "\0" not in shown, "file", rule, shown, remedy=remedy)
    faults.raise_if_any()
    path = Path(os.path.realpath(Path(os.path.expanduser(file))))  # noqa: PTH111
    if path.is_dir():
        rule, remedy = "must be a file, not a folder", "name a file in it"
        faults.check(False, "file", rule, shown, remedy=remedy)
    elif not path.parent.is_dir():
        rule, remedy = "must lie in a folder that exists", f"make {path.parent} first"
        faults.check(False, "file", rule, shown, remedy=remedy)
    elif path.exists() and not path.is_file():
        rule, remedy = "must be a plain file", "name another"
        faults.check(False, "file", rule, shown, remedy=remedy)
    elif path.exists():
        remedy = "replace it with --overwrite (overwrite=True), or name another"
        faults.check(overwrite, "file", "exists already", shown, remedy=remedy)
    faults.raise_if_any()
    return path


def _write(path: Path, text: str) -> None:
    """Write another file beside, and put it in the place of what is there."""
    beside = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with beside.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)

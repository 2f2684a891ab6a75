"""The payload of a tuning job: its code and the values the code needs, on disk.

A folder with `manifest.json` (plain facts, readable without unpickling),
`values.pickle` (cloudpickle, protocol 5) and `buffer-N` files that training
processes map privately.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What a training process needs beside its hyperparameters.

    kind "cell":     `source` is the cell's body, `source_name` its file name in
                     tracebacks, `first_line` the line of the cell it begins at.
    kind "function": `values` is {"function": the function}.
    kind "script":   `source` is the script's absolute path.
    """

    kind: Literal["cell", "function", "script"]
    source: str = ""
    source_name: str = ""
    first_line: int = 1
    objective_name: str
    modules: tuple[str, ...] = ()
    working_directory: str
    search_path: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

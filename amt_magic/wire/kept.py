"""What a request holds beside the config: kept, and put back where it was."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from amt_magic.config import TuningJobConfig
from amt_magic.wire.requests import request_from_config


def request_with_kept(
    config: TuningJobConfig, name: str, kept: Mapping[str, Any]
) -> dict[str, Any]:
    """Write a config as a request, together with what was kept of one."""
    return add_members(request_from_config(config, name), kept)


def add_members(
    target: Mapping[str, Any], members: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a copy that has further members, in its inner objects as well.

    add_members({"A": {"B": 1}}, {"A": {"B": 2, "C": 3}})    # {'A': {'B': 1, 'C': 3}}
    """
    found = dict(target)
    for name, value in members.items():
        present = found.get(name)
        if name not in found:
            found[name] = deepcopy(value)
        elif isinstance(present, Mapping) and isinstance(value, Mapping):
            found[name] = add_members(present, value)
    return found

"""Amazon's JSON as `--config` names it: a file or a variable, beside options."""

import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from amt_magic import wire
from amt_magic.checks import show
from amt_magic.config import TuningJobConfig
from amt_magic.errors import Fault, ValidationError

OPTION = "config"


class Source(NamedTuple):
    """A request, and what to call it. `is_config`: written from a TuningJobConfig."""

    label: str
    request: Mapping[str, Any]
    is_config: bool = False


def load_request(given: object, namespace: Mapping[str, Any], option: str) -> Source:
    """Load what `--config` names: a variable of the notebook, else a file.

    A dict, a TuningJobConfig, JSON text and a Path are taken as they are.

    Raises:
        ValidationError: there is none of that name, or it holds no JSON.
    """
    if isinstance(given, str) and given in namespace:
        return _value(namespace[given], given)
    if isinstance(given, str) and not given.lstrip().startswith("{"):
        return _file(given, namespace, option)
    return _value(given, option)


def kept_words(kept: Mapping[str, Any]) -> list[str]:
    """Word what a request holds and this machine does not use, in a line at most."""
    names = wire.unused_names(kept)
    return [f"not used on this machine: {', '.join(names)}"] if names else []


def taken_words(taken: Sequence[str]) -> list[str]:
    """Word which members had a number where text belongs, in a line at most."""
    text = "taken as text, which is what Amazon's JSON holds there: "
    return [text + ", ".join(taken)] if taken else []


def left_out_words(names: Sequence[str]) -> list[str]:
    """Word which static hyperparameters a function does not take, in a line at most."""
    text = "left out, as the function does not take them: "
    return [text + ", ".join(names)] if names else []


def _value(value: object, label: str) -> Source:
    if isinstance(value, TuningJobConfig):
        request = wire.request_from_config(value, label)
        request.pop(wire.NAME)
        return Source(label, request, is_config=True)
    if isinstance(value, Path):
        return _file(value, {}, label)
    if isinstance(value, str):
        return Source(label, _parsed(value, label))
    if isinstance(value, Mapping):
        return Source(label, value)
    rule = "must be a dict, a TuningJobConfig or JSON as text"
    raise _error(label, rule, given=show(value))


def _file(path: str | Path, namespace: Mapping[str, Any], option: str) -> Source:
    file, label = Path(path).expanduser(), str(path)
    try:
        return Source(label, _parsed(file.read_text(encoding="utf-8-sig"), label))
    except UnicodeDecodeError as error:
        raise _error(label, f"is not JSON: {error}") from None
    except (OSError, ValueError) as error:
        if isinstance(error, ValidationError):
            raise
        if file.exists():
            reason = getattr(error, "strerror", None) or error
            raise _error(label, f"cannot be read: {reason}") from None
    rule = "must name a JSON file, or a variable of the notebook"
    remedy = _likely(label, file, namespace)
    raise _error(option, rule, given=repr(label), remedy=remedy)


def _parsed(text: str, label: str) -> Mapping[str, Any]:
    try:
        request = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _error(label, f"is not JSON: {error.msg} at {where}") from None
    except RecursionError:
        raise _error(label, "is not JSON that can be read: too deep") from None
    if not isinstance(request, dict):
        rule = "must be an object, as CreateHyperParameterTuningJob takes it"
        raise _error(label, rule, given=show(request))
    return request


def _likely(label: str, file: Path, namespace: Mapping[str, Any]) -> str:
    """Name the variable or file that was likely meant, if there is one."""
    kinds = (Mapping, TuningJobConfig, str)
    known = [
        name
        for name, value in namespace.items()
        if isinstance(value, kinds) and not name.startswith("_")
    ]
    folder = file.parent
    if folder.is_dir():
        known += [str(folder / each.name) for each in folder.glob("*.json")]
    close = get_close_matches(label, known, n=1)
    return f"did you mean {close[0]}?" if close else ""


def _error(field: str, rule: str, *, given: str = "", remedy: str = "") -> Exception:
    return ValidationError([Fault(field=field, rule=rule, given=given, remedy=remedy)])

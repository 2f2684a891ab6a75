"""Faults of a request in the words of the service: the shape of its messages."""

import re
from dataclasses import dataclass

from amt_magic.checks import show
from amt_magic.errors import Fault, ValidationError

LONGEST_ECHO = 200  # characters of a value that a message repeats
_CONSTRAINT = "failed to satisfy constraint: "
_ENTRY = re.compile(r"""(?s)\[(['"]).*\1\]$""")  # of which the service names the map


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFault(Fault):
    """A fault, and the sentence in which the service tells it."""

    sentence: str


class ServiceValidationError(ValidationError):
    """A ValidationError worded as the service's ValidationException.

    1 validation error detected: Value '0' at 'hyperParameterTuningJobConfig.…'
    failed to satisfy constraint: Member must have value greater than or equal to 1
    """

    def __str__(self) -> str:
        """Word all faults in one line, the service's own sentences where it has one."""
        told = [getattr(fault, "sentence", str(fault)) for fault in self.faults]
        count, last = len(told), told[-1]
        if count == 1 and _CONSTRAINT not in last:
            return last
        words = "validation error" if count == 1 else "validation errors"
        text = "; ".join([*(each.rstrip(".") for each in told[:-1]), last])
        return f"{count} {words} detected: {text}"


def broken(
    path: str, value: object, rule: str, constraint: str, *, remedy: str = ""
) -> ServiceFault:
    """Make the fault of one member that breaks one constraint of its shape."""
    given, echo = ("", "null") if value is None else (show(value), _echo(value))
    sentence = f"Value {echo} at '{service_path(path)}' {_CONSTRAINT}{constraint}"
    return ServiceFault(
        field=path, rule=rule, given=given, remedy=remedy, sentence=sentence
    )


def service_path(path: str) -> str:
    """Write a path as the service does, in lower camel case and counting from one.

    service_path("Tags[0].Key"), service_path("VpcConfig.Subnets[1]")
    # tags.1.member.key  vpcConfig.subnets.2.member
    """
    path = _ENTRY.sub("", path)
    path = re.sub(r"\[(\d+)\]", lambda at: f".{int(at[1]) + 1}.member", path)
    return re.sub(r"(?<![^.])[A-Z]", lambda first: first[0].lower(), path)


def _echo(value: object) -> str:
    """Return a value in single quotes, whatever its type, as the service repeats it."""
    text = value if isinstance(value, str) else show(value)
    text = str(value).lower() if isinstance(value, bool) else text
    is_cut = len(text) > LONGEST_ECHO
    return f"'{text[: LONGEST_ECHO - 1]}…'" if is_cut else f"'{text}'"

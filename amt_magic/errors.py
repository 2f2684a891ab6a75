"""The errors users meet, named after the service's error codes.

Every one shows a notebook user its message alone, and can be caught as the
builtin that a Python caller expects.

    AmtError
    ├── ValidationError (ValueError)             what was given breaks a rule
    ├── ResourceInUseError (ValueError)          the name is taken
    ├── ResourceLimitExceededError (ValueError)  a quota is in the way
    ├── ResourceNotFoundError (LookupError)      no tuning or training job so named
    ├── CaptureError (TypeError)                 a name the code needs cannot travel
    ├── NotServedError (NotImplementedError)     known, and not built yet
    ├── MissingDependencyError (ImportError)     an extra is not installed
    ├── StoreError (OSError)                     the store cannot be read or written
    ├── TuningJobFailedError (RuntimeError)      the tuning job ended as Failed
    └── TuningJobInterruptedError (RuntimeError) its runner is dead
"""

from collections.abc import Iterable
from dataclasses import dataclass


class AmtError(Exception):
    """Base of all errors of this package.

    >>> try:
    ...     amt.tuning_job("none")
    ... except amt.AmtError as error:
    ...     print(f"{type(error).__name__}: {error}")
    ResourceNotFoundError: there is no tuning job called 'none'

    A notebook shows the same line in place of a traceback.
    """

    def _render_traceback_(self) -> list[str]:
        """IPython's hook: the lines shown in place of a traceback."""
        return [f"{type(self).__name__}: {self}"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One broken rule: where, the rule, what was given, and what to do.

    str(Fault(field="max_jobs", rule="must be at least 1", given="0"))
    # max_jobs must be at least 1 (got 0)
    """

    field: str
    rule: str
    given: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        """Word the fault as one line."""
        given = f" (got {self.given})" if self.given else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{self.field} {self.rule}{given}{remedy}".strip()


class ValidationError(AmtError, ValueError):
    """What was given breaks one rule or several; `faults` has each of them.

    >>> try:
    ...     amt.ResourceLimits(max_number_of_training_jobs=0, max_runtime_in_seconds=0)
    ... except amt.ValidationError as error:
    ...     print(error)
    ...     print(error.faults[0].field, error.faults[0].given)
    2 faults
      max_number_of_training_jobs must be an integer, 1 or more (got 0)
      max_runtime_in_seconds must be a number of seconds, 1 or more (got 0)
    max_number_of_training_jobs 0

    A fault has the texts `field`, `rule`, `given` and `remedy`.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        """Word one fault a line."""
        if len(self.faults) == 1:
            return str(self.faults[0])
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        return f"{len(self.faults)} faults\n{lines}"


class ResourceInUseError(AmtError, ValueError):
    """The name is taken, or the job is in a state that forbids the request.

    >>> def train(lr):
    ...     return lr
    >>> amt.tune(train, {"lr": amt.Continuous(0, 1)}, minimize="loss", name="churn")
    Traceback (most recent call last):
        ...
    amt_magic.errors.ResourceInUseError: a tuning job with the name 'churn' already
    exists; run it anew with --replace, leave the name out and one is made, or look at
    it with %tune wait churn
    """


class ResourceLimitExceededError(AmtError, ValueError):
    """A quota is in the way; `amt.quotas()` shows all."""


class ResourceNotFoundError(AmtError, LookupError):
    """No tuning job, or no training job, has this name."""


class CaptureError(AmtError, TypeError):
    """Names that the code needs cannot travel to another process.

    >>> import threading
    >>> lock = threading.Lock()
    >>> def train(lr):
    ...     with lock:
    ...         return lr
    >>> amt.tune(train, {"lr": amt.Continuous(0, 1)}, minimize="loss")
    Traceback (most recent call last):
        ...
    amt_magic.errors.CaptureError: 1 name cannot travel to a training process:
      lock (a lock, thread.lock), used by train: create it inside the function
    """


class NotServedError(AmtError, NotImplementedError):
    """A part of the contract that this version does not serve yet."""


class MissingDependencyError(AmtError, ImportError):
    """A package that an extra installs is not there."""


class StoreError(AmtError, OSError):
    """The store cannot be opened, read or written."""


class TuningJobFailedError(AmtError, RuntimeError):
    """The tuning job ended as Failed.

    A `%%tune` cell raises it, so that *Run All* stops; `amt.tune` returns the job.
    """


class TuningJobInterruptedError(AmtError, RuntimeError):
    """The tuning job's runner is dead; `resume` goes on with it."""

import pickle

import pytest
from IPython.core.interactiveshell import InteractiveShell

from amt_magic import errors
from amt_magic.errors import AmtError, Fault, ValidationError


@pytest.mark.parametrize(
    ("name", "builtin"),
    [
        ("ValidationError", ValueError),
        ("ResourceInUseError", ValueError),
        ("ResourceLimitExceededError", ValueError),
        ("ResourceNotFoundError", LookupError),
        ("CaptureError", TypeError),
        ("NotServedError", NotImplementedError),
        ("MissingDependencyError", ImportError),
        ("StoreError", OSError),
        ("TuningJobFailedError", RuntimeError),
        ("TuningJobInterruptedError", RuntimeError),
    ],
)
def test_an_error_is_ours_and_the_builtin_that_a_caller_expects(name, builtin):
    kind = getattr(errors, name)

    assert issubclass(kind, AmtError)
    assert issubclass(kind, builtin)


def test_the_drawn_tree_names_every_error():
    defined = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, AmtError)
    }

    drawn = {name for name in defined if f" {name} " in f" {errors.__doc__} "}

    assert drawn | {"AmtError"} == defined


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (Fault(field="jobs", rule="must be 1 or more"), "jobs must be 1 or more"),
        (Fault(field="jobs", rule="is low", given="0"), "jobs is low (got 0)"),
        (
            Fault(field="jobs", rule="is low", given="0", remedy="raise it"),
            "jobs is low (got 0); raise it",
        ),
        (Fault(field="", rule="no ranges"), "no ranges"),
    ],
)
def test_a_fault_is_worded_as_place_rule_value_remedy(fault, text):
    assert str(fault) == text


def test_one_fault_is_one_line():
    error = ValidationError([Fault(field="jobs", rule="is low")])

    assert str(error) == "jobs is low"


def test_several_faults_are_a_line_each():
    faults = (Fault(field="jobs", rule="is low"), Fault(field="seed", rule="is odd"))

    error = ValidationError(iter(faults))

    assert str(error) == "2 faults\n  jobs is low\n  seed is odd"
    assert error.faults == faults


def test_errors_survive_pickling():
    error = ValidationError([Fault(field="jobs", rule="is low", given="0")])

    again = pickle.loads(pickle.dumps(error))

    assert again.faults == error.faults
    assert str(again) == str(error)


def test_a_store_error_keeps_its_message():
    assert str(errors.StoreError("amt.db cannot be read")) == "amt.db cannot be read"


@pytest.fixture
def shell(tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    return InteractiveShell()


def test_a_notebook_shows_the_message_without_a_traceback(shell, capsys):
    shell.run_cell(
        "from amt_magic.errors import ResourceNotFoundError\n"
        "raise ResourceNotFoundError('no tuning job called x')"
    )

    shown = capsys.readouterr().out.strip()
    assert shown == "ResourceNotFoundError: no tuning job called x"


def test_a_notebook_can_catch_the_error_as_a_builtin(shell):
    result = shell.run_cell(
        "from amt_magic.ranges import IntegerParameter\n"
        "try:\n"
        "    IntegerParameter(2, 1)\n"
        "except ValueError as error:\n"
        "    caught = len(error.faults)\n"
        "caught"
    )

    assert result.result == 1

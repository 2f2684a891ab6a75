import functools
import os
import sys
from pathlib import Path

import pytest

from amt_magic.errors import ValidationError
from amt_magic.executors.payload import Payload
from amt_magic.inputs.cell import parse_cell
from amt_magic.inputs.function import (
    cell_payload,
    function_payload,
    script_payload,
    untaken,
)
from tests.executors.notebooks import Notebook, run_training


def payload_of(train, *names: str) -> Payload:
    return function_payload(
        train, hyperparameter_names=names, objective_name="score", namespace={}
    )


def faults_of(train, *names: str) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        payload_of(train, *names)
    return [str(fault) for fault in caught.value.faults]


def script_faults(path, *names: str) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        script_payload(path, hyperparameter_names=names, objective_name="score")
    return [str(fault) for fault in caught.value.faults]


def test_a_cell_becomes_a_payload():
    namespace = {"X": [1], "epochs": 3, "rate": 1, "unused": 2}
    cell = parse_cell("rate: Continuous(0, 1)\n\nprint(X, epochs, rate)", namespace)

    payload = cell_payload(
        cell,
        name="churn",
        objective_name="score",
        namespace=namespace,
        further_names=["epochs"],
    )

    assert payload.kind == "cell"
    assert payload.source == "print(X, epochs, rate)"
    assert payload.source_name == "<%%tune churn>"
    assert payload.first_line == 4
    assert payload.hyperparameter_names == ("rate", "epochs")
    assert payload.values == {"X": [1]}


def test_a_training_process_finds_what_the_notebook_finds(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", "lib", *sys.path])

    payload = payload_of(lambda: 0)

    assert payload.working_directory == str(tmp_path)
    assert payload.search_path[:2] == (str(tmp_path), str(tmp_path / "lib"))


@pytest.mark.parametrize(
    "train",
    [
        lambda rate, depth: 0,
        lambda *, rate, depth=1: 0,
        lambda **names: 0,
        lambda rate, *rest, **names: 0,
        functools.partial(lambda x, rate, depth: 0, 1),
        functools.partial(lambda rate, depth: 0, depth=1),
        {}.update,
    ],
)
def test_a_function_that_takes_the_hyperparameters_is_accepted(train):
    assert payload_of(train, "rate", "depth").values == {"function": train}


def test_missing_keywords_are_named_with_the_signature():
    def train(rate, /, epochs=3): ...

    missing, unserved = faults_of(train, "rate", "depth")

    assert missing == (
        "train must take every hyperparameter as a keyword, and lacks rate, depth "
        "(got train(rate, /, epochs=3))"
    )
    assert "get no value: rate" in unserved


def test_arguments_that_get_no_value_are_named():
    def train(x, y, rate, z=1): ...

    (fault,) = faults_of(train, "rate")

    assert "arguments without a default that get no value: x, y (got train(x" in fault


@pytest.mark.parametrize("train", [3, None, dict, Path])
def test_what_is_no_function_is_refused(train):
    (fault,) = faults_of(train)

    assert "train must be a function taking the hyperparameters as keywords" in fault


def test_functions_that_do_not_run_when_called_are_refused():
    async def coroutine(rate): ...

    def generator(rate):
        yield

    async def both(rate):
        yield

    faults = [faults_of(train, "rate")[0] for train in (coroutine, generator, both)]

    assert [fault.split(": ")[0] for fault in faults] == [
        "train must not be a coroutine function",
        "train must not be a generator function",
        "train must not be an asynchronous generator function",
    ]


def test_a_function_of_a_module_is_imported_by_the_training_process(
    tmp_path, monkeypatch
):
    (tmp_path / "training_code.py").write_text("def train(rate): return rate * 2")
    monkeypatch.syspath_prepend(tmp_path)
    notebook = Notebook("from training_code import train")
    payload = notebook.function(notebook.namespace["train"], "rate")

    notebook.write(tmp_path / "payload", payload)

    assert b"co_code" not in (tmp_path / "payload" / "values.pickle").read_bytes()
    assert run_training(tmp_path / "payload", rate=2) == "4"


def test_a_script_becomes_a_payload(tmp_path, monkeypatch):
    (tmp_path / "train.py").write_text("")
    monkeypatch.chdir(tmp_path)

    payload = script_payload(
        "train.py", hyperparameter_names=["rate"], objective_name="score"
    )

    assert payload.kind == "script"
    assert payload.source == str(tmp_path / "train.py")
    assert payload.values == {}


def test_a_script_may_be_any_command(tmp_path):
    script = tmp_path / "train.sh"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)

    payload = script_payload(script, hyperparameter_names=[], objective_name="score")

    assert os.access(payload.source, os.X_OK)


def test_a_script_that_does_not_exist_is_refused(tmp_path):
    (fault,) = script_faults(tmp_path / "missing.py")

    assert "train must be a file that exists" in fault


def test_a_script_that_cannot_be_run_is_refused(tmp_path):
    (tmp_path / "train.txt").write_text("")

    (fault,) = script_faults(tmp_path / "train.txt")

    assert "must be a Python file (.py), or executable" in fault
    assert fault.endswith(f"chmod +x {tmp_path / 'train.txt'}")


def test_names_that_cannot_be_arguments_of_a_script_are_refused(tmp_path):
    (tmp_path / "train.py").write_text("")

    faults = script_faults(
        tmp_path / "train.py", "a b", "a=c", "lr", "LR", "l-r", "l_r"
    )

    assert [fault.split(" ", 1)[1] for fault in faults] == [
        "'a b' has a space or '=', and cannot be an argument of a script",
        "'a=c' has a space or '=', and cannot be an argument of a script",
        "'LR' gives the variable SM_HP_LR, as 'lr' does",
        "'l_r' gives the variable SM_HP_L_R, as 'l-r' does",
    ]


class Trainer:
    def __call__(self, lr, *, momentum=0):
        return lr


@pytest.mark.parametrize(
    ("train", "left"),
    [
        (lambda lr, epochs=3: lr, ["momentum"]),
        (lambda **hyperparameters: 0, []),
        (lambda epochs, /, *momentum: 0, ["epochs", "momentum"]),
        (Trainer(), ["epochs"]),
        (functools.partial(lambda lr, epochs: lr, epochs=1), ["momentum"]),
        (max, []),
        ("train.py", []),
    ],
)
def test_names_that_a_function_does_not_take_as_keywords_are_known(train, left):
    assert untaken(train, ["epochs", "momentum"]) == left

"""Docstrings of everything public: complete, and their examples run."""

import ast
import doctest
import inspect
import re
import shutil
import sys
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from types import ModuleType

import pytest
from IPython.core.interactiveshell import InteractiveShell
from sqlalchemy import func, update

import amt_magic as amt
from amt_magic import callbacks
from amt_magic.settings import Quotas, TuneSettings
from amt_magic.store.job_store import JobStore
from amt_magic.store.tables import tuning_jobs

pytestmark = pytest.mark.timeout(60)

MISSING_IN_CI = ("KerasCallback", "LightningCallback")  # too large to be installed
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
PARSER = doctest.DocTestParser()
RANGES = {"lr": amt.Continuous(1e-4, 1e-1)}


def members(owner):
    """What a public class of ours offers: methods and properties, by dotted name."""
    ours = [base for base in owner.__mro__ if base.__module__.startswith("amt_magic")]
    for name, value in ((n, v) for base in ours for n, v in vars(base).items()):
        if isinstance(value, property | cached_property):
            value = getattr(value, "fget", None) or value.func
        if not name.startswith("_") and inspect.isfunction(value):
            yield f"{owner.__name__}.{name}", value


def public_objects():
    """Everything public that can be loaded here, by name."""
    values = [getattr(amt, name) for name in amt.__all__]
    here = [name for name in callbacks.__all__ if name not in MISSING_IN_CI]
    values += [getattr(callbacks, name) for name in here]
    found = {value.__name__: value for value in values}
    for value in list(found.values()):
        if inspect.isclass(value):
            found.update(members(value))
    return found


def source_docstrings():
    """Docstrings of callbacks whose frameworks are not here, from their sources."""
    folder = Path(callbacks.__file__).parent
    trees = [ast.parse(file.read_text()) for file in folder.glob("*.py")]
    classes = [n for t in trees for n in t.body if isinstance(n, ast.ClassDef)]
    return {c.name: ast.get_docstring(c) for c in classes if c.name in MISSING_IN_CI}


PUBLIC = public_objects()
CLASSES = {name: value for name, value in PUBLIC.items() if inspect.isclass(value)}
DOCSTRINGS = {n: inspect.cleandoc(value.__doc__ or "") for n, value in PUBLIC.items()}
DOCSTRINGS |= source_docstrings()
EXAMPLES = {
    name: examples
    for name, text in DOCSTRINGS.items()
    if (examples := PARSER.get_examples(text))
}


def is_called(name):
    """Functions, classes, and what a tuning job does; errors are caught, not called."""
    value = PUBLIC[name]
    if "." in name:
        return name.startswith("TuningJob.") and not is_property(name)
    return not (inspect.isclass(value) and issubclass(value, Exception))


def is_property(name):
    owner, member = name.split(".")
    value = inspect.getattr_static(CLASSES[owner], member)
    return isinstance(value, property | cached_property)


def arguments(value):
    """Names of what is given to a call; in a class, of its fields too."""
    names = set(inspect.signature(value).parameters) - {"self"}
    return names | ({f.name for f in fields(value)} if is_dataclass(value) else set())


def entries(text):
    """What the sections of a docstring explain: the names before the colons."""
    return set(re.findall(r"^ {4}\**(\w+): ", text, re.MULTILINE))


CALLED = [name for name in PUBLIC if is_called(name)]
ENUMERATIONS = [n for n, value in CLASSES.items() if issubclass(value, StrEnum)]
EXPLAINED = [name for name in CALLED if name not in ENUMERATIONS]


@pytest.fixture(scope="module")
def earlier(tmp_path_factory):
    """A folder with the store of a tuning job called churn, which ran once."""

    def train(lr):  # within, so that this module is not imported to run it
        for epoch in (1, 2, 3):
            print(f"epoch {epoch}: loss={lr / epoch}")

    folder = tmp_path_factory.mktemp("earlier")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AMT_MAGIC_STORE", f"sqlite:///{folder / 'store.sqlite'}")
        options = {"strategy": "Random", "max_jobs": 2, "seed": 0}
        amt.tune(train, RANGES, minimize="loss", name="churn", **options)
    return folder


@pytest.fixture
def churn(earlier, tmp_path, monkeypatch):
    """The tuning job in a store of its own, which an example may change."""
    shutil.copytree(earlier, tmp_path, dirs_exist_ok=True)
    moved = func.replace(tuning_jobs.c.folder, str(earlier), str(tmp_path))
    with JobStore().engine.begin() as connection:
        connection.execute(update(tuning_jobs).values(folder=moved))
    monkeypatch.chdir(tmp_path)
    return amt.tuning_job("churn")


@pytest.fixture
def main(churn, monkeypatch):
    """The module in which an example runs, as a notebook's cells do."""
    module = ModuleType("__main__")
    vars(module).update(amt=amt, job=churn)
    monkeypatch.setitem(sys.modules, "__main__", module)
    return module


@pytest.fixture
def shell():
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def marked(name):
    """A test of a callback without its framework does not run in CI."""
    marks = [pytest.mark.slow] if name in MISSING_IN_CI else []
    return pytest.param(name, marks=marks)


@pytest.mark.parametrize("name", [marked(name) for name in EXAMPLES])
def test_examples_run_and_give_what_they_show(name, main, request):
    if name in MISSING_IN_CI:
        pytest.importorskip(name.removesuffix("Callback").lower())
    if name == "form":  # needs a notebook
        request.getfixturevalue("shell")
    told = []
    example = PARSER.get_doctest(DOCSTRINGS[name], {}, name, None, 0)
    example.globs = vars(main)
    runner = doctest.DocTestRunner(optionflags=OPTIONS)

    ran = runner.run(example, out=told.append)

    assert not ran.failed, "".join(told)
    assert ran.attempted == len(EXAMPLES[name])


def test_examples_are_many():
    assert len(CALLED) >= 50
    assert sum(map(len, EXAMPLES.values())) >= 120


def test_what_a_user_calls_has_an_example():
    assert [name for name in CALLED if name not in EXAMPLES] == []


def test_first_lines_are_sentences_of_their_own():
    lines = {name: [*text.splitlines(), "", ""] for name, text in DOCSTRINGS.items()}

    assert len(lines) >= 100
    assert [n for n, (first, *_) in lines.items() if len(first) > 80] == []
    assert [n for n, (first, *_) in lines.items() if not first.endswith(".")] == []
    assert [n for n, (_, second, *_) in lines.items() if second] == []


def test_no_docstring_is_what_python_writes_by_itself():
    base = {inspect.cleandoc(StrEnum.__doc__), inspect.cleandoc(Exception.__doc__)}

    written = [n for n, text in DOCSTRINGS.items() if text.startswith(f"{n}(")]
    assert written + [n for n, text in DOCSTRINGS.items() if text in base] == []


def test_docstrings_fit_a_terminal_and_are_plain_text():
    marks = re.compile(r"``|:\w+:`|^\s*\.\. \w", re.MULTILINE)  # Sphinx's own

    wide = [n for n, t in DOCSTRINGS.items() if re.search(r".{89}", t)]
    assert wide == []
    assert [name for name, text in DOCSTRINGS.items() if marks.search(text)] == []


@pytest.mark.parametrize("name", EXPLAINED)
def test_arguments_and_fields_are_explained(name):
    assert arguments(PUBLIC[name]) <= entries(DOCSTRINGS[name])


@pytest.mark.parametrize("name", ENUMERATIONS)
def test_members_of_enumerations_are_explained(name):
    assert entries(DOCSTRINGS[name]) == {str(member) for member in CLASSES[name]}


def test_errors_that_are_told_exist():
    parts = {n: text.partition("\nRaises:\n")[2] for n, text in DOCSTRINGS.items()}
    told = {name: entries(part) for name, part in parts.items() if part}

    assert len(told) >= 20
    assert set().union(*told.values()) <= {*amt.__all__, "ValueError"}
    assert all(told.values())


@pytest.mark.parametrize("settings", [TuneSettings, Quotas])
def test_traits_say_what_they_set(settings):
    traits = settings.class_traits(config=True)

    silent = [name for name, trait in traits.items() if not trait.help.endswith(".")]
    assert silent == []
    assert len(traits) >= 8

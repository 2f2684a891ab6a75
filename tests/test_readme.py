"""The README says what is true."""

import re
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

from amt_magic.inputs.option_table import OPTIONS
from amt_magic.inputs.verb_table import VERB_OPTIONS, VERBS
from tests import readme_tables

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
ALL_OPTIONS = (*OPTIONS, *chain.from_iterable(VERB_OPTIONS.values()))
KNOWN_OPTIONS = {option.spelled("magic") for option in ALL_OPTIONS}


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_two_commands_of_one_line_are_all_the_set_up():
    opens, tests = blocks("bash")

    assert opens.count("\n") == tests.count("\n") == 1
    assert "jupyter lab notebooks/01-quickstart.ipynb" in opens
    assert tests.rstrip().endswith("-m pytest")


@pytest.mark.timeout(60)
@pytest.mark.parametrize("code", blocks("python"))
def test_python_blocks_run(code, tmp_path):
    script = tmp_path / "block.py"
    script.write_text(code)

    ran = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stderr


def test_local_links_lead_somewhere():
    targets = re.findall(r"\]\(([^)#:]+)\)", README)

    missing = [target for target in targets if not (ROOT / target).exists()]
    assert missing == []
    assert targets


@pytest.mark.parametrize("rows", [readme_tables.options(), readme_tables.verbs()])
def test_tables_are_those_of_the_code(rows):
    first = README.splitlines().index(rows[0])

    assert README.splitlines()[first : first + len(rows) + 1] == [*rows, ""]


def test_verbs_and_options_that_are_named_exist():
    verbs = set(re.findall(r"(?<!%)%tune ([a-z]+)", README))
    others = re.compile("python |pre-commit")
    ours = (line for line in README.splitlines() if not others.search(line))
    options = set(re.findall(r"(?<=[ `(])--[a-z][a-z-]+", "\n".join(ours)))

    assert verbs <= VERBS.keys()
    assert options <= KNOWN_OPTIONS


def test_messages_that_it_explains_are_those_of_the_code():
    table = README[README.index("| message |") : README.index("## Limits")]
    quoted = re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)
    code = "".join(file.read_text() for file in (ROOT / "amt_magic").rglob("*.py"))
    plain = re.sub(r'"\s+f?"', "", code)

    assert len(quoted) >= 8
    assert [words for words in quoted if words not in plain] == []


def test_scripts_that_it_names_exist():
    named = re.findall(r"python (tests/benchmarks/\w+\.py)", README)
    beside = re.findall(
        r"`(\w+\.py)`", README[README.index("In `tests/benchmarks/`") :]
    )

    assert len(named) >= 5
    paths = [*named, *(f"tests/benchmarks/{name}" for name in beside)]
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_links_within_it_lead_to_headings():
    titles = re.findall(r"^#+ (.+)$", README, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", t.lower()).replace(" ", "-") for t in titles}

    assert set(re.findall(r"\]\(#([^)]+)\)", README)) <= anchors

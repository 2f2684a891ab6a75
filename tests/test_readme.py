"""The README says what is true."""

import re
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

from amt_magic.inputs.option_table import OPTIONS
from amt_magic.magics import VERB_OPTIONS, VERBS
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
    ours = (line for line in README.splitlines() if "python " not in line)
    options = set(re.findall(r"(?<=[ `(])--[a-z][a-z-]+", "\n".join(ours)))

    assert verbs <= VERBS.keys()
    assert options <= KNOWN_OPTIONS

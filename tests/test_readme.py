"""The README says what is true."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from amt_magic.magics import VERBS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


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


def test_verbs_of_the_table_exist():
    named = set(re.findall(r"(?<!%)%tune (\w+)", README))

    assert named <= VERBS.keys()

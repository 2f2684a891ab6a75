"""A scheduler is added as the README says, to a copy of the package, and tunes."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PATH = "# amt_magic/schedulers/patience.py\n"
TUNE = """
import amt_magic as amt

def curve(hyperparameters):
    return [max(9 - k, 5 + hyperparameters["x"]) for k in range(1, 20)]

config = amt.TuningJobConfig(
    strategy="Random",
    objective=amt.Objective(type="Minimize", metric_name="loss"),
    ranges={"x": amt.Integer(-3, 3)},
    resource_limits=amt.ResourceLimits(max_number_of_training_jobs=7),
    early_stopping="Auto",
)
for job in amt.simulate(config, curve).training_jobs:
    print(job.status, len(job.reports), job.stop_reason)
"""


def put(path, old, new):
    text = path.read_text()
    assert text.count(old) == 1, f"{path.name} has {text.count(old)} of {old!r}"
    path.write_text(text.replace(old, new))


def python(folder, *arguments):
    own = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=own,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(120)
def test_scheduler_of_the_readme_is_added_by_a_file_and_a_line(tmp_path):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    (source,) = (block for block in blocks if block.startswith(PATH))
    left_out = shutil.ignore_patterns("frontend", "static", "__pycache__")
    shutil.copytree(ROOT / "amt_magic", tmp_path / "amt_magic", ignore=left_out)
    shutil.copytree(ROOT / "tests/schedulers", tmp_path / "tests/schedulers")
    (tmp_path / "tests/__init__.py").touch()

    (tmp_path / "amt_magic/schedulers/patience.py").write_text(source)
    imported = "from amt_magic.schedulers.patience import Patience\n"
    deciders = tmp_path / "amt_magic/deciders.py"
    put(deciders, "return [MedianRule()] if auto", "return [Patience()] if auto")
    deciders.write_text(imported + deciders.read_text())
    contract = tmp_path / "tests/schedulers/test_contract.py"
    put(contract, "SCHEDULERS = [\n", "SCHEDULERS = [\n    Patience,\n")
    contract.write_text(imported + contract.read_text())

    options = ["-q", "-p", "no:cacheprovider", "-k", "Patience"]
    tested = python(tmp_path, "-m", "pytest", *options, str(contract))
    tuned = python(tmp_path, "-c", TUNE)

    assert tested.returncode == 0, tested.stdout
    assert "5 passed" in tested.stdout
    assert tuned.returncode == 0, tuned.stderr
    lines = tuned.stdout.splitlines()
    assert len(lines) == 7
    assert all(line.startswith("Stopped") for line in lines)
    assert all(line.endswith("not better for 3 reports") for line in lines)

"""What Binder makes of the repository, and that the quickstart fits into it."""

import os
import re
import subprocess
import sys
import threading
import tomllib
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from tests.conftest import runners_of
from tests.test_notebooks import NOTEBOOKS, own_folders

ROOT = Path(__file__).parents[1]
BINDER = ROOT / "binder"
START = BINDER / "start"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
MEGABYTE = 2**20
FREE = 1024 - 200  # megabytes of what Binder gives, less those of its server


@pytest.fixture(scope="module")
def dockerfile() -> list[str]:
    """Lines of what Binder's own tool would build; it builds nothing here."""
    pytest.importorskip("repo2docker")
    made = subprocess.run(
        [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(ROOT)],
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout.splitlines()


def place(lines: list[str], pattern: str) -> int:
    """Where the one line is that matches."""
    (found,) = [n for n, line in enumerate(lines) if re.search(pattern, line)]
    return found


def test_binder_has_no_step_that_is_not_checked_here():
    assert {file.name for file in BINDER.iterdir()} == {
        "requirements.txt",
        "runtime.txt",
        "start",
    }


def test_binder_takes_a_python_that_the_project_supports(dockerfile):
    runtime = (BINDER / "runtime.txt").read_text().strip()

    file = f"environment.py-{runtime.removeprefix('python-')}-"
    escaped = re.sub(r"\W", lambda found: f"-{ord(found[0]):x}", file)
    assert place(dockerfile, rf"^COPY .*{escaped}.* /tmp/env/environment.lock$")
    assert runtime.removeprefix("python-") in SpecifierSet(PROJECT["requires-python"])


def test_binder_installs_the_project_with_the_extra_that_has_jupyterlab():
    asked = (BINDER / "requirements.txt").read_text().split()

    (extra,) = Requirement(asked[0].replace(".", PROJECT["name"], 1)).extras
    names = {Requirement(each).name for each in PROJECT["optional-dependencies"][extra]}
    assert asked == [f".[{extra}]"]
    assert "jupyterlab" in names


def test_binder_installs_from_the_root_of_what_was_copied(dockerfile):
    folder = place(dockerfile, r"^WORKDIR \$\{REPO_DIR\}$")
    copied = place(dockerfile, r"^COPY --chown=\S+ src/ \$\{REPO_DIR\}/$")
    installed = place(
        dockerfile, r"^RUN \S+/pip install .*-r \"binder/requirements.txt\"$"
    )

    assert folder < copied < installed


def test_binder_starts_the_server_by_our_script(dockerfile):
    entry = dockerfile[place(dockerfile, "R2D_ENTRYPOINT=")]

    assert entry.endswith('/binder/start"')


def test_start_runs_what_it_is_given_with_one_thread_for_each_process():
    code = "import os, sys; print(os.environ['OMP_NUM_THREADS'], sys.argv[1:])"

    ran = subprocess.run(
        [START, sys.executable, "-c", code, "--ip", "0.0.0.0 and more"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout == "1 ['--ip', '0.0.0.0 and more']\n"


@pytest.mark.timeout(120)
@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells what is shared")
def test_quickstart_fits_into_one_core_and_a_gigabyte(tmp_path):
    core = str(min(os.sched_getaffinity(0)))
    execute = [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute"]

    process = subprocess.Popen(
        ["taskset", "-c", core, START, *execute, "--stdout", NOTEBOOKS[0]],
        env=own_folders(tmp_path),
        stdout=subprocess.DEVNULL,
    )
    peak = peak_megabytes(process, lambda: runners_of(tmp_path))

    assert process.returncode == 0
    assert 100 < peak < FREE


def peak_megabytes(process, find_processes) -> float:
    """Wait for a process; return the most memory that all found had at a time."""
    ended, peak = threading.Event(), 0.0
    waiting = threading.Thread(target=lambda: (process.wait(), ended.set()))
    waiting.start()
    while not ended.wait(0.2):
        taken = 0
        for each in find_processes():
            with suppress(psutil.Error):
                taken += each.memory_full_info().pss
        peak = max(peak, taken / MEGABYTE)
    waiting.join()
    return peak

"""What a training process derives; how it runs and ends is tested in tests/faults."""

import json
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import amt_magic as amt
from amt_magic.executors.training_process import script_variable, seed_of
from tests.faults.cells import log_of, run

pytestmark = pytest.mark.timeout(30)


@given(seed=st.integers(), index=st.integers(1, 10**6))
def test_seed_is_one_that_numpy_takes_and_the_same_each_time(seed, index):
    assert 0 <= seed_of(seed, index) < 2**32
    assert seed_of(seed, index) == seed_of(seed, index)


def test_seeds_differ_between_training_jobs_and_between_tuning_jobs():
    seeds = {seed_of(seed, index) for seed in range(30) for index in range(1, 31)}

    assert len(seeds) == 900


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("lr", "SM_HP_LR"),
        ("max-depth", "SM_HP_MAX_DEPTH"),
        ("eta.0", "SM_HP_ETA_0"),
        ("größe", "SM_HP_GR__E"),
    ],
)
def test_hyperparameters_have_variables_as_in_sagemakers_containers(name, variable):
    assert script_variable(name) == variable


@given(st.text(min_size=1))
def test_variable_is_a_name_that_every_shell_takes(name):
    assert re.fullmatch(r"SM_HP_[A-Z0-9_]+", script_variable(name))


def test_importing_it_stays_cheap():
    code = (
        "import sys, amt_magic.executors.training_process\n"
        "heavy = ('numpy', 'pandas', 'sqlalchemy', 'IPython', 'skopt', 'psutil')\n"
        "print([name for name in heavy if name in sys.modules])"
    )

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert ran.stdout.strip() == "[]", ran.stderr


@pytest.mark.parametrize(
    ("result", "value"),
    [
        ("1", 1.0),
        ("True", 1.0),
        ("'0.5'", None),
        ("b'1'", None),
        ("None", None),
        ("[1]", None),
        ("10**400", None),
        ("__import__('numpy').float32(2)", 2.0),
        ("__import__('fractions').Fraction(1, 4)", 0.25),
    ],
)
def test_what_the_objectives_name_holds_at_the_end_counts_if_a_number(result, value):
    job = run(f"loss = {result}")

    assert job.training_jobs[0].value == value


def test_static_hyperparameters_are_set_in_the_body_and_tuned_ones_win():
    job = run("loss = epochs + x", static_hyperparameters={"epochs": 5})

    (training_job,) = job.training_jobs
    assert training_job.value == 5 + training_job.hyperparameters["x"]


def test_training_process_knows_its_name_and_that_it_is_one():
    job = run("import os; print(os.environ['AMT_TRAINING_JOB']); loss = 1")

    assert log_of(job).splitlines()[0] == job.training_jobs[0].name


def tune_script(file, **ranges):
    return amt.tune(str(file), ranges, minimize="loss", strategy="Random", max_jobs=1)


def test_script_gets_categories_as_text(tmp_path):
    script = tmp_path / "train.py"
    script.write_text(
        "import json, os, sys\n"
        "print(json.dumps([os.environ['SM_HP_KIND'], sys.argv[1:]]))\n"
        "print('loss=1')\n"
    )

    job = tune_script(script, kind=amt.Categorical("rbf kernel"))

    told = json.loads(job.logs(1).splitlines()[0])
    assert told == ["rbf kernel", ["--kind", "rbf kernel"]]


def test_failure_of_a_library_names_the_scripts_line(tmp_path):
    script = tmp_path / "train.py"
    script.write_text("import json\n\njson.loads('{')\n")

    job = tune_script(script, x=amt.Continuous(0, 1))

    reason = job.training_jobs[0].failure_reason
    assert reason.startswith("json.decoder.JSONDecodeError")
    assert f"{script} line 3: json.loads" in reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("#!/bin/sh\necho loss=1; exit 4", "ended with exit status 4"),
        ("#!/bin/sh\nkill -SEGV $$", "killed by SIGSEGV"),
        ("#!/no/such/shell\necho loss=1", "FileNotFoundError"),
    ],
)
def test_program_that_fails_says_how(tmp_path, text, reason):
    program = tmp_path / "train"
    program.write_text(text)
    program.chmod(0o755)

    job = tune_script(program, x=amt.Continuous(0, 1))

    assert job.training_jobs[0].failure_reason.startswith(reason)

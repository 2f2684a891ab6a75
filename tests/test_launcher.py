"""What runners are started with, and what is said when they cannot start."""

import os
import site
import subprocess
import sys
from pathlib import Path

import pytest

import amt_magic as amt
from amt_magic import launcher
from amt_magic.launcher import core_count, run_dry, runner_environment, start_runner
from tests.faults.cells import RANGE, cell, start, wait_until

pytestmark = pytest.mark.timeout(30)


def config_of(parallel=1):
    return amt.TuningJobConfig(
        strategy="Random",
        objective=amt.Objective(type="Minimize", metric_name="loss"),
        ranges=RANGE,
        resource_limits=amt.ResourceLimits(max_parallel_training_jobs=parallel),
    )


def environment(tmp_path, parallel=1):
    url = f"sqlite:///{tmp_path / 'other.sqlite'}"
    return runner_environment(config_of(parallel), tmp_path, cell("loss = x"), url)


@pytest.mark.parametrize("parallel", [1, 2, 1000])
def test_numerical_libraries_share_the_cores(tmp_path, monkeypatch, parallel):
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)

    told = environment(tmp_path, parallel)

    threads = str(max(1, core_count() // parallel))
    assert told["OMP_NUM_THREADS"] == told["MKL_NUM_THREADS"] == threads


def test_threads_that_the_user_has_set_stay(tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")

    assert environment(tmp_path)["OMP_NUM_THREADS"] == "7"


def test_runner_finds_the_store_and_the_folder_by_environment(tmp_path):
    told = environment(tmp_path)

    assert told["AMT_MAGIC_STORE"].endswith("other.sqlite")
    assert told["AMT_MAGIC_FOLDER"] == str(tmp_path)


def test_notebooks_way_of_drawing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")

    assert environment(tmp_path)["MPLBACKEND"] == "Agg"


def test_search_path_holds_what_a_fresh_interpreter_would_miss(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))

    path = environment(tmp_path)["PYTHONPATH"].split(os.pathsep)

    assert path[0] == str(tmp_path)
    assert not set(path) & {*site.getsitepackages(), str(Path(os.__file__).parent)}


def test_fresh_interpreter_with_it_searches_where_this_one_does(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    code = "import sys; print([path for path in sys.path if path])"

    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )

    assert set(filter(None, sys.path)) <= set(eval(ran.stdout))


def test_runner_that_cannot_start_says_why(tmp_path):
    (tmp_path / "signal.py").write_text("raise RuntimeError('not the real one')")
    payload = cell("loss = x")
    before = [str(tmp_path), *payload.search_path]
    shadowed = type(payload)(
        kind="cell",
        objective_name="loss",
        working_directory=payload.working_directory,
        search_path=tuple(before),
    )

    with pytest.raises(amt.StoreError, match="'job' did not start: RuntimeError: not"):
        start_runner("job", config_of(), tmp_path, shadowed, "sqlite://")


def test_job_whose_runner_cannot_start_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))

    with pytest.raises(amt.StoreError, match=r"did not start.*no-python"):
        start("loss = x")

    assert not amt.list_tuning_jobs()
    assert not list((tmp_path / "store.sqlite-jobs").iterdir())


def test_resume_without_the_kernels_folder_says_so(tmp_path, monkeypatch):
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    job = start("loss = x")
    wait_until(lambda: job.status.is_terminal)
    monkeypatch.chdir(tmp_path)
    folder.rmdir()

    with pytest.raises(amt.StoreError, match=f"did not start.*{folder}"):
        job.resume(max_jobs=2)


def test_dry_run_without_a_payload_says_so(tmp_path):
    with pytest.raises(amt.StoreError, match="the dry run did not come to its end"):
        run_dry(config_of(), tmp_path, cell("loss = x"), "sqlite://")


def test_cores_are_those_that_this_process_may_use():
    assert 1 <= core_count() <= os.cpu_count()


@pytest.mark.parametrize(
    ("written", "most"),
    [("max 100000\n", 9), ("100000 100000\n", 1), ("150000 100000", 2), ("", 9)],
)
def test_cores_are_those_of_a_containers_quota(written, most, tmp_path, monkeypatch):
    quota = tmp_path / "cpu.max"
    quota.write_text(written)
    monkeypatch.setattr(launcher, "CPU_QUOTA", quota)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(9)))

    assert launcher.core_count() == most
    quota.unlink()
    assert launcher.core_count() == 9

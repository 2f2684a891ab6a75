"""Where tuning jobs keep their files, and which go first."""

import pytest

from amt_magic.jobs import TuningJobStatus
from amt_magic.store.folders import (
    GIGABYTE,
    RUNNER_LOG,
    new_folder,
    runner_log_end,
    trim_folders,
)
from amt_magic.store.job_store import JobStore
from tests.store.examples import CONFIG, writer_of

KILOBYTE = 1000 / GIGABYTE


@pytest.fixture
def store(tmp_path):
    return JobStore(f"sqlite:///{tmp_path / 'store.sqlite'}")


def job_with_a_kilobyte(store, name, *, ended=True):
    folder = new_folder(store, name)
    (folder / "logs").mkdir(parents=True)
    (folder / "logs" / "0001.log").write_bytes(bytes(1000))
    store.create(name, CONFIG, folder, quotas={}, grace_seconds=5.0)
    if ended:
        writer_of(store, name).finish(TuningJobStatus.COMPLETED, "done", 0.0)
    return folder


def test_folders_lie_beside_the_stores_file_and_never_meet(store, tmp_path):
    one, other = (new_folder(store, "churn") for _ in range(2))

    assert one.parent == other.parent == tmp_path / "store.sqlite-jobs"
    assert one != other


def test_folders_of_a_server_lie_in_jupyters_data_folder(
    postgresql, tmp_path, monkeypatch
):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))

    folder = new_folder(JobStore(f"{postgresql}postgres"), "churn")

    assert folder.parent == tmp_path / "amt_magic" / "jobs"


def test_folders_of_ended_tuning_jobs_go_the_oldest_first(store):
    running = job_with_a_kilobyte(store, "running", ended=False)
    folders = [job_with_a_kilobyte(store, name) for name in ("a", "b", "c")]

    removed = trim_folders(store, gigabytes=2.5 * KILOBYTE)

    assert removed == ["a", "b"]
    assert [folder.exists() for folder in (running, *folders)] == [
        True,
        False,
        False,
        True,
    ]
    assert [record.name for record in store.records()] == ["c", "b", "a", "running"]


def test_running_tuning_jobs_keep_their_folders_whatever_their_size(store):
    running = job_with_a_kilobyte(store, "running", ended=False)

    removed = trim_folders(store, gigabytes=0.0)

    assert (removed, running.exists()) == ([], True)


def test_last_line_of_the_runners_log_is_what_it_died_of(tmp_path):
    (tmp_path / RUNNER_LOG).write_bytes(b"first\nStoreError: \xff full\n\n")

    assert runner_log_end(tmp_path) == "StoreError: \ufffd full"
    assert runner_log_end(tmp_path / "nowhere") == ""

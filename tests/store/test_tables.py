"""Stores that cannot be opened, and why; stores of earlier versions."""

import os
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from sqlalchemy import event

import amt_magic as amt
from amt_magic.stops import Stop, StopRule
from amt_magic.store.engine import STORE_VARIABLE, default_url, open_engine
from amt_magic.store.job_store import JobStore
from amt_magic.store.tables import MIGRATIONS
from tests.store.examples import create, measure, training_job, writer_of

FIXTURES = Path(__file__).parent / "fixtures"


def url_of(file: Path) -> str:
    return f"sqlite:///{file}"


def test_file_that_is_no_database_is_named(tmp_path):
    file = tmp_path / "notes.sqlite"
    file.write_text("these are notes, not a database " * 100)

    with pytest.raises(amt.StoreError, match=r"notes\.sqlite: .*not a database"):
        JobStore(url_of(file))

    assert file.read_text().startswith("these are notes")


def test_folder_in_place_of_the_file_is_named(tmp_path):
    with pytest.raises(amt.StoreError, match="check the folder"):
        JobStore(url_of(tmp_path))


@contextmanager
def read_only(folder):
    """Let nobody write into the folder; root is bound by a mount alone."""
    if os.geteuid() == 0:
        subprocess.run(["mount", "--bind", folder, folder], check=True)
        try:
            subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
            yield
        finally:
            subprocess.run(["umount", folder], check=True)
    else:
        for path in (*folder.iterdir(), folder):
            path.chmod(path.stat().st_mode & ~0o222)
        try:
            yield
        finally:
            folder.chmod(0o700)


@pytest.mark.parametrize("wal", [True, False])
def test_file_that_cannot_be_written_is_named_at_once(tmp_path, wal):
    folder = tmp_path / "shared"
    folder.mkdir()
    file = folder / "store.sqlite"
    JobStore(url_of(file))
    if not wal:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    open_engine.cache_clear()

    before = time.monotonic()
    with read_only(folder), pytest.raises(amt.StoreError) as caught:
        create(JobStore(url_of(file)))

    assert str(file) in str(caught.value)
    assert "permissions" in str(caught.value) or "writable" in str(caught.value)
    assert time.monotonic() - before < 3


def test_damaged_file_is_named(tmp_path):
    file = tmp_path / "store.sqlite"
    store = JobStore(url_of(file))
    create(store)
    with file.open("r+b") as stream:
        stream.seek(4096)
        stream.write(b"\xff" * (file.stat().st_size - 4096))

    with pytest.raises(amt.StoreError, match=r"store\.sqlite: .*move the file away"):
        store.records()


def test_full_disk_is_named_and_nothing_of_the_flush_is_there(tmp_path):
    store = JobStore(url_of(tmp_path / "store.sqlite"))
    create(store)
    writer, job = writer_of(store), training_job()

    @event.listens_for(store.engine, "connect")
    def fill(connection, record):
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")

    for _ in range(1000):
        measure(writer, job, 1.0)

    with pytest.raises(amt.StoreError, match=r"store\.sqlite: .*full; free some space"):
        writer.flush()

    assert store.training_jobs("job") == []


def test_file_that_was_removed_under_an_open_store_is_named(tmp_path):
    file = tmp_path / "store.sqlite"
    store = JobStore(url_of(file))
    for part in tmp_path.glob("store.sqlite*"):
        part.unlink()

    with pytest.raises(amt.StoreError, match=r"store\.sqlite: .*restart the kernel"):
        store.records()


def test_store_of_a_newer_version_is_refused_and_left_alone(tmp_path):
    file = tmp_path / "store.sqlite"
    JobStore(url_of(file))
    with sqlite3.connect(file) as connection:
        connection.execute("INSERT INTO amt_schema VALUES (99)")
    open_engine.cache_clear()

    with pytest.raises(amt.StoreError) as caught:
        JobStore(url_of(file))

    assert str(file) in str(caught.value)
    assert "schema 99" in str(caught.value)
    assert "upgrade amt_magic" in str(caught.value)


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_store_of_an_earlier_version_opens(tmp_path, version):
    file = tmp_path / "store.sqlite"
    shutil.copy(FIXTURES / f"schema_{version}.sqlite", file)

    store = JobStore(url_of(file))

    assert [record.name for record in store.records()] == ["kept"]
    (training_job,) = store.training_jobs("kept")
    assert [report.value for report in training_job.reports] == [0.5, 0.25]
    assert training_job.hyperparameters == {"x": 0.125, "kind": None}


@pytest.mark.parametrize(
    "url", ["nonsense", "nodatabase://x/y", "sqlite+pysqlcipher://x"]
)
def test_bad_url_says_what_a_good_one_is(url):
    with pytest.raises(amt.StoreError, match="must be a SQLAlchemy URL such as"):
        open_engine(url)


def test_password_never_shows():
    url = "postgresql+psycopg://me:secret@127.0.0.1:1/none"

    with pytest.raises(amt.StoreError) as caught:
        open_engine(url)

    assert "secret" not in str(caught.value)
    assert "me:***@127.0.0.1" in str(caught.value)


def test_network_file_system_is_refused_with_its_reason(tmp_path, monkeypatch):
    mounts = [SimpleNamespace(mountpoint=str(tmp_path), fstype="nfs4")]
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: mounts)

    with pytest.raises(amt.StoreError, match=r"network file system \(nfs4\)"):
        JobStore(url_of(tmp_path / "store.sqlite"))


def test_link_to_a_network_file_system_is_refused(tmp_path, monkeypatch):
    (tmp_path / "remote").mkdir()
    (tmp_path / "local").symlink_to(tmp_path / "remote")
    mounts = [SimpleNamespace(mountpoint=str(tmp_path / "remote"), fstype="cifs")]
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: mounts)

    with pytest.raises(amt.StoreError, match=r"network file system \(cifs\)"):
        JobStore(url_of(tmp_path / "local" / "store.sqlite"))


def test_default_is_in_jupyters_data_folder(tmp_path, monkeypatch):
    monkeypatch.delenv(STORE_VARIABLE)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))

    assert default_url() == f"sqlite:///{tmp_path / 'amt_magic' / 'amt_magic.sqlite'}"
    assert (tmp_path / "amt_magic").stat().st_mode & 0o777 == 0o700


def test_migrated_store_takes_what_earlier_ones_had_no_room_for(tmp_path):
    file = tmp_path / "store.sqlite"
    shutil.copy(FIXTURES / "schema_1.sqlite", file)
    store = JobStore(url_of(file))
    record = store.record("kept")
    assert (record.converged_at, record.replays) == (None, ())
    store.reopen("kept", record.config, record.modified_at)
    writer = writer_of(store, "kept")
    stop = Stop(rule=StopRule.REQUEST)

    writer.begin(training_job(2, stop=stop))
    writer.converged()
    writer.flush()

    assert [job.stop for job in store.training_jobs("kept")] == [None, stop]
    assert store.record("kept").converged_at is not None

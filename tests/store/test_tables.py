"""Stores that cannot be opened, and why; stores of earlier versions."""

import shutil
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

import amt_magic as amt
from amt_magic.store import tables
from amt_magic.store.job_store import JobStore
from amt_magic.store.tables import MIGRATIONS, default_url, open_engine

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


def test_default_is_in_jupyters_data_folder(tmp_path, monkeypatch):
    monkeypatch.delenv(tables.STORE_VARIABLE)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))

    assert default_url() == f"sqlite:///{tmp_path / 'amt_magic' / 'amt_magic.sqlite'}"
    assert (tmp_path / "amt_magic").stat().st_mode & 0o777 == 0o700

"""The databases that the store is tested on: SQLite, and a PostgreSQL of our own."""

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from pathlib import Path

import pytest

from amt_magic.store.job_store import JobStore


@pytest.fixture(scope="session")
def postgresql():
    """The URL of a PostgreSQL server on 127.0.0.1, for as long as the tests run."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        pytest.skip("PostgreSQL is not installed (Debian package postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="amt-postgresql-"))  # pytest's are private
    if as_user := unprivileged():
        shutil.chown(folder, "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    # our own variables are for runners: tests look for them in what is left
    plain = {k: v for k, v in os.environ.items() if not k.startswith("AMT_")}

    def call(program, *arguments):
        command = [*as_user, str(programs[-1] / program), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd="/", env=plain)

    data = str(folder / "data")
    call("initdb", "-D", data, "-A", "trust", "-U", "amt", "--no-sync")
    options = f"-p {port} -h 127.0.0.1 -k {folder} -F"
    log = str(folder / "log")
    call("pg_ctl", "-D", data, "-w", "-l", log, "-o", options, "start")
    yield f"postgresql+psycopg://amt:secret@127.0.0.1:{port}/"
    call("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    shutil.rmtree(folder)


def unprivileged() -> list[str]:
    """Return the words that run a command as another user, where root may not."""
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite'}"
    import psycopg

    server = request.getfixturevalue("postgresql")
    name = f"amt_{uuid.uuid4().hex}"
    plain = server.replace("+psycopg", "") + "postgres"
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server + name


@pytest.fixture
def store(url):
    return JobStore(url)

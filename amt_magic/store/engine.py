"""The database of the store: where it is, how it is opened, what its errors say."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa
from jupyter_core.paths import jupyter_data_dir
from sqlalchemy import event
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
)
from sqlalchemy.pool import NullPool

from amt_magic.errors import StoreError
from amt_magic.store.tables import MIGRATIONS, schema

STORE_VARIABLE = "AMT_MAGIC_STORE"
NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p"}
MIGRATION_LOCK = 7_241_963  # any number that nobody else takes
WAL_TRIES = 250  # of 0.02 s each


def default_url() -> str:
    """Return the store's URL: AMT_MAGIC_STORE, or SQLite in Jupyter's data folder."""
    given = os.environ.get(STORE_VARIABLE)
    return given or f"sqlite:///{data_folder() / 'amt_magic.sqlite'}"


def data_folder() -> Path:
    """Return the folder of the default store and of payloads; made if absent."""
    folder = Path(jupyter_data_dir()) / "amt_magic"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


@lru_cache(maxsize=8)
def open_engine(url: str) -> sa.Engine:
    """Open the store at this URL and bring its tables up to date.

    Raises:
        StoreError: no such database, no access, a newer version's, or a network
            file system; the message names the file and never a password.
    """
    try:
        engine = sa.create_engine(url, poolclass=_pool(url))
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        rule = "must be a SQLAlchemy URL such as sqlite:////data/amt.sqlite"
        raise StoreError(f"{STORE_VARIABLE} {rule}: {type(error).__name__}") from None
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    with translated(engine), writing(engine) as connection:
        _migrate(engine, connection)
    return engine


def place(engine: sa.Engine) -> str:
    """Name the store for a message: its file, or its URL without the password."""
    url = engine.url
    return url.database or "" if _is_file(url) else url.render_as_string()


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a transaction that may write."""
    opened = engine.connect().execution_options(amt_writes=True)
    with opened as connection, connection.begin():
        yield connection


@contextmanager
def translated(engine: sa.Engine) -> Iterator[None]:
    """Turn the database's errors into a StoreError that names the store."""
    try:
        yield
    except IntegrityError:
        raise  # a broken rule of the tables, for the caller
    except DBAPIError as error:
        remedies = {
            "full": "free some space, then resume",
            "I/O error": "free some space if its disk is full, then resume",
            "readonly": "make the file writable, or set AMT_MAGIC_STORE to another",
            "not a database": "move the file away, or set AMT_MAGIC_STORE to another",
            "malformed": "move the file away, or set AMT_MAGIC_STORE to another",
            "no such table": "the file was replaced: restart the kernel",
            "unable to open": "check the folder and its permissions",
        }
        text = str(error.orig).strip()
        fitting = (remedy for key, remedy in remedies.items() if key in text)
        remedy = next(fitting, "check the database")
        raise StoreError(f"{place(engine)}: {text}; {remedy}") from None


def _pool(url: str) -> type[sa.Pool] | None:
    return NullPool if url.startswith("sqlite") and ":memory:" not in url else None


def _is_file(url: sa.URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _migrate(engine: sa.Engine, connection: sa.Connection) -> None:
    if engine.dialect.name == "postgresql":  # SQLite has the write lock by now
        lock = sa.text("SELECT pg_advisory_xact_lock(:key)")
        connection.execute(lock, {"key": MIGRATION_LOCK})
    current = 0
    if sa.inspect(connection).has_table(schema.name):
        current = connection.scalar(sa.select(sa.func.max(schema.c.version))) or 0
    newest = len(MIGRATIONS)
    if current > newest:
        raise StoreError(
            f"{place(engine)}: written by a newer version of amt_magic (schema "
            f"{current}, this one reads up to {newest}); upgrade amt_magic, or set "
            f"{STORE_VARIABLE} to another file"
        )
    for version in range(current + 1, newest + 1):
        MIGRATIONS[version - 1](connection)
        connection.execute(schema.insert().values(version=version))


def _prepare_sqlite(engine: sa.Engine) -> None:
    file = Path(engine.url.database or "")
    _refuse_network(file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{file.parent}: {error.strerror}; {STORE_VARIABLE}") from None

    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below
        connection.execute("PRAGMA busy_timeout = 30000")
        _use_wal(connection)
        connection.execute("PRAGMA synchronous = NORMAL")

    @event.listens_for(engine, "begin")
    def begun(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("amt_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _use_wal(connection: Any) -> None:
    """Switch to WAL where the file can; SQLite itself does not wait for this."""
    for _ in range(WAL_TRIES):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                return
        else:
            return
        time.sleep(0.02)


def _refuse_network(file: Path) -> None:
    mounts = {part.mountpoint: part for part in psutil.disk_partitions(all=True)}
    for folder in file.resolve().parents:
        if part := mounts.get(str(folder)):
            if part.fstype in NETWORK_FILE_SYSTEMS:
                raise StoreError(
                    f"{file}: lies on a network file system ({part.fstype}), where "
                    "SQLite's locks cannot be trusted; set AMT_MAGIC_STORE to a local "
                    "file or to a database server"
                )
            return

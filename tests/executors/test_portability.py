import asyncio
import concurrent.futures
import io
import logging
import multiprocessing
import queue
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import SimpleNamespace

import ipywidgets
import numpy as np
import pandas as pd
import psycopg
import pytest
import sqlalchemy
import sqlalchemy.orm
from scipy import sparse
from sklearn.svm import SVC

from amt_magic.executors.portability import class_name, obstacle


async def coroutine() -> None: ...


async def asynchronous_generator():
    yield 1


def engine() -> sqlalchemy.Engine:
    return sqlalchemy.create_engine("sqlite://")


MAKERS = {
    "an open file": [
        lambda: Path(__file__).open(),  # noqa: SIM115
        lambda: Path(__file__).open("rb"),  # noqa: SIM115
        tempfile.TemporaryFile,
        tempfile.NamedTemporaryFile,
    ],
    "a lock": [
        threading.Lock,
        threading.RLock,
        threading.Condition,
        threading.BoundedSemaphore,
        threading.Event,
        multiprocessing.Lock,
        asyncio.Lock,
    ],
    "a thread": [threading.Thread, lambda: threading.Timer(1, print)],
    "a process": [
        multiprocessing.Process,
        lambda: subprocess.Popen([sys.executable, "-c", ""]),
    ],
    "a queue": [
        queue.Queue,
        queue.PriorityQueue,
        queue.SimpleQueue,
        multiprocessing.Queue,
        multiprocessing.SimpleQueue,
        asyncio.Queue,
    ],
    "a pool of workers": [concurrent.futures.ThreadPoolExecutor],
    "a future": [concurrent.futures.Future],
    "a generator": [lambda: (x for x in []), asynchronous_generator],
    "a coroutine": [coroutine],
    "a socket": [socket.socket],
    "a database connection": [
        lambda: sqlite3.connect(":memory:"),
        lambda: sqlite3.connect(":memory:").cursor(),
        engine,
        lambda: engine().connect(),
        lambda: sqlalchemy.orm.Session(engine()),
    ],
    "a part of the notebook's display": [ipywidgets.IntSlider],
}


@pytest.mark.parametrize(
    ("what", "make"), [(what, make) for what, found in MAKERS.items() for make in found]
)
def test_what_cannot_travel_is_known(what, make):
    value = make()

    found = obstacle(value)

    assert found is not None
    assert found.what == what
    if isinstance(value, subprocess.Popen):
        value.wait()
    getattr(value, "close", lambda: None)()


@pytest.mark.parametrize("kind", [psycopg.Connection, psycopg.Cursor])
def test_a_connection_is_known_by_its_methods(kind):
    found = obstacle(kind.__new__(kind))

    assert found is not None
    assert found.what == "a database connection"


class Tensor:
    """Has what torch.Tensor has of this."""

    is_cuda = property(lambda self: self.device.type == "cuda")

    def __init__(self, device: str) -> None:
        self.device = SimpleNamespace(type=device)


@pytest.mark.parametrize("device", ["cuda", "mps", "xpu"])
def test_a_tensor_on_a_gpu_cannot_travel(device):
    found = obstacle(Tensor(device))

    assert found is not None
    assert found.what == "on a GPU"


def test_a_tensor_on_the_cpu_travels():
    assert obstacle(Tensor("cpu")) is None


@pytest.mark.parametrize(
    "value",
    [
        io.BytesIO(b"x"),
        io.StringIO("x"),
        logging.getLogger("x"),
        np.ones(3),
        pd.DataFrame({"a": [1]}),
        sparse.eye(3),
        SVC(),
        threading.Lock,
        print,
        np,
        socket.AF_INET,
        [],
    ],
)
def test_nothing_is_known_against_other_values(value):
    assert obstacle(value) is None


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (1, "int"),
        (np.ones(3), "numpy.ndarray"),
        (pd.DataFrame(), "pandas.DataFrame"),
        (SVC(), "sklearn.SVC"),
        (threading.Lock(), "thread.lock"),
        (io.BytesIO(), "io.BytesIO"),
        (SVC, "class"),
        (np, "module"),
    ],
)
def test_a_class_has_the_name_that_its_users_know(value, name):
    assert class_name(value) == name

"""A tuning job in a store, and what writes it."""

import pytest

from amt_magic.store.job_store import JobStore
from tests.store.examples import create, writer_of


@pytest.fixture
def store(tmp_path):
    store = JobStore(f"sqlite:///{tmp_path / 'store.sqlite'}")
    create(store)
    return store


@pytest.fixture
def writer(store):
    return writer_of(store)

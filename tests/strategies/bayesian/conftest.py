"""Linear algebra on one core, as the strategy itself asks for."""

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture
def one_thread():
    """On a busy machine small fits in several threads take a hundred times longer."""
    with threadpool_limits(limits=1):
        yield

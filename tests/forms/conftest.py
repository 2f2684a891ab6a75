import pytest


@pytest.fixture
def shell(ipython):
    ipython.reset(new_session=False)
    return ipython

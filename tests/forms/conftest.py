import pytest
from IPython.core.interactiveshell import InteractiveShell


@pytest.fixture(scope="package")
def ipython():
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "amt_magic")
    yield shell
    shell.run_line_magic("unload_ext", "amt_magic")
    InteractiveShell.clear_instance()


@pytest.fixture
def shell(ipython):
    ipython.reset(new_session=False)
    return ipython

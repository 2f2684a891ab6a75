"""Every test has its own store; what it starts is gone when it ends."""

import os
import time

import psutil
import pytest


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("AMT_MAGIC_STORE", f"sqlite:///{tmp_path / 'store.sqlite'}")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    yield
    left = wait_for_the_end_of(lambda: runners_of(tmp_path), seconds=10)
    for process in left:
        process.kill()
    assert not left, f"processes are left: {left}"


@pytest.fixture(scope="module")
def ipython():
    """An IPython shell that has loaded the extension."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "amt_magic")
    yield shell
    shell.run_line_magic("unload_ext", "amt_magic")
    InteractiveShell.clear_instance()


def runners_of(folder):
    """Runners, guardians and whatever else still has this test's store."""
    found = []
    for process in psutil.process_iter():
        try:
            store = process.environ().get("AMT_MAGIC_STORE", "")
        except psutil.Error:
            continue
        if str(folder) in store and process.pid != os.getpid():
            found.append(process)
    return found


def wait_for_the_end_of(find, seconds):
    deadline = time.monotonic() + seconds
    while (left := find()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


def pytest_collection_modifyitems(items):
    """Run what needs real processes last: quick failures come first."""
    items.sort(key=lambda item: "faults" in item.path.parts)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Turn a skip into a failure in CI, where everything is installed."""
    report = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
    return report

"""A private JupyterLab, and a page of headless Chromium on it."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

CHROMIUM_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
APPS = {"jupyterlab": "LabApp", "notebook": "JupyterNotebookApp"}
# the status bar says "idle" before a kernel exists: ask the session itself
KERNEL_IS_IDLE = """() => {
  const context = window.jupyterapp?.shell?.currentWidget?.sessionContext;
  return !!context && context.isReady && context.session?.kernel?.status === 'idle'
         && context.session.kernel.connectionStatus === 'connected';
}"""
RUN_CELL = """async (index) => {
  const app = window.jupyterapp, panel = app.shell.currentWidget;
  panel.content.activeCellIndex = index;
  panel.content.deselectAll();
  await app.commands.execute('notebook:run-cell');
}"""
START_CELL = RUN_CELL.replace("await app", "app")
SAVED = "() => !window.jupyterapp.shell.currentWidget.context.model.dirty"


class Lab:
    """One server with folders of its own; `root` is what it serves.

    `app`: jupyterlab, or notebook for Notebook 7.
    """

    def __init__(
        self, folder: Path, theme: str = "JupyterLab Light", app: str = "jupyterlab"
    ) -> None:
        self._app = app
        self.root = folder / "notebooks"
        private = folder / "private"
        settings = private / "config" / "labconfig"
        for each in (self.root, settings):
            each.mkdir(parents=True)
        overrides = settings / "default_setting_overrides.json"
        overrides.write_text(json.dumps(quiet_settings(theme)))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.token = secrets.token_hex(16)
        self.url = f"http://127.0.0.1:{port}"
        self._log = (private / "server.log").open("wb")
        self._server = subprocess.Popen(
            [*self._command(), f"--port={port}"],
            env=isolated_environment(private),
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._wait_for_answer()

    def _command(self) -> list[str]:
        return [
            sys.executable,
            "-m",
            self._app,
            "--no-browser",
            "--allow-root",
            "--ip=127.0.0.1",
            "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={self.token}",
            f"--ServerApp.root_dir={self.root}",
            f"--{APPS[self._app]}.expose_app_in_browser=True",
            "--LabApp.news_url=None",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            "--LabApp.extension_manager=readonly",
        ]

    def _wait_for_answer(self) -> None:
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and self._server.poll() is None:
            with suppress(OSError):
                status = f"{self.url}/api/status?token={self.token}"
                urllib.request.urlopen(status, timeout=2)
                return
            time.sleep(0.1)
        raise RuntimeError("JupyterLab did not start")

    def close(self) -> None:
        """Stop the server, which shuts its kernels down."""
        self._server.send_signal(signal.SIGTERM)
        try:
            self._server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self._server.pid, signal.SIGKILL)
        self._log.close()

    def open(self, page, name: str) -> None:
        """Open a notebook and wait until its kernel is idle."""
        path = "notebooks" if self._app == "notebook" else "lab/tree"
        page.goto(f"{self.url}/{path}/{name}?reset&token={self.token}")
        page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for(timeout=90_000)
        page.wait_for_function(KERNEL_IS_IDLE, timeout=90_000)

    def write(self, name: str, *sources: str) -> None:
        """Write a notebook of code cells."""
        import nbformat

        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = nbformat.v4.new_notebook(cells=cells)
        notebook.metadata["kernelspec"] = kernel  # else JupyterLab asks for one
        nbformat.write(notebook, self.root / name)


def save(page) -> None:
    """Save the notebook that is open."""
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function(SAVED)


def quiet_settings(theme: str) -> dict[str, object]:
    return {
        "@jupyterlab/apputils-extension:notification": {
            "fetchNews": "false",
            "checkForUpdates": False,
            "doNotDisturbMode": True,
        },
        "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
        "@jupyterlab/apputils-extension:themes": {"theme": theme},
    }


def isolated_environment(private: Path) -> dict[str, str]:
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "run",
        "IPYTHONDIR": "ipython",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    own = {name: str(private / folder) for name, folder in folders.items()}
    # the kernel must come from this interpreter, whatever is first on PATH
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, **own, "PATH": path}

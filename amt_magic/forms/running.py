"""Where a form's cell goes: to a new cell of the notebook, or into a tuning job."""

from html import escape
from typing import Any, Protocol

import ipywidgets
from IPython.core.getipython import get_ipython

from amt_magic.errors import NotServedError
from amt_magic.forms.fields import box
from amt_magic.tuning_jobs import TuningJob
from amt_magic.views.html import render_html


class Magics(Protocol):
    """What a form needs of the magics."""

    names: dict[str, Any]

    def option_defaults(self) -> dict[str, Any]:
        """Return what `%config Tune` sets."""

    def start(self, line: str, text: str) -> TuningJob:
        """Start the tuning job of a cell, and return at once."""

    def tune(self, line: str, cell: str | None = None) -> Any:
        """Run a cell as `%%tune` does."""


def magics() -> Magics:
    """Return the magics of this notebook, loaded if they are not."""
    shell: Any = get_ipython()
    if shell is None:
        raise NotServedError("a form needs a notebook; in Python use amt_magic.tune")
    if "Tune" not in shell.magics_manager.registry:
        shell.extension_manager.load_extension("amt_magic")
    found: Magics = shell.magics_manager.registry["Tune"]
    return found


def show(job: TuningJob) -> Any:
    """Return a widget that shows a tuning job live, or else as of its last refresh."""
    try:
        return job.view()
    except ImportError:  # no anywidget
        return refreshable(job)


def refreshable(job: TuningJob) -> Any:
    """Return a widget of ipywidgets alone, with a button that refreshes it."""
    shown = ipywidgets.HTML(render_html(job.summary()))
    button = ipywidgets.Button(description="Refresh")

    def refresh(clicked: Any) -> None:
        shown.value = render_html(job.summary())

    button.on_click(refresh)
    return box([box([button], "amt-buttons"), shown])


def to_new_cell(text: str) -> bool:
    """Put a text into a new cell; tells whether the front end lets us.

    A kernel can ask for a cell in its answer to a cell that runs, and only there: from
    a button it would come with the next cell that is run, below that one.
    """
    shell: Any = get_ipython()
    kernel = getattr(shell, "kernel", None)
    if kernel is not None:
        parent = kernel.get_parent() or {}
        if parent.get("header", {}).get("msg_type") != "execute_request":
            return False
    shell.set_next_input(text, replace=False)
    return True


def copy_box(text: str) -> str:
    """Return a box to copy a text from."""
    copy = (
        "navigator.clipboard.writeText(this.nextElementSibling.textContent)"
        ".then(()=>{this.textContent='Copied'})"
    )
    return (
        '<p class="amt-note">A button cannot make a cell here: copy this into one.</p>'
        f'<button class="jupyter-button" onclick="{copy}">Copy</button>'
        f'<pre class="amt-copy" tabindex="0">{escape(text)}</pre>'
    )

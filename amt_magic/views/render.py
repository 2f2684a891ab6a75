"""One tuning job, rendered: as text, as static HTML, and as both for Jupyter."""

from amt_magic.views.html import render_html
from amt_magic.views.summary import TuningJobSummary
from amt_magic.views.text import render_text

__all__ = ["bundle", "render_html", "render_text"]


def bundle(
    summary: TuningJobSummary, *, plot: bool = True, behind: str = ""
) -> dict[str, str]:
    """Render a tuning job for `display(bundle(summary), raw=True)`.

    `behind` is the id of a live view that hides this one.
    """
    return {
        "text/html": render_html(summary, plot=plot, behind=behind),
        "text/plain": render_text(summary),
    }

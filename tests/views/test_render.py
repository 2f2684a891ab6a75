import pytest

from amt_magic.views.render import bundle, render_html, render_text

from .examples import EXAMPLES, finished


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_bundle_has_html_and_text(name):
    summary = EXAMPLES[name]()

    data = bundle(summary)

    assert data == {
        "text/html": render_html(summary),
        "text/plain": render_text(summary),
    }


def test_the_bundle_can_leave_out_the_plot():
    data = bundle(finished(), plot=False)

    assert "<img" not in data["text/html"]
    assert "┤" in data["text/plain"]

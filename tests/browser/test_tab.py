"""Tab in JupyterLab."""

import pytest

from tests.browser.lab import RUN_CELL

pytestmark = pytest.mark.timeout(180)


def test_tab_offers_options_and_no_noise(page, lab):
    lab.write("tab.ipynb", "%load_ext amt_magic", "%%tune --max")
    lab.open(page, "tab.ipynb")
    page.evaluate(RUN_CELL, 0)
    page.locator(".jp-Cell").nth(1).locator(".cm-content").click()
    page.keyboard.press("End")

    page.keyboard.press("Tab")

    offered = page.locator(".jp-Completer-item")
    offered.first.wait_for(timeout=10_000)
    texts = offered.all_text_contents()
    assert len(texts) == 6
    assert all("--max" in text for text in texts)

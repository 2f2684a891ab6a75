"""What a person sees of `%%tune` in JupyterLab."""

import json
import shutil
from pathlib import Path

import pytest

from tests.browser.lab import RUN_CELL, START_CELL, save

pytestmark = pytest.mark.timeout(180)

QUICKSTART = Path(__file__).parents[2] / "notebooks" / "01-quickstart.ipynb"
SLEEPER = """\
%%tune sleeper --minimize loss --max-jobs 2 --out job
x: Continuous(0, 1)

import time

print("loss=1")
time.sleep(60)
"""


def test_quickstart_ends_with_its_table_and_its_plot(lab, page):
    shutil.copy(QUICKSTART, lab.root)
    lab.open(page, QUICKSTART.name)
    sources = [c["cell_type"] for c in json.loads(QUICKSTART.read_text())["cells"]]

    for index, kind in enumerate(sources):
        if kind == "code":
            page.evaluate(RUN_CELL, index)

    summary = page.locator(".amt-summary")
    summary.wait_for(timeout=60_000)
    assert summary.count() == 1
    assert summary.locator("table tbody tr").count() == 16
    image = summary.locator("img")
    drawn = "image => image.complete && image.naturalWidth"
    assert image.evaluate(drawn) > 300
    assert page.locator(".jp-OutputArea-output[data-mime-type*=error]").count() == 0


def test_untrusted_notebook_shows_table_and_plot_without_a_kernel(lab, page):
    shutil.copy(QUICKSTART, lab.root / "untrusted.ipynb")

    lab.open(page, "untrusted.ipynb")

    summary = page.locator(".amt-summary")
    summary.wait_for(timeout=30_000)
    assert summary.locator("table tbody tr").count() == 16
    assert summary.locator("img").evaluate("image => image.naturalWidth") > 300


def test_interrupt_stops_the_waiting_and_not_the_job(lab, page):
    stop = "%tune stop sleeper\njob.wait(30).status"
    lab.write("sleeper.ipynb", "%load_ext amt_magic", SLEEPER, "job.status", stop)
    lab.open(page, "sleeper.ipynb")
    page.evaluate(RUN_CELL, 0)
    page.evaluate(START_CELL, 1)
    page.locator(".amt-tuning-job").wait_for(timeout=60_000)

    page.evaluate(
        "() => window.jupyterapp.commands.execute('notebook:interrupt-kernel')"
    )
    told = page.get_by_text("%tune stop sleeper stops it")
    told.first.wait_for(timeout=30_000)
    for index in (2, 3):
        page.evaluate(RUN_CELL, index)

    save(page)
    cells = json.loads((lab.root / "sleeper.ipynb").read_text())["cells"]
    assert cells[1]["outputs"][-1]["ename"] == "KeyboardInterrupt"
    assert "InProgress" in str(cells[2]["outputs"])
    assert "Stopped" in str(cells[3]["outputs"])

"""The live view in JupyterLab: watched, stopped, reloaded, saved."""

import json
import re
import time

import psutil
import pytest
from nbconvert import HTMLExporter

import amt_magic as amt
from tests.browser.lab import KERNEL_IS_IDLE, RUN_CELL, START_CELL, Lab, save

pytestmark = pytest.mark.timeout(180)

LOAD = "%load_ext amt_magic"
EPOCHS = """\
%%tune {name} --minimize loss --strategy Random --max-jobs {jobs} \
--max-parallel-jobs 2 --seed 1 --replace{more}
x: Continuous(0, 1)
kind: Categorical("a", "<img src=x onerror='window.hacked = 1'>")

import time

print("<script>window.hacked = 1</script> in the log")
for epoch in range(1, 7):
    print(f"loss={{x + 1 / epoch:.4f}}")
    time.sleep({seconds})
"""
TEXT = "element => element.textContent"


def epochs(name, jobs=40, seconds=0.3, more=""):
    return EPOCHS.format(name=name, jobs=jobs, seconds=seconds, more=more)


@pytest.fixture
def store(lab, monkeypatch):
    """Let this process see the store of the page's kernel."""
    file = lab.root.parent / "private" / "data" / "amt_magic" / "amt_magic.sqlite"
    monkeypatch.setenv("AMT_MAGIC_STORE", f"sqlite:///{file}")


@pytest.fixture
def started(lab, page, store):
    """Run a notebook until its last cell shows a live view."""

    def start(name, *sources):
        lab.write(f"{name}.ipynb", LOAD, *sources)
        lab.open(page, f"{name}.ipynb")
        page.evaluate(RUN_CELL, 0)
        page.evaluate(START_CELL, len(sources))
        page.locator(".amt-tuning-job").wait_for(timeout=60_000)
        return page.locator(".amt-tuning-job")

    yield start
    for job in amt.list_tuning_jobs():
        amt.tuning_job(job.name).stop()


def counted(view, what):
    """Wait until the view has counted something; return how many."""
    words = re.compile(rf"(\d+) {what}")
    place = view.get_by_text(words).first
    place.wait_for(timeout=30_000)
    return int(words.search(place.evaluate(TEXT))[1])


def running_jobs(name):
    return [t for t in amt.tuning_job(name).training_jobs if not t.ended_at]


def test_view_follows_while_the_cell_waits_and_its_button_stops_the_job(
    page, started, lab
):
    view = started("watched", epochs("watched"))
    assert counted(view, "completed") >= 1
    assert view.get_attribute("data-status") == "InProgress"
    assert view.get_attribute("data-name") == "watched"
    assert not page.locator(".amt-summary").is_visible()

    pids = [int(t.worker.rpartition(":")[2]) for t in running_jobs("watched")]

    clicked = time.monotonic()
    view.get_by_role("button", name="Stop tuning job").click()

    while any(map(psutil.pid_exists, pids)):
        assert time.monotonic() - clicked < 5.0
        time.sleep(0.02)
    page.locator(".amt-summary").wait_for(timeout=10_000)
    job = amt.tuning_job("watched")
    assert job.status == "Stopped"
    assert view.count() == 0
    save(page)
    cells = json.loads((lab.root / "watched.ipynb").read_text())["cells"]
    saved = json.dumps(cells[1]["outputs"])
    assert "widget-view" not in saved
    assert "<img" in saved
    assert "stopped on request" in saved


def test_row_opens_its_detail_and_stops_its_training_job(page, started):
    view = started("rows", epochs("rows", seconds=3.0))
    view.get_by_role("tab", name="Training jobs").click()
    row = view.locator("[role=row][data-index='1']")
    row.wait_for(timeout=30_000)
    row.click()
    view.get_by_text("in the log").wait_for(timeout=10_000)

    view.get_by_role("button", name="Stop training job 1").click()

    view.locator("[role=row][data-index='1']").get_by_text(
        "Stopped", exact=True
    ).wait_for()
    (first, *_) = amt.tuning_job("rows").training_jobs
    assert (first.status, first.stop_reason) == ("Stopped", "stopped on request")
    assert amt.tuning_job("rows").status == "InProgress"
    assert page.evaluate("() => window.hacked") is None


def test_table_sorts_and_filters(page, started):
    view = started("filtered", epochs("filtered", seconds=0.1))
    counted(view, "completed")
    view.get_by_role("tab", name="Training jobs").click()
    rows = view.locator("[role=row][data-index]")
    rows.first.wait_for(timeout=30_000)

    view.get_by_role("columnheader", name="#").get_by_role("button").click()
    page.wait_for_timeout(500)
    shown = [int(row.get_attribute("data-index")) for row in rows.all()[:3]]
    assert shown in ([1, 2, 3], sorted(shown, reverse=True))

    view.get_by_role("button", name=re.compile("InProgress")).click()
    page.wait_for_timeout(500)
    assert 1 <= rows.count() <= 2
    assert all("InProgress" in text for text in rows.all_text_contents())


def test_view_comes_back_after_a_reload_and_goes_on(page, started, lab):
    view = started("reloaded", epochs("reloaded", more=" --no-wait"))
    counted(view, "completed")
    save(page)

    page.reload()

    view = page.locator(".amt-tuning-job")
    view.wait_for(timeout=60_000)
    before = counted(view, "completed")
    page.wait_for_function(
        """(before) => {
          const text = document.querySelector('.amt-tuning-job').textContent;
          return Number(/(\\d+) completed/.exec(text)?.[1] ?? 0) > before;
        }""",
        arg=before,
        timeout=30_000,
    )


def test_second_notebook_shows_the_job_of_the_first(page, started, lab):
    started("first", epochs("first", more=" --no-wait"))

    view = started("second", "%tune show first")

    assert counted(view, "completed") >= 1
    view.get_by_role("button", name="Stop tuning job").click()
    page.locator(".amt-summary").wait_for(timeout=20_000)
    assert amt.tuning_job("first").status == "Stopped"


def test_notebook_saved_meanwhile_has_the_summary_without_its_kernel(
    page, started, lab
):
    view = started("meanwhile", epochs("meanwhile", more=" --no-wait"))
    counted(view, "completed")
    page.wait_for_timeout(6_000)  # until the summary behind the view is refreshed
    save(page)
    cells = json.loads((lab.root / "meanwhile.ipynb").read_text())["cells"]
    (lab.root / "reopened.ipynb").write_text((lab.root / "meanwhile.ipynb").read_text())

    lab.open(page, "reopened.ipynb")

    summary = page.locator(".amt-summary")
    summary.wait_for(timeout=30_000)
    assert summary.is_visible()
    assert summary.get_by_text("As of ").count() == 1
    assert "completed" in json.dumps(cells[1]["outputs"])


def test_view_says_when_its_kernel_is_gone_and_the_job_goes_on(page, started):
    view = started("orphan", epochs("orphan", more=" --no-wait"))
    counted(view, "completed")

    page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()"
    )

    view.get_by_text("the kernel is gone; the tuning job goes on").wait_for(
        timeout=40_000
    )
    job = amt.tuning_job("orphan")
    ended = len([t for t in job.training_jobs if t.status.is_terminal])
    page.wait_for_timeout(3_000)
    assert len([t for t in job.training_jobs if t.status.is_terminal]) > ended


def test_interrupt_leaves_the_view_which_ends_with_the_job(page, started):
    view = started("left", epochs("left", jobs=8))
    page.evaluate(
        "() => window.jupyterapp.commands.execute('notebook:interrupt-kernel')"
    )
    page.get_by_text("%tune stop left stops it").first.wait_for(timeout=30_000)
    assert view.is_visible()

    page.locator(".amt-summary").wait_for(timeout=60_000)

    assert view.count() == 0
    assert amt.tuning_job("left").status == "Completed"


def test_plots_are_drawn(page, started):
    view = started("drawn", epochs("drawn"))
    counted(view, "completed")

    canvas = view.locator("canvas").first
    canvas.wait_for()
    page.wait_for_timeout(500)
    colours = canvas.evaluate(
        """canvas => {
          const {width, height} = canvas;
          const data = canvas.getContext('2d').getImageData(0, 0, width, height).data;
          const seen = new Set();
          for (let k = 0; k < data.length; k += 4)
            if (data[k + 3]) seen.add(data.slice(k, k + 3).join());
          return seen.size;
        }"""
    )
    assert colours > 5


def test_view_lives_in_notebook_7(tmp_path, page):
    server = Lab(tmp_path, app="notebook")  # its kernel has this test's store
    try:
        server.write("seven.ipynb", LOAD, epochs("seven"))
        server.open(page, "seven.ipynb")
        page.evaluate(RUN_CELL, 0)
        page.evaluate(START_CELL, 1)
        view = page.locator(".amt-tuning-job")
        view.wait_for(timeout=60_000)
        assert counted(view, "completed") >= 1

        view.get_by_role("button", name="Stop tuning job").click()

        page.locator(".amt-summary").wait_for(timeout=10_000)
        assert amt.tuning_job("seven").status == "Stopped"
    finally:
        server.close()


def test_restarted_kernel_shows_the_job_that_went_on(page, lab, store):
    again = f"{LOAD}\n%tune show restarted"
    lab.write("again.ipynb", LOAD, epochs("restarted", more=" --no-wait"), again)
    lab.open(page, "again.ipynb")
    for index in (0, 1):
        page.evaluate(RUN_CELL, index)
    counted(page.locator(".amt-tuning-job"), "completed")
    page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
        ".restart()"
    )
    page.wait_for_function(KERNEL_IS_IDLE, timeout=60_000)

    page.evaluate(RUN_CELL, 2)

    view = page.locator(".jp-Cell").nth(2).locator(".amt-tuning-job")
    view.wait_for(timeout=30_000)
    assert counted(view, "completed") >= 1
    assert view.get_attribute("data-status") == "InProgress"
    amt.tuning_job("restarted").stop()


def test_finished_notebook_reads_well_as_html(page, started, lab):
    started("exported", epochs("exported", jobs=3, seconds=0.05))
    page.locator(".amt-summary").wait_for(timeout=60_000)
    save(page)

    html, _ = HTMLExporter().from_filename(lab.root / "exported.ipynb")

    assert "amt-summary" in html
    assert 'src="data:image/png' in html
    assert "widget-view" not in html
    assert "<img src=x" not in html
    lab.open(page, "exported.ipynb")  # trusted: this JupyterLab has saved it
    page.locator(".amt-summary img").wait_for(timeout=30_000)


def test_hostile_names_do_nothing(page, started):
    tuned = """\
import amt_magic as amt, time
def train(**given):
    for value in given.values():
        print("loss=1"); time.sleep(0.5); print(f"loss={value}"); time.sleep(5)
name = "<img src=x onerror='window.hacked = 1'>"
job = amt.tune(train, {name: amt.Continuous(0, 1)}, minimize="loss", strategy="Random",
               name="hostile", wait=False)
job.show()"""
    view = started("hostile", tuned)
    for tab in ("Training jobs", "Learning curves", "Hyperparameters", "Config"):
        view.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(300)

    assert view.get_by_text("<img src=x").count() >= 1
    assert page.evaluate("() => window.hacked") is None

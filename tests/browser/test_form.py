"""The form in JupyterLab: filled by clicks and typing, run, and copied from."""

import json

import pytest

from tests.browser.lab import RUN_CELL, save

pytestmark = pytest.mark.timeout(180)

OPEN = "import amt_magic as amt\nfrom amt_magic.forms.form import form\nf = form()\nf"
CHECK = """\
import json
from amt_magic.inputs.tune_cell import read_tune_cell, split_cell
job = amt.tuning_job("hill").wait(60)
asked = read_tune_cell(*split_cell(f.text), {}).config
print(json.dumps([f.text, job.status, job.config == asked, len(job.training_jobs)]))
"""
FILLED = """\
%%tune hill --maximize score --max-jobs 3 --strategy Random --seed 7
x: Integer(1, 1000, "Logarithmic")
y: Categorical("up", "down")

loss = (1 - x) ** 2 + 100 * (y - x**2) ** 2
print(f"loss={loss}")
"""
BODY = 'print(f"score={x + len(y)}")'

EARLIER = """\
import amt_magic as amt
ranges = {"x": amt.Continuous(-2, 2), "y": amt.Continuous(-1, 3)}
def train(**given): return sum(given.values())
def tune(name, ranges, jobs):
    options = {"minimize": "loss", "max_jobs": jobs, "strategy": "Random"}
    amt.tune(train, ranges, name=name, **options)
tune("first", ranges, 3)
tune("second", ranges, 2)
tune("has-one-range", {"x": ranges["x"]}, 1)
from amt_magic.forms.form import form
f = form()
f"""
STARTED = """\
import json
job = amt.tuning_job("third").wait(60)
warm_start = job.config.warm_start
print(json.dumps([job.status, warm_start.parents, warm_start.type]))
"""
WIDER = """form => [...form.querySelectorAll('*')].filter(e =>
    e.getBoundingClientRect().right > form.getBoundingClientRect().right + 1
).map(e => e.outerHTML.slice(0, 120))"""


def opened_form(lab, page, name, *cells):
    lab.write(name, OPEN, *cells)
    lab.open(page, name)
    page.evaluate(RUN_CELL, 0)
    form = page.locator(".amt-form")
    form.wait_for(timeout=60_000)
    return form


def type_into(page, form, label, text):
    field = form.get_by_label(label, exact=True)
    field.click()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)
    page.keyboard.press("Tab")


def cell_text(form):
    return form.get_by_label("text of the cell", exact=True)


def outputs(lab, page, name, index):
    save(page)
    cells = json.loads((lab.root / name).read_text())["cells"]
    return "".join(
        o.get("text", "") and "".join(o["text"]) for o in cells[index]["outputs"]
    )


def wait_for_text(page, form, text):
    area = cell_text(form).element_handle()
    held = "([area, text]) => area.value === text"
    try:
        page.wait_for_function(held, arg=[area, text], timeout=10_000)
    except Exception:
        assert cell_text(form).input_value() == text


def test_form_filled_by_hand_starts_exactly_its_cell(lab, page):
    form = opened_form(lab, page, "form.ipynb", CHECK)

    type_into(page, form, "name of the tuning job", "hill")
    form.get_by_role("button", name="maximize", exact=True).click()
    type_into(page, form, "metric", "score")
    type_into(page, form, "training jobs", "3")
    form.get_by_role("button", name="Random", exact=True).click()
    type_into(page, form, "seed", "7")
    form.get_by_label("kind of x", exact=True).select_option("Integer")
    type_into(page, form, "maximum of x", "1000")
    type_into(page, form, "minimum of x", "1")
    form.get_by_label("scaling of x", exact=True).select_option("Logarithmic")
    form.get_by_label("kind of y", exact=True).select_option("Categorical")
    type_into(page, form, "categories of y", "up, down")
    wait_for_text(page, form, FILLED)
    area = cell_text(form)
    area.fill(FILLED[: FILLED.index("loss =")] + BODY)
    form.get_by_role("button", name="Read", exact=True).click()
    form.get_by_role("button", name="Run", exact=True).click()
    form.locator(".amt-tuning-job").wait_for(timeout=30_000)
    page.evaluate(RUN_CELL, 1)

    text = area.input_value()
    written, status, is_same, count = json.loads(outputs(lab, page, "form.ipynb", 1))
    assert written == text == FILLED[: FILLED.index("loss =")] + BODY
    assert (status, is_same, count) == ("Completed", True, 3)


def test_fault_appears_beside_the_field_as_it_is_typed(lab, page):
    form = opened_form(lab, page, "fault.ipynb")

    form.get_by_label("training jobs", exact=True).fill("0")

    fault = form.get_by_text("--max-jobs must be an integer, 1 or more (got 0)")
    fault.wait_for(timeout=10_000)
    form.get_by_label("maximum of x", exact=True).fill("-3")
    form.get_by_text("x.min_value must be below max_value").wait_for(timeout=10_000)
    form.get_by_label("training jobs", exact=True).fill("1")
    fault.wait_for(state="hidden", timeout=10_000)


def test_cell_is_copied_from_a_box_and_made_by_a_call(lab, page):
    form = opened_form(lab, page, "cell.ipynb", "f.to_cell()")

    form.get_by_role("button", name="To cell", exact=True).click()

    box = form.locator(".amt-copy")
    box.wait_for(timeout=10_000)
    assert box.text_content() == cell_text(form).input_value()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    form.get_by_role("button", name="Copy", exact=True).click()
    form.get_by_role("button", name="Copied", exact=True).wait_for(timeout=10_000)
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied == cell_text(form).input_value()

    page.evaluate(RUN_CELL, 1)
    page.locator(".jp-Cell").nth(2).wait_for(timeout=10_000)
    save(page)
    cells = json.loads((lab.root / "cell.ipynb").read_text())["cells"]
    assert "".join(cells[2]["source"]) == copied


@pytest.mark.parametrize("width", [360, 800, 1600])
def test_nothing_is_cut_off_at_any_width(lab, page, width):
    form = opened_form(lab, page, f"width{width}.ipynb")

    form.evaluate("(form, width) => form.style.maxWidth = `${width}px`", width)

    assert form.evaluate(WIDER) == []
    images = form.locator("img")
    assert images.count() == 2
    assert images.first.evaluate("image => image.complete && image.naturalWidth") > 100


def test_parents_are_picked_and_learned_from(lab, page):
    lab.write("parents.ipynb", EARLIER, STARTED)
    lab.open(page, "parents.ipynb")
    page.evaluate(RUN_CELL, 0)
    form = page.locator(".amt-form")
    form.wait_for(timeout=60_000)

    form.get_by_label("second: 2 training jobs").check()
    form.get_by_label("first: 3 training jobs").check()
    form.get_by_label("TransferLearning: data").wait_for(timeout=10_000)
    form.get_by_label("IdenticalDataAndAlgorithm: the same").check()
    type_into(page, form, "name of the tuning job", "third")
    form.get_by_text("and why not").click()
    form.get_by_text("it lacks y").wait_for(timeout=10_000)
    for width in (360, 800, 1600):
        form.evaluate("(form, width) => form.style.maxWidth = `${width}px`", width)
        assert form.evaluate(WIDER) == []
    form.get_by_role("button", name="Run", exact=True).click()
    form.locator(".amt-tuning-job").wait_for(timeout=30_000)
    page.evaluate(RUN_CELL, 1)

    told = json.loads(outputs(lab, page, "parents.ipynb", 1))
    assert told == ["Completed", ["second", "first"], "IdenticalDataAndAlgorithm"]
    written = cell_text(form).input_value()
    assert written.count("--warm-start ") == 2

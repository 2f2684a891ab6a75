"""What the live view costs and how soon it shows, in JupyterLab's own page.

python tests/benchmarks/live_view.py --rows 1000 10000 --seconds 60

A process writes 100 finished training jobs a second into the store; the page notes when
it shows how many have completed.
"""

import argparse
import bisect
import os
import random
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from amt_magic.jobs import TrainingJobStatus
from amt_magic.store.job_store import JobStore
from tests.browser.lab import CHROMIUM_ARGUMENTS, RUN_CELL, Lab
from tests.store.examples import create, measure, training_job, writer_of

RATE = 100  # finished training jobs a second
SHOW = """\
import amt_magic as amt
amt.tuning_job("{name}").view()"""
WATCH = """() => {
  window.tasks = []; window.shown = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.tasks.push(entry.duration);
  }).observe({entryTypes: ['longtask']});
  const look = () => {
    const text = document.querySelector('.amt-tuning-job').textContent;
    const words = /([\\d,]+) completed/.exec(text)?.[1] ?? '0';
    const count = Number(words.replaceAll(',', ''));
    if (count !== window.shown.at(-1)?.[0]) window.shown.push([count, Date.now()]);
    requestAnimationFrame(look);
  };
  look();
}"""
FIRST_ROW = """() =>
  / completed/.test(document.querySelector('.amt-tuning-job')?.textContent)"""


def finish(writer, index: int) -> float:
    """Write one more training job that has finished; return when."""
    now = time.time()
    job = training_job(
        index,
        status=TrainingJobStatus.COMPLETED,
        started_at=now - 1,
        ended_at=now,
        hyperparameters={"x": random.random(), "kind": (2, True)},
    )
    measure(writer, job, random.random())
    writer.change(job)
    return now


def bench(lab: Lab, page, store: JobStore, rows: int, seconds: float) -> None:
    name = f"load-{rows}"
    create(store, name)
    writer = writer_of(store, name)
    for index in range(1, rows + 1):
        finish(writer, index)
    writer.flush()
    lab.write(f"{name}.ipynb", SHOW.format(name=name), "1 + 1")
    lab.open(page, f"{name}.ipynb")
    began = time.monotonic()
    page.evaluate(RUN_CELL, 0)
    page.wait_for_function(FIRST_ROW, timeout=60_000, polling=20)
    opened = time.monotonic() - began
    page.evaluate(WATCH)
    finished, answers = load(page, writer, rows, seconds)
    report(page, rows, opened, finished, answers)


def load(page, writer, rows: int, seconds: float):
    """Write at the rate; return when each had finished, and another cell's times."""
    finished, answers, index = [], [], rows
    started, asked = time.time(), time.time()
    while time.time() - started < seconds:
        index += 1
        finished.append((index, finish(writer, index)))
        writer.turn(0.0)
        if time.time() - asked > 5:
            asked = time.time()
            page.evaluate(RUN_CELL, 1)
            answers.append(time.time() - asked)
        due = started + (index - rows) / RATE
        time.sleep(max(0.0, due - time.time()))
    writer.flush()
    page.wait_for_timeout(1000)
    return finished, answers


def report(page, rows, opened, finished, answers) -> None:
    counts = [count for count, _ in finished]
    latencies = []
    for count, shown_at in page.evaluate("() => window.shown"):
        place = bisect.bisect_left(counts, count)
        if place < len(finished) and counts[place] == count:
            latencies.append(shown_at / 1000 - finished[place][1])
    tasks = page.evaluate("() => window.tasks")
    print(
        f"{rows:>6} rows: opened in {opened:.2f} s; finished to visible "
        f"{1000 * statistics.median(latencies):.0f} ms (median of {len(latencies)}), "
        f"longest task {max(tasks, default=0):.0f} ms, another cell answers in "
        f"{1000 * statistics.median(answers):.0f} ms (worst {1000 * max(answers):.0f})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    store = JobStore(f"sqlite:///{folder / 'store.sqlite'}")
    os.environ["AMT_MAGIC_STORE"] = store.url
    lab = Lab(folder / "lab")
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(
                executable_path=shutil.which("chromium"), args=list(CHROMIUM_ARGUMENTS)
            )
            for rows in given.rows:
                page = browser.new_page(viewport={"width": 1280, "height": 1400})
                bench(lab, page, store, rows, given.seconds)
                page.close()
            browser.close()
    finally:
        lab.close()


if __name__ == "__main__":
    main()

"""Early stopping of real training jobs."""

import time
from pathlib import Path

import pytest

import amt_magic as amt

pytestmark = pytest.mark.timeout(60)

OPTIONS = {
    "minimize": "loss",
    "strategy": "Random",
    "early_stopping": "Auto",
    "max_parallel_jobs": 2,
    "seed": 1,
}


def once(x, folder):
    print(f"loss={x}")
    time.sleep(0.1)
    Path(folder, f"{x}.txt").write_text("done")


def epochs(x):
    for epoch in range(1, 21):
        print(f"epoch={epoch} loss={x + 1 / epoch}")
        time.sleep(0.02)


def test_training_jobs_that_print_once_complete_and_keep_what_they_write(tmp_path):
    job = amt.tune(
        once,
        {"x": amt.Continuous(0, 1)},
        static_hyperparameters={"folder": str(tmp_path)},
        max_jobs=8,
        **OPTIONS,
    )

    assert {t.status for t in job.training_jobs} == {"Completed"}
    assert len(list(tmp_path.glob("*.txt"))) == 8


def test_training_jobs_are_stopped_in_their_epochs_with_a_reason():
    ranges = {"x": amt.Continuous(0, 1)}

    job = amt.tune(epochs, ranges, max_jobs=12, **OPTIONS)

    stopped = [t for t in job.training_jobs if t.status == "Stopped"]
    assert len(stopped) >= 2
    assert all(len(t.reports) < 20 for t in stopped)
    assert all("is worse than" in t.stop_reason for t in stopped)
    assert job.training_jobs[0].status == job.best_training_job.status == "Completed"
    described = job.describe()["TrainingJobStatusCounters"]
    assert described["Stopped"] == len(stopped)


def with_epochs(x, epochs=6):
    for epoch in range(1, 100):
        print(f"epoch={epoch} loss={x + 1 / epoch}")
        time.sleep(0.02)


def test_hyperband_stops_at_rungs_and_completes_at_the_functions_epochs():
    options = OPTIONS | {"early_stopping": "Off", "strategy": "Hyperband"}

    job = amt.tune(with_epochs, {"x": amt.Continuous(0, 1)}, max_jobs=10, **options)

    assert job.config.strategy_config.max_resource == 6
    by_reason = {t.stop_reason.split(":")[0] for t in job.training_jobs}
    assert "reached MaxResource (6)" in by_reason
    assert by_reason & {"rung 1", "rung 3"}
    whole = [t for t in job.training_jobs if t.stop_reason.startswith("reached")]
    assert {t.status for t in whole} == {"Completed"}
    assert job.best_training_job in whole

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


def saving(x, folder, epochs=6):
    for epoch in range(1, epochs + 1):
        print(f"epoch={epoch} loss={x + 1 / epoch}")
        time.sleep(0.02)
    time.sleep(0.3)
    Path(folder, f"{x}.txt").write_text("done")


def tune_with_hyperband(train, tmp_path, **options):
    options = OPTIONS | {"early_stopping": "Off", "strategy": "Hyperband"} | options
    ranges, static = {"x": amt.Continuous(0, 1)}, {"folder": str(tmp_path)}
    job = amt.tune(train, ranges, max_jobs=10, static_hyperparameters=static, **options)
    whole = [t for t in job.training_jobs if t.stop_reason.startswith("reached")]
    assert {t.status for t in whole} == {"Completed"}
    assert job.best_training_job in whole
    return job, whole


def test_hyperband_stops_at_rungs_and_what_has_all_epochs_ends_by_itself(tmp_path):
    job, whole = tune_with_hyperband(saving, tmp_path)

    assert job.config.strategy_config.max_resource == 6
    stopped = [t for t in job.training_jobs if t not in whole]
    assert {t.status for t in stopped} == {"Stopped"}
    assert {t.stop.rule for t in stopped} == {"Rung"}
    assert {t.stop.resource for t in stopped} <= {1, 3}
    assert {t.stop_reason for t in whole} == {"reached MaxResource (6)"}
    saved = {file.stem for file in tmp_path.glob("*.txt")}
    assert saved == {str(t.hyperparameters["x"]) for t in whole}


def test_hyperband_stops_at_a_maximum_below_the_codes_own_epochs(tmp_path):
    _, whole = tune_with_hyperband(saving, tmp_path, max_resource=4)

    assert {len(t.reports) for t in whole} <= {4, 5}  # one may be on its way
    assert list(tmp_path.glob("*.txt")) == []


def endless(x, folder, epochs=4):
    for epoch in range(1, 1000):
        print(f"epoch={epoch} loss={x + 1 / epoch}")
        time.sleep(0.05)


def test_hyperband_stops_what_goes_on_beyond_its_own_epochs(tmp_path):
    _, whole = tune_with_hyperband(endless, tmp_path)

    assert {len(t.reports) for t in whole} <= {5, 6}


def worse_at_last(x, folder, epochs=2):
    print("loss=0")
    print(f"loss={x}")
    time.sleep(0.3)
    Path(folder, f"{x}.txt").write_text("done")


def test_auto_leaves_alone_what_is_about_to_end_by_itself(tmp_path):
    ranges = {"x": amt.Categorical(1, 2, 3)}
    options = OPTIONS | {"strategy": "Grid", "max_parallel_jobs": 1}
    static = {"folder": str(tmp_path)}

    job = amt.tune(worse_at_last, ranges, static_hyperparameters=static, **options)

    assert {(t.status, t.stop) for t in job.training_jobs} == {("Completed", None)}
    assert len(list(tmp_path.glob("*.txt"))) == 3

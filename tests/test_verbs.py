"""Functions and scripts are tuned; the handle tells what came of it."""

import json
import math
import multiprocessing
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import amt_magic as amt
from amt_magic.dry_run import dry_run
from amt_magic.verbs import make_payload

pytestmark = pytest.mark.timeout(60)

RANGES = {"lr": amt.Continuous(1e-4, 1e-1), "kind": amt.Categorical("a", None, (2, 3))}


def returning(lr, kind):
    return lr


def printing(lr, kind, epochs=3):
    for epoch in range(1, epochs + 1):
        print(f"epoch={epoch} loss={lr / epoch}")


def tune(train, ranges=RANGES, **options):
    options = {"minimize": "loss", "max_jobs": 4, "seed": 1} | options
    return amt.tune(train, ranges, **options)


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    """A job that ran once, for tests that only read."""
    patch = pytest.MonkeyPatch()
    folder = tmp_path_factory.mktemp("store")
    patch.setenv("AMT_MAGIC_STORE", f"sqlite:///{folder / 'store.sqlite'}")
    yield tune(printing, max_parallel_jobs=2, name="read-only")
    patch.undo()


def test_returned_number_is_the_objective():
    job = tune(returning, name="returned")

    assert job.status == "Completed"
    for training_job in job.training_jobs:
        assert training_job.value == training_job.hyperparameters["lr"]
        assert type(training_job.hyperparameters["lr"]) is float


def test_static_hyperparameters_arrive_as_keywords():
    job = tune(printing, static_hyperparameters={"epochs": 2})

    assert [len(t.reports) for t in job.training_jobs] == [2] * 4


def test_function_that_misses_a_keyword_is_refused_with_its_signature():
    with pytest.raises(amt.ValidationError, match="kind"):
        tune(lambda lr: lr)


def test_unknown_option_names_the_nearest():
    with pytest.raises(amt.ValidationError, match="did you mean max_jobs"):
        tune(returning, max_job=3)


def test_no_wait_returns_at_once_and_any_process_can_wait():
    job = tune(returning, name="elsewhere", wait=False)
    code = "import amt_magic as amt; print(amt.tuning_job('elsewhere').wait().status)"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert ran.stdout.splitlines()[-1] == "Completed"
    assert job.status == "Completed"


def test_wait_gives_up_after_its_timeout():
    def sleeping(lr, kind):
        import time

        time.sleep(600)

    job = tune(sleeping, wait=False)

    job.wait(timeout=0.2)

    assert job.status == "InProgress"
    job.stop()
    assert job.wait().status == "Stopped"


def test_of_two_jobs_made_at_once_under_one_name_one_runs():
    code = (
        "import amt_magic as amt\n"
        "def train(x): return x\n"
        "amt.tune(train, {'x': amt.Continuous(0, 1)}, minimize='loss', max_jobs=2,\n"
        "         strategy='Random', name='same')\n"
    )
    command = [sys.executable, "-c", code]

    kernels = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]

    errors = [kernel.communicate()[1].decode() for kernel in kernels]
    assert sorted(kernel.returncode for kernel in kernels) == [0, 1]
    assert "already exists" in "".join(errors)
    assert len(amt.tuning_job("same").training_jobs) == 2


def test_create_tuning_job_takes_a_config():
    config = amt.TuningJobConfig(
        strategy="Grid",
        objective=amt.Objective(type="Minimize", metric_name="loss"),
        ranges={"kind": amt.Categorical(1, 2), "lr": amt.Categorical(0.1, 0.2)},
    )

    job = amt.create_tuning_job(config, train=returning, name="grid")

    assert len(job.wait().training_jobs) == 4


SCRIPT = """\
import json, os, random, sys
from beside import VALUE
if __name__ == "__main__":
    told = {name: os.environ[name] for name in ("SM_HPS", "SM_HP_LR", "SM_MODEL_DIR")}
    print("told", json.dumps([sys.argv[1:], told]))
    print(f"loss={VALUE}")
"""


def test_script_runs_as_sagemakers_containers_run_it(tmp_path):
    (tmp_path / "beside.py").write_text("VALUE = 5")
    script = tmp_path / "train.py"
    script.write_text(SCRIPT)
    ranges = {"lr": amt.Continuous(0, 1), "depth": amt.Integer(3, 4)}

    job = tune(str(script), ranges, max_jobs=1)

    (training_job,) = job.training_jobs
    lr, depth = (
        training_job.hyperparameters["lr"],
        training_job.hyperparameters["depth"],
    )
    line = next(x for x in job.logs(1).splitlines() if x.startswith("told "))
    arguments, told = json.loads(line.removeprefix("told "))
    assert arguments == ["--lr", str(lr), "--depth", str(depth)]
    assert json.loads(told["SM_HPS"]) == {"lr": lr, "depth": depth}
    assert told["SM_HP_LR"] == str(lr)
    assert told["SM_MODEL_DIR"].endswith("models/0001")
    assert training_job.value == 5


def test_script_that_fails_names_its_own_line(tmp_path):
    script = tmp_path / "train.py"
    script.write_text("x = 1\nraise SystemError('here')\n")

    job = tune(script, max_jobs=1)

    reason = job.training_jobs[0].failure_reason
    assert reason.startswith("SystemError: here")
    assert f"{script} line 2" in reason


def test_executable_of_another_language_runs(tmp_path):
    script = tmp_path / "train.sh"
    script.write_text("#!/bin/sh\necho loss=$SM_HP_LR\n")
    script.chmod(0o755)

    job = tune(script, max_jobs=1)

    assert job.training_jobs[0].value == pytest.approx(
        job.training_jobs[0].hyperparameters["lr"]
    )


def test_script_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(amt.ValidationError, match="must be a file that exists"):
        tune(tmp_path / "none.py")


def test_training_jobs_have_aware_datetimes(job):
    for training_job in job.training_jobs:
        assert training_job.created_at.tzinfo is not None
        assert training_job.started_at <= training_job.reports[0].time
        assert training_job.reports[-1].time <= training_job.ended_at


def test_best_training_job_has_the_smallest_final_value(job):
    values = [t.value for t in job.training_jobs]

    assert job.best_training_job.value == min(values)
    assert len(job.best_training_job.reports) == 3


def test_dataframe_has_the_sdks_columns_and_dtypes(job):
    frame = job.dataframe()

    assert list(frame) == [
        "lr",
        "kind",
        "TrainingJobName",
        "TrainingJobStatus",
        "FinalObjectiveValue",
        "TrainingStartTime",
        "TrainingEndTime",
        "TrainingElapsedTimeSeconds",
    ]
    assert frame["lr"].dtype == frame["FinalObjectiveValue"].dtype == "float64"
    assert str(frame["TrainingStartTime"].dt.tz) == "UTC"
    assert (frame["TrainingElapsedTimeSeconds"] >= 0).all()
    assert list(frame["FinalObjectiveValue"]) == [t.value for t in job.training_jobs]


def test_describe_counts_and_names_the_best(job):
    answer = job.describe()

    assert answer["TrainingJobStatusCounters"]["Completed"] == 4
    assert answer["BestTrainingJob"]["TrainingJobName"] == job.best_training_job.name
    assert answer["HyperParameterTuningJobStatus"] == "Completed"


def test_result_works_with_skopts_plots(job):
    import matplotlib.pyplot as plt
    from skopt.plots import plot_convergence, plot_evaluations

    result = job.optimize_result()

    assert result.fun == min(t.value for t in job.training_jobs)
    assert len(result.x_iters) == len(result.func_vals) == 4
    assert plot_convergence(result).lines
    plot_evaluations(result)
    plt.close("all")


def test_plots_are_axes(job):
    import matplotlib.pyplot as plt

    assert job.plot_convergence().lines
    assert job.plot_learning_curves().collections
    assert len(job.plot_parameters()) == 2
    plt.close("all")


def test_listing_shows_counts_and_the_best():
    job = tune(returning, name="listed")

    (listed,) = amt.list_tuning_jobs()

    assert (listed.name, listed.training_jobs, listed.limit) == ("listed", 4, 4)
    assert listed.best_value == job.best_training_job.value
    assert "listed" in repr(amt.list_tuning_jobs())
    assert "<td>listed</td>" in amt.list_tuning_jobs()._repr_html_()


def test_unknown_training_job_is_named(job):
    with pytest.raises(amt.ResourceNotFoundError, match="no training job 99"):
        job.logs(99)


def test_dry_run_tells_values_time_and_luggage(job):
    told = dry_run(job.config, make_payload(printing, job.config))

    assert told.hyperparameters["lr"] == pytest.approx(math.sqrt(1e-4 * 1e-1))
    assert len(told.values) == 3
    assert told.training_jobs == 4
    assert told.seconds_expected == pytest.approx(2 * told.seconds)
    assert "loss came 3 times" in str(told)


def test_dry_run_of_what_fails_shows_the_end_of_its_log(job):
    def failing(lr, kind):
        print("before it")
        raise ValueError("no")

    with pytest.raises(
        amt.TuningJobFailedError, match=r"(?s)ValueError: no.*before it"
    ):
        dry_run(job.config, make_payload(failing, job.config))


def test_old_payloads_make_room_for_new_ones():
    from amt_magic.store.folders import trim_folders
    from amt_magic.store.job_store import JobStore

    for name in ("one", "two"):
        tune(returning, name=name, max_jobs=1)

    removed = trim_folders(JobStore(), gigabytes=0)

    assert removed == ["one", "two"]
    assert amt.tuning_job("one").training_jobs[0].value is not None
    with pytest.raises(amt.StoreError, match="removed to make room"):
        amt.tuning_job("one").resume(max_jobs=2)


def test_code_has_pythons_own_start_method_for_its_processes():
    def train(x):
        import multiprocessing

        print(f"method: {multiprocessing.get_start_method()}")
        return x

    job = amt.tune(train, {"x": amt.Continuous(0, 1)}, minimize="loss", max_jobs=1)

    theirs = multiprocessing.get_context(None).get_start_method()
    assert job.logs(1).splitlines()[0] == f"method: {theirs}"


def test_grace_lets_a_stopped_training_job_save_what_it_has(tmp_path):
    def train(x, folder):
        signal.signal(signal.SIGTERM, lambda *_: None)
        print("loss=1")
        time.sleep(2.0)  # goes on when the signal has been noted
        Path(folder, f"{x}.txt").write_text("done")

    def run(grace_seconds):
        folder = tmp_path / str(grace_seconds)
        folder.mkdir()
        amt.tune(
            train,
            {"x": amt.Continuous(0, 1)},
            minimize="loss",
            max_jobs=1,
            max_runtime=1,
            static_hyperparameters={"folder": str(folder)},
            grace_seconds=grace_seconds,
        )
        return len(list(folder.iterdir()))

    assert run(grace_seconds=0.1) == 0
    assert run(grace_seconds=30) == 1

"""The handle: reads the store anew, asks the runner by the store."""

import json
import math
import threading
from datetime import UTC, datetime

import pytest

import amt_magic as amt
from amt_magic import wire
from amt_magic.creation import create
from tests.faults.cells import cell, ended, reported, run, start, wait_until
from tests.wire import service
from tests.wire.recorded import KEPT

pytestmark = pytest.mark.timeout(60)

THREE = "for k in (3, 1, 2): print(f'k={k} loss={k * x}')"
ENDLESS = "import time; print('loss=1', flush=True); time.sleep(600)"


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    """A job that ran once, for tests that only read."""
    patch = pytest.MonkeyPatch()
    file = tmp_path_factory.mktemp("store") / "store.sqlite"
    patch.setenv("AMT_MAGIC_STORE", f"sqlite:///{file}")
    yield run(THREE, name="Read-Only", jobs=4)
    patch.undo()


def test_handle_keeps_the_name_as_it_was_given(job):
    other = amt.tuning_jobs.TuningJob("read-ONLY", job._store)

    assert other.name == "Read-Only"
    assert repr(other) == "<TuningJob 'Read-Only': Completed>"


def test_name_that_is_not_there_is_told():
    with pytest.raises(amt.ResourceNotFoundError, match="no tuning job called 'none'"):
        amt.tuning_job("none")
    with pytest.raises(amt.ResourceNotFoundError, match="no tuning job yet"):
        amt.tuning_job()


def test_newest_job_needs_no_name():
    for name in ("first", "second"):
        run("loss = x", name=name)

    assert amt.tuning_job().name == "second"


def test_training_jobs_come_by_index_with_every_report(job):
    assert [t.index for t in job.training_jobs] == [1, 2, 3, 4]
    for t in job.training_jobs:
        x = t.hyperparameters["x"]
        assert [r.value for r in t.reports] == pytest.approx([3 * x, x, 2 * x])
        assert t.value == t.reports[-1].value


def test_times_are_aware_and_in_order(job):
    for t in job.training_jobs:
        times = [t.created_at, t.started_at, *(r.time for r in t.reports), t.ended_at]
        assert times == sorted(times)
        assert t.created_at.tzinfo is UTC
        assert abs((datetime.now(UTC) - t.ended_at).total_seconds()) < 60


def test_best_training_job_has_all_its_reports(job):
    best = job.best_training_job

    assert best.value == min(t.value for t in job.training_jobs)
    assert len(best.reports) == 3


def test_job_without_a_value_has_no_best():
    assert run("print('nothing')").best_training_job is None
    assert run("loss = float('nan')", name="nan").best_training_job is None


def test_job_shows_itself_as_html_and_as_text(job):
    shown = job._repr_mimebundle_()

    assert {"text/html", "text/plain"} <= set(shown)
    assert "Read-Only" in shown["text/plain"]


def test_config_is_the_one_that_was_given(job):
    limits = job.config.resource_limits

    assert limits.max_number_of_training_jobs == 4
    assert job.config.random_seed == 1
    assert job.config.ranges == {"x": amt.Continuous(0, 1)}


def test_training_job_that_is_not_there_is_told(job):
    for ask in (job.training_job, job.logs):
        with pytest.raises(amt.ResourceNotFoundError, match="no training job 5"):
            ask(5)


def test_log_without_its_file_is_the_end_that_the_store_has():
    job = run("print('x' * 100_000); print('loss=1')")
    file = job._store.folder("job") / "logs" / "0001.log"
    whole = job.logs(1)

    file.unlink()

    assert len(whole) > 100_000
    assert job.logs(1) == whole[-65_536:]


def test_stop_of_what_has_ended_changes_nothing(job):
    before = job.describe()

    job.stop()
    job.stop(training_job=1)

    assert job.status == "Completed"
    assert job.describe() == before


def test_stop_of_all_ends_the_tuning_job_and_resume_goes_on():
    job = start(ENDLESS, jobs=3, parallel=1)
    reported(job)
    job.stop()
    assert ended(job).status == "Stopped"
    assert job.summary().reason == "stopped on request"

    job.resume()
    reported(job, 2)
    job.stop()

    assert ended(job).status == "Stopped"
    assert len(job.training_jobs) == 2


def test_running_job_can_be_neither_resumed_nor_deleted():
    job = start(ENDLESS)

    for ask in (job.resume, job.delete):
        with pytest.raises(amt.ResourceInUseError, match="'job' is running"):
            ask()

    job.stop()
    ended(job)


def test_resume_with_a_smaller_limit_is_refused(job):
    for limit in (None, 2, 4):
        with pytest.raises(amt.ResourceInUseError, match="--max-jobs 8"):
            job.resume(max_jobs=limit)
    with pytest.raises(amt.ValidationError, match="max_number_of_training_jobs"):
        job.resume(max_jobs=0)


def test_failed_job_resumes_once_its_cause_is_gone(tmp_path):
    data = tmp_path / "data"
    body = f"loss = float(open({str(data)!r}).read()) + x"
    job = run(body, jobs=8)
    assert job.status == "Failed"
    tried = len(job.training_jobs)
    data.write_text("1")

    job.resume()

    assert ended(job).status == "Completed"
    assert len(job.training_jobs) == 8
    values = [t.value for t in job.training_jobs]
    assert values[:tried] == [None] * tried
    assert all(1 <= value <= 2 for value in values[tried:])


def test_deleted_job_is_gone_with_its_folder():
    job = run(THREE)
    folder = job._store.folder("job")

    job.delete()

    assert not folder.exists()
    assert not amt.list_tuning_jobs()
    with pytest.raises(amt.ResourceNotFoundError):
        job.delete()


def test_wait_returns_the_job_when_it_ends_or_the_time_is_up():
    job = start(ENDLESS)

    assert job.wait(timeout=0.1) is job
    assert job.status == "InProgress"
    threading.Timer(0.2, job.stop).start()

    assert job.wait().status == "Stopped"


def test_infinite_value_counts_as_none_and_is_shown_as_it_is():
    job = run("loss = -float('inf') if x < 0.22 else x", jobs=4)

    values = [t.value for t in job.training_jobs]
    assert -math.inf in values
    assert math.isfinite(job.best_training_job.value)


def test_export_is_a_request_that_makes_the_same_tuning_job(job, tmp_path):
    file = tmp_path / "job.json"

    request = job.export(file)

    assert json.loads(file.read_text()) == request
    assert service.problems(service.input_shape(), request) == []
    assert wire.config_from_request(request) == job.config
    assert job.export_notes()[0].startswith("fill in: ")


def test_export_replaces_a_file_only_if_told_to(job, tmp_path):
    file = tmp_path / "job.json"
    file.write_text("mine")

    with pytest.raises(amt.ValidationError, match="exists already"):
        job.export(str(file))
    kept = file.read_text()
    job.export(str(file), overwrite=True)

    assert kept == "mine"
    assert json.loads(file.read_text()) == job.export()


def test_callbacks_stay_behind_when_a_job_is_exported():
    ranges = {"x": amt.Continuous(0, 1)}
    options = {"minimize": "loss", "strategy": "Random", "max_jobs": 1}
    job = amt.tune(lambda x: x, ranges, **options, callbacks=[lambda result: False])

    assert "not in Amazon's request: callbacks" in job.export_notes()


def test_kept_members_are_described_and_exported_after_a_resume_too():
    limits = amt.ResourceLimits(max_number_of_training_jobs=1)
    config = amt.TuningJobConfig(
        strategy="Random",
        objective=amt.Objective(type="Minimize", metric_name="loss"),
        ranges={"x": amt.Continuous(0, 1)},
        resource_limits=limits,
    )
    job = ended(create(config, cell("loss = x"), name="cloud", kept=KEPT))

    job.resume(max_jobs=2)

    ended(job)
    definition = job.describe()["TrainingJobDefinition"]
    assert definition["RoleArn"] == KEPT["TrainingJobDefinition"]["RoleArn"]
    assert wire.kept_members(job.export()) == KEPT
    assert list(job.dataframe()["TrainingJobDefinitionName"]) == ["forest"] * 2
    assert job.export_notes() == ()


def test_stopping_is_shown_until_the_last_training_job_has_ended():
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    job = start(deaf + ENDLESS, grace=1)
    reported(job)

    job.stop()

    wait_until(lambda: job.status == "Stopping", 0.9)
    assert job.training_jobs[0].status in ("InProgress", "Stopping")
    assert ended(job).status == "Stopped"

"""One suite for every database: what goes in comes out, and one writer wins."""

import math
import os
import subprocess
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings

import amt_magic as amt
from amt_magic.executors import Measured
from amt_magic.jobs import Report, TrainingJob, TrainingJobStatus, TuningJobStatus
from amt_magic.store import tables
from amt_magic.store.job_store import JobStore
from amt_magic.store.job_writer import JobWriter
from amt_magic.store.tables import open_engine
from tests.generators import tuning_job_configs

pytestmark = pytest.mark.timeout(60)

CONFIG = amt.TuningJobConfig(
    strategy="Random",
    objective=amt.Objective(type="Minimize", metric_name="loss"),
    ranges={
        "x": amt.Continuous(0, 1),
        "kind": amt.Categorical(1, "1", None, (2, True)),
    },
    random_seed=5,
)
HOSTILE = "nul \0, quote ' \" and \U0001f600 \ud800 <b>"


@pytest.fixture
def store(url):
    return JobStore(url)


def create(store, name="job", config=CONFIG):
    folder = Path("/nowhere") / name
    store.create(name, config, folder, quotas={"training_jobs": 750}, grace_seconds=5.0)


def writer_of(store, name="job", log="the log"):
    return JobWriter(store, name, lambda number: f"{log} of {number}")


def training_job(index=1, **fields):
    values = {
        "hyperparameters": {"x": 0.1 + 0.2, "kind": (2, True)},
        "created_at": 1000.25,
        "reports": [],
    }
    return TrainingJob(index=index, name=f"job-{index:03d}", **(values | fields))


def measure(writer, job, value, metric="loss"):
    resource = len(job.reports) + 1
    event = Measured(index=job.index, metric=metric, value=value, time=resource / 7)
    if metric == "loss":
        report = Report(
            index=job.index, resource=resource, value=value, time=event.time
        )
        job.reports.append(report)
    writer.measure(job, metric, resource, event)


def test_training_jobs_come_back_as_they_were(store):
    create(store)
    writer = writer_of(store)
    job = training_job(
        status=TrainingJobStatus.FAILED,
        started_at=1001.5,
        ended_at=1002.5,
        failure_reason="no data",
        stop_reason="asked to",
        worker="host:12",
        attempt=3,
    )
    writer.begin(job)
    for value in (0.1, 1e300, -math.inf, 5e-324):
        measure(writer, job, value)
    writer.change(job)

    writer.flush()

    (found,) = store.training_jobs("job")
    assert found == job
    (latest,) = store.training_jobs("job", curves=False)
    assert latest.reports == job.reports[-1:]
    assert type(found.hyperparameters["kind"]) is tuple


def test_nan_comes_back_as_nan(store):
    create(store)
    writer, job = writer_of(store), training_job()
    measure(writer, job, math.nan)
    writer.flush()

    for curves in (True, False):
        (found,) = store.training_jobs("job", curves=curves)
        assert math.isnan(found.value)


def test_other_metrics_are_kept_and_are_no_reports(store):
    create(store)
    writer, job = writer_of(store), training_job()
    measure(writer, job, 0.5, metric="accuracy")
    writer.flush()

    assert store.training_jobs("job")[0].reports == []
    assert [row.metric for row in store.metrics("job")] == ["accuracy"]


def test_hostile_text_is_survived(store):
    create(store)
    writer = writer_of(store, log="log")
    ended = {"status": TrainingJobStatus.FAILED, "ended_at": 1.0}
    writer.change(training_job(failure_reason=HOSTILE, **ended))

    writer.flush()

    (found,) = store.training_jobs("job")
    assert "and \U0001f600" in found.failure_reason


def test_name_is_taken_whatever_its_capitals(store):
    create(store, "Churn")

    with pytest.raises(amt.ResourceInUseError, match="--replace"):
        create(store, "cHURN")

    assert store.record("CHURN").name == "Churn"
    assert store.exists("churn")


def test_unknown_name_is_an_error(store):
    with pytest.raises(amt.ResourceNotFoundError, match="'nobody'"):
        store.record("nobody")
    with pytest.raises(amt.ResourceNotFoundError):
        store.newest_name()


def test_records_are_newest_first(store):
    for name in ("b", "a", "c"):
        create(store, name)

    assert [record.name for record in store.records()] == ["c", "a", "b"]
    assert store.newest_name() == "c"


def test_counts_tell_statuses_and_ends_of_values(store):
    create(store)
    writer = writer_of(store)
    for index, value in enumerate((0.5, 0.25, math.nan), 1):
        job = training_job(index, status=TrainingJobStatus.COMPLETED, ended_at=1.0)
        measure(writer, job, value)
        writer.change(job)
    writer.begin(training_job(4))
    writer.flush()

    counts = store.counts()["job"]

    assert counts.by_status == {"Completed": 3, "InProgress": 1}
    assert counts.by_objective == {"Succeeded": 2, "Failed": 1, "Pending": 1}
    assert (counts.least, counts.most) == (0.25, 0.5)


def test_stop_requests_arrive_once_and_in_order(store):
    create(store)
    writer = writer_of(store)
    store.request_stop("job", 7)
    store.request_stop("job")

    first = writer.turn(0.0)
    time.sleep(0.06)
    second = writer.turn(0.0)

    assert (list(first), list(second)) == ([7, None], [])


def test_of_two_runners_one_gets_the_lease(store, url):
    create(store)
    writer_of(store)

    with pytest.raises(amt.ResourceInUseError):
        writer_of(JobStore(url))

    assert not store.record("job").is_interrupted


def lease(store, **columns):
    """Set columns of the runner's lease."""
    with store.engine.begin() as connection:
        connection.execute(tables.tuning_jobs.update().values(**columns))


def test_lease_of_a_dead_process_is_interrupted_at_once(store):
    create(store)
    writer_of(store)
    child = subprocess.Popen(["true"])  # a zombie until it is waited for
    time.sleep(0.1)

    lease(store, runner_pid=child.pid)
    assert store.record("job").is_interrupted
    child.wait()

    assert store.record("job").is_interrupted


def test_lease_of_a_pid_that_was_given_again_is_interrupted(store):
    create(store)
    writer_of(store)

    lease(store, runner_started_at=12.0)

    assert store.record("job").is_interrupted


def test_lease_of_another_host_is_judged_by_its_heartbeat(store):
    create(store)
    writer_of(store)

    lease(store, runner_host="elsewhere", heartbeat_at=time.time() - 5)
    alive = store.record("job").is_interrupted
    lease(store, heartbeat_at=time.time() - 11)

    assert (alive, store.record("job").is_interrupted) == (False, True)


def test_runner_that_never_came_is_interrupted_after_its_time(store):
    create(store)

    fresh = store.record("job").is_interrupted
    lease(store, heartbeat_at=time.time() - 31)

    assert (fresh, store.record("job").is_interrupted) == (False, True)


def test_finish_gives_the_lease_back_and_says_why(store):
    create(store)
    writer = writer_of(store)

    writer.finish(TuningJobStatus.COMPLETED, "all done", 0.5)

    record = store.record("job")
    assert (record.status, record.completion_reason) == ("Completed", "all done")
    assert (record.seconds_choosing, record.is_interrupted) == (0.5, False)
    assert record.ended_at is not None


def test_run_time_adds_up_over_runners(store):
    create(store)
    first = writer_of(store)
    time.sleep(0.05)
    first.finish(TuningJobStatus.STOPPED, "stopped", 1.0)
    record = store.record("job")
    store.reopen("job", CONFIG, record.modified_at)

    second = writer_of(store)
    time.sleep(0.05)
    second.finish(TuningJobStatus.COMPLETED, "done", 2.0)

    assert store.record("job").seconds_run >= 0.1
    assert store.record("job").seconds_choosing == 3.0


def test_reopen_of_a_changed_job_is_refused(store):
    create(store)
    writer_of(store).finish(TuningJobStatus.STOPPED, "stopped", 0.0)
    seen = store.record("job").modified_at
    store.reopen("job", CONFIG, seen)

    with pytest.raises(amt.ResourceInUseError, match="by another process"):
        store.reopen("job", CONFIG, seen)


def test_next_attempt_drops_the_reports_of_the_last(store):
    create(store)
    writer, job = writer_of(store), training_job()
    measure(writer, job, 1.0)
    writer.flush()
    again = training_job(attempt=2)
    writer.begin(again)
    measure(writer, again, 2.0)

    writer.flush()

    (found,) = store.training_jobs("job")
    assert ([r.value for r in found.reports], found.attempt) == ([2.0], 2)


def test_mark_stopped_ends_what_ran(store):
    create(store)
    writer = writer_of(store)
    with_value, without = training_job(1), training_job(2)
    measure(writer, with_value, 1.0)
    writer.begin(without)
    writer.flush()

    store.mark_stopped("job")

    assert store.record("job").status == "Stopped"
    statuses = [
        (str(t.status), str(t.objective_status)) for t in store.training_jobs("job")
    ]
    assert statuses == [("Stopped", "Succeeded"), ("Stopped", "Failed")]


def test_log_tails_of_ended_training_jobs(store):
    create(store)
    writer = writer_of(store, log="log")
    writer.change(training_job(2, status=TrainingJobStatus.COMPLETED, ended_at=1.0))

    writer.flush()

    assert store.log_tail("job", 2) == "log of 2"
    assert store.log_tail("job", 1) is None


def test_delete_leaves_nothing_of_the_job(store):
    create(store)
    create(store, "other")
    writer, job = writer_of(store), training_job()
    measure(writer, job, 1.0)
    writer.flush()
    store.request_stop("job")

    store.delete("job")

    assert [record.name for record in store.records()] == ["other"]
    with store.engine.connect() as connection:
        for table in (tables.training_jobs, tables.reports, tables.stop_requests):
            count = sa.select(sa.func.count()).select_from(table)
            assert connection.scalar(count) == 0


def test_readers_see_whole_states_while_a_writer_writes(store, url):
    create(store)
    writer, job = writer_of(store), training_job()
    writer.begin(job)
    torn = []
    is_done = threading.Event()

    def read():
        reader = JobStore(url)
        while not is_done.is_set():
            for found in reader.training_jobs("job", curves=False):
                curve = reader.training_jobs("job")[0].reports
                if found.reports and len(curve) < found.reports[0].resource:
                    torn.append((len(curve), found.reports[0].resource))

    thread = threading.Thread(target=read)
    thread.start()
    for _ in range(40):
        for _ in range(25):
            measure(writer, job, 1.0)
        writer.flush()
    is_done.set()
    thread.join()

    assert torn == []
    assert len(store.training_jobs("job")[0].reports) == 1000


def test_new_store_is_opened_by_many_at_once(url):
    failures = []

    def open_it():
        try:
            open_engine.__wrapped__(url)
        except amt.StoreError as error:
            failures.append(str(error))

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(config=tuning_job_configs())
def test_configs_come_back_equal(store, config):
    name = f"j{os.urandom(8).hex()}"

    create(store, name, config)

    assert store.record(name).config == config

"""One suite for every database: what goes in comes out, and one writer wins."""

import math
import os
import subprocess
import threading
import time

import psutil
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import amt_magic as amt
from amt_magic.jobs import TrainingJobStatus, TuningJobStatus
from amt_magic.savings import Replay
from amt_magic.space import configuration_key
from amt_magic.stops import Stop, StopRule
from amt_magic.store import tables
from amt_magic.store.engine import open_engine
from amt_magic.store.job_store import JobStore
from tests.generators import tuning_job_configs
from tests.store.examples import (
    CONFIG,
    HOSTILE,
    create,
    lease,
    measure,
    training_job,
    writer_of,
)

pytestmark = pytest.mark.timeout(60)


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


STOPS = [
    Stop(rule=StopRule.REQUEST),
    Stop(rule=StopRule.TUNING_JOB_ENDED, detail=HOSTILE),
    Stop(
        rule=StopRule.MEDIAN,
        metric=HOSTILE,
        resource=3,
        value=0.1 + 0.2,
        limit=-math.inf,
    ),
    Stop(rule=StopRule.RUNG, place=2, score=1e-320, trend_since=1, trend_from=5.0),
]


@pytest.mark.parametrize("stop", STOPS)
def test_stops_come_back_as_they_were(store, stop):
    create(store)
    writer = writer_of(store)
    writer.begin(training_job(stop=stop, stop_reason="why"))

    writer.flush()

    (found,) = store.training_jobs("job")
    assert found.stop == stop


def test_stop_on_a_value_that_is_no_number_comes_back(store):
    create(store)
    writer = writer_of(store)
    stop = Stop(rule=StopRule.NOT_FINITE, metric="loss", value=math.nan)
    writer.begin(training_job(stop=stop))

    writer.flush()

    (found,) = store.training_jobs("job")
    assert math.isnan(found.stop.value)


def test_replays_and_convergence_are_kept_until_the_job_is_reopened(store):
    create(store)
    writer = writer_of(store)
    replay = Replay(
        by="Auto", reports=3, all_reports=9, seconds=1.5, keeps_best=True, best=0.5
    )
    before = time.time()

    writer.converged()
    writer.finish(TuningJobStatus.COMPLETED, "done", 0.0, [replay])

    record = store.record("job")
    assert record.replays == (replay,)
    assert before <= record.converged_at <= time.time()
    store.reopen("job", CONFIG, record.modified_at)
    assert store.record("job").replays == ()
    assert store.record("job").converged_at is None


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


def test_lease_of_a_dead_process_is_interrupted_at_once(store):
    create(store)
    writer_of(store)
    child = subprocess.Popen(["sleep", "60"])
    process = psutil.Process(child.pid)
    lease(store, runner_pid=child.pid, runner_started_at=process.create_time())

    found = [store.record("job").is_interrupted]
    child.kill()
    while process.status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.001)
    found.append(store.record("job").is_interrupted)  # a zombie
    child.wait()
    found.append(store.record("job").is_interrupted)

    assert found == [False, True, True]


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


def test_reopen_of_a_changed_job_is_refused(store):
    create(store)
    writer_of(store).finish(TuningJobStatus.STOPPED, "stopped", 0.0)
    seen = store.record("job").modified_at
    store.reopen("job", CONFIG, seen)

    with pytest.raises(amt.ResourceInUseError, match="by another process"):
        store.reopen("job", CONFIG, seen)


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


def test_mark_stopped_does_not_count_a_value_that_is_not_finite(store):
    create(store)
    writer = writer_of(store)
    for index, value in enumerate((math.inf, -math.inf, math.nan), 1):
        measure(writer, training_job(index), value)
    writer.flush()

    store.mark_stopped("job")

    counts = store.counts()["job"]
    assert counts.by_objective == {"Failed": 3}
    assert (counts.least, counts.most) == (None, None)


class Meanwhile(JobStore):
    """Another process is faster: it acts just after this one has looked."""

    def __init__(self, url, act):
        super().__init__(url)
        self._act = act

    def row(self, name):
        row = super().row(name)
        act, self._act = self._act, lambda: None
        act()
        return row


def test_job_that_another_process_reopens_is_not_marked_stopped(store, url):
    create(store)
    seen = store.record("job").modified_at
    late = Meanwhile(url, lambda: store.reopen("job", CONFIG, seen))

    with pytest.raises(amt.ResourceInUseError, match="by another process"):
        late.mark_stopped("job")

    assert store.record("job").status == "InProgress"


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


many = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@many
@given(config=tuning_job_configs())
def test_configs_come_back_equal(store, config):
    name = f"j{os.urandom(8).hex()}"

    create(store, name, config)

    assert store.record(name).config == config


@many
@given(config=tuning_job_configs(), data=st.data())
def test_hyperparameters_and_values_come_back_equal(store, config, data):
    objective = config.objective.metric_name
    unit = st.floats(0, 1)
    units = data.draw(st.tuples(*[unit for _ in config.space]))
    values = data.draw(st.lists(st.floats(), max_size=3))
    name = f"j{os.urandom(8).hex()}"
    create(store, name, config)
    writer = writer_of(store, name)
    job = training_job(hyperparameters=config.space.decode(units))
    writer.begin(job)
    for value in values:
        measure(writer, job, value, objective=objective)

    writer.flush()

    (found,) = store.training_jobs(name)
    assert configuration_key(found.hyperparameters) == configuration_key(
        job.hyperparameters
    )
    given = [value + 0.0 for value in values]  # -0.0 may come back as 0.0
    assert repr([r.value + 0.0 for r in found.reports]) == repr(given)

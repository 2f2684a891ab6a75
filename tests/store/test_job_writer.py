"""What a runner writes, and that it is the only one who does."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import amt_magic as amt
from amt_magic.jobs import TrainingJobStatus, TuningJobStatus
from amt_magic.store.job_store import JobStore
from amt_magic.store.job_writer import JobWriter
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

COMPLETED = {"status": TrainingJobStatus.COMPLETED, "ended_at": 1.0}


def test_of_two_runners_one_gets_the_lease(store, url):
    create(store)
    writer_of(store)

    with pytest.raises(amt.ResourceInUseError):
        writer_of(JobStore(url))

    assert not store.record("job").is_interrupted


class Together(JobStore):
    """Looks at the same time as another."""

    def __init__(self, url, barrier):
        super().__init__(url)
        self._barrier = barrier

    def row(self, name):
        row = super().row(name)
        self._barrier.wait()
        return row


def test_of_two_that_claim_at_once_one_wins(store, url):
    create(store)
    barrier = threading.Barrier(2)
    losers, winners = [], []

    def claim():
        try:
            winners.append(writer_of(Together(url, barrier)))
        except amt.ResourceInUseError as error:
            losers.append(str(error))

    threads = [threading.Thread(target=claim) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(winners) == 1
    assert losers == ["tuning job 'job' was taken by another runner"]


def test_runner_whose_lease_was_taken_writes_no_more(store):
    create(store)
    writer = writer_of(store)
    lease(store, runner_host="elsewhere")
    writer.begin(training_job())

    for write in (writer.flush, writer.stopping, lambda: writer.turn(0.0)):
        with pytest.raises(amt.ResourceInUseError, match="has another runner"):
            write()

    assert store.training_jobs("job") == []
    assert store.record("job").status == "InProgress"


def test_runner_of_a_deleted_job_does_not_write_into_its_namesake(store):
    create(store)
    writer = writer_of(store)
    writer.begin(training_job())
    store.delete("job")
    create(store)

    with pytest.raises(amt.ResourceInUseError, match="was deleted"):
        writer.finish(TuningJobStatus.COMPLETED, "done", 0.0)

    assert store.record("job").status == "InProgress"
    assert store.training_jobs("job") == []


def test_end_of_a_training_job_is_there_after_the_next_turn(store):
    create(store)
    writer, job = writer_of(store), training_job()
    writer.begin(job)
    writer.flush()
    writer.change(training_job(**COMPLETED))

    writer.turn(0.0)

    assert store.training_jobs("job")[0].status == "Completed"


def test_reports_are_there_after_a_tenth_of_a_second(store):
    create(store)
    writer, job = writer_of(store), training_job()
    writer.flush()
    measure(writer, job, 0.5)
    time.sleep(0.1)

    writer.turn(0.0)

    assert [r.value for r in store.training_jobs("job")[0].reports] == [0.5]


def test_turn_beats_the_heart(store):
    create(store)
    writer = writer_of(store)
    lease(store, heartbeat_at=0.0)

    writer.turn(0.0)

    assert store.row("job").heartbeat_at > time.time() - 10


def test_stop_requests_arrive_once_and_in_order(store):
    create(store)
    writer = writer_of(store)
    store.request_stop("job", 7)
    store.request_stop("job")

    first = writer.turn(0.0)
    time.sleep(0.06)
    second = writer.turn(0.0)

    assert (list(first), list(second)) == ([7, None], [])


def test_stop_requests_for_another_tuning_job_do_not_arrive(store):
    create(store)
    create(store, "other")
    writer = writer_of(store)
    store.request_stop("other")

    assert list(writer.turn(0.0)) == []


def test_stop_requests_of_before_a_reopening_do_not_arrive(store):
    create(store)
    store.request_stop("job")
    store.reopen("job", CONFIG, store.record("job").modified_at)

    assert list(writer_of(store).turn(0.0)) == []


def test_stopping_is_a_status(store):
    create(store)

    writer_of(store).stopping()

    assert store.record("job").status == "Stopping"


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


def test_failure_reason_of_hostile_text_is_survived(store):
    create(store)

    writer_of(store).finish(TuningJobStatus.FAILED, HOSTILE, 0.0)

    record = store.record("job")
    assert "and \U0001f600" in record.failure_reason
    assert record.completion_reason is None


def test_metrics_of_odd_names_are_kept_and_of_too_long_names_are_not(store):
    create(store)
    writer, job = writer_of(store), training_job()
    for metric in ("a\0", "\ud800", "m" * 256):
        measure(writer, job, 1.0, metric=metric)

    writer.flush()

    assert [row.metric for row in store.metrics("job")] == ["\\ud800", "a\\x00"]


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


def test_next_attempt_drops_reports_that_were_not_written_yet(store):
    create(store)
    writer = writer_of(store)
    measure(writer, training_job(), 1.0)
    measure(writer, training_job(2), 3.0)
    again = training_job(attempt=2)
    writer.begin(again)
    measure(writer, again, 2.0)

    writer.flush()

    curves = {t.index: [r.value for r in t.reports] for t in store.training_jobs("job")}
    assert curves == {1: [2.0], 2: [3.0]}


def test_log_tails_of_ended_training_jobs(store):
    create(store)
    writer = writer_of(store, log="log")
    writer.change(training_job(2, status=TrainingJobStatus.COMPLETED, ended_at=1.0))

    writer.flush()

    assert store.log_tail("job", 2) == "log of 2"
    assert store.log_tail("job", 1) is None


def test_log_of_a_further_attempt_replaces_the_first(store):
    create(store)
    texts = iter(("first", "second"))
    writer = JobWriter(store, "job", lambda number: next(texts))
    writer.change(training_job(**COMPLETED))
    writer.flush()
    writer.change(training_job(attempt=2, **COMPLETED))

    writer.flush()

    assert store.log_tail("job", 1) == "second"


WRITE = """
import sys
from amt_magic.store.job_store import JobStore
from amt_magic.store.job_writer import JobWriter
from tests.store.examples import create, measure, training_job, writer_of

url, name = sys.argv[1:]
store = JobStore(url)
create(store, name)
writer, job = writer_of(store, name), training_job()
writer.begin(job)
for _ in range(100):
    measure(writer, job, 1.0)
    writer.turn(0.0)
    writer.flush()
writer.flush()
"""


def test_two_processes_write_into_one_store(url):
    names = ["one", "other"]
    command = [sys.executable, "-c", WRITE, url]
    root = Path(__file__).parents[2]
    processes = [subprocess.Popen([*command, name], cwd=root) for name in names]

    codes = [process.wait() for process in processes]

    store = JobStore(url)
    counts = [len(store.training_jobs(name)[0].reports) for name in names]
    assert (codes, counts) == ([0, 0], [100, 100])

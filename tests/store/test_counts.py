"""Counts by status come from the database; reasons decide what is retryable."""

from amt_magic.jobs import TrainingJobStatus
from tests.store.examples import create, training_job, writer_of

KILLED = "killed by SIGKILL, from outside or because memory ran out"


def failed(index, reason):
    return training_job(
        index, status=TrainingJobStatus.FAILED, failure_reason=reason, ended_at=1.0
    )


def test_tuning_jobs_without_training_jobs_are_not_counted(store):
    create(store)

    assert store.counts() == {}


def test_failures_from_outside_are_counted_for_each_tuning_job(store):
    reasons = {
        "one": [KILLED, KILLED, "ValueError: x", "ended with exit status 255"],
        "two": [None, f"RuntimeError: {KILLED}", "killed by SIGSEGV"],
    }
    for name, given in reasons.items():
        create(store, name)
        writer = writer_of(store, name)
        for index, reason in enumerate(given, 1):
            writer.change(failed(index, reason))
        writer.flush()

    counts = store.counts()

    assert counts["one"].by_status == {"Failed": 4}
    assert counts["one"].retryable == 3
    assert (counts["two"].by_status, counts["two"].retryable) == ({"Failed": 3}, 0)


def test_a_retried_training_job_that_goes_well_is_no_failure(store):
    create(store)
    writer = writer_of(store)
    writer.change(failed(1, KILLED))
    writer.flush()

    done = training_job(1, status=TrainingJobStatus.COMPLETED, ended_at=2.0, attempt=2)
    writer.begin(done)
    writer.flush()

    assert store.counts()["job"].retryable == 0

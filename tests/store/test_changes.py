"""Readers of changes see everything once."""

import pytest

import amt_magic as amt
from amt_magic.jobs import TrainingJobStatus
from amt_magic.store.changes import ChangeReader
from tests.store.examples import create, measure, training_job, writer_of

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def writer(store):
    create(store)
    return writer_of(store)


def numbers(reader):
    return [job.index for job in reader.read()[1]]


def test_only_what_has_changed_is_read_again(store, writer):
    reader = ChangeReader(store, "job")
    for index in (1, 2, 3):
        writer.begin(training_job(index))
    writer.flush()

    assert numbers(reader) == [1, 2, 3]
    assert numbers(reader) == []

    writer.change(training_job(2, status=TrainingJobStatus.COMPLETED, ended_at=5.0))
    writer.begin(training_job(4))
    writer.flush()
    record, changed = reader.read()

    assert [job.index for job in changed] == [2, 4]
    assert changed[0].status == "Completed"
    assert record.name == "job"
    assert numbers(ChangeReader(store, "job")) == [1, 2, 3, 4]


def test_report_changes_its_training_job_which_has_the_latest(store, writer):
    reader, job = ChangeReader(store, "job"), training_job()
    for value in (0.5, 0.25):
        measure(writer, job, value)
    writer.flush()
    reader.read()
    measure(writer, job, 0.125)
    writer.flush()

    _, (changed,) = reader.read()

    assert [(r.resource, r.value) for r in changed.reports] == [(3, 0.125)]
    assert [r.value for r in reader.curve(1, above=1)] == [0.25, 0.125]
    assert [r.value for r in reader.curve(1)] == [0.5, 0.25, 0.125]


def test_another_writer_goes_on_where_the_first_was(store, writer):
    reader = ChangeReader(store, "job")
    writer.begin(training_job(1))
    writer.flush()
    reader.read()
    store.request_stop("job")
    writer.finish("Stopped", "on request", 0.0)
    store.reopen("job", store.record("job").config, store.record("job").modified_at)

    later = writer_of(store)
    later.begin(training_job(2))
    later.flush()

    assert numbers(reader) == [2]


def test_end_of_a_dead_runners_job_is_a_change(store, writer):
    reader = ChangeReader(store, "job")
    writer.begin(training_job(1))
    writer.flush()
    reader.read()

    store.mark_stopped("job")

    _, (stopped,) = reader.read()
    assert (stopped.index, stopped.status) == (1, "Stopped")


def test_job_that_took_the_name_is_read_as_a_whole(store, writer):
    reader = ChangeReader(store, "job")
    for index in (1, 2):
        writer.begin(training_job(index))
        writer.flush()
    reader.read()

    store.delete("job")
    create(store)
    again = writer_of(store)
    again.begin(training_job(1))
    again.flush()

    assert numbers(reader) == [1]


def test_deleted_job_is_told(store, writer):
    reader = ChangeReader(store, "job")
    reader.read()
    store.delete("job")

    with pytest.raises(amt.ResourceNotFoundError):
        reader.read()

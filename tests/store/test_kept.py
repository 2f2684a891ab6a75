"""What a request has for a cloud alone stays with the tuning job."""

from pathlib import Path

from amt_magic.config import ResourceLimits
from tests.store.examples import CONFIG, create
from tests.wire.recorded import KEPT


def create_with(store, kept, name="job"):
    folder = Path("/nowhere") / name
    store.create(name, CONFIG, folder, quotas={}, grace_seconds=5.0, kept=kept)


def test_kept_members_come_back_as_they_were(store):
    create_with(store, KEPT)

    record = store.record("job")

    assert record.kept == KEPT
    assert record.config == CONFIG


def test_tuning_job_without_kept_members_has_none(store):
    create(store)

    assert store.record("job").kept == {}


def test_kept_members_stay_when_the_job_is_reopened_with_other_limits(store):
    create_with(store, KEPT)
    limits = ResourceLimits(max_number_of_training_jobs=60)
    changed = CONFIG.evolve(resource_limits=limits)

    store.reopen("job", changed, store.record("job").modified_at)

    assert store.record("job").kept == KEPT
    assert store.record("job").config == changed

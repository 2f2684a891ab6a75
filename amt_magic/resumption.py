"""Going on with a tuning job that has ended, or whose runner is dead."""

from dataclasses import replace
from typing import Any

from amt_magic import service_quotas
from amt_magic.completion import job_limit
from amt_magic.config import ResourceLimits, TuningJobConfig
from amt_magic.errors import ResourceInUseError, StoreError
from amt_magic.executors.payload import read_manifest
from amt_magic.jobs import TuningJobRecord
from amt_magic.launcher import start_runner
from amt_magic.store.job_store import JobStore


def resume(store: JobStore, name: str, changes: dict[str, Any]) -> None:
    """Start a new runner for a tuning job; `changes` are fields of ResourceLimits.

    Raises:
        ResourceInUseError: it is running, or nothing is left of its limits.
        ResourceLimitExceededError: a quota is in the way.
        ValidationError: a limit is none.
        StoreError: its payload is gone.
    """
    record, folder = store.record(name), store.folder(name)
    limits: ResourceLimits = replace(record.config.resource_limits, **changes)
    config = record.config.evolve(resource_limits=limits)
    if not record.status.is_terminal and not record.is_interrupted:
        raise ResourceInUseError(f"tuning job {name!r} is running")
    if not folder.is_dir():
        raise StoreError(
            f"the payload of {name!r} is gone, removed to make room; run its cell again"
        )
    if record.status.is_terminal:
        _check_what_is_left(store, record, config)
    if changes:
        inherited = sum(len(parent.history) for parent in store.parents(name))
        quotas = service_quotas.in_force()
        service_quotas.check(config, quotas, inherited_training_jobs=inherited)
    payload = read_manifest(folder)
    store.reopen(name, config, record.modified_at)
    start_runner(name, config, folder, payload, store.url)


def _check_what_is_left(
    store: JobStore, record: TuningJobRecord, config: TuningJobConfig
) -> None:
    """Check that a limit leaves something to do."""
    done = len(store.training_jobs(record.name, curves=False))
    seconds = config.resource_limits.max_runtime_in_seconds
    if done >= job_limit(config):
        reached, more = f"all of its {done} training jobs", f"--max-jobs {2 * done}"
    elif seconds is not None and record.seconds_run >= seconds:
        reached = f"for all of its {seconds:g} seconds"
        more = f"--max-runtime {2 * seconds:g}"
    else:
        return
    raise ResourceInUseError(
        f"tuning job {record.name!r} has run {reached}; allow more: "
        f"%tune resume {record.name} {more}"
    )

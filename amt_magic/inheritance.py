"""What a warm-started tuning job takes over from the store."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from amt_magic.config import TuningJobConfig, WarmStartType
from amt_magic.executors.payload import Payload, read_manifest
from amt_magic.jobs import History, TuningJobRecord
from amt_magic.parents import Parent
from amt_magic.store.job_store import JobStore
from amt_magic.warm_start import check_parents, with_constants


def inherit(
    store: JobStore, config: TuningJobConfig, name: str, constants: Mapping[str, Any]
) -> tuple[TuningJobConfig, list[Parent]]:
    """Return the config as its parents need it, and a copy of each of them.

    `constants` are what the training code sets: see `with_constants`.

    Raises:
        ValidationError: a parent is unknown, running, or differs too much.
    """
    if config.warm_start is None:
        return config, []
    records = parents_in(store, config)
    config = with_constants(config, records, constants)
    check_parents(config, name, records)
    return config, [_copied(store, record) for record in records]


def parents_in(store: JobStore, config: TuningJobConfig) -> Sequence[TuningJobRecord]:
    """Return those of the parents that the store has."""
    asked = config.warm_start.parents if config.warm_start else ()
    return [store.record(name) for name in asked if store.exists(name)]


def changed_code(
    store: JobStore, config: TuningJobConfig, payload: Payload
) -> Iterator[str]:
    """Yield a word on each parent that ran other code, where the same is asked for.

    IdenticalDataAndAlgorithm is the user's word; the data are not compared.
    """
    identical = WarmStartType.IDENTICAL_DATA_AND_ALGORITHM
    if config.warm_start is None or config.warm_start.type != identical:
        return
    for record in parents_in(store, config):
        if is_other_code(store, record, payload):
            yield (
                f"{record.name} ran other code: if that changes what is measured, "
                f"take {WarmStartType.TRANSFER_LEARNING}"
            )


def is_other_code(
    store: JobStore, record: TuningJobRecord, payload: Payload
) -> bool | None:
    """Tell whether a tuning job ran other code than this; None: it is not known."""
    try:
        theirs = read_manifest(store.folder(record.name))
        if payload.kind == "script" and theirs.source == payload.source:
            return Path(payload.source).stat().st_mtime > record.created_at
    except OSError:  # removed to make room, or the script is gone
        return None
    known = payload.kind != theirs.kind or (payload.source and theirs.source)
    return theirs.source != payload.source if known else None


def _copied(store: JobStore, record: TuningJobRecord) -> Parent:
    """Return a tuning job as a parent: what of it has ended."""
    jobs = store.training_jobs(record.name)
    ended = [job for job in jobs if job.status.is_terminal]
    return Parent(
        name=record.name,
        history=History(record.config.objective, ended),
        static_hyperparameters=record.config.static_hyperparameters,
    )

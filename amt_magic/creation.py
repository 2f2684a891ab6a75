"""Entering a tuning job into the store, and starting its runner."""

import secrets
import shutil
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from amt_magic import service_quotas
from amt_magic.checks import Faults
from amt_magic.config import TuningJobConfig, check_name
from amt_magic.executors.payload import Payload, write_payload
from amt_magic.inheritance import inherit
from amt_magic.launcher import start_runner
from amt_magic.max_resource import with_max_resource
from amt_magic.stoppers import Callback, write_callbacks
from amt_magic.store.folders import new_folder, trim_folders
from amt_magic.store.job_store import JobStore, name_taken
from amt_magic.tuning_jobs import TuningJob
from amt_magic.warm_start import check_strategy

GRACE_SECONDS = 5.0
PAYLOAD_GIGABYTES = 5.0


def create(
    config: TuningJobConfig,
    payload: Payload,
    *,
    name: str | None = None,
    replace: bool = False,
    callbacks: Sequence[Callback] = (),
    constants: Mapping[str, Any] = MappingProxyType({}),
    grace_seconds: float = GRACE_SECONDS,
    payload_gigabytes: float = PAYLOAD_GIGABYTES,
    kept: Mapping[str, Any] | None = None,
) -> TuningJob:
    """Enter a tuning job into the store and start its runner; returns at once.

    Without a name one is made. `replace` deletes the ended job of that name, once
    nothing else is in the way. `constants` are what the training code sets by itself:
    a parent of a warm start may have tuned them. `kept`: members of Amazon's request
    that are of no use here, to be shown and exported again.

    Raises:
        ValidationError: the name breaks a rule, or a parent does not fit.
        ResourceInUseError: the name is taken.
        ResourceLimitExceededError: a quota is in the way.
        CaptureError: a value that the code needs cannot travel.
        StoreError: the store or the folder cannot be written.
    """
    check_strategy(config)
    config = with_max_resource(config)
    store, limits = JobStore(), service_quotas.in_force()
    name = _new_name() if name is None else name
    _check_free(store, name, replace)
    config, parents = inherit(store, config, name, constants)
    running = sum(1 for record in store.records() if not record.status.is_terminal)
    inherited = sum(len(parent.history) for parent in parents)
    service_quotas.check(config, limits, running, inherited)
    if config.random_seed is None:
        config = config.evolve(random_seed=secrets.randbelow(2**31))
    if removed := trim_folders(store, payload_gigabytes):
        text = "payloads and logs of %s were removed to make room (payload_gigabytes)"
        warnings.warn(text % ", ".join(removed), stacklevel=2)
    folder = new_folder(store, name)
    write_payload(folder, payload)
    try:
        write_callbacks(folder, callbacks)
        if replace and store.exists(name):
            TuningJob(name, store).delete()
        store.create(
            name,
            config,
            folder,
            quotas=asdict(limits),
            grace_seconds=grace_seconds,
            parents=parents,
            kept=kept,
        )
        try:
            start_runner(name, config, folder, payload, store.url)
        except BaseException:
            store.delete(name)
            raise
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return TuningJob(name, store)


def _new_name() -> str:
    base = time.strftime("tuning-%y%m%d-%H%M%S")
    return f"{base}-{secrets.token_hex(2)}"


def _check_free(store: JobStore, name: str, replace: bool) -> None:
    """Check a name; one that is taken may be that of an ended job, to be replaced."""
    faults = Faults()
    check_name(faults, "name", name)
    faults.raise_if_any()
    if store.exists(name):
        if not replace:
            raise name_taken(name)
        TuningJob(name, store).check_deletable()

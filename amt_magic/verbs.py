"""The verbs: create a tuning job, tune a function, find one job, list all."""

import secrets
import shutil
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from amt_magic import service_quotas
from amt_magic.checks import Faults
from amt_magic.config import TuningJobConfig, check_name
from amt_magic.errors import NotServedError
from amt_magic.executors.payload import Payload, write_payload
from amt_magic.inputs.function import (
    default_arguments,
    function_payload,
    script_payload,
)
from amt_magic.inputs.options import build_config
from amt_magic.launcher import start_runner
from amt_magic.max_resource import with_max_resource
from amt_magic.served import refuse_unserved
from amt_magic.service_quotas import Quotas
from amt_magic.stoppers import Callback, check_callbacks, write_callbacks
from amt_magic.store.folders import new_folder, trim_folders
from amt_magic.store.job_store import JobStore, name_taken
from amt_magic.tuning_jobs import TuningJob
from amt_magic.views.listing import TuningJobList, list_item

GRACE_SECONDS = 5.0
PAYLOAD_GIGABYTES = 5.0
Train = Callable[..., Any] | str | Path


def create(
    config: TuningJobConfig,
    payload: Payload,
    *,
    name: str | None = None,
    replace: bool = False,
    callbacks: Sequence[Callback] = (),
    grace_seconds: float = GRACE_SECONDS,
    payload_gigabytes: float = PAYLOAD_GIGABYTES,
) -> TuningJob:
    """Enter a tuning job into the store and start its runner; returns at once.

    Without a name one is made. `replace` deletes the ended job of that name.

    Raises:
        ValidationError: the name breaks a rule.
        ResourceInUseError: the name is taken.
        ResourceLimitExceededError: a quota is in the way.
        NotServedError: the config asks for what this version does not serve.
        CaptureError: a value that the code needs cannot travel.
        StoreError: the store or the folder cannot be written.
    """
    refuse_unserved(config)
    config = with_max_resource(config)
    store, limits = JobStore(), quotas()
    name = _free_name(store, name, replace)
    running = sum(1 for record in store.records() if not record.status.is_terminal)
    service_quotas.check(config, limits, running)
    if config.random_seed is None:
        config = config.evolve(random_seed=secrets.randbelow(2**31))
    if removed := trim_folders(store, payload_gigabytes):
        text = "payloads and logs of %s were removed to make room (payload_gigabytes)"
        warnings.warn(text % ", ".join(removed), stacklevel=2)
    folder = new_folder(store, name)
    write_payload(folder, payload)
    try:
        write_callbacks(folder, callbacks)
        store.create(
            name, config, folder, quotas=asdict(limits), grace_seconds=grace_seconds
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


def tune(
    train: Train,
    ranges: Mapping[str, Any],
    *,
    name: str | None = None,
    replace: bool = False,
    wait: bool = True,
    static_hyperparameters: Mapping[str, Any] | None = None,
    callbacks: Callback | Sequence[Callback] = (),
    grace_seconds: float = GRACE_SECONDS,
    **options: Any,
) -> TuningJob:
    """Tune a function or a script; options are those of `%%tune`, with underscores.

    job = amt.tune(train, {"lr": amt.Continuous(1e-4, 1e-1)}, minimize="loss",
                   max_jobs=40, max_parallel_jobs=4, seed=0)
    job = amt.tune("train.py", {"depth": amt.Integer(2, 12)}, maximize="accuracy")

    A function takes the hyperparameters as keywords, and returns the objective,
    prints it or reports it. A script runs as `python train.py --depth 4`.

    `callbacks` are scikit-optimize's (`skopt.callbacks.DeltaYStopper(0.01)`), or any
    function of an OptimizeResult. The runner calls each after every training job, as
    soon as one has succeeded; one that returns something true ends the tuning job.
    A training job that is stopped has `grace_seconds` to save what it has.
    """
    callbacks = check_callbacks(callbacks)
    static = dict(static_hyperparameters or {})
    config = build_config(ranges, options, static_hyperparameters=static)
    config = with_max_resource(config, default_arguments(train))
    payload = make_payload(train, config)
    job = create(
        config,
        payload,
        name=name,
        replace=replace,
        callbacks=callbacks,
        grace_seconds=grace_seconds,
    )
    return job.wait() if wait else job


def create_tuning_job(
    request: TuningJobConfig,
    *,
    train: Train,
    name: str | None = None,
    strict: bool = False,
) -> TuningJob:
    """Create a tuning job from a TuningJobConfig; returns at once.

    Amazon's request as a dict, and `strict`, are not served yet.
    """
    if strict or not isinstance(request, TuningJobConfig):
        text = "Amazon's request and strict=True are not served yet; "
        raise NotServedError(f"{text}give a TuningJobConfig")
    config = with_max_resource(request, default_arguments(train))
    return create(config, make_payload(train, config), name=name)


def tuning_job(name: str | None = None) -> TuningJob:
    """Find a tuning job by name, from any process; without one, the newest."""
    store = JobStore()
    return TuningJob(store.newest_name() if name is None else name, store)


def list_tuning_jobs() -> TuningJobList:
    """Return what the store knows of every tuning job, newest first."""
    store = JobStore()
    counts = store.counts()
    return TuningJobList(
        list_item(record, counts.get(record.name)) for record in store.records()
    )


def quotas() -> Quotas:
    """Return the quotas in force: those of `%config Quotas`, else AMT's defaults."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    for configurable in shell.configurables if shell else ():
        if type(configurable).__name__ == "Quotas":
            values: Quotas = configurable.values()
            return values
    return Quotas()


def make_payload(train: Train, config: TuningJobConfig) -> Payload:
    """Make the payload of a function, or of a script by its path."""
    names = (*config.ranges, *config.static_hyperparameters)
    objective = config.objective.metric_name
    if isinstance(train, str | Path):
        return script_payload(
            train, hyperparameter_names=names, objective_name=objective
        )
    return function_payload(
        train,
        hyperparameter_names=names,
        objective_name=objective,
        namespace=_main_namespace(),
    )


def _free_name(store: JobStore, name: str | None, replace: bool) -> str:
    if name is None:
        base = time.strftime("tuning-%y%m%d-%H%M%S")
        return f"{base}-{secrets.token_hex(2)}"
    faults = Faults()
    check_name(faults, "name", name)
    faults.raise_if_any()
    if store.exists(name):
        if not replace:
            raise name_taken(name)
        TuningJob(name, store).delete()
    return name


def _main_namespace() -> Mapping[str, Any]:
    import __main__

    return vars(__main__)

"""The verbs: create a tuning job, tune a function, find one job, list all."""

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from amt_magic import service_quotas, wire
from amt_magic.config import TuningJobConfig
from amt_magic.creation import GRACE_SECONDS, create
from amt_magic.executors.payload import Payload
from amt_magic.hints import AUTO_ADDS_NOTHING
from amt_magic.inheritance import changed_code
from amt_magic.inputs.amazon import kept_words, left_out_words, taken_words
from amt_magic.inputs.function import (
    default_arguments,
    function_payload,
    script_payload,
    untaken,
)
from amt_magic.inputs.options import build_beside, build_config
from amt_magic.max_resource import with_max_resource
from amt_magic.stoppers import Callback, check_callbacks
from amt_magic.store.job_store import JobStore
from amt_magic.tuning_jobs import TuningJob
from amt_magic.views.listing import TuningJobList, list_item
from amt_magic.views.quotas import QuotasInForce, quotas_in_force
from amt_magic.warm_startable import code_of, earlier_jobs, with_code

Train = Callable[..., Any] | str | Path


def tune(
    train: Train,
    ranges: Mapping[str, Any] | None = None,
    *,
    name: str | None = None,
    replace: bool = False,
    wait: bool = True,
    static_hyperparameters: Mapping[str, Any] | None = None,
    callbacks: Callback | Sequence[Callback] = (),
    grace_seconds: float = GRACE_SECONDS,
    **options: Any,
) -> TuningJob:
    """Tune a function or a script, and wait for the end.

    >>> def train(lr, depth):
    ...     return (lr - 0.03) ** 2 + abs(depth - 6)
    >>> ranges = {"lr": amt.Continuous(1e-4, 1e-1), "depth": amt.Integer(2, 12)}
    >>> job = amt.tune(train, ranges, minimize="loss", max_jobs=2, seed=0)
    >>> job
    <TuningJob '...': Completed>
    >>> job.best_training_job.hyperparameters
    {'lr': ..., 'depth': ...}

    A function returns the objective, prints it as `loss=0.3`, or gives it to
    `amt.report`. A script prints it: `amt.tune("train.py", ranges, minimize="loss")`
    runs `python train.py --lr 0.01 --depth 6`.

    Args:
        train: A function that takes the hyperparameters as keywords, or the path of a
            Python script or another executable file.
        ranges: A dict of names to `Continuous`, `Integer` or `Categorical`.
        name: Name of the tuning job: 1 to 32 letters, digits and inner hyphens. One is
            made where there is none.
        replace: Delete the ended tuning job of this name first.
        wait: Show the progress and return at the end; False: return at once.
        static_hyperparameters: Keywords that are the same for every training job.
        callbacks: One or more of scikit-optimize's, as
            `skopt.callbacks.DeltaYStopper(0.01)`, or any function of an OptimizeResult.
            The runner calls each after every training job, as soon as one has
            succeeded; one that returns something true ends the tuning job.
        grace_seconds: Time that a training job has to save its work when it is stopped.
        **options: Those of `%%tune`, with underscores; `%%tune?` lists them. `maximize`
            or `minimize` is needed. Most used: `strategy` ("Bayesian"), `max_jobs`
            (20), `max_parallel_jobs` (1), `max_runtime` in seconds (no limit),
            `early_stopping` ("Off"), `seed` (drawn). `config` is Amazon's request: a
            dict, a TuningJobConfig, or what `--config` takes; ranges, options and
            static hyperparameters outrank it.

    Returns:
        The tuning job; it has ended, if `wait`.

    Raises:
        ValidationError: what was given breaks rules; it names all of them.
        ResourceInUseError: the name is taken.
        ResourceLimitExceededError: a quota is in the way.
        CaptureError: a value that the function needs cannot travel to its process.
        TuningJobInterruptedError: the runner died.
    """
    callbacks = check_callbacks(callbacks)
    static = dict(static_hyperparameters or {})
    request = _request(ranges or {}, options, static)
    constants = default_arguments(train)
    config = with_max_resource(request.config, constants)
    optional = config.static_hyperparameters.keys() - static.keys()
    payload = make_payload(train, config, optional)
    _tell(request, untaken(train, optional))
    job = create(
        config,
        payload,
        kept=request.kept,
        name=request.name if name is None else name,
        replace=replace,
        callbacks=callbacks,
        constants=constants,
        grace_seconds=grace_seconds,
    )
    for word in changed_code(JobStore(), config, payload):
        warnings.warn(word, stacklevel=2)
    return job.wait() if wait else job


def create_tuning_job(
    request: Mapping[str, Any] | TuningJobConfig,
    *,
    train: Train,
    name: str | None = None,
    strict: bool = False,
) -> TuningJob:
    """Create a tuning job from Amazon's request or a TuningJobConfig.

    >>> def train(lr):
    ...     return (lr - 0.03) ** 2
    >>> lr = {"Name": "lr", "MinValue": "0.0001", "MaxValue": "0.1"}
    >>> config = {
    ...     "Strategy": "Random",
    ...     "HyperParameterTuningJobObjective":
    ...         {"Type": "Minimize", "MetricName": "loss"},
    ...     "ResourceLimits":
    ...         {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 1},
    ...     "ParameterRanges": {"ContinuousParameterRanges": [lr]},
    ... }
    >>> request = {
    ...     "HyperParameterTuningJobName": "churn-2",
    ...     "HyperParameterTuningJobConfig": config,
    ... }
    >>> job = amt.create_tuning_job(request, train=train)       # returns at once
    >>> job.wait()
    <TuningJob 'churn-2': Completed>

    Args:
        request: A request of CreateHyperParameterTuningJob, or its
            HyperParameterTuningJobConfig alone, or a TuningJobConfig. What is for a
            cloud only is kept, and comes back from `describe`.
        train: What to run, as for `amt.tune`. Static hyperparameters of a request that
            a function does not take are left out.
        name: Outranks the name in the request.
        strict: Check what the service requires and bounds for a cloud's sake too, as
            120 seconds for the shortest run time.

    Returns:
        The tuning job, which has begun to run.

    Raises:
        ValidationError: with all faults, in the words of the service.
        ResourceInUseError: the name is taken.
        ResourceLimitExceededError: a quota is in the way.
        CaptureError: a value that the function needs cannot travel to its process.
    """
    constants = default_arguments(train)
    if isinstance(request, TuningJobConfig):
        if strict:
            wire.check_strictly(request, name)
        config = with_max_resource(request, constants)
        payload = make_payload(train, config)
        return create(config, payload, name=name, constants=constants)
    read = wire.read_request(request, name=name, strict=strict, written=constants)
    config, optional = read.config, read.config.static_hyperparameters
    payload = make_payload(train, config, optional)
    _tell(read, untaken(train, optional))
    if (config.strategy, config.early_stopping) == ("Hyperband", "Auto"):
        warnings.warn(AUTO_ADDS_NOTHING, stacklevel=2)
    return create(config, payload, name=read.name, kept=read.kept, constants=constants)


def tuning_job(name: str | None = None) -> TuningJob:
    """Find a tuning job by name, from any process; without one, the newest.

    >>> amt.tuning_job("churn")
    <TuningJob 'churn': Completed>
    >>> amt.tuning_job().name
    'churn'

    Args:
        name: Upper and lower case are the same.

    Raises:
        ResourceNotFoundError: there is no such tuning job.
    """
    store = JobStore()
    return TuningJob(store.newest_name() if name is None else name, store)


def list_tuning_jobs(
    warm_startable: bool | TuningJob | TuningJobConfig = False,
) -> TuningJobList:
    """Return what the store knows of every tuning job, newest first.

    >>> amt.list_tuning_jobs()
    name   status     strategy  training jobs  best        created
    churn  Completed  Random    2 of 2         loss 0.0... 20...
    >>> [job.name for job in amt.list_tuning_jobs() if job.status == "Completed"]
    ['churn']

    Args:
        warm_startable: Add whether each may be a parent of such a tuning job, or of a
            config, what keeps the others from it, and how many training jobs there are
            to learn from; those that fit come first. True: of a job like the newest.

    Returns:
        A list that shows itself as a table. Each item has what the columns show as
        attributes, and the members of ListHyperParameterTuningJobs as a dict has them.
    """
    store = JobStore()
    if warm_startable is False:
        counts = store.counts()
        return TuningJobList(
            list_item(record, counts.get(record.name)) for record in store.records()
        )
    earlier, about = earlier_jobs(store), warm_startable
    if isinstance(about, TuningJobConfig):
        found = earlier.candidates(about)
    else:
        job = about if isinstance(about, TuningJob) else tuning_job()
        found = earlier.candidates(job.config)
        found = with_code(store, found, code_of(store, job.name), job.name)
    return TuningJobList(candidate.listed for candidate in found)


def quotas() -> QuotasInForce:
    """Return the quotas in force: limit, use, and where each was set.

    >>> amt.quotas()
    quota                       limit  in use  set by
    concurrent_tuning_jobs        100       0  AMT's default
    hyperparameter_ranges          30          AMT's default
    ...
    >>> amt.quotas().training_jobs
    750

    `%config Quotas.training_jobs = 5000` sets one; `amt.Quotas` says what each limits.

    Returns:
        An `amt.Quotas` that shows itself as a table. Its `used` has, by quota, the
        number of running tuning jobs, or the most that one of them asks for.
    """
    limits, origins = service_quotas.in_force(), service_quotas.origins()
    return quotas_in_force(limits, origins, JobStore().records())


def make_payload(
    train: Train, config: TuningJobConfig, optional: Iterable[str] = ()
) -> Payload:
    """Make the payload of a function, or of a script by its path.

    A function need not take the static hyperparameters that are `optional`.
    """
    left_out = untaken(train, optional)
    names = [*config.ranges, *config.static_hyperparameters]
    names = [name for name in names if name not in left_out]
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


def _request(
    ranges: Mapping[str, Any], options: Mapping[str, Any], static: Mapping[str, Any]
) -> wire.TuningJobRequest:
    """Return what the options ask for, and the request that one of them gives."""
    if options.get("config") is None:
        config = build_config(ranges, options, static_hyperparameters=static)
        return wire.TuningJobRequest(None, config, {}, ())
    return build_beside(
        ranges,
        options,
        static_hyperparameters=static,
        namespace=_main_namespace(),
    )


def _tell(request: wire.TuningJobRequest, left_out: Sequence[str]) -> None:
    """Tell once what of a request is not used here, or not as it stands there."""
    for words in kept_words(request.kept):
        print(words)  # noqa: T201
    for words in [*taken_words(request.taken), *left_out_words(left_out)]:
        warnings.warn(words, stacklevel=3)


def _main_namespace() -> Mapping[str, Any]:
    import __main__

    return vars(__main__)

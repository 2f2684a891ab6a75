"""Hypothesis strategies for tuning jobs that the service would run as well."""

from dataclasses import replace

from hypothesis import strategies as st

from amt_magic import wire
from amt_magic.config import HyperbandStrategyConfig, Strategy
from amt_magic.jobs import (
    Report,
    TrainingJob,
    TrainingJobStatus,
    TuningJobRecord,
    TuningJobStatus,
)
from tests.generators import tuning_job_configs
from tests.wire import service
from tests.wire.recorded import KEPT, KILLED, SECONDS

LONGEST_RUN = 15_768_000
values = st.floats() | st.floats(-10, 10)
times = st.floats(SECONDS, SECONDS + 1e6)
reasons = st.none() | st.text() | st.sampled_from([KILLED, "boom" * 1000])


def within(low, value, high):
    return None if value is None else min(max(low, value), high)


def bounded(config):
    """Return the config with its numbers between the service's bounds."""
    limits, criteria = config.resource_limits, config.completion_criteria
    jobs = within(1, limits.max_number_of_training_jobs, config.space.size)
    if config.strategy == Strategy.GRID:
        jobs = None
    parallel = within(1, limits.max_parallel_training_jobs, jobs or 10)
    seconds = within(120, limits.max_runtime_in_seconds, LONGEST_RUN)
    stale = within(3, criteria.max_number_of_training_jobs_not_improving, 10**9)
    part = config.strategy_config
    if config.strategy == Strategy.HYPERBAND:
        given = part if isinstance(part, HyperbandStrategyConfig) else None
        part = replace(given or HyperbandStrategyConfig(), max_resource=1000)
    return config.evolve(
        strategy_config=part,
        resource_limits=replace(
            limits,
            max_number_of_training_jobs=jobs,
            max_parallel_training_jobs=parallel,
            max_runtime_in_seconds=seconds,
        ),
        completion_criteria=replace(
            criteria, max_number_of_training_jobs_not_improving=stale
        ),
    )


def with_few_retries(config):
    return config.evolve(max_retries=min(30, config.max_retries))


def fits_amazon(config):
    """Tell whether names and texts are such as the service takes."""
    request = wire.request_with_kept(with_few_retries(config), "churn", KEPT)
    request.pop("AmtMagic", None)
    return not service.problems(service.input_shape(), request)


amazon_configs = tuning_job_configs().map(bounded).filter(fits_amazon)


def training_jobs(config):
    """Training jobs of a config, in every state, by index."""
    units = st.fixed_dictionaries({name: st.floats(0, 1) for name in config.space})
    hyperparameters = units.map(
        lambda found: {name: config.space[name].decode(found[name]) for name in found}
    )
    jobs = st.builds(
        TrainingJob,
        index=st.just(1),
        name=st.just("a"),
        hyperparameters=hyperparameters,
        status=st.sampled_from(TrainingJobStatus),
        reports=st.lists(values, max_size=3),
        created_at=times,
        started_at=st.none() | times,
        ended_at=st.none() | times,
        failure_reason=reasons,
    )
    return st.lists(jobs, max_size=5).map(numbered)


def numbered(jobs):
    return [
        replace(
            job,
            index=index,
            name=f"Churn-{index:03}-0a1b2c3d",
            reports=[
                Report(index=index, resource=place, value=value, time=SECONDS)
                for place, value in enumerate(job.reports, 1)
            ],
        )
        for index, job in enumerate(jobs, 1)
    ]


@st.composite
def tuning_jobs(draw):
    """A tuning job in any state, and its training jobs."""
    config = draw(amazon_configs.map(with_few_retries))
    status = draw(st.sampled_from(TuningJobStatus))
    record = TuningJobRecord(
        name=draw(st.sampled_from(["Churn", "a", "x" * 32])),
        config=config,
        status=status,
        created_at=draw(times),
        modified_at=draw(times),
        ended_at=draw(times) if status.is_terminal else None,
        seconds_run=draw(st.floats(0, 1e9)),
        converged_at=draw(st.none() | times),
        failure_reason=draw(reasons),
        is_interrupted=not status.is_terminal and draw(st.booleans()),
        kept=draw(st.sampled_from([{}, KEPT])),
    )
    return record, draw(training_jobs(config))

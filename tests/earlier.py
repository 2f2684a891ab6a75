"""Tuning jobs of the past, made without running them."""

from dataclasses import replace

import amt_magic as amt
from amt_magic.jobs import TuningJobRecord
from amt_magic.store.counts import Counts
from amt_magic.warm_startable import Candidate, EarlierJobs

RANGES = {"lr": amt.Continuous(1e-4, 1.0), "kind": amt.Categorical("red", "blue")}


def config(jobs=20, parallel=1, seconds=None, **changed):
    limits = amt.ResourceLimits(
        max_number_of_training_jobs=jobs,
        max_parallel_training_jobs=parallel,
        max_runtime_in_seconds=seconds,
    )
    given = {
        "strategy": "Bayesian",
        "objective": amt.Objective(type="Minimize", metric_name="loss"),
        "ranges": RANGES,
        "resource_limits": limits,
    }
    return amt.TuningJobConfig(**given | changed)


def record(name="old", status="Completed", *, of=None, interrupted=False, **known):
    return TuningJobRecord(
        name=name,
        config=of or config(),
        status=amt.TuningJobStatus("InProgress" if interrupted else status),
        created_at=0.0,
        modified_at=0.0,
        is_interrupted=interrupted,
        **known,
    )


def counts(finished=12, best=0.25):
    return Counts(
        by_status={"Completed": finished},
        by_objective={"Succeeded": finished},
        least=best,
        most=9.0,
    )


def candidate(given, now, is_other_code=None, finished=12) -> Candidate:
    """Return a record as a parent of the config `now`."""
    known = {given.name: counts(finished)}
    (found,) = EarlierJobs(records=[given], counts=known).candidates(now)
    fit = replace(found.fit, is_other_code=is_other_code)
    return replace(found, fit=fit, listed=replace(found.listed, fit=fit))

"""The facts that advice on a tuning job rests on, and where they are found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from amt_magic.completion import job_limit
from amt_magic.config import HyperbandStrategyConfig, TuningJobConfig
from amt_magic.executors.payload import Payload
from amt_magic.jobs import TrainingJob, TrainingJobStatus, TuningJobRecord
from amt_magic.launcher import core_count
from amt_magic.max_resource import EPOCH_NAMES, epochs_in
from amt_magic.store.job_store import JobStore
from amt_magic.views.formats import duration, plural
from amt_magic.views.summary import INTERRUPTED
from amt_magic.warm_startable import (
    Candidate,
    code_of,
    earlier_jobs,
    with_code,
)

NEWEST = 50  # tuning jobs that are looked at as parents


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a tuning job that ran, runs, or is to run.

    `record`: None where only its config is known; `ended`: training jobs that have.
    `reports`: how often a training job gives its objective, by the words
    `about_reports`; None: not known. `seconds`: what a training job takes.
    `candidates`: those that may be parents, itself among them.
    """

    config: TuningJobConfig
    cores: int
    record: TuningJobRecord | None = None
    ended: int = 0
    reports: int | None = None
    about_reports: str = ""
    seconds: float | None = None
    candidates: Sequence[Candidate] = ()

    @property
    def limit(self) -> int:
        """How many training jobs are to run."""
        return job_limit(self.config)

    @property
    def parallel(self) -> int:
        """How many run at a time."""
        return self.config.resource_limits.max_parallel_training_jobs

    @property
    def budget(self) -> str:
        """The limit and the parallelism in words."""
        jobs = plural(self.limit, "training job")
        return f"{jobs} at most, {self.parallel} at a time"

    @property
    def cost(self) -> str:
        """What a training job takes, in words; empty where nobody knows."""
        if self.seconds is None:
            return ""
        cores = plural(self.cores, "core")
        return f"a training job took {duration(self.seconds)} on average, {cores}"

    @property
    def own(self) -> Candidate | None:
        """The tuning job itself, if it has something to learn from."""
        name = self.record.name if self.record else ""
        return next((c for c in self.candidates if c.record.name == name), None)

    @property
    def others(self) -> list[Candidate]:
        """Other tuning jobs to learn from, the same code first, no parents yet."""
        warm_start = self.config.warm_start
        known = {name.lower() for name in warm_start.parents} if warm_start else set()
        known |= {self.record.name.lower()} if self.record else set()
        found = [c for c in self.candidates if c.record.name.lower() not in known]
        ranks: dict[bool | None, int] = {False: 0, None: 1, True: 2}
        return sorted(found, key=lambda candidate: ranks[candidate.fit.is_other_code])


def facts_of_config(
    store: JobStore,
    config: TuningJobConfig,
    *,
    code: Payload | None = None,
    reports: int | None = None,
    seconds: float | None = None,
    but: str = "",
) -> Facts:
    """Return what is known of a config, and of the `code` that it is to run.

    `reports` and `seconds` are those of a dry run; the tuning job called `but` is no
    candidate.
    """
    found, about = _written(config, code)
    if reports is not None:
        name = config.objective.metric_name
        found, about = reports, f"a training job reported {name} {_times(reports)}"
    return Facts(
        config=config,
        cores=core_count(),
        reports=found,
        about_reports=about,
        seconds=seconds,
        candidates=[
            each
            for each in _useful(store, config, code)
            if each.record.name.lower() != but.lower()
        ],
    )


def facts_of_job(store: JobStore, name: str) -> Facts:
    """Return what is known of a tuning job of the store."""
    record, code = store.record(name), code_of(store, name)
    jobs = store.training_jobs(name, curves=False)
    ended = [job for job in jobs if job.status.is_terminal]
    config = record.config
    found, about = _observed(ended, config.objective.metric_name)
    if found is None:
        found, about = _written(config, code)
    return Facts(
        config=config,
        cores=core_count(),
        record=record,
        ended=len(ended),
        reports=found,
        about_reports=about,
        seconds=fmean(seconds) if (seconds := list(_seconds(ended))) else None,
        candidates=_useful(store, config, code, record.name),
    )


def ended_how(record: TuningJobRecord, ended: int) -> str:
    """Word how far a tuning job came: `churn was interrupted after 12 of 40 …`."""
    words = {"Completed": "completed", "Stopped": "was stopped", "Failed": "failed"}
    how = f"was {INTERRUPTED}" if record.is_interrupted else words.get(record.status)
    progress = f"{ended} of {plural(job_limit(record.config), 'training job')}"
    return f"{record.name} {how or 'is running'} after {progress}"


def _useful(
    store: JobStore, config: TuningJobConfig, code: Payload | None, whose: str = ""
) -> list[Candidate]:
    found = earlier_jobs(store, NEWEST).candidates(config)
    return with_code(store, [each for each in found if each.is_useful], code, whose)


def _observed(ended: Sequence[TrainingJob], metric: str) -> tuple[int | None, str]:
    """Return how often training jobs that completed gave the objective."""
    counts = [
        job.reports[-1].resource if job.reports else 0
        for job in ended
        if job.status == TrainingJobStatus.COMPLETED
    ]
    if not counts:
        return None, ""
    most = max(counts)
    if min(counts) == most:
        return most, f"each training job reported {metric} {_times(most)}"
    return most, f"training jobs reported {metric} up to {_times(most)}"


def _written(config: TuningJobConfig, code: Payload | None) -> tuple[int | None, str]:
    """Return how often a training job is to give the objective, where that is said."""
    asked = config.strategy_config
    if isinstance(asked, HyperbandStrategyConfig) and asked.max_resource:
        return asked.max_resource, f"the maximum resource is {asked.max_resource}"
    static: dict[str, Any] = dict(config.static_hyperparameters)
    if epochs := epochs_in(static):
        name = next(name for name in EPOCH_NAMES if name in static)
        return epochs, f"{name} is {epochs}"
    if code is not None and code.epochs:
        return code.epochs, f"the code says {code.epochs} epochs"
    return None, ""


def _seconds(ended: Sequence[TrainingJob]) -> Iterator[float]:
    for job in ended:
        is_whole = job.status == TrainingJobStatus.COMPLETED
        if is_whole and job.started_at is not None and job.ended_at is not None:
            yield max(0.0, job.ended_at - job.started_at)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"

"""Which tuning jobs of the store a new one may start from, and what to know of each."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from amt_magic.config import TuningJobConfig
from amt_magic.errors import Fault, ResourceNotFoundError, StoreError
from amt_magic.executors.payload import Payload, read_manifest
from amt_magic.inheritance import is_other_code
from amt_magic.jobs import ObjectiveStatus, TuningJobRecord
from amt_magic.store.counts import Counts
from amt_magic.store.job_store import JobStore
from amt_magic.views.listing import Fit, ListedTuningJob, list_item
from amt_magic.warm_start import differences, with_constants

NO_CONSTANTS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A tuning job, and its line in a list of those that may be parents."""

    record: TuningJobRecord
    listed: ListedTuningJob
    fit: Fit

    @property
    def is_useful(self) -> bool:
        """Tell whether it may be a parent, and has something to learn from."""
        return self.fit.holds and self.fit.finished > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierJobs:
    """The tuning jobs of a store as they were when it was read, newest first."""

    records: Sequence[TuningJobRecord] = ()
    counts: Mapping[str, Counts] = field(default_factory=dict)

    def candidates(
        self, config: TuningJobConfig, constants: Mapping[str, Any] = NO_CONSTANTS
    ) -> list[Candidate]:
        """Return all of them as parents of this config, those that fit first.

        `constants` are what the training code sets by itself (`with_constants`).
        """
        made = [self._candidate(record, config, constants) for record in self.records]
        return sorted(made, key=lambda candidate: not candidate.fit.holds)

    def _candidate(
        self,
        record: TuningJobRecord,
        config: TuningJobConfig,
        constants: Mapping[str, Any],
    ) -> Candidate:
        found = differences(record, with_constants(config, [record], constants))
        counts = self.counts.get(record.name)
        finished = counts.by_objective if counts else {}
        fit = Fit(
            differences=tuple(map(_in_short, found)),
            finished=finished.get(ObjectiveStatus.SUCCEEDED, 0),
        )
        listed = replace(list_item(record, counts), fit=fit)
        return Candidate(record=record, listed=listed, fit=fit)


def earlier_jobs(store: JobStore, most: int | None = None) -> EarlierJobs:
    """Read the tuning jobs of a store, or the newest `most` of them."""
    if most is None:
        return EarlierJobs(records=store.records(), counts=store.counts())
    records: list[TuningJobRecord] = []
    for name in store.names()[:most]:
        with suppress(ResourceNotFoundError):  # deleted in the meantime
            records.append(store.record(name))
    return EarlierJobs(records=records, counts=store.counts())


def with_code(
    store: JobStore,
    candidates: Sequence[Candidate],
    code: Payload | None,
    whose: str = "",
) -> list[Candidate]:
    """Return the candidates, those that fit compared by the code that they ran.

    `whose`: the name of the tuning job that ran this code, if one did.
    """
    return [
        _compared(store, each, code, is_own=each.record.name == whose)
        if each.fit.holds
        else each
        for each in candidates
    ]


def code_of(store: JobStore, name: str) -> Payload | None:
    """Return what a tuning job ran, without its values; None where it is gone."""
    try:
        return read_manifest(store.folder(name))
    except (StoreError, ResourceNotFoundError):
        return None


def _compared(
    store: JobStore, candidate: Candidate, code: Payload | None, *, is_own: bool
) -> Candidate:
    is_other = False if is_own else _is_other_code(store, candidate.record, code)
    fit = replace(candidate.fit, is_other_code=is_other)
    return replace(candidate, fit=fit, listed=replace(candidate.listed, fit=fit))


def _is_other_code(
    store: JobStore, record: TuningJobRecord, code: Payload | None
) -> bool | None:
    """Tell whether other code ran; None where that is not known."""
    try:
        return None if code is None else is_other_code(store, record, code)
    except ResourceNotFoundError:  # deleted in the meantime
        return None


def _in_short(fault: Fault) -> str:
    """Word a difference without the name of the parent and the remedy."""
    return str(replace(fault, field="", remedy=""))

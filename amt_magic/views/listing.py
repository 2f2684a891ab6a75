"""A list of tuning jobs: a line each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any, Protocol

from amt_magic import wire
from amt_magic.config import ObjectiveType, WarmStartType
from amt_magic.jobs import TuningJobRecord

HEADERS = ("name", "status", "strategy", "training jobs", "best", "created")
WARM_START_HEADERS = ("finished", "warm start")


class Counts(Protocol):
    """Counts of training jobs by status, and the ends of their values."""

    by_status: dict[str, int]
    by_objective: dict[str, int]
    retryable: int
    least: float | None
    most: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Whether a tuning job may be a parent of another one.

    `differences`: what keeps it from that, in short. `finished`: its training jobs
    with a value to learn from. `is_other_code`: it is known to have run other code;
    None: nobody knows.
    """

    differences: tuple[str, ...]
    finished: int
    is_other_code: bool | None = None

    @property
    def holds(self) -> bool:
        """Tell whether it may be a parent."""
        return not self.differences

    @property
    def types(self) -> tuple[str, ...]:
        """The types of warm start that are legal, the more likely one first.

        Both are where one is. Nobody can compare the data; where the code is known
        to differ, TransferLearning is the more likely one.
        """
        if not self.holds:
            return ()
        types = tuple(map(str, WarmStartType))
        return types[::-1] if self.is_other_code else types

    def __str__(self) -> str:
        """Word what fits, or why it does not."""
        if not self.holds:
            return "no: " + "; ".join(self.differences)
        code = {None: "code not compared", False: "same code", True: "other code"}
        word = ", which is your word" if self.is_other_code else ""
        return f"{' or '.join(self.types)}{word} ({code[self.is_other_code]})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTuningJob(Mapping[str, Any]):
    """One line of the list. `created_at` in epoch seconds.

    As a mapping it has the members of an item of ListHyperParameterTuningJobs.

    listed = amt_magic.list_tuning_jobs()[0]
    listed.name, listed["HyperParameterTuningJobStatus"], dict(listed)

    `fit`: whether it may be a parent, where that was asked for.
    """

    name: str
    status: str
    strategy: str
    objective: str
    training_jobs: int
    limit: int | None
    best_value: float | None
    created_at: float
    answer: Mapping[str, Any] = field(repr=False, compare=False)
    fit: Fit | None = None

    def __getitem__(self, member: str) -> Any:
        return self.answer[member]

    def __iter__(self) -> Iterator[str]:
        return iter(self.answer)

    def __len__(self) -> int:
        return len(self.answer)

    @property
    def cells(self) -> tuple[str, ...]:
        """The line as text, in the order of HEADERS and WARM_START_HEADERS."""
        fit = () if self.fit is None else (f"{self.fit.finished}", f"{self.fit}")
        limit = "" if self.limit is None else f" of {self.limit}"
        value = "–" if self.best_value is None else f"{self.best_value:.5g}"  # noqa: RUF001
        created = datetime.fromtimestamp(self.created_at)
        return (
            self.name,
            self.status,
            self.strategy,
            f"{self.training_jobs}{limit}",
            f"{self.objective} {value}",
            f"{created:%Y-%m-%d %H:%M}",
            *fit,
        )


class TuningJobList(list[ListedTuningJob]):
    """Tuning jobs, newest first; shows itself as a table."""

    @property
    def headers(self) -> tuple[str, ...]:
        """What the columns hold."""
        has_fits = any(job.fit is not None for job in self)
        return HEADERS + (WARM_START_HEADERS if has_fits else ())

    def __repr__(self) -> str:
        """Show aligned columns."""
        rows = [self.headers, *(job.cells for job in self)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = (
            "  ".join(
                cell.ljust(width) for cell, width in zip(row, widths, strict=True)
            )
            for row in rows
        )
        return "\n".join(line.rstrip() for line in lines) if self else "no tuning jobs"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{header}</th>" for header in self.headers)
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in job.cells)}</tr>"
            for job in self
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def list_item(record: TuningJobRecord, counts: Counts | None) -> ListedTuningJob:
    """Make the line of one tuning job from its record and its counts."""
    config = record.config
    largest = config.objective.type == ObjectiveType.MAXIMIZE
    best: Any = None
    if counts is not None:
        best = counts.most if largest else counts.least
    statuses = counts.by_status if counts else {}
    objective_statuses = counts.by_objective if counts else {}
    retryable = counts.retryable if counts else 0
    return ListedTuningJob(
        name=record.name,
        status="interrupted" if record.is_interrupted else str(record.status),
        strategy=str(config.strategy),
        objective=config.objective.metric_name,
        training_jobs=sum(statuses.values()),
        limit=config.resource_limits.max_number_of_training_jobs,
        best_value=best,
        created_at=record.created_at,
        answer=wire.tuning_job_summary(record, statuses, objective_statuses, retryable),
    )

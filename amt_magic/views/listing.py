"""A list of tuning jobs: a line each."""

from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any, Protocol

from amt_magic.config import ObjectiveType
from amt_magic.jobs import TuningJobRecord

HEADERS = ("name", "status", "strategy", "training jobs", "best", "created")


class Counts(Protocol):
    """Counts of training jobs by status, and the ends of their values."""

    by_status: dict[str, int]
    least: float | None
    most: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTuningJob:
    """One line of the list. `created_at` in epoch seconds."""

    name: str
    status: str
    strategy: str
    objective: str
    training_jobs: int
    limit: int | None
    best_value: float | None
    created_at: float

    @property
    def cells(self) -> tuple[str, ...]:
        """The line as text, in the order of HEADERS."""
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
        )


class TuningJobList(list[ListedTuningJob]):
    """Tuning jobs, newest first; shows itself as a table."""

    def __repr__(self) -> str:
        """Show aligned columns."""
        rows = [HEADERS, *(job.cells for job in self)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = (
            "  ".join(
                cell.ljust(width) for cell, width in zip(row, widths, strict=True)
            )
            for row in rows
        )
        return "\n".join(line.rstrip() for line in lines) if self else "no tuning jobs"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{header}</th>" for header in HEADERS)
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
    return ListedTuningJob(
        name=record.name,
        status="interrupted" if record.is_interrupted else str(record.status),
        strategy=str(config.strategy),
        objective=config.objective.metric_name,
        training_jobs=sum(counts.by_status.values()) if counts else 0,
        limit=config.resource_limits.max_number_of_training_jobs,
        best_value=best,
        created_at=record.created_at,
    )

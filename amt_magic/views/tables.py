"""The table of training jobs, as texts that text and HTML lay out alike."""

from collections.abc import Sequence
from typing import NamedTuple

from amt_magic.views.formats import (
    NOTHING,
    hyperparameters,
    is_numeric,
    numbers,
    visible,
)
from amt_magic.views.summary import TrainingJobRow, TuningJobSummary


class Column(NamedTuple):
    """One column: its heading and a text for each row, both safe to print."""

    heading: str
    texts: Sequence[str]
    is_number: bool = True


class Table(NamedTuple):
    """The training jobs shown, best first, and how many are left out."""

    rows: Sequence[TrainingJobRow]
    number: Column
    value: Column
    status: Column
    seconds: Column
    hyperparameters: Sequence[Column]
    reports: Column | None
    why: Column | None
    left_out: int


def training_job_table(summary: TuningJobSummary, limit: int) -> Table:
    """Lay out at most `limit` training jobs: some of those running, and the best.

    Columns that would say the same of each are `None`.
    """
    rows = _select(summary, limit)
    metric = visible(summary.objective.metric_name, 40)
    reports = [str(row.reports) for row in rows]
    reasons = [visible(row.why, 120) for row in rows]
    return Table(
        rows=rows,
        number=Column("#", [str(row.index) for row in rows]),
        value=Column(metric, numbers([row.value for row in rows])),
        status=Column("status", [row.status for row in rows], is_number=False),
        seconds=Column("seconds", [_seconds(row.seconds) for row in rows]),
        hyperparameters=[
            _hyperparameter_column(rows, name) for name in summary.hyperparameter_names
        ],
        reports=Column("reports", reports) if {*reports} - {"0", "1"} else None,
        why=Column("why it ended", reasons, is_number=False) if any(reasons) else None,
        left_out=len(summary.rows) - len(rows),
    )


def _select(summary: TuningJobSummary, limit: int) -> list[TrainingJobRow]:
    """Take the best; while training jobs run, up to half of the rows are theirs."""
    rows = summary.rows
    running = [place for place, row in enumerate(rows) if not row.has_ended]
    ended = [place for place, row in enumerate(rows) if row.has_ended]
    running = running[: max(limit // 2, limit - len(ended))]
    return [rows[place] for place in sorted(running + ended[: limit - len(running)])]


def _hyperparameter_column(rows: Sequence[TrainingJobRow], name: str) -> Column:
    values = [row.hyperparameters.get(name, NOTHING) for row in rows]
    return Column(visible(name, 40), hyperparameters(values), is_numeric(values))


def _seconds(seconds: float | None) -> str:
    return NOTHING if seconds is None else f"{seconds:.1f}"

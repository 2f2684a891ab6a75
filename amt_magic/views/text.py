"""A tuning job as text, for terminals and plain outputs."""

from collections.abc import Iterable
from textwrap import wrap

from amt_magic.views import headlines
from amt_magic.views.formats import GLYPHS, columns, cut, plural, visible
from amt_magic.views.summary import TuningJobSummary
from amt_magic.views.tables import Column, Table, training_job_table
from amt_magic.views.text_plots import text_convergence

MOST_ROWS = 20
MOST_FAILURES = 5
GAP = "  "
WIDEST_METRIC = 24
NARROWEST_WHY = 16


def render_text(summary: TuningJobSummary, width: int = 100) -> str:
    """Render a tuning job as text of at most `width` columns.

    The header, the training jobs, failures, the convergence plot, and the best
    hyperparameters as code, in full whatever the width.
    """
    parts = [_header(summary, width)]
    if summary.rows:
        parts.append(_training_jobs(summary, width))
    if summary.failures:
        parts.append(_failures(summary, width))
    if summary.best is not None:
        if len(summary.rows) > 1:
            parts.append(text_convergence(summary, width))
        parts.append([f"Best: {headlines.best(summary)}", summary.best_as_code])
    return "\n\n".join("\n".join(lines) for lines in parts)


def _header(summary: TuningJobSummary, width: int) -> list[str]:
    status = f"{GLYPHS[summary.status]} {summary.status}"
    name = visible(summary.name, 80)
    plan = ", ".join(headlines.plan(summary))
    counts = ", ".join(words for _, words in headlines.counts(summary))
    progress = ": ".join(filter(None, (summary.progress, counts)))
    times = ", ".join((headlines.times(summary), *headlines.limits(summary)))
    lines = [f"{name}  {status}  {plan}", progress, times, headlines.ending(summary)]
    lines += [headlines.better_elsewhere(summary), *headlines.saved(summary)]
    return _wrapped(filter(None, lines), width)


def _failures(summary: TuningJobSummary, width: int) -> list[str]:
    shown = summary.failures[:MOST_FAILURES]
    lines = [headlines.failure(group) for group in shown]
    more = len(summary.failures) - len(shown)
    if more:
        lines.append(plural(more, "more cause"))
    return ["Failures", *_wrapped(lines, width)]


def _wrapped(lines: Iterable[str], width: int) -> list[str]:
    return [
        part for line in lines for part in wrap(line, width, subsequent_indent="    ")
    ]


def _training_jobs(summary: TuningJobSummary, width: int) -> list[str]:
    table = training_job_table(summary, MOST_ROWS)
    shown = _fitting(table, width)
    texts = [[column.heading, *column.texts] for column in shown]
    widths = [max(map(columns, column)) for column in texts]
    lines = [
        GAP.join(
            _pad(text, column, wide)
            for text, column, wide in zip(line, shown, widths, strict=True)
        ).rstrip()
        for line in zip(*texts, strict=True)
    ]
    known = set(map(id, shown))
    hidden = sum(id(column) not in known for column in table.hyperparameters)
    if hidden:
        lines.append(f"{plural(hidden, 'more hyperparameter')}: job.dataframe()")
    if table.left_out:
        lines.append(headlines.left_out(table.left_out))
    return lines


def _fitting(table: Table, width: int) -> list[Column]:
    """Take the columns that fit; the last one is cut."""
    statuses = [f"{GLYPHS[status]} {status}" for status in table.status.texts]
    status = table.status._replace(texts=statuses)
    value = table.value._replace(heading=cut(table.value.heading, WIDEST_METRIC))
    shown = [table.number, value, status, table.seconds]
    left = width - sum(map(_space, shown)) - (NARROWEST_WHY if table.why else 0)
    for column in filter(None, (*table.hyperparameters, table.reports)):
        if _space(column) <= left:
            shown.append(column)
            left -= _space(column)
    if table.why:
        room = left + NARROWEST_WHY
        texts = [cut(text, room) for text in table.why.texts]
        shown.append(table.why._replace(texts=texts))
    return shown


def _space(column: Column) -> int:
    return max(map(columns, (column.heading, *column.texts))) + len(GAP)


def _pad(text: str, column: Column, wide: int) -> str:
    blank = " " * (wide - columns(text))
    return blank + text if column.is_number else text + blank

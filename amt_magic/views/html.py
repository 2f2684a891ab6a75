"""A tuning job as static HTML that reads in light, dark and untrusted notebooks.

JupyterLab removes `<style>`, `data-` attributes and inline `<svg>` from notebooks it
does not trust; what matters is therefore in plain elements and inline styles.
"""

import time
from collections.abc import Iterator
from html import escape

from amt_magic.views import headlines
from amt_magic.views.formats import GLYPHS, number, plural, visible
from amt_magic.views.plots import COLORS, convergence_image
from amt_magic.views.summary import TuningJobSummary
from amt_magic.views.tables import Column, Table, training_job_table

MOST_ROWS = 100
MOST_TABLE_CHARACTERS = 70_000
MOST_CODE_CHARACTERS = 4_000
MOST_FAILURES = 10

STYLE = """<style>
.amt-summary{overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
.amt-summary .amt-quiet,.amt-summary th{color:var(--jp-ui-font-color2,inherit)}
.amt-summary table{border-collapse:collapse;font-size:inherit;margin:0}
.amt-summary :is(thead,tbody) tr :is(th,td){padding:3px 10px;text-align:right;
white-space:nowrap;border-bottom:1px solid var(--jp-border-color2,#80869055)}
.amt-summary thead tr th{font-weight:500;position:sticky;top:0;
background:var(--jp-layout-color0,Canvas)}
.amt-summary tbody tr:nth-child(n){background:none}
.amt-summary tbody tr:nth-child(n):hover{background:#80869022}
</style>"""
NO_MATH = "tex2jax_ignore mathjax_ignore"  # a name with two $ is no formula
BEST = ' style="background-color:#12946d22;font-weight:600"'
LEFT = ' style="text-align:left;white-space:nowrap"'


def render_html(
    summary: TuningJobSummary, *, plot: bool = True, behind: str = ""
) -> str:
    """Render a tuning job as one `.amt-summary` element, 150 kB at most.

    `plot=False` leaves the image out, which takes most of the time. `behind`: the id
    of a live view that hides this one as long as it lives.
    """
    name, status = escape(visible(summary.name)), escape(summary.status)
    hidden = f' data-amt-behind="{escape(behind)}"' if behind else ""
    parts = (
        f'<div class="amt-summary {NO_MATH}" data-name="{name}"{hidden}',
        f'data-status="{status}">',
        STYLE,
        *_header(summary),
        *_best(summary, plot),
        *_training_jobs(summary),
        *_failures(summary),
        *(_as_of(summary) if behind else ()),
        "</div>",
    )
    return "\n".join(parts)


def _as_of(summary: TuningJobSummary) -> Iterator[str]:
    """Tell how old this is: what is behind a view may be left behind."""
    shown = (
        f"As of {time.strftime('%H:%M:%S')}; now: %tune show {visible(summary.name)}"
    )
    yield f'<div class="amt-quiet">{escape(shown)}</div>'


def _header(summary: TuningJobSummary) -> Iterator[str]:
    plan = " · ".join(f"<bdi>{escape(part)}</bdi>" for part in headlines.plan(summary))
    yield (
        f'<div><b style="font-size:16px">{escape(visible(summary.name))}</b>&ensp;'
        f"{_status(summary.status, summary.status)}&ensp;"
        f'<span class="amt-quiet">{plan}</span></div>'
    )
    yield _bar(summary)
    progress = [f"<b>{summary.progress}</b>"]
    progress += [_status(*count) for count in headlines.counts(summary)]
    times = ", ".join((headlines.times(summary), *headlines.limits(summary)))
    progress.append(f'<span class="amt-quiet">{escape(times)}</span>')
    yield f"<div>{'&ensp; '.join(progress)}</div>"
    if ending := headlines.ending(summary):
        yield f"<div>{escape(ending)}</div>"
    remarks = headlines.better_elsewhere(summary), *headlines.saved(summary)
    for remark in filter(None, remarks):
        yield f'<div class="amt-quiet">{escape(remark)}</div>'


def _status(status: str, words: str) -> str:
    """Show a status by colour, by shape and in words."""
    glyph = f'<span style="color:{_color(status)}">{GLYPHS[status]}</span>'
    return f'<span style="white-space:nowrap">{glyph} {escape(words)}</span>'


def _color(status: str) -> str:
    return COLORS.get(status, COLORS["InProgress"])


def _bar(summary: TuningJobSummary) -> str:
    counts = summary.counts
    total = max(summary.max_training_jobs or 0, counts.ended + counts.running, 1)
    parts = (
        f'<div style="width:{100 * count / total:.2f}%;background-color:{color}"></div>'
        for color, count in (
            (COLORS["Completed"], counts.completed),
            (COLORS["Stopped"], counts.stopped),
            (COLORS["Failed"], counts.failed),
            (COLORS["InProgress"], counts.running),
        )
        if count
    )
    box = "display:flex;height:5px;margin:6px 0;background-color:#80869040"
    return f'<div style="{box}">{"".join(parts)}</div>'


def _best(summary: TuningJobSummary, plot: bool) -> Iterator[str]:
    if summary.best is None:
        return
    item = '<div style="min-width:0;max-width:100%">'
    yield '<div style="display:flex;flex-wrap:wrap;gap:8px 32px;margin:8px 0">'
    yield (
        f'{item}<b style="font-size:20px">{number(summary.best.value)}</b> '
        f'<span class="amt-quiet">best <bdi>{escape(headlines.metric(summary))}</bdi>, '
        f"training job {summary.best.index}</span>"
        f'<pre style="max-height:190px;overflow:auto;margin:4px 0">'
        f"{escape(_shortened(summary.best_as_code))}</pre></div>"
    )
    if plot:
        alt = f"{headlines.metric(summary)} by training job; best: "
        alt = escape(alt + headlines.best(summary))
        image = convergence_image(summary)
        box = "width:640px;max-width:100%;height:auto"
        yield f'{item}<img style="{box}" src="{image}" alt="{alt}"></div>'
    yield "</div>"


def _shortened(code: str) -> str:
    if len(code) <= MOST_CODE_CHARACTERS:
        return code
    return code[:MOST_CODE_CHARACTERS] + "…\n# in full: job.best_training_job"


def _training_jobs(summary: TuningJobSummary) -> Iterator[str]:
    if not summary.rows:
        return
    table = training_job_table(summary, MOST_ROWS)
    shown: list[Column] = [table.number, table.value, table.status, table.seconds]
    shown += filter(None, (*table.hyperparameters, table.reports, table.why))
    yield '<div style="overflow:auto;max-height:440px;margin:8px 0">'
    yield "<table><thead><tr>"
    yield "".join(f"<th{_side(c)}>{escape(c.heading)}</th>" for c in shown)
    yield "</tr></thead><tbody>"
    left_out, characters = table.left_out + len(table.rows), 0
    for place, row in enumerate(table.rows):
        line = "".join(_cell(column, place, table) for column in shown)
        characters += len(line)
        if characters > MOST_TABLE_CHARACTERS:
            break
        left_out -= 1
        best = BEST if row is summary.best else ""
        yield f"<tr{best}>{line}</tr>"
    yield "</tbody></table></div>"
    if left_out:
        yield f'<div class="amt-quiet">{headlines.left_out(left_out)}</div>'


def _cell(column: Column, place: int, table: Table) -> str:
    text = column.texts[place]
    shown = _status(text, text) if column is table.status else escape(text)
    return f"<td{_side(column)}>{shown}</td>"


def _side(column: Column) -> str:
    return "" if column.is_number else LEFT


def _failures(summary: TuningJobSummary) -> Iterator[str]:
    if not summary.failures:
        return
    yield '<div style="margin:8px 0 0"><b>Failures</b></div>'
    for group in summary.failures[:MOST_FAILURES]:
        yield f"<div>{escape(headlines.failure(group))}</div>"
    more = len(summary.failures) - MOST_FAILURES
    if more > 0:
        yield f'<div class="amt-quiet">{plural(more, "more cause")}</div>'

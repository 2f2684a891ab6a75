"""The convergence plot in characters."""

import math

from amt_magic.views.formats import GLYPHS, cut, number, numbers, visible
from amt_magic.views.plot_data import Convergence, convergence
from amt_magic.views.summary import TuningJobSummary

ROWS = 9
WIDEST = 72
CROWDED = 100  # marks, from which all are dots


def text_convergence(summary: TuningJobSummary, width: int) -> list[str]:
    """Draw the values by training job, and the line of the best so far, in 12 lines."""
    data = convergence(summary)
    labels = _labels(data)
    margin = max(map(len, labels))
    across = max(8, min(WIDEST, width - margin - 2, 4 * data.last_index))
    canvas = _Canvas(data, across)
    canvas.draw_marks()
    canvas.draw_line()
    blank = " " * margin
    last = number(data.last_index) if data.last_index > 1 else ""
    return [
        cut(f"{visible(summary.objective.metric_name, 40)} by training job", width),
        *(
            f"{label:>{margin}} {'┤' if label else '│'}{''.join(cells).rstrip()}"
            for label, cells in zip(labels, canvas.cells, strict=True)
        ),
        f"{blank} └{'─' * across}",
        f"{blank}  1{last:>{across - 1}}".rstrip(),
    ]


def _labels(data: Convergence) -> list[str]:
    low, high, is_logarithmic = data.axis
    middle = math.sqrt(low) * math.sqrt(high) if is_logarithmic else (low + high) / 2
    labels = [""] * ROWS
    labels[:: ROWS // 2] = numbers([high, middle, low])
    return labels


class _Canvas:
    """Cells of a plot, from its top left."""

    def __init__(self, data: Convergence, across: int) -> None:
        self.data, self.across = data, across
        self.cells = [[" "] * across for _ in range(ROWS)]

    def draw_marks(self) -> None:
        """Mark each training job."""
        crowded = len(self.data.marks) > CROWDED
        for mark in self.data.marks:
            glyph = "·" if crowded else GLYPHS[mark.status]
            self.cells[self._row(mark.value)][self._column(mark.position)] = glyph

    def draw_line(self) -> None:
        """Draw the best so far as steps, behind the marks."""
        corners = [(self._column(x), self._row(y)) for x, y in self.data.line]
        before = corners[0][1] if corners else 0
        for place, (column, row) in enumerate(corners):
            end = corners[place + 1][0] if place + 1 < len(corners) else column + 1
            if row != before:
                self._draw_step(column, before, row)
            for along in range(column + (row != before), end):
                self._draw(row, along, "─")
            before = row

    def _draw_step(self, column: int, before: int, row: int) -> None:
        up = row < before
        self._draw(before, column, "┘" if up else "┐")
        self._draw(row, column, "┌" if up else "└")
        for between in range(min(row, before) + 1, max(row, before)):
            self._draw(between, column, "│")

    def _draw(self, row: int, column: int, stroke: str) -> None:
        if self.cells[row][column] in " ·":
            self.cells[row][column] = stroke

    def _column(self, position: float) -> int:
        share = (position - 1) / max(1, self.data.last_index - 1)
        return round(share * (self.across - 1))

    def _row(self, value: float) -> int:
        share = 1 - self.data.axis.share(value)
        return min(ROWS - 1, max(0, round(share * (ROWS - 1))))

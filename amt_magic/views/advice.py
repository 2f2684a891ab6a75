"""Advice on a tuning job: lines that name the fact they rest on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from textwrap import fill

HEADERS = ("do", "why", "because")
WIDTH = 88


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceLine:
    """One piece of advice.

    `what`: options of `%%tune`, or a call of `%tune`. `fact`: what was looked at.
    `when`: it suits instead of what stands above it. `suits`: it suits as things
    are. `is_in_force`: the tuning job has these options already.
    """

    kind: str
    what: str
    why: str
    fact: str
    when: str
    suits: bool = True
    is_in_force: bool = False

    @property
    def done(self) -> str:
        """What to do, and whether it is as it is."""
        return f"{self.what} (as it is)" if self.is_in_force else self.what

    def __str__(self) -> str:
        """Word it as the first of its list."""
        return f"{self.done}: {self.why}, because {self.fact}"


class Advice(tuple[AdviceLine, ...]):
    """Lines of advice: what suits best, then what else would suit, and when.

    advice = amt_magic.advise(job)
    advice[0].what, advice[0].fact      # '%tune resume churn', 'churn was …'
    """

    __slots__ = ()

    def __new__(cls, lines: Iterable[AdviceLine]) -> "Advice":
        """Put what suits first, and keep the order otherwise."""
        return super().__new__(cls, sorted(lines, key=lambda line: not line.suits))

    @property
    def rows(self) -> Iterator[tuple[str, str, str]]:
        """The lines as text, in the order of HEADERS."""
        for place, line in enumerate(self):
            when = f"if {line.when}: " if place else ""
            yield line.done, f"{when}{line.why}", line.fact

    def __repr__(self) -> str:
        """Show a paragraph a line."""
        return "\n".join(
            f"{what}\n{_indented(why)}\n{_indented(f'because {fact}')}"
            for what, why, fact in self.rows
        )

    def _repr_html_(self) -> str:
        left = 'style="text-align:left;vertical-align:top"'
        head = "".join(f"<th {left}>{header}</th>" for header in HEADERS)
        body = "".join(
            f"<tr>{''.join(f'<td {left}>{cell}</td>' for cell in cells)}</tr>"
            for cells in map(_html_cells, self, self.rows)
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _html_cells(line: AdviceLine, row: tuple[str, str, str]) -> list[str]:
    """Write a row, the options themselves as code."""
    done, *others = row
    rest = escape(done.removeprefix(line.what))
    return [f"<code>{escape(line.what)}</code>{rest}", *map(escape, others)]


def _indented(text: str) -> str:
    space = " " * 4
    return fill(text, WIDTH, initial_indent=space, subsequent_indent=space)

"""The quotas in force: limit, use, and where each was set."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from html import escape

from amt_magic.jobs import TuningJobRecord
from amt_magic.service_quotas import Quotas, asked

HEADERS = ("quota", "limit", "in use", "set by")
CONCURRENT = "concurrent_tuning_jobs"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class QuotasInForce(Quotas):
    """Quotas that show themselves as a table.

    `used`: the number of running tuning jobs, else the most that one of them asks
    for; a quota that none asks for is missing. `origins`: where each was set.
    """

    used: Mapping[str, int] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> list[tuple[str, str, str, str]]:
        """The table as text, in the order of HEADERS."""
        return [
            (
                quota.name,
                f"{getattr(self, quota.name):,}",
                f"{self.used[quota.name]:,}" if quota.name in self.used else "",
                self.origins.get(quota.name, ""),
            )
            for quota in fields(Quotas)
        ]

    def __repr__(self) -> str:
        """Show aligned columns."""
        rows = [HEADERS, *self.rows]
        name, *_ = (max(map(len, column)) for column in zip(*rows, strict=True))
        lines = (f"{n:{name}}  {a:>9}  {b:>6}  {c}" for n, a, b, c in rows)
        return "\n".join(line.rstrip() for line in lines)

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{header}</th>" for header in HEADERS)
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
            for row in self.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def quotas_in_force(
    quotas: Quotas, origins: Mapping[str, str], records: Iterable[TuningJobRecord]
) -> QuotasInForce:
    """Add to quotas what the running tuning jobs use of them."""
    running = [record for record in records if not record.status.is_terminal]
    used: dict[str, int] = {}
    for record in running:
        for name, _, count in asked(record.config, quotas):
            used[name] = max(used.get(name, 0), int(count))
    used[CONCURRENT] = len(running)
    return QuotasInForce(used=used, origins=origins, **asdict(quotas))

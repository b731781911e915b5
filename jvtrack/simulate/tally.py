"""What a simulated year has come to, counted as it is played; days are simulated days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import quantiles

from rich.table import Table

_TITLE = frozenset({"seed", "end", "days_played", "days"})


@dataclass(slots=True)
class Tally:
    """Everything that is counted."""

    orders: int = 0
    filled_at_once: int = 0
    """Orders that were issued in full on the day on which they were placed."""
    issued: int = 0
    """Orders that were issued in full by the end."""
    work_orders: int = 0
    purchases: int = 0
    """Of the work orders, those of suppliers."""
    lots: int = 0
    """Lots sent to depots, those for stock included."""
    spoilt: int = 0
    delays: int = 0
    delay_days: int = 0
    receipts: int = 0
    failures: int = 0
    days_down: float = 0.0
    days_waited: list[float] = field(default_factory=list)
    """From the placing of an order to its last issue, of each that was issued in full."""


Summary = Mapping[str, int | float | str | None]
"""What is told in the end, by name."""


def summed(tally: Tally, *, tails_down: int) -> Summary:
    """Sum up what was counted."""
    return {
        "orders": tally.orders,
        "filled_at_once": tally.filled_at_once,
        "fill_rate": tally.filled_at_once / tally.orders if tally.orders else None,
        "issued": tally.issued,
        "open": tally.orders - tally.issued,
        "days_to_issue_median": percentile(tally.days_waited, 50),
        "days_to_issue_p95": percentile(tally.days_waited, 95),
        "work_orders": tally.work_orders,
        "purchases": tally.purchases,
        "lots": tally.lots,
        "spoilt": tally.spoilt,
        "delays": tally.delays,
        "delay_days": tally.delay_days,
        "receipts": tally.receipts,
        "failures": tally.failures,
        "tails_down": tails_down,
        "tail_days_down": tally.days_down,
    }


def table(summary: Summary) -> Table:
    """Show it to people."""
    days, played = summary["days"], summary["days_played"]
    part = "" if played == days else f", {played} days of it"
    shown = Table("what", "how much", title=f"Seed {summary['seed']}, {days} days until {summary['end']}{part}")
    for name, value in summary.items():
        if name not in _TITLE:
            shown.add_row(name.replace("_", " "), _shown(value))
    return shown


def percentile(values: Sequence[float], percent: int) -> float | None:
    """Give the value below which so many percent lie; of fewer than two, the one there is."""
    if len(values) < 2:
        return next(iter(values), None)
    return quantiles(values, n=100)[percent - 1]


def _shown(value: float | str | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.2f}" if isinstance(value, float) else str(value)

"""How long a what-if takes, and how much memory, by open lines: `python -m bench.what_if [LINES ...]`.

Of what the product does it leaves out the reading of the snapshot. Seconds are of one core, the median of three.
"""

import sys
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median
from time import process_time

from services.orders.domain.comparison import compare
from services.orders.domain.order import Demand, Order
from services.orders.domain.ranking import Market
from services.orders.domain.source import Source, Span
from services.orders.domain.supposition import Capacity, Growth, Stop, Supposition
from services.orders.domain.whatif import OpenLine, Snapshot, project
from shared.types import SiteKind, Urgency

_TODAY = date(2026, 11, 26)
_LINES = (1_000, 10_000)
_PARTS, _SOURCES_OF_A_PART, _SITES = 100, 5, 50
_RUNS = 3
_QUESTIONS: dict[str, Sequence[Supposition]] = {
    "as it is": (),
    "a source stops": (Stop("F-0", 90),),
    "half the capacity everywhere": tuple(Capacity(f"F-{number}", 50) for number in range(_SITES)),
    "demand doubles": (Growth(Decimal(2)),),
}


def main() -> None:
    """Print a table: seconds of a core and peak of memory of each question, for ever more lines."""
    print("| open lines | sources | question | seconds | MiB | promises that move |")
    print("| --- | --- | --- | --- | --- | --- |")
    for lines in [int(word) for word in sys.argv[1:]] or _LINES:
        snapshot = _planned(lines)
        before = project(snapshot)
        for name, supposed in _QUESTIONS.items():
            seconds = median(_seconds(snapshot, supposed) for _ in range(_RUNS))
            moved = len(compare(before, project(snapshot, supposed)).moves)
            sources = _PARTS * _SOURCES_OF_A_PART
            print(
                f"| {lines:,} | {sources} | {name} | {seconds:.2f} | {_mebibytes(snapshot, supposed):.0f} | {moved:,} |"
            )


def _planned(lines: int) -> Snapshot:
    """Plan nine in ten lines; the others are open, as if sources had only now been approved."""
    snapshot = Snapshot(_TODAY, [_line(number) for number in range(lines)], (), 365)
    orders = project(snapshot).orders
    loads: dict[tuple[str, str], int] = {}
    planned = [orders[line.order.order_id] if number % 10 else line.order for number, line in enumerate(snapshot.lines)]
    for order in planned:
        for work in order.work_orders:
            loads[order.part, work.source] = loads.get((order.part, work.source), 0) + work.quantity
    return replace(
        snapshot,
        lines=[
            replace(line, order=order, market=_loaded(line.market, order.part, loads))
            for line, order in zip(snapshot.lines, planned, strict=True)
        ],
    )


def _loaded(market: Market, part: str, loads: dict[tuple[str, str], int]) -> Market:
    return replace(market, sources=[replace(each, load=loads.get((part, each.site), 0)) for each in market.sources])


def _line(number: int) -> OpenLine:
    part = number % _PARTS
    order = Order(
        order_id=f"7201YA6{number % 366 + 1:03}{number % 10_000:04}-{2020 + number // 10_000}",
        ordered_by="D-01",
        site="D-01",
        part=f"PART-{part}",
        quantity=number % 7 + 1,
        urgency=Urgency.C,
        priority=number % 15 + 1,
        required_by=_TODAY + timedelta(days=number % 120),
        wanted=number % 7 + 1,
        demand=Demand(heard=1),
    )
    return OpenLine(order, Market(_sources(part)), datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=number))


def _sources(part: int) -> list[Source]:
    return [
        Source(
            site=f"F-{(part + place * 7) % _SITES}",
            kind=SiteKind.FACTORY,
            lead_time_days=20 + place * 15,
            approved=True,
            approval=Span(date(2024, 4, 1)),
            capacity_per_week=5 + place,
            unit_cost=Decimal(1000 - place * 50),
            currency="INR",
            import_content=Decimal("0.3"),
        )
        for place in range(_SOURCES_OF_A_PART)
    ]


def _seconds(snapshot: Snapshot, supposed: Sequence[Supposition]) -> float:
    started = process_time()
    project(snapshot, supposed)
    return process_time() - started


def _mebibytes(snapshot: Snapshot, supposed: Sequence[Supposition]) -> float:
    """Measure what a question takes beyond its snapshot, at its peak."""
    tracemalloc.start()
    project(snapshot, supposed)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 2**20


if __name__ == "__main__":
    main()

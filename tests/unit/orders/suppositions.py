"""Makers of snapshots for the tests of what-if: open lines as planning has left them."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from services.orders.domain.order import Order
from services.orders.domain.plan import plan
from services.orders.domain.platforms import TailName
from services.orders.domain.ranking import Market
from services.orders.domain.release import Grounded, Line
from services.orders.domain.source import Source
from services.orders.domain.supposition import Supposition
from services.orders.domain.whatif import OpenLine, Outcome, Snapshot, day_of, project
from shared.types import Platform
from tests.unit.orders.makers import NOW, TODAY, a_market, an_order

HORIZON_DAYS = 90


def a_line(serial: int = 1, *sources: Source, quantity: int = 5, part: str = "ROTOR-BLADE", **changes: Any) -> OpenLine:
    """Make an order for which there is no stock, not planned yet."""
    order = an_order(quantity, heard=1)
    order = replace(order, order_id=f"7201YA6327{serial:04d}-2026", part=part, **changes)
    return OpenLine(order, a_market(*sources), NOW + timedelta(seconds=serial))


def planned(*lines: OpenLine) -> tuple[OpenLine, ...]:
    """Plan lines one after the other, as the product does; what sources have to do is added up."""
    orders: list[Order] = []
    for line in lines:
        orders.append(plan(line.order, _busy(line, orders), TODAY).order)
    return tuple(
        replace(line, order=order, market=_busy(line, orders)) for line, order in zip(lines, orders, strict=True)
    )


def _busy(line: OpenLine, orders: list[Order]) -> Market:
    works = [work for order in orders if order.part == line.order.part for work in order.work_orders]
    return a_market(
        *(
            replace(each, load=each.load + sum(work.quantity for work in works if work.source == each.site))
            for each in line.market.sources
        )
    )


def a_snapshot(*lines: OpenLine, grounded: tuple[Grounded, ...] = ()) -> Snapshot:
    return Snapshot(TODAY, lines, grounded, HORIZON_DAYS)


def a_tail(*lines: OpenLine, number: str = "ZP-5104") -> Grounded:
    """Make a platform that waits for these lines."""
    waits_for = [Line(line.order.order_id, line.order.part, day_of(line.order)) for line in lines]
    return Grounded(TailName(Platform.MI_17V_5, number), "IND", tuple(waits_for))


def days(outcome: Outcome) -> list[int | None]:
    """List in how many days each line would come, by order id."""
    return [_days(day_of(order)) for _, order in sorted(outcome.orders.items())]


def supposing(snapshot: Snapshot, *suppositions: Supposition) -> list[int | None]:
    """List in how many days each line would come if this happened."""
    return days(project(snapshot, suppositions))


def _days(day: date | None) -> int | None:
    return None if day is None else (day - TODAY).days

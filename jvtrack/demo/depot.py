"""A depot: it orders, receives and issues."""

import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from jvtrack.client import (
    Issue,
    JVTrack,
    Movement,
    NewOrder,
    Order,
    OrderDetails,
    PlatformDown,
    PlatformState,
    PlatformUp,
    Receipt,
    ReceiptLine,
    Shipment,
    Stock,
    StockQuery,
)
from jvtrack.demo.findings import seen
from jvtrack.demo.papers import Papers
from shared import clock
from shared.types import OrderId, PartId, Platform, ShipmentId, SiteId, TailNumber, Urgency

_NEEDED_IN_DAYS = 30
_ANSWER_SECONDS = 10.0
_LINES_MAX = 200


class Tail(NamedTuple):
    """Which aircraft or vehicle."""

    platform: Platform
    tail_number: TailNumber


@dataclass(slots=True)
class Depot:
    """A depot and its token."""

    site: SiteId
    activities: Collection[str]
    jvtrack: JVTrack
    papers: Papers
    _turns: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        """Let its activities take turns."""
        self._turns = itertools.cycle(self.activities)

    async def order(
        self,
        part: PartId,
        quantity: int,
        *,
        site: SiteId | None = None,
        urgency: Urgency = Urgency.C,
        activity: str | None = None,
        tail: Tail | None = None,
    ) -> Order:
        """Order a part, from its own shelves or another depot's, and hear what inventory says."""
        wanted = NewOrder(
            document_number=self.papers.document_number(activity or next(self._turns)),
            ordered_by=self.site,
            site=site,
            part=part,
            quantity=quantity,
            urgency=urgency,
            required_by=self.papers.today + timedelta(days=_NEEDED_IN_DAYS),
            platform=tail and tail.platform,
            tail_number=tail and tail.tail_number,
        )
        return await self.jvtrack.orders.place(wanted, wait_seconds=_ANSWER_SECONDS)

    async def reserved(self, order: Order, quantity: int) -> OrderDetails:
        """Wait until so much is held for an order; gives it as it then is."""

        async def look() -> OrderDetails | None:
            now = await self.jvtrack.orders.get(order.order_id)
            return now if now.reserved == quantity else None

        return await seen(f"{quantity} reserved for order {order.order_id}", look)

    async def ground(self, tail: Tail, cause: str) -> PlatformState:
        """Say that an aircraft or vehicle stands still for want of parts."""
        said = PlatformDown(since=clock.now(), cause=cause, awaiting_parts=True)
        return await self.jvtrack.orders.platforms.down(tail.platform, tail.tail_number, said)

    async def release(self, tail: Tail) -> PlatformState:
        """Say that an aircraft or vehicle can do its work again."""
        said = PlatformUp(since=clock.now())
        return await self.jvtrack.orders.platforms.up(tail.platform, tail.tail_number, said)

    async def stock(self, part: PartId) -> Stock:
        """Look at what it has of a part, all lots together."""
        answer = await self.jvtrack.inventory.stock(StockQuery(site=self.site, part=part), group="part-site")
        nothing = Stock(site=self.site, part=part, on_hand=0, reserved=0, available=0, in_transit=0)
        return answer.rows[0] if answer.rows else nothing

    async def available(self) -> dict[PartId, int]:
        """Look at what it may give away of every part that it has."""
        answer = await self.jvtrack.inventory.stock(StockQuery(site=self.site), group="part-site")
        return {row.part: row.available or 0 for row in answer.rows}

    async def expects(self, part: PartId, shipment: ShipmentId) -> bool:
        """Tell whether it knows of a consignment on the road to it."""
        listed = self.jvtrack.inventory.shipments(depot=self.site, part=part, open=True)
        return shipment in [each.shipment async for each in listed]

    async def expect(self, part: PartId, shipment: ShipmentId) -> None:
        """Wait until it knows of a consignment on the road to it."""
        await seen(f"consignment {shipment}", lambda: self.expects(part, shipment))

    async def receive(self, part: PartId, lot: str, quantity: int, *, shipment: str) -> Movement:
        """Take goods of one lot on hand."""
        line = ReceiptLine(part=part, lot=lot, quantity=quantity)
        return await self.jvtrack.inventory.receive(Receipt(site=self.site, shipment=shipment, lines=[line]))

    async def receive_all(self) -> int:
        """Take everything on hand that is on the road to it; says how many consignments."""
        arrived = await self.jvtrack.inventory.shipments(depot=self.site, open=True).all()
        for shipment in arrived:
            lines = self._expected(shipment)
            for start in range(0, len(lines), _LINES_MAX):
                chunk = lines[start : start + _LINES_MAX]
                await self.jvtrack.inventory.receive(Receipt(site=self.site, shipment=shipment.shipment, lines=chunk))
        return len(arrived)

    async def issue(self, order: OrderId, quantity: int) -> Movement:
        """Hand out what is reserved for an order."""
        return await self.jvtrack.inventory.issue(Issue(order=order, quantity=quantity, issued_to="Workshop"))

    def _expected(self, shipment: Shipment) -> list[ReceiptLine]:
        return [
            ReceiptLine(part=line.part, lot=line.lot, quantity=line.open, condition=line.condition)
            for line in shipment.lines
            if line.depot == self.site and line.open > 0
        ]

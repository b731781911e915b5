"""Depots in a simulated year: they order, receive, hand out what they have, and say which platforms stand still."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from jvtrack.client import (
    Issue,
    NewOrder,
    Order,
    PlatformDown,
    PlatformUp,
    ProblemError,
    Receipt,
    ReceiptLine,
    StockQuery,
)
from jvtrack.client.answers.orders import WorkOrderOfOrder
from jvtrack.simulate.ground import Tail
from jvtrack.simulate.making import Sent
from jvtrack.simulate.people import People
from jvtrack.simulate.tally import Tally
from jvtrack.simulate.year import Planned, Year
from shared import clock
from shared.types import OrderId, PartId, SiteId, WorkOrderId

ANSWER_SECONDS = 10.0
HEARD_SECONDS_MAX = 3.0
_LOOK_SECONDS = 0.05


@dataclass(slots=True)
class Followed:
    """An order that is not issued in full yet."""

    planned: Planned
    order_id: OrderId
    was_there: bool
    """Whether an earlier play has placed it."""
    seen: set[WorkOrderId] = field(default_factory=set)


@dataclass(slots=True)
class Waiting:
    """A tail that stands still, and the orders that it waits for."""

    since: float
    orders: set[OrderId] = field(default_factory=set)


class Depots:
    """All depots; work orders that are opened for their orders are handed to `asked`."""

    def __init__(
        self, year: Year, people: People, tally: Tally, *, asked: Callable[[WorkOrderOfOrder, Followed, float], None]
    ) -> None:
        self.now = 0.0
        """How far the year has come."""
        self.down: dict[Tail, Waiting] = {}
        self._year = year
        self._people = people
        self._tally = tally
        self._asked = asked
        self._open: defaultdict[tuple[SiteId, PartId], dict[OrderId, Followed]] = defaultdict(dict)

    async def order(self, planned: Planned, moment: float) -> None:
        """Place an order, hand out what is there at once, and hear who is asked for the rest."""
        order_id = f"{planned.document_number}-{self._year.day(planned.moment).year}"
        followed = Followed(planned, order_id, was_there=await self._is_there(planned, order_id))
        await self._ground(planned, moment)
        if followed.was_there:
            self._people.pace.repeated += 1
        else:
            await self._place(planned)
        self._open[planned.depot, planned.part][order_id] = followed
        if planned.tail is not None:
            self.down[planned.tail].orders.add(order_id)
        self._tally.orders += 1
        await self._serve(followed, moment, is_first=True)
        self._tally.filled_at_once += order_id not in self._open[planned.depot, planned.part]

    async def receive(self, sent: Sent, moment: float) -> None:
        """Take a consignment on hand, and hand out what it fills."""
        jvtrack, shipment = self._people.depots[sent.depot], f"{sent.sender}:{sent.number}"
        if sent.is_new:
            await self._expect(sent, shipment)
        line = ReceiptLine(part=sent.part, lot=shipment, quantity=sent.quantity)
        receipt = Receipt(site=sent.depot, shipment=shipment, lines=[line])
        await self._people.pace.post(lambda: jvtrack.inventory.receive(receipt, key=f"{shipment}-received"))
        self._tally.receipts += 1
        self._people.pace.repeated += not sent.is_new
        await self._hear(sent.depot, sent.part)
        for followed in list(self._open[sent.depot, sent.part].values()):
            await self._serve(followed, moment)

    async def release(self) -> None:
        """Say of every tail that waits for nothing more that it can do its work again."""
        for tail, waiting in list(self.down.items()):
            if not waiting.orders:
                del self.down[tail]
                self._tally.days_down += self.now - waiting.since
                said = PlatformUp(since=self._at(self.now))
                await self._say(tail, said, f"up-{self.now:.4f}")

    async def look_again(self) -> None:
        """Hand out, at the end, whatever has been reserved meanwhile."""
        for followed in [each for orders in self._open.values() for each in orders.values()]:
            await self._serve(followed, self.now)

    async def _ground(self, planned: Planned, moment: float) -> None:
        tail = planned.tail
        if tail is None:
            return
        self._tally.failures += 1
        if tail not in self.down:
            self.down[tail] = Waiting(moment)
            said = PlatformDown(since=self._at(moment), cause=f"Waits for {planned.part}.", awaiting_parts=True)
            await self._say(tail, said, f"down-{moment:.4f}")

    async def _say(self, tail: Tail, said: PlatformUp, what: str) -> None:
        platforms = self._people.depots[tail.depot].orders.platforms
        key = f"{tail.tail_number}-{what}"
        if isinstance(said, PlatformDown):
            down = said
            await self._people.pace.post(lambda: platforms.down(tail.platform, tail.tail_number, down, key=key))
        else:
            await self._people.pace.post(lambda: platforms.up(tail.platform, tail.tail_number, said, key=key))

    async def _is_there(self, planned: Planned, order_id: OrderId) -> bool:
        try:
            await self._people.depots[planned.depot].orders.get(order_id)
        except ProblemError as problem:
            if problem.slug != "order-unknown":
                raise
            return False
        return True

    async def _place(self, planned: Planned) -> None:
        orders, tail = self._people.depots[planned.depot].orders, planned.tail
        wanted = NewOrder(
            document_number=planned.document_number,
            ordered_by=planned.depot,
            part=planned.part,
            quantity=planned.quantity,
            urgency=planned.urgency,
            # A year that is gone on with days later asks for no day that is over by then.
            required_by=max(self._year.needed_on(planned), clock.now().date()),
            platform=None if tail is None else tail.platform,
            tail_number=None if tail is None else tail.tail_number,
        )
        await self._people.pace.post(lambda: orders.place(wanted, wait_seconds=ANSWER_SECONDS))

    async def _serve(self, followed: Followed, moment: float, *, is_first: bool = False) -> None:
        """Hand out what is held for an order; hear of the work orders that were opened for it.

        What an earlier play has issued once work orders had brought it is issued, here too, when they have.
        """
        planned = followed.planned
        now = await self._people.depots[planned.depot].orders.get(followed.order_id)
        for work_order in now.work_orders:
            if work_order.work_order not in followed.seen and work_order.quantity:
                followed.seen.add(work_order.work_order)
                self._asked(work_order, followed, moment)
        issued = now.issued
        if now.reserved and await self._issue(now, now.reserved):
            issued += now.reserved
        comes_later = is_first and followed.was_there and bool(now.work_orders)
        if issued + now.cancelled >= now.quantity and not comes_later:
            self._settled(followed, moment)

    async def _hear(self, depot: SiteId, part: PartId) -> None:
        """Wait until orders has heard of all that inventory holds for orders that are followed here."""
        jvtrack = self._people.depots[depot]
        stock = await jvtrack.inventory.stock(StockQuery(site=depot, part=part), group="part-site")
        held = sum(row.reserved or 0 for row in stock.rows)
        deadline = clock.monotonic() + HEARD_SECONDS_MAX
        while held and clock.monotonic() < deadline:
            known = [await jvtrack.orders.get(order) for order in self._open[depot, part]]
            if sum(order.reserved for order in known) >= held:
                return
            await asyncio.sleep(_LOOK_SECONDS)

    async def _issue(self, order: Order, quantity: int) -> bool:
        """Hand out goods, unless somebody more urgent has taken them meanwhile."""
        jvtrack, slip = self._people.depots[order.site], Issue(order=order.order_id, quantity=quantity)
        key = f"{order.order_id}-issued-from-{order.issued}"
        try:
            await self._people.pace.post(lambda: jvtrack.inventory.issue(slip, key=key))
        except ProblemError as problem:
            if problem.slug != "not-reserved":
                raise
            return False
        return True

    def _settled(self, followed: Followed, moment: float) -> None:
        planned = followed.planned
        del self._open[planned.depot, planned.part][followed.order_id]
        self._tally.issued += 1
        self._tally.days_waited.append(moment - planned.moment)
        if planned.tail is not None:
            self.down[planned.tail].orders.discard(followed.order_id)

    async def _expect(self, sent: Sent, shipment: str) -> None:
        """Wait until the depot knows of a consignment; one that it never hears of is received as it is."""
        inventory = self._people.depots[sent.depot].inventory
        deadline = clock.monotonic() + HEARD_SECONDS_MAX
        while clock.monotonic() < deadline:
            listed = inventory.shipments(depot=sent.depot, part=sent.part, open=True)
            if shipment in [each.shipment async for each in listed]:
                return
            await asyncio.sleep(_LOOK_SECONDS)

    def _at(self, moment: float) -> datetime:
        first = self._year.day(0)
        return datetime.combine(first, time(), tzinfo=UTC) + timedelta(days=moment)

"""Five depots order for three platforms, some more than there is; factories make and send what is short."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from jvtrack.client import Order
from jvtrack.demo.company import FACTORIES, Company
from jvtrack.demo.depot import Depot
from jvtrack.demo.findings import Finding, seen
from shared.types import PartId, Platform, Urgency

ORDERS_PER_DEPOT = 8
_SHORT_MAX = 4
_ENOUGH = 12


@dataclass(frozen=True, slots=True)
class _Wish:
    depot: Depot
    part: PartId
    quantity: int
    urgency: Urgency


async def play(company: Company) -> Sequence[Finding]:
    """Order, make, send, receive and issue, until every order is served."""
    wishes = await _wishes(company)
    factories = company.factories.values()
    positions = await asyncio.gather(*(factory.position() for factory in factories))
    working = [asyncio.create_task(each.work(place)) for each, place in zip(factories, positions, strict=True)]
    try:
        placed = await asyncio.gather(
            *(wish.depot.order(wish.part, wish.quantity, urgency=wish.urgency) for wish in wishes)
        )
        served = [
            order
            for orders in await asyncio.gather(*(_serve(depot, placed) for depot in company.depots.values()))
            for order in orders
        ]
    finally:
        for task in working:
            task.cancel()
        outcomes = await asyncio.gather(*working, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome
    return _findings(company, placed, served)


async def _wishes(company: Company) -> list[_Wish]:
    """Choose, the same way every time, what to order: every second order asks for more than there is."""
    sourced = {source.part async for source in company.planner.orders.sources(approved=True) if _is_ours(source.site)}
    inventory = company.operator.inventory
    fitting = {
        platform: [
            part.part_id
            async for part in inventory.parts(platform=platform)
            if part.quantity_scale == 0 and part.part_id in sourced
        ]
        for platform in Platform
    }
    shelves = await asyncio.gather(*(depot.available() for depot in company.depots.values()))
    wishes: list[_Wish] = []
    for number, (depot, shelf) in enumerate(zip(company.depots.values(), shelves, strict=True)):
        for turn in range(ORDERS_PER_DEPOT):
            platform = list(Platform)[(number + turn) % len(Platform)]
            part = company.dice.choice(fitting[platform])
            there = shelf.get(part, 0)
            short = company.dice.randint(1, _SHORT_MAX)
            quantity = there + short if turn % 2 and there < _ENOUGH else max(1, min(there, short))
            wishes.append(_Wish(depot, part, quantity, company.dice.choice(list(Urgency))))
    return wishes


async def _serve(depot: Depot, placed: Sequence[Order]) -> list[Order]:
    """Have a depot serve its own orders, one after the other."""
    return [await _served(depot, order) for order in placed if order.ordered_by == depot.site]


async def _served(depot: Depot, order: Order) -> Order:
    """Receive and issue on an order's behalf until all of it was issued."""

    async def look() -> Order | None:
        now = await depot.jvtrack.orders.get(order.order_id)
        if now.reserved:
            await depot.issue(order.order_id, now.reserved)
        elif now.issued == now.quantity:
            return now
        else:
            await depot.receive_all()
        return None

    return await seen(f"order {order.order_id} served", look)


def _findings(company: Company, placed: Sequence[Order], served: Sequence[Order]) -> list[Finding]:
    at_once = sum(order.reserved == order.quantity for order in placed)
    short = [order for order in placed if order.reserved < order.quantity]
    made = sum(len(factory.worked_off) for factory in company.factories.values())
    reported = sum(factory.reported for factory in company.factories.values())
    scrapped = sum(factory.scrapped for factory in company.factories.values())
    adds_up = all(order.adds_up for order in (*placed, *served))
    issued = sum(order.issued == order.quantity for order in served)
    return [
        Finding(
            "orders of five depots for three platforms",
            f"{len(placed)} placed, {at_once} reserved at once",
            holds=len(placed) == ORDERS_PER_DEPOT * len(company.depots) and at_once > 0,
        ),
        Finding("orders short of stock, given to factories", str(len(short)), holds=bool(short)),
        Finding("work orders heard of in the stream and worked off", f"{made} with {reported} events", holds=made > 0),
        Finding("pieces spoilt on the way, and made again", str(scrapped), holds=scrapped > 0),
        Finding("orders issued in full in the end", f"{issued} of {len(served)}", holds=issued == len(served)),
        Finding("quantity = reserved + sourced + issued + cancelled + open", "always" if adds_up else "NO", adds_up),
    ]


def _is_ours(site: str) -> bool:
    return site in FACTORIES

"""Lots are finished and sent at a steady pace, to see how soon a depot knows."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from statistics import quantiles
from uuid import UUID

from jvtrack.client import StockQuery
from jvtrack.demo.company import Company
from jvtrack.demo.factory import Factory
from jvtrack.demo.findings import Finding, seen
from shared import clock
from shared.events.factory import FactoryFact, FactoryLotDispatched, FactoryLotFinished

FACTORY, DEPOT, PART = "F-01", "D-01", "MI17-TAIL-ROTOR-BLADE"
LOTS = 200
LOTS_PER_SECOND = 25.0


async def play(company: Company) -> Sequence[Finding]:
    """Measure from each answer of production's door to the event's arrival in inventory's stock stream."""
    factory = company.factories[FACTORY]
    answered: dict[UUID, float] = {}
    async with _watching(company) as arrived:
        lots = [asyncio.create_task(_lot(factory, answered, number / LOTS_PER_SECOND)) for number in range(LOTS)]
        await asyncio.gather(*lots)

        async def all_arrived() -> bool:
            return answered.keys() <= arrived.keys()

        await seen(f"{len(answered)} events in the stock stream", all_arrived)
    delays = [max(0.0, arrived[event] - moment) * 1000 for event, moment in answered.items()]
    percentiles = quantiles(delays, n=100)
    return [
        Finding(
            f"accepted -> seen in stock, {2 * LOTS_PER_SECOND:.0f} events/s",
            f"p50 {percentiles[49]:.0f} ms, p99 {percentiles[98]:.0f} ms, {len(delays)} events",
        )
    ]


async def _lot(factory: Factory, answered: dict[UUID, float], start_seconds: float) -> None:
    await asyncio.sleep(start_seconds)
    lot, shipment = factory.papers.lot(FACTORY), factory.papers.shipment(FACTORY)
    facts: Sequence[FactoryFact] = (
        FactoryLotFinished(lot=lot, part=PART, quantity=1),
        FactoryLotDispatched(lot=lot, part=PART, shipment=shipment, depot=DEPOT, quantity=1),
    )
    for fact in facts:
        accepted = await factory.report(fact)
        answered[accepted.event_id] = clock.monotonic()


@asynccontextmanager
async def _watching(company: Company) -> AsyncIterator[dict[UUID, float]]:
    """Note when the stock stream tells of each cause."""
    inventory = company.operator.inventory
    query = StockQuery(part=PART)
    position = (await inventory.stock(query)).stream_position
    arrived: dict[UUID, float] = {}

    async def watch() -> None:
        async with aclosing(inventory.follow_stock(query, after=position)) as stream:
            async for change in stream:
                moment = clock.monotonic()
                for posting in change.postings:
                    arrived.setdefault(posting.cause, moment)

    watching = asyncio.create_task(watch())
    try:
        yield arrived
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

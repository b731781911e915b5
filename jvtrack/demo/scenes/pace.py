"""Lots are finished and sent at a steady pace, to see how soon a depot knows."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from statistics import quantiles
from uuid import UUID

from jvtrack.client import StockQuery
from jvtrack.demo.company import Company
from jvtrack.demo.factory import Factory
from jvtrack.demo.findings import Finding, seen
from shared import clock
from shared.events.factory import FactoryFact, FactoryLotDispatched, FactoryLotFinished
from shared.types import PartId, SiteId

LOTS = 100
LOTS_PER_SECOND = 25.0
# The smallest answer that says where the stream stands.
_ANY_PART = "MI17-SWASHPLATE"


async def play(company: Company) -> Sequence[Finding]:
    """Measure from each answer of production's door to the event's arrival in inventory's stock stream."""
    answered: dict[UUID, float] = {}
    jobs = await _jobs(company)
    async with _watching(company) as arrived:
        lots = [asyncio.create_task(_lot(job, answered, number / LOTS_PER_SECOND)) for number, job in enumerate(jobs)]
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
            holds=len(delays) == 2 * LOTS,
        )
    ]


@dataclass(frozen=True, slots=True)
class _Job:
    factory: Factory
    part: PartId
    depot: SiteId


async def _jobs(company: Company) -> list[_Job]:
    """Spread the lots over factories, their parts and the depots, as a day's work is."""
    counted = {part.part_id async for part in company.operator.inventory.parts() if part.quantity_scale == 0}
    sources = [
        source
        async for source in company.planner.orders.sources(approved=True)
        if source.site in company.factories and source.part in counted
    ]
    depots = list(company.depots)
    chosen = (company.dice.choice(sources) for _ in range(LOTS))
    return [_Job(company.factories[each.site], each.part, company.dice.choice(depots)) for each in chosen]


async def _lot(job: _Job, answered: dict[UUID, float], start_seconds: float) -> None:
    await asyncio.sleep(start_seconds)
    factory, part = job.factory, job.part
    lot, shipment = factory.papers.lot(factory.site), factory.papers.shipment(factory.site)
    facts: Sequence[FactoryFact] = (
        FactoryLotFinished(lot=lot, part=part, quantity=1),
        FactoryLotDispatched(lot=lot, part=part, shipment=shipment, depot=job.depot, quantity=1),
    )
    for fact in facts:
        accepted = await factory.report(fact)
        answered[accepted.event_id] = clock.monotonic()


@asynccontextmanager
async def _watching(company: Company) -> AsyncIterator[dict[UUID, float]]:
    """Note when the stock stream tells of each cause."""
    inventory = company.operator.inventory
    position = (await inventory.stock(StockQuery(part=_ANY_PART))).stream_position
    arrived: dict[UUID, float] = {}

    async def watch() -> None:
        async with aclosing(inventory.follow_stock(after=position)) as stream:
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

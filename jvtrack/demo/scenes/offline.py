"""A factory that was offline for days posts 5,000 events at once, a tenth of them twice and some out of order."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from jvtrack.client import Numbering, Report, StockQuery
from jvtrack.demo.company import Company
from jvtrack.demo.findings import Finding, seen
from shared import clock
from shared.events.factory import (
    FactoryFact,
    FactoryLotDispatched,
    FactoryLotFinished,
    FactoryLotInspected,
    FactoryLotStarted,
)

FACTORY = "F-04"
LINES = 5_000
DUPLICATES = 500
_EVENTS_PER_LOT = 4
LOTS = (LINES - DUPLICATES) // _EVENTS_PER_LOT
_LOTS_PER_SHIPMENT = 45
_SWAPPED_SHARE = 0.05
_SWAP_DISTANCE_MAX = 12
_DAYS_OFFLINE = 3


async def play(company: Company) -> Sequence[Finding]:
    """Post what had piled up, in one go, and see all of it in the depots' stock."""
    part = await _part(company)
    before = await _in_transit(company, part)
    factory = company.factories[FACTORY]
    source = company.papers.source(FACTORY, "offline")
    lines = _muddled(company, list(_history(company, part, source)))
    began = clock.monotonic()
    answers = Counter([answer.status async for answer in factory.jvtrack.production.post_many(lines)])
    seconds = clock.monotonic() - began

    async def all_on_the_road() -> bool:
        return await _in_transit(company, part) - before == LOTS

    await seen(f"{LOTS} lots on the road", all_on_the_road)
    gaps = await factory.jvtrack.production.gaps(source)
    shipments = [await depot.receive_all() for depot in company.depots.values()]
    open_lots = await company.operator.inventory.discrepancies(part=part).all()
    expected = {"accepted": LINES - DUPLICATES, "duplicate": DUPLICATES}
    return [
        Finding(
            f"{LINES:,} events posted as NDJSON after days offline",
            f"{answers['accepted']:,} accepted, {answers['duplicate']} duplicates, {answers['refused']} refused, "
            f"{len(lines) / seconds:,.0f} events/s",
            holds=dict(answers) == expected,
        ),
        Finding("numbers missing of that sender", str(gaps.missing), holds=gaps.missing == 0),
        Finding(
            "its lots on the road and received, discrepancies left",
            f"{LOTS:,} lots in {sum(shipments)} consignments, {len(open_lots)} left",
            holds=not open_lots,
        ),
    ]


async def _part(company: Company) -> str:
    """Choose a part that the factory makes and that is counted in pieces."""
    parts = {part.part_id async for part in company.operator.inventory.parts() if part.quantity_scale == 0}
    made = [source.part async for source in company.planner.orders.sources(site=FACTORY, approved=True)]
    return next(part for part in made if part in parts)


def _history(company: Company, part: str, source: str) -> Iterator[Report]:
    """Give the lots' events as they happened, days ago, numbered by the factory."""
    sites = list(company.depots)
    numbering = Numbering(source)
    happened = clock.now() - timedelta(days=_DAYS_OFFLINE)
    shipment = ""
    for number in range(LOTS):
        if number % _LOTS_PER_SHIPMENT == 0:
            shipment = company.papers.shipment(FACTORY)
        lot = company.papers.lot(FACTORY)
        depot = sites[number // _LOTS_PER_SHIPMENT % len(sites)]
        facts: Sequence[FactoryFact] = (
            FactoryLotStarted(lot=lot, part=part, quantity=1),
            FactoryLotInspected(lot=lot, part=part, passed=1),
            FactoryLotFinished(lot=lot, part=part, quantity=1, made_on=happened.date()),
            FactoryLotDispatched(lot=lot, part=part, shipment=shipment, depot=depot, quantity=1),
        )
        for fact in facts:
            happened += timedelta(seconds=30)
            yield numbering.report(fact, time=happened)


def _muddled(company: Company, reports: list[Report]) -> list[Report]:
    """Let some events overtake others, and some come twice."""
    for _ in range(int(len(reports) * _SWAPPED_SHARE)):
        here = company.dice.randrange(len(reports) - _SWAP_DISTANCE_MAX)
        there = here + company.dice.randint(1, _SWAP_DISTANCE_MAX)
        reports[here], reports[there] = reports[there], reports[here]
    for report in company.dice.sample(reports, DUPLICATES):
        reports.insert(company.dice.randrange(len(reports)), report)
    return reports


async def _in_transit(company: Company, part: str) -> int:
    answer = await company.operator.inventory.stock(StockQuery(part=part), group="part-site")
    return sum(row.in_transit or 0 for row in answer.rows)

"""Inventory and production are killed in the middle of everything, one before the other is back; nothing is lost."""

import asyncio
from collections.abc import Sequence

from jvtrack.client import StockQuery
from jvtrack.demo.company import Company
from jvtrack.demo.factory import Factory
from jvtrack.demo.findings import Finding, seen
from shared import clock
from shared.events.factory import FactoryLotFinished

VICTIMS = ("inventory", "production")
FACTORIES = ("F-02", "F-03")
_PARTS = {"F-02": "MI17-COMPRESSOR-BLADE-1", "F-03": "T90-TRACK-LINK"}
_PAUSE_SECONDS = 0.04
# Long enough to post something to a system that lacks one service; too short for it to be back.
_APART_SECONDS = 1.5
_BACK_SECONDS_MAX = 60


async def play(company: Company) -> Sequence[Finding]:
    """Kill each service while factories keep posting, then count what arrived."""
    if not company.stage.can_kill:
        return [Finding("kill -9 of inventory and production", "nobody can do it here: name a --killer", holds=False)]
    before = await _produced(company)
    stop = asyncio.Event()
    posting = [asyncio.create_task(_keep_posting(company.factories[site], stop)) for site in FACTORIES]
    try:
        findings = await _cut(company)
    finally:
        stop.set()
    posted = sum(await asyncio.gather(*posting))

    async def all_there() -> bool:
        return await _produced(company) - before == posted

    await seen(f"{posted} lots after the power cuts", all_there)
    return [
        *findings,
        Finding("lots finished during the power cuts, in stock now", f"{posted} of {posted}", holds=posted > 0),
    ]


async def _cut(company: Company) -> Sequence[Finding]:
    """Kill one service after the other, and wait for all of them together."""
    returning = []
    for service in VICTIMS:
        await asyncio.sleep(_APART_SECONDS)
        began = clock.monotonic()
        await company.stage.kill(service)
        returning.append(asyncio.create_task(_back(company, service, began)))
    return await asyncio.gather(*returning)


async def _back(company: Company, service: str, began: float) -> Finding:
    door = {"inventory": company.operator.inventory.door, "production": company.operator.production.door}[service]

    await seen(f"{service} back", door.is_ready, seconds_max=_BACK_SECONDS_MAX)
    return Finding(f"kill -9 of {service} under load", f"answers again after {clock.monotonic() - began:.1f} s")


async def _keep_posting(factory: Factory, stop: asyncio.Event) -> int:
    """Finish a lot of one piece every moment; the client tries again whenever the door is closed."""
    posted = 0
    while not stop.is_set():
        lot = factory.papers.lot(factory.site)
        await factory.report(FactoryLotFinished(lot=lot, part=_PARTS[factory.site], quantity=1))
        posted += 1
        await asyncio.sleep(_PAUSE_SECONDS)
    return posted


async def _produced(company: Company) -> int:
    total = 0
    for site, part in _PARTS.items():
        answer = await company.operator.inventory.stock(StockQuery(site=site, part=part), group="part-site")
        total += sum(row.produced or 0 for row in answer.rows)
    return total

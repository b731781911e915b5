"""Inventory and production are killed in the middle of everything, and come back with nothing lost."""

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
_LEAD_SECONDS = 0.5
_BACK_SECONDS_MAX = 60


async def play(company: Company) -> Sequence[Finding]:
    """Kill each service while factories keep posting, then count what arrived."""
    if not company.stage.can_kill:
        return [Finding("kill -9 of inventory and production", "skipped: there is no way to do it here")]
    before = await _produced(company)
    stop = asyncio.Event()
    posting = [asyncio.create_task(_keep_posting(company.factories[site], stop)) for site in FACTORIES]
    findings = [await _cut(company, service) for service in VICTIMS]
    stop.set()
    posted = sum(await asyncio.gather(*posting))

    async def all_there() -> bool:
        return await _produced(company) - before == posted

    await seen(f"{posted} lots after the power cuts", all_there)
    return [*findings, Finding("lots finished during the power cuts, in stock now", f"{posted} of {posted}")]


async def _cut(company: Company, service: str) -> Finding:
    await asyncio.sleep(_LEAD_SECONDS)
    began = clock.monotonic()
    await company.stage.kill(service)
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

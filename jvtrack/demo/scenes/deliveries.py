"""One consignment arrives short and is closed, another brings more than was sent."""

import asyncio
from collections.abc import Sequence

from jvtrack.demo.company import Company
from jvtrack.demo.findings import Finding
from shared.types import ShipmentId

FACTORY, DEPOT, PART = "F-01", "D-01", "MI17-TAIL-ROTOR-BLADE"
SENT, SHORT, OVER = 10, 3, 2


async def play(company: Company) -> Sequence[Finding]:
    """Receive less than was sent, then more than was sent."""
    return await asyncio.gather(_short(company), _over(company))


async def _short(company: Company) -> Finding:
    depot = company.depots[DEPOT]
    lot, shipment = await _on_the_road(company)
    await depot.receive(PART, lot, SENT - SHORT, shipment=shipment)
    closed = await depot.jvtrack.inventory.close_shipment(shipment, "The carrier confirms the loss.")
    lost = sum(opened.quantity for opened in closed.discrepancies if opened.kind == "lost-in-transit")
    return Finding(
        f"{SENT} sent, {SENT - SHORT} received, consignment closed",
        f"{lost} lost in transit, in suspense",
        holds=lost == SHORT,
    )


async def _over(company: Company) -> Finding:
    lot, shipment = await _on_the_road(company)
    received = await company.depots[DEPOT].receive(PART, lot, SENT + OVER, shipment=shipment)
    over = sum(opened.quantity for opened in received.discrepancies if opened.kind == "over-receipt")
    return Finding(f"{SENT} sent, {SENT + OVER} received", f"{over} over, in suspense", holds=over == OVER)


async def _on_the_road(company: Company) -> tuple[str, ShipmentId]:
    """Make a lot, send it off, and wait until inventory has heard of it."""
    factory = company.factories[FACTORY]
    lot = await factory.make(PART, SENT)
    shipment = await factory.dispatch(PART, lot, SENT, depot=DEPOT)
    await company.depots[DEPOT].expect(PART, shipment)
    return f"{FACTORY}:{lot}", shipment

"""Where the day's business is done: a part, a depot, and how a factory's facts and a depot's receipts are written."""

import asyncio

from jvtrack.client import JVTrack, Receipt, ReceiptLine, Report, StockQuery
from shared.events.factory import FactoryFact
from shared.types import PartId, ShipmentId, SiteId

PART: PartId = "MI17-MAIN-GEARBOX"
"""Made by F-01, which is approved for it."""
DEPOT: SiteId = "D-01"
SENDER = "/F-01/line-1"
_SEEN_SECONDS_MAX = 60.0


async def report(factory: JVTrack, fact: FactoryFact) -> str:
    """Report a fact; gives its id."""
    sent = Report(SENDER, fact)
    await factory.production.post(sent)
    return sent.id


def receipt(shipment: ShipmentId, quantity: int, *, site: SiteId = DEPOT, lot: str = "F-01:L-1") -> Receipt:
    """Write down what came of a consignment."""
    return Receipt(site=site, shipment=shipment, lines=[ReceiptLine(part=PART, lot=lot, quantity=quantity)])


async def until_on_the_road(depot: JVTrack, quantity: int, *, site: SiteId = DEPOT) -> None:
    """Wait until so much is on its way to a depot."""
    async with asyncio.timeout(_SEEN_SECONDS_MAX):
        while True:
            answer = await depot.inventory.stock(StockQuery(site=site, part=PART), group="part-site")
            if answer.rows and answer.rows[0].in_transit == quantity:
                return
            await asyncio.sleep(0.1)

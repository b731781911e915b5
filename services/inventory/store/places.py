"""Where what a request names lies: read before the locks are taken, for these places never change."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.ledger import LotKey
from services.inventory.store import demands, shipments, suspense, transfers
from services.inventory.store.touches import Touched


async def find(session: AsyncSession, touched: Touched) -> set[LotKey]:
    """Say which lots the named causes, discrepancies and consignments are about."""
    ends = await transfers.places(session, touched.causes)
    named = [shipment for shipment, sender in touched.shipments.items() if sender is None]
    return {
        *(LotKey(row.site, row.part, row.lot) for row in ends),
        *await suspense.places(session, touched.discrepancies),
        *await shipments.places(session, named),
    }


async def add(session: AsyncSession, touched: Touched) -> None:
    """Touch what a request's names stand for, the demands of its orders among them."""
    for lot in await find(session, touched):
        touched.add(lot)
    touched.stocks |= await demands.places(session, touched.orders)
    touched.stocks |= await shipments.fillers(session, touched.lots)

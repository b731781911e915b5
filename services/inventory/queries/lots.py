"""Where a lot stands: what of it is on its way, and for whom it is held."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.schemas.lots import HolderRead, LotHolders
from shared.sql import Statement
from shared.types import LotId, SiteId

_STANDS = Statement("""
    SELECT coalesce(sum(produced + in_transit), 0)::bigint AS coming, coalesce(sum(on_hand), 0)::bigint AS free
    FROM balance WHERE lot = :lot AND site = ANY(CAST(:sites AS text[]))
""")
_HELD = Statement("""
    SELECT order_id, sum(quantity)::bigint AS quantity FROM reservation
    WHERE lot = :lot AND site = ANY(CAST(:sites AS text[])) AND quantity > 0
    GROUP BY order_id ORDER BY quantity DESC, order_id
""")


async def holders(session: AsyncSession, lot: LotId, sites: Collection[SiteId]) -> LotHolders:
    """Say where a lot stands at these sites; of one that was never there, that nothing is."""
    about = {"lot": lot, "sites": sorted(sites)}
    stands = await _STANDS.one(session, about)
    held = [HolderRead(order_id=row.order_id, quantity=row.quantity) for row in await _HELD.rows(session, about)]
    return LotHolders(lot=lot, coming=stands.coming, free=stands.free, held=held)

"""What a principal may see here, as far as it is known here."""

from collections.abc import Collection, Sequence

from sqlalchemy import any_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.store.lookups import Sight, SiteCopy, array, visible
from services.orders.store.lookups import sites as sites_of
from services.orders.tables import orders, site_copies
from shared.http import rights
from shared.http.named import name
from shared.http.rights import Subject
from shared.http.tokens import Principal
from shared.http.versions import Token
from shared.types import Nation, OrderId, SiteId, SiteKind


async def nations(session: AsyncSession, sites: Collection[SiteId]) -> dict[SiteId, Nation]:
    """Tell which nation each of these sites belongs to, as far as the catalogue was heard."""
    query = select(site_copies.c.site_id, site_copies.c.country).where(site_copies.c.site_id.in_(sites))
    return {row.site_id: row.country for row in await session.execute(query)}


async def nations_of_all(session: AsyncSession) -> dict[SiteId, Nation]:
    """Tell which nation each site belongs to that the catalogue was heard of."""
    query = select(site_copies.c.site_id, site_copies.c.country)
    return {row.site_id: row.country for row in await session.execute(query)}


async def sees(session: AsyncSession, principal: Principal, tokens: Sequence[Token]) -> bool:
    """Tell whether a principal may see all that these versions are of.

    To which depots a shipment goes is not known here, where nothing of it is shown: whoever is of its sender's nation
    may wait for it, and for a supplier's everybody. So may all who see lots at all for a supplier's lots, for a buyer
    tells of them wherever the supplier is.
    """
    named = name(tokens)
    known = await nations(session, named.places)
    makers = await sites_of(session, named.factories)
    sees_lots = rights.reach(principal, Subject.LOT).nation is not None
    factories = {site for site in named.factories if not (sees_lots and _is_supplier(makers.get(site)))}
    return (
        named.is_whole
        and named.inspectors <= {principal.nation}
        and rights.sees_fully(principal, Subject.STOCK, named.stocks, known)
        and await _count_senders(session, named.senders, principal.nation) == len(named.senders)
        and rights.sees_fully(principal, Subject.LOT, factories, known)
        and await _count_seen(session, named.all_orders, Sight.of(principal)) == len(named.all_orders)
    )


def _is_supplier(site: SiteCopy | None) -> bool:
    return site is not None and site.kind is SiteKind.SUPPLIER


async def _count_senders(session: AsyncSession, senders: Collection[SiteId], nation: Nation) -> int:
    if not senders:
        return 0
    is_ours = or_(site_copies.c.country == nation, site_copies.c.kind == SiteKind.SUPPLIER)
    return int(await session.scalar(select(func.count()).where(site_copies.c.site_id.in_(senders), is_ours)) or 0)


async def _count_seen(session: AsyncSession, order_ids: Collection[OrderId], sight: Sight) -> int:
    if not order_ids:
        return 0
    query = select(func.count()).where(orders.c.order_id == any_(array(order_ids)), visible(sight))
    return int(await session.scalar(query) or 0)

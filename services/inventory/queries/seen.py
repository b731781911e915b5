"""Which sites a principal sees the stock of, and how much of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory import tables
from shared.http.named import name
from shared.http.rights import Sight, sees_orders, sight_of_stock
from shared.http.tokens import Principal
from shared.http.versions import Token
from shared.sql import Statement
from shared.types import Nation, PartId, Platform, SiteId

_SITES = Statement("SELECT site_id, country FROM site")
_NAMED_AND_SEEN = Statement("""
    SELECT (SELECT count(*) FROM demand
             WHERE order_id = ANY(CAST(:orders AS text[]))
               AND (site = ANY(CAST(:full AS text[])) OR (site = ANY(CAST(:some AS text[])) AND NOT partial)))
         + (SELECT count(*) FROM unnest(CAST(:lots AS text[])) AS named (lot)
             WHERE split_part(lot, ':', 1) = ANY(CAST(:full AS text[]))
                OR EXISTS (SELECT FROM balance b WHERE b.site = ANY(CAST(:full AS text[])) AND b.lot = named.lot))
         + (SELECT count(*) FROM unnest(CAST(:shipments AS text[])) AS named (shipment)
             WHERE split_part(shipment, ':', 1) = ANY(CAST(:full AS text[]))
                OR EXISTS (SELECT FROM shipment_line l
                            WHERE l.shipment_id = shipment AND l.depot = ANY(CAST(:full AS text[]))))
""")


@dataclass(frozen=True, slots=True)
class Seen:
    """The sites whose stock is seen in full, as some or none, or only that something happened."""

    full: frozenset[SiteId]
    some_none: frozenset[SiteId]
    streams: frozenset[SiteId]


async def seen(session: AsyncSession, principal: Principal) -> Seen:
    """Say what a principal sees of every site; a site that the catalogue does not have is not seen."""
    sights: dict[Sight, set[SiteId]] = {}
    for row in await _SITES.rows(session):
        sights.setdefault(sight_of_stock(principal, row.site_id, row.country), set()).add(row.site_id)
    return Seen(
        full=frozenset(sights.get(Sight.FULL, ())),
        some_none=frozenset(sights.get(Sight.SOME_NONE, ())),
        streams=frozenset(sights.get(Sight.STREAMS, ())),
    )


async def sees(session: AsyncSession, principal: Principal, tokens: Sequence[Token]) -> bool:
    """Tell whether a principal may see all that these versions are of.

    A lot is seen where some of it stands or is on its way to. Who has placed an order that another depot fills is not
    known here; such an order is all or nothing, and depots of the nation may wait for it.
    """
    named = name(tokens)
    known = await seen(session, principal)
    places = {"full": sorted(known.full), "some": sorted(known.some_none)}
    asked = {"orders": sorted(named.all_orders), "lots": sorted(named.lots), "shipments": sorted(named.shipments)}
    found = await _NAMED_AND_SEEN.value(session, {**places, **asked}) if any(asked.values()) else 0
    sites = named.stocks | named.inspected
    is_ours = named.is_whole and named.inspectors <= {principal.nation}
    if named.all_orders and not sees_orders(principal):
        return False
    return is_ours and sites <= known.full and found == sum(map(len, asked.values()))


async def nations(session: AsyncSession, sites: Collection[SiteId]) -> dict[SiteId, Nation]:
    """Tell which nation each of these sites belongs to."""
    query = select(tables.site.c.site_id, tables.site.c.country).where(tables.site.c.site_id.in_(sites))
    return {row.site_id: row.country for row in await session.execute(query)}


async def parts_for(session: AsyncSession, platform: Platform) -> frozenset[PartId]:
    """List the parts that fit a platform."""
    fits = tables.part.c.platforms.contains([platform.value])
    return frozenset((await session.execute(select(tables.part.c.part_id).where(fits))).scalars())

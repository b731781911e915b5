"""Which sites a principal sees the stock of, and how much of it."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory import tables
from shared.http.rights import Sight, sight_of_stock
from shared.http.tokens import Principal
from shared.types import Nation, PartId, Platform, SiteId


@dataclass(frozen=True, slots=True)
class Seen:
    """The sites whose stock is seen in full, as some or none, or only that something happened."""

    full: frozenset[SiteId]
    some_none: frozenset[SiteId]
    streams: frozenset[SiteId]


async def seen(session: AsyncSession, principal: Principal) -> Seen:
    """Say what a principal sees of every site; a site that the catalogue does not have is not seen."""
    sights: dict[Sight, set[SiteId]] = {}
    for row in await session.execute(select(tables.site.c.site_id, tables.site.c.country)):
        sights.setdefault(sight_of_stock(principal, row.site_id, row.country), set()).add(row.site_id)
    return Seen(
        full=frozenset(sights.get(Sight.FULL, ())),
        some_none=frozenset(sights.get(Sight.SOME_NONE, ())),
        streams=frozenset(sights.get(Sight.STREAMS, ())),
    )


async def nations(session: AsyncSession, sites: Collection[SiteId]) -> dict[SiteId, Nation]:
    """Tell which nation each of these sites belongs to."""
    query = select(tables.site.c.site_id, tables.site.c.country).where(tables.site.c.site_id.in_(sites))
    return {row.site_id: row.country for row in await session.execute(query)}


async def parts_for(session: AsyncSession, platform: Platform) -> frozenset[PartId]:
    """List the parts that fit a platform."""
    fits = tables.part.c.platforms.contains([platform.value])
    return frozenset((await session.execute(select(tables.part.c.part_id).where(fits))).scalars())

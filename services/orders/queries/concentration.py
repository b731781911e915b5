"""SQL that reads the parts whose lack grounds a platform, with the sources that a nation may ask for them."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import any_, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.concentration import CriticalPart, Willing
from services.orders.domain.source import Standing
from services.orders.store import market
from services.orders.tables import part_copies, site_copies
from shared.types import Nation, PartId, Platform


async def critical_parts(
    session: AsyncSession, nation: Nation, platform: Platform | None, today: date
) -> list[CriticalPart]:
    """Read every critical part with who may be asked for it on a day, by part."""
    p = part_copies.c
    query = select(p.part_id, p.grounds).where(func.cardinality(p.grounds) > 0).order_by(p.part_id)
    if platform is not None:
        query = query.where(literal(platform.value) == any_(p.grounds))
    rows = (await session.execute(query)).all()
    parts = [row.part_id for row in rows]
    willing = await _willing(session, parts, nation, today)
    return [CriticalPart(row.part_id, [Platform(each) for each in row.grounds], willing[row.part_id]) for row in rows]


async def _willing(
    session: AsyncSession, parts: Sequence[PartId], nation: Nation, today: date
) -> dict[PartId, list[Willing]]:
    known = await market.sources(session, parts, {nation}, today)
    sites = (await session.execute(select(site_copies.c.site_id, site_copies.c.country))).all()
    countries = {row.site_id: row.country for row in sites}
    return {
        part: [
            Willing(source.site, countries[source.site])
            for source in known.get((part, nation), [])
            if source.standing(today) is Standing.APPROVED
        ]
        for part in parts
    }

"""Parts and sites as the catalogue has them."""

from typing import Any

from sqlalchemy import Select, case, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.references import niin
from services.inventory.schemas.catalogue import PartFilter, PartRead, SiteFilter, SiteRead
from services.inventory.tables import part, site
from shared.types import PartId, SiteId, latin

_AT_HOME = site.alias("at_home")
_KEEPER = case(
    (exists().where(_AT_HOME.c.country == site.c.country, _AT_HOME.c.kept_by == site.c.country), site.c.country),
    else_=site.c.kept_by,
).label("kept_by")


async def parts(session: AsyncSession, wanted: PartFilter, *, after: str | None, limit: int) -> list[PartRead]:
    """List parts by id."""
    query: Select[Any] = select(part.c.version, part.c.kept_by, part.c.record).order_by(part.c.part_id).limit(limit)
    if wanted.platform is not None:
        query = query.where(part.c.platforms.contains([wanted.platform.value]))
    if wanted.nsn is not None:
        query = query.where(func.substr(part.c.nsn, 5) == niin(wanted.nsn))
    reference = {"maker": wanted.maker, "number": wanted.number and latin(wanted.number)}
    named = {name: value for name, value in reference.items() if value is not None}
    if named:
        query = query.where(part.c.record["references"].contains([named]))
    if after is not None:
        query = query.where(part.c.part_id > after)
    return [PartRead(version=row.version, kept_by=row.kept_by, **row.record) for row in await session.execute(query)]


async def find_part(session: AsyncSession, wanted: PartId) -> PartRead | None:
    """Show a part."""
    query = select(part.c.version, part.c.kept_by, part.c.record).where(part.c.part_id == wanted)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else PartRead(version=row.version, kept_by=row.kept_by, **row.record)


async def sites(session: AsyncSession, wanted: SiteFilter, *, after: str | None, limit: int) -> list[SiteRead]:
    """List sites by id."""
    query: Select[Any] = select(site.c.version, _KEEPER, site.c.record).order_by(site.c.site_id).limit(limit)
    for name in ("kind", "country"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(site.c[name] == value)
    if after is not None:
        query = query.where(site.c.site_id > after)
    return [SiteRead(version=row.version, kept_by=row.kept_by, **row.record) for row in await session.execute(query)]


async def find_site(session: AsyncSession, wanted: SiteId) -> SiteRead | None:
    """Show a site."""
    query = select(site.c.version, _KEEPER, site.c.record).where(site.c.site_id == wanted)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else SiteRead(version=row.version, kept_by=row.kept_by, **row.record)

"""Parts and sites: defined in full, versioned, told on the compacted topic; what does not change is not told."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.catalogue import ForeignSite, check_change
from services.inventory.store import catalogue as store
from services.inventory.store.catalogue import PartRow, SiteRow
from shared.events.catalogue import PartDefined, SiteDefined
from shared.http.tokens import Principal
from shared.messaging.outbox import Told, tell
from shared.types import PartId, SiteId, SiteKind


async def define_parts(session: AsyncSession, parts: Sequence[PartDefined]) -> dict[PartId, int]:
    """Keep parts as they are now defined, and give their versions; refuses to change the unit of one that moved."""
    known = await store.lock_parts(session, [part.part_id for part in parts])
    changed = [part for part in parts if _part_of(known, part.part_id) != part]
    moved = await store.moved(session, [part.part_id for part in changed if part.part_id in known])
    for part in changed:
        if part.part_id in known:
            check_change(known[part.part_id].record, part, has_moved=part.part_id in moved)
    rows = [PartRow(_next(known, part.part_id), part) for part in changed]
    await store.save_parts(session, rows)
    await tell(session, [Told(row.record, row.version) for row in rows])
    return {**{name: row.version for name, row in known.items()}, **{row.record.part_id: row.version for row in rows}}


async def define_sites(session: AsyncSession, sites: Sequence[SiteDefined]) -> dict[SiteId, int]:
    """Keep sites as they are now defined, and give their versions."""
    known = await store.lock_sites(session, [site.site_id for site in sites])
    changed = [site for site in sites if _site_of(known, site.site_id) != site]
    rows = [SiteRow(_next(known, site.site_id), site) for site in changed]
    await store.save_sites(session, rows)
    await tell(session, [Told(row.record, row.version) for row in rows])
    return {**{name: row.version for name, row in known.items()}, **{row.record.site_id: row.version for row in rows}}


def check_nation(principal: Principal, site: SiteDefined) -> None:
    """Refuse a factory or depot of another nation; suppliers may be anywhere."""
    if site.kind is not SiteKind.SUPPLIER and site.country != principal.nation:
        raise ForeignSite(site=site.site_id, country=site.country)


def _part_of(known: Mapping[PartId, PartRow], part: PartId) -> PartDefined | None:
    return known[part].record if part in known else None


def _site_of(known: Mapping[SiteId, SiteRow], site: SiteId) -> SiteDefined | None:
    return known[site].record if site in known else None


def _next(known: Mapping[str, PartRow] | Mapping[str, SiteRow], name: str) -> int:
    return known[name].version + 1 if name in known else 1

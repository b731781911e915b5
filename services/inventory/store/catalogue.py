"""Parts and sites: versioned rows, locked by id before they change."""

import json
from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.catalogue import Known, Place, Unit
from services.inventory.store.rows import Columns
from shared.events.catalogue import PartDefined, SiteDefined
from shared.sql import Statement
from shared.types import Nation, PartId, SiteId, SiteKind

_PARTS = Columns(
    part_id="text",
    version="bigint",
    name="text",
    nsn="text",
    unit_of_issue="text",
    quantity_scale="smallint",
    platforms="text",
    record="jsonb",
    kept_by="text",
    first_article_required="boolean",
    certificate_required="boolean",
)
_SITES = Columns(
    site_id="text", version="bigint", name="text", kind="text", country="text", record="jsonb", kept_by="text"
)
_KNOWN_PARTS = Statement("""
    SELECT part_id, unit_of_issue, quantity_scale FROM part WHERE part_id = ANY(CAST(:parts AS text[]))
""")
_KNOWN_SITES = Statement("""
    SELECT site_id, kind, country,
           CASE WHEN EXISTS (SELECT FROM site o WHERE o.country = s.country AND o.kept_by = o.country)
                THEN country ELSE kept_by END AS keeper
      FROM site s WHERE site_id = ANY(CAST(:sites AS text[]))
""")
_LOCK_PARTS = Statement("""
    SELECT part_id, version, record, kept_by FROM part
     WHERE part_id = ANY(CAST(:ids AS text[])) ORDER BY part_id FOR UPDATE
""")
_LOCK_SITES = Statement("""
    SELECT site_id, version, record, kept_by FROM site
     WHERE site_id = ANY(CAST(:ids AS text[])) ORDER BY site_id FOR UPDATE
""")
_SAVE_PARTS = Statement(f"""
    INSERT INTO part ({_PARTS.names})
    SELECT part_id, version, name, nsn, unit_of_issue, quantity_scale, string_to_array(platforms, ','), record,
           kept_by, first_article_required, certificate_required
      FROM {_PARTS.unnest("p")} ORDER BY part_id
    ON CONFLICT (part_id) DO UPDATE
    SET version = excluded.version, name = excluded.name, nsn = excluded.nsn,
        unit_of_issue = excluded.unit_of_issue, quantity_scale = excluded.quantity_scale,
        platforms = excluded.platforms, record = excluded.record, kept_by = excluded.kept_by,
        first_article_required = excluded.first_article_required, certificate_required = excluded.certificate_required
""")  # noqa: S608  # names of columns only
_SAVE_SITES = Statement(f"""
    INSERT INTO site ({_SITES.names}) SELECT {_SITES.names} FROM {_SITES.unnest("s")} ORDER BY site_id
    ON CONFLICT (site_id) DO UPDATE
    SET version = excluded.version, name = excluded.name, kind = excluded.kind, country = excluded.country,
        record = excluded.record, kept_by = excluded.kept_by
""")  # noqa: S608
_MOVED = Statement("""
    SELECT part_id FROM unnest(CAST(:parts AS text[])) AS k (part_id)
     WHERE EXISTS (SELECT FROM transfer t WHERE t.part = k.part_id)
""")
_NIINS = Statement("""
    SELECT part_id, substr(nsn, 5) AS niin FROM part
     WHERE nsn IS NOT NULL AND substr(nsn, 5) = ANY(CAST(:niins AS text[])) ORDER BY part_id
""")
_USED = Statement("""
    SELECT site_id FROM unnest(CAST(:sites AS text[])) AS k (site_id)
     WHERE EXISTS (SELECT FROM stock s WHERE s.site = k.site_id)
""")
_AT_HOME = Statement("SELECT DISTINCT country FROM site WHERE kept_by = country")
_NEW_ROWS = Statement("SELECT pg_advisory_xact_lock(hashtext('jvtrack.inventory.catalogue'))")


class PartRow(NamedTuple):
    """A part as it is kept: its version, its record, and the nation that keeps it."""

    version: int
    record: PartDefined
    kept_by: Nation | None


class SiteRow(NamedTuple):
    """A site as it is kept: its version, its record, and the nation that defined it last."""

    version: int
    record: SiteDefined
    kept_by: Nation | None


async def known(session: AsyncSession, parts: Collection[PartId], sites: Collection[SiteId]) -> Known:
    """Say which of these parts and sites the catalogue has."""
    found = await _KNOWN_PARTS.rows(session, {"parts": list(parts)}) if parts else []
    places = await _KNOWN_SITES.rows(session, {"sites": list(sites)}) if sites else []
    return Known(
        {row.part_id: Unit(row.unit_of_issue, row.quantity_scale) for row in found},
        {row.site_id: Place(SiteKind(row.kind), row.country, row.keeper) for row in places},
    )


async def lock_parts(session: AsyncSession, parts: Collection[PartId]) -> dict[PartId, PartRow]:
    """Lock parts, and all making of new ones, and give those that are there."""
    await _NEW_ROWS.run(session)
    rows = await _LOCK_PARTS.rows(session, {"ids": sorted(parts)})
    return {row.part_id: PartRow(row.version, PartDefined.model_validate(row.record), row.kept_by) for row in rows}


async def lock_sites(session: AsyncSession, sites: Collection[SiteId]) -> dict[SiteId, SiteRow]:
    """Lock sites, and all making of new ones, and give those that are there."""
    await _NEW_ROWS.run(session)
    rows = await _LOCK_SITES.rows(session, {"ids": sorted(sites)})
    return {row.site_id: SiteRow(row.version, SiteDefined.model_validate(row.record), row.kept_by) for row in rows}


async def moved(session: AsyncSession, parts: Collection[PartId]) -> set[PartId]:
    """Say which parts have moved at all."""
    return set(await _MOVED.column(session, {"parts": sorted(parts)}))


async def holders(session: AsyncSession, niins: Collection[str]) -> dict[str, PartId]:
    """Say which parts have these NIINs."""
    rows = await _NIINS.rows(session, {"niins": sorted(niins)}) if niins else []
    return {row.niin: row.part_id for row in rows}


async def used(session: AsyncSession, sites: Collection[SiteId]) -> set[SiteId]:
    """Say which sites have had goods or orders at all."""
    return set(await _USED.column(session, {"sites": sorted(sites)})) if sites else set()


async def nations_at_home(session: AsyncSession) -> frozenset[Nation]:
    """Say which nations have people here: those that have defined a site of their own."""
    return frozenset(await _AT_HOME.column(session))


async def save_parts(session: AsyncSession, parts: Sequence[PartRow]) -> None:
    """Write parts that are locked."""
    if parts:
        rows = (
            (
                part.part_id,
                version,
                part.name,
                part.nsn,
                part.unit_of_issue,
                part.quantity_scale,
                ",".join(fit.platform for fit in part.platforms),
                json.dumps(part.model_dump(mode="json"), ensure_ascii=False),
                kept_by,
                part.first_article_required,
                part.certificate_required,
            )
            for version, part, kept_by in parts
        )
        await _SAVE_PARTS.run(session, _PARTS.bind(rows))


async def save_sites(session: AsyncSession, sites: Sequence[SiteRow]) -> None:
    """Write sites that are locked."""
    if sites:
        rows = (
            (site.site_id, version, site.name, site.kind, site.country, site.model_dump_json(), kept_by)
            for version, site, kept_by in sites
        )
        await _SAVE_SITES.run(session, _SITES.bind(rows))

"""Parts and sites: versioned rows, locked by id before they change."""

import json
from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.catalogue import Known, Place
from services.inventory.store.rows import Columns
from shared.events.catalogue import PartDefined, SiteDefined
from shared.sql import Statement
from shared.types import PartId, SiteId, SiteKind

_PARTS = Columns(
    part_id="text",
    version="bigint",
    name="text",
    nsn="text",
    unit_of_issue="text",
    quantity_scale="smallint",
    platforms="text",
    record="jsonb",
)
_SITES = Columns(site_id="text", version="bigint", name="text", kind="text", country="text", record="jsonb")
_KNOWN_PARTS = Statement("SELECT part_id FROM part WHERE part_id = ANY(CAST(:parts AS text[]))")
_KNOWN_SITES = Statement("SELECT site_id, kind, country FROM site WHERE site_id = ANY(CAST(:sites AS text[]))")
_LOCK_PARTS = Statement("""
    SELECT part_id, version, record FROM part WHERE part_id = ANY(CAST(:ids AS text[])) ORDER BY part_id FOR UPDATE
""")
_LOCK_SITES = Statement("""
    SELECT site_id, version, record FROM site WHERE site_id = ANY(CAST(:ids AS text[])) ORDER BY site_id FOR UPDATE
""")
_SAVE_PARTS = Statement(f"""
    INSERT INTO part ({_PARTS.names})
    SELECT part_id, version, name, nsn, unit_of_issue, quantity_scale, string_to_array(platforms, ','), record
      FROM {_PARTS.unnest("p")} ORDER BY part_id
    ON CONFLICT (part_id) DO UPDATE
    SET version = excluded.version, name = excluded.name, nsn = excluded.nsn,
        unit_of_issue = excluded.unit_of_issue, quantity_scale = excluded.quantity_scale,
        platforms = excluded.platforms, record = excluded.record
""")  # noqa: S608  # names of columns only
_SAVE_SITES = Statement(f"""
    INSERT INTO site ({_SITES.names}) SELECT {_SITES.names} FROM {_SITES.unnest("s")} ORDER BY site_id
    ON CONFLICT (site_id) DO UPDATE
    SET version = excluded.version, name = excluded.name, kind = excluded.kind, country = excluded.country,
        record = excluded.record
""")  # noqa: S608
_MOVED = Statement("""
    SELECT part_id FROM unnest(CAST(:parts AS text[])) AS k (part_id)
     WHERE EXISTS (SELECT FROM transfer t WHERE t.part = k.part_id)
""")
_NEW_ROWS = Statement("SELECT pg_advisory_xact_lock(hashtext('jvtrack.inventory.catalogue'))")


class PartRow(NamedTuple):
    """A part as it is kept: its version and its record."""

    version: int
    record: PartDefined


class SiteRow(NamedTuple):
    """A site as it is kept: its version and its record."""

    version: int
    record: SiteDefined


async def known(session: AsyncSession, parts: Collection[PartId], sites: Collection[SiteId]) -> Known:
    """Say which of these parts and sites the catalogue has."""
    found = await _KNOWN_PARTS.column(session, {"parts": list(parts)}) if parts else []
    places = await _KNOWN_SITES.rows(session, {"sites": list(sites)}) if sites else []
    return Known(
        frozenset(found),
        {row.site_id: Place(SiteKind(row.kind), row.country) for row in places},
    )


async def lock_parts(session: AsyncSession, parts: Collection[PartId]) -> dict[PartId, PartRow]:
    """Lock parts, and all making of new ones, and give those that are there."""
    await _NEW_ROWS.run(session)
    rows = await _LOCK_PARTS.rows(session, {"ids": sorted(parts)})
    return {row.part_id: PartRow(row.version, PartDefined.model_validate(row.record)) for row in rows}


async def lock_sites(session: AsyncSession, sites: Collection[SiteId]) -> dict[SiteId, SiteRow]:
    """Lock sites, and all making of new ones, and give those that are there."""
    await _NEW_ROWS.run(session)
    rows = await _LOCK_SITES.rows(session, {"ids": sorted(sites)})
    return {row.site_id: SiteRow(row.version, SiteDefined.model_validate(row.record)) for row in rows}


async def moved(session: AsyncSession, parts: Collection[PartId]) -> set[PartId]:
    """Say which parts have moved at all."""
    return set(await _MOVED.column(session, {"parts": sorted(parts)}))


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
            )
            for version, part in parts
        )
        await _SAVE_PARTS.run(session, _PARTS.bind(rows))


async def save_sites(session: AsyncSession, sites: Sequence[SiteRow]) -> None:
    """Write sites that are locked."""
    if sites:
        rows = (
            (site.site_id, version, site.name, site.kind, site.country, site.model_dump_json())
            for version, site in sites
        )
        await _SAVE_SITES.run(session, _SITES.bind(rows))

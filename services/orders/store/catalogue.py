"""This service's copy of the catalogue, as it was last told."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.catalogue import PartDefined, SiteDefined
from shared.sql import Statement

_SAVE_PARTS = Statement(
    """
    INSERT INTO part_copy (part_id, name, quantity_scale, platforms, grounds)
    SELECT part_id, name, quantity_scale, string_to_array(platforms, ','), string_to_array(grounds, ',')
    FROM unnest(CAST(:part_ids AS text[]), CAST(:names AS text[]), CAST(:scales AS smallint[]),
                CAST(:platforms AS text[]), CAST(:grounds AS text[]))
         AS p (part_id, name, quantity_scale, platforms, grounds)
    ORDER BY part_id
    ON CONFLICT (part_id) DO UPDATE
    SET name = excluded.name, quantity_scale = excluded.quantity_scale, platforms = excluded.platforms,
        grounds = excluded.grounds
    """
)
_SAVE_SITES = Statement(
    """
    INSERT INTO site_copy (site_id, kind, country)
    SELECT * FROM unnest(CAST(:site_ids AS text[]), CAST(:kinds AS text[]), CAST(:countries AS text[])) ORDER BY 1
    ON CONFLICT (site_id) DO UPDATE SET kind = excluded.kind, country = excluded.country
    """
)


async def save_parts(session: AsyncSession, parts: Sequence[PartDefined]) -> None:
    """Write parts as they were told, each once."""
    if not parts:
        return
    await _SAVE_PARTS.run(
        session,
        {
            "part_ids": [part.part_id for part in parts],
            "names": [part.name for part in parts],
            "scales": [part.quantity_scale for part in parts],
            "platforms": [",".join(fit.platform for fit in part.platforms) for part in parts],
            "grounds": [",".join(fit.platform for fit in part.platforms if fit.grounds) for part in parts],
        },
    )


async def save_sites(session: AsyncSession, sites: Sequence[SiteDefined]) -> None:
    """Write sites as they were told, each once."""
    if not sites:
        return
    await _SAVE_SITES.run(
        session,
        {
            "site_ids": [site.site_id for site in sites],
            "kinds": [site.kind for site in sites],
            "countries": [site.country for site in sites],
        },
    )

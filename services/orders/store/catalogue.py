"""This service's copy of the catalogue, as it was last told."""

from collections.abc import Iterable, Sequence

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.catalogue import MakerReference, PartDefined, SiteDefined
from shared.sql import Statement
from shared.types import PartId

_SAVE_PARTS = Statement(
    """
    INSERT INTO part_copy (part_id, name, quantity_scale, platforms, grounds, "references",
                           first_article_required)
    SELECT part_id, name, quantity_scale, string_to_array(platforms, ','), string_to_array(grounds, ','), made_as,
           first_article_required
    FROM unnest(CAST(:part_ids AS text[]), CAST(:names AS text[]), CAST(:scales AS smallint[]),
                CAST(:platforms AS text[]), CAST(:grounds AS text[]), CAST(:references AS jsonb[]),
                CAST(:first_articles_required AS boolean[]))
         AS p (part_id, name, quantity_scale, platforms, grounds, made_as, first_article_required)
    ORDER BY part_id
    ON CONFLICT (part_id) DO UPDATE
    SET name = excluded.name, quantity_scale = excluded.quantity_scale, platforms = excluded.platforms,
        grounds = excluded.grounds, "references" = excluded."references",
        first_article_required = excluded.first_article_required
    """
)
_SAVE_SITES = Statement(
    """
    INSERT INTO site_copy (site_id, kind, country, cage)
    SELECT * FROM unnest(CAST(:site_ids AS text[]), CAST(:kinds AS text[]), CAST(:countries AS text[]),
                         CAST(:cages AS text[])) ORDER BY 1
    ON CONFLICT (site_id) DO UPDATE SET kind = excluded.kind, country = excluded.country, cage = excluded.cage
    """
)
_OTHERWISE = Statement(
    """
    SELECT p.part_id FROM part_copy p
    JOIN unnest(CAST(:part_ids AS text[]), CAST(:references AS jsonb[]), CAST(:first_articles_required AS boolean[]))
      AS told (part_id, made_as, first_article_required) USING (part_id)
    WHERE (p."references", p.first_article_required) IS DISTINCT FROM (told.made_as, told.first_article_required)
    UNION
    SELECT s.part FROM source s JOIN site_copy c ON c.site_id = s.site
    JOIN unnest(CAST(:site_ids AS text[]), CAST(:kinds AS text[]), CAST(:countries AS text[]), CAST(:cages AS text[]))
      AS told (site_id, kind, country, cage) USING (site_id)
    WHERE (c.kind, c.country, c.cage) IS DISTINCT FROM (told.kind, told.country, told.cage)
    """
)
_FIND_REFERENCES = Statement(
    """
    SELECT part_id, "references" FROM part_copy WHERE part_id = ANY(CAST(:parts AS text[])) AND "references" IS NOT NULL
    """
)
_REFERENCES = TypeAdapter(list[MakerReference])


async def references(session: AsyncSession, parts: Iterable[PartId]) -> dict[PartId, list[MakerReference]]:
    """List the references of parts; one of which the catalogue has not been heard to say them is not in the answer."""
    rows = await _FIND_REFERENCES.rows(session, {"parts": sorted(set(parts))})
    return {row.part_id: _REFERENCES.validate_python(row.references) for row in rows}


async def told_otherwise(
    session: AsyncSession, parts: Sequence[PartDefined], sites: Sequence[SiteDefined]
) -> Sequence[PartId]:
    """Name the parts whose references, or a source of which, are told otherwise than they were copied."""
    found: Sequence[PartId] = await _OTHERWISE.column(
        session,
        {
            "part_ids": [part.part_id for part in parts],
            "references": [_written(part) for part in parts],
            "first_articles_required": [part.first_article_required for part in parts],
            "site_ids": [site.site_id for site in sites],
            "kinds": [site.kind for site in sites],
            "countries": [site.country for site in sites],
            "cages": [site.cage for site in sites],
        },
    )
    return found


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
            "references": [_written(part) for part in parts],
            "first_articles_required": [part.first_article_required for part in parts],
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
            "cages": [site.cage for site in sites],
        },
    )


def _written(part: PartDefined) -> str:
    return _REFERENCES.dump_json(part.references, exclude_none=True).decode()

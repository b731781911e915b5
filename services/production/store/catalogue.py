"""Production's own copy of the catalogue: parts and sites, as the compacted topic tells them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock
from shared.events.catalogue import MakerReference, PartDefined, SiteDefined
from shared.events.production import Reference
from shared.sql import Statement
from shared.types import Nation, PartId, SiteId, SiteKind

_PARTS = Statement("SELECT part_id FROM part_copy WHERE part_id = ANY(CAST(:ids AS text[]))")
_SITES = Statement("SELECT site_id, kind, country FROM site_copy WHERE site_id = ANY(CAST(:ids AS text[]))")
_REFERENCES = Statement('SELECT "references" FROM part_copy WHERE part_id = :part')
_KEEP_PARTS = Statement(
    """
    INSERT INTO part_copy (part_id, unit_of_issue, quantity_scale, "references", platforms)
    SELECT id, unit, scale, "references", string_to_array(platforms, ',')
    FROM unnest(CAST(:ids AS text[]), CAST(:units AS text[]), CAST(:scales AS smallint[]),
                CAST(:references AS jsonb[]), CAST(:platforms AS text[]))
      AS new (id, unit, scale, "references", platforms)
    ORDER BY id
    ON CONFLICT (part_id) DO UPDATE SET unit_of_issue = excluded.unit_of_issue,
      quantity_scale = excluded.quantity_scale, "references" = excluded."references", platforms = excluded.platforms
    """
)
_KEEP_SITES = Statement(
    """
    INSERT INTO site_copy (site_id, kind, country)
    SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:kinds AS text[]), CAST(:countries AS text[]))
      AS new (id, kind, country)
    ORDER BY id
    ON CONFLICT (site_id) DO UPDATE SET kind = excluded.kind, country = excluded.country
    """
)


@dataclass(frozen=True, slots=True)
class Site:
    """What production needs to know of a site."""

    kind: SiteKind
    country: Nation


@dataclass(slots=True)
class Catalogue:
    """The parts and sites that a group of events names, as far as they are known here."""

    parts: set[PartId] = field(default_factory=set)
    sites: dict[SiteId, Site] = field(default_factory=dict)


class CatalogueMemory:
    """Spares a busy door the same questions.

    A part is remembered for good, for its id is never reused and never goes; what is known of a site may change, and
    is asked again after a moment.
    """

    def __init__(self, *, sites_seconds: float) -> None:
        self._sites_seconds = sites_seconds
        self._parts: set[PartId] = set()
        self._sites: dict[SiteId, Site] = {}
        self._asked_at = 0.0

    async def load(self, session: AsyncSession, parts: Iterable[PartId], sites: Iterable[SiteId]) -> Catalogue:
        """Look up what is not remembered."""
        wanted_parts, wanted_sites = set(parts), set(sites)
        missing = wanted_parts - self._parts
        if missing:
            rows = await _PARTS.rows(session, {"ids": sorted(missing)})
            self._parts.update(row.part_id for row in rows)
        now = clock.monotonic()
        if now - self._asked_at > self._sites_seconds:
            self._sites.clear()
            self._asked_at = now
        unknown = wanted_sites - self._sites.keys()
        if unknown:
            rows = await _SITES.rows(session, {"ids": sorted(unknown)})
            self._sites.update({row.site_id: Site(SiteKind(row.kind), row.country) for row in rows})
        known = {site: self._sites[site] for site in wanted_sites & self._sites.keys()}
        return Catalogue(wanted_parts & self._parts, known)


async def find_site(session: AsyncSession, site: SiteId) -> Site | None:
    """Look a site up; none if the catalogue has not been heard to name it."""
    row = await _SITES.row(session, {"ids": [site]})
    return None if row is None else Site(SiteKind(row.kind), row.country)


async def references(session: AsyncSession, part: PartId) -> Sequence[Reference] | None:
    """List a part's references; none if the catalogue has not been heard to say them."""
    found = await _REFERENCES.value(session, {"part": part})
    return None if found is None else [Reference.model_validate(each) for each in found]


async def keep_parts(session: AsyncSession, parts: Sequence[PartDefined]) -> None:
    """Write parts as they now are."""
    if parts:
        columns = {
            "ids": [part.part_id for part in parts],
            "units": [part.unit_of_issue for part in parts],
            "scales": [part.quantity_scale for part in parts],
            "references": [json.dumps([_told(each) for each in part.references]) for part in parts],
            "platforms": [",".join(fit.platform for fit in part.platforms) for part in parts],
        }
        await _KEEP_PARTS.run(session, columns)


async def keep_sites(session: AsyncSession, sites: Sequence[SiteDefined]) -> None:
    """Write sites as they now are."""
    if sites:
        columns = {
            "ids": [site.site_id for site in sites],
            "kinds": [site.kind.value for site in sites],
            "countries": [site.country for site in sites],
        }
        await _KEEP_SITES.run(session, columns)


def _told(reference: MakerReference) -> dict[str, str | None]:
    return {"maker": reference.maker, "number": reference.number, "revision": reference.revision}

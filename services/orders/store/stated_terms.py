"""What nations state of a source's price and import content, from which day on: one row for each such day."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.schemas.sources import SourceRow
from services.orders.schemas.stated_terms import StatedTermsRow
from shared.http.tokens import Principal
from shared.sql import Statement
from shared.types import PartId, SiteId

HOLDS = """
      SELECT * FROM stated_terms t WHERE t.part = s.part AND t.site = s.site AND t.nation = :nation
      ORDER BY t.stated_from DESC LIMIT 1
"""
"""What `:nation` states of a source `s` now."""
# A day that is named says when it holds from. Where none is, what differs from what holds is stated from today on.
_SAVE = Statement(
    f"""
    INSERT INTO stated_terms (part, site, nation, stated_from, unit_cost, currency, import_content, changed_by)
    SELECT s.part, s.site, :nation, coalesce(s.stated_from, :today), s.unit_cost, s.currency, s.import_content,
           :changed_by
    FROM unnest(CAST(:parts AS text[]), CAST(:sites AS text[]), CAST(:days AS date[]), CAST(:unit_costs AS numeric[]),
                CAST(:currencies AS text[]), CAST(:import_contents AS numeric[]))
         AS s (part, site, stated_from, unit_cost, currency, import_content)
    LEFT JOIN LATERAL (
      {HOLDS}
    ) AS holds ON s.stated_from IS NULL
    WHERE holds.part IS NULL
       OR (holds.unit_cost, holds.currency, holds.import_content)
          IS DISTINCT FROM (s.unit_cost, s.currency, s.import_content)
    ON CONFLICT (part, site, nation, stated_from) DO UPDATE
    SET unit_cost = excluded.unit_cost, currency = excluded.currency, import_content = excluded.import_content,
        changed_by = excluded.changed_by, changed_at = clock_timestamp()
    """  # noqa: S608  # our own text
)


_KNOWN = Statement(
    """
    SELECT part, site FROM source
    WHERE nation = :nation
      AND (part, site) IN (SELECT * FROM unnest(CAST(:parts AS text[]), CAST(:sites AS text[])) AS named)
    """
)
# Whoever ranks sources reads what holds now from the source itself.
_RENEW = Statement(
    """
    WITH holds AS (
      SELECT DISTINCT ON (part, site) * FROM stated_terms
      WHERE nation = :nation
        AND (part, site) IN (SELECT * FROM unnest(CAST(:parts AS text[]), CAST(:sites AS text[])) AS named)
      ORDER BY part, site, stated_from DESC
    )
    UPDATE source AS s
    SET unit_cost = h.unit_cost, currency = h.currency, import_content = h.import_content,
        changed_by = :changed_by, changed_at = clock_timestamp()
    FROM holds AS h
    WHERE (s.part, s.site, s.nation) = (h.part, h.site, h.nation)
      AND (s.unit_cost, s.currency, s.import_content) IS DISTINCT FROM (h.unit_cost, h.currency, h.import_content)
    """
)
Stating = SourceRow | StatedTermsRow
"""A line that states the price and import content of a source."""


async def save(session: AsyncSession, rows: Sequence[Stating], planner: Principal, *, today: date) -> None:
    """Write what is stated of sources, by the days from which it is; what is stated of other days stays."""
    await _SAVE.run(
        session,
        {
            "parts": [row.part for row in rows],
            "sites": [row.site for row in rows],
            "days": [row.stated_from for row in rows],
            "unit_costs": [_exact(row.unit_cost) for row in rows],
            "currencies": [row.currency for row in rows],
            "import_contents": [_exact(row.import_content) for row in rows],
            "nation": planner.nation,
            "today": today,
            "changed_by": planner.subject,
        },
    )


async def known_sources(
    session: AsyncSession, rows: Sequence[Stating], planner: Principal
) -> set[tuple[PartId, SiteId]]:
    """Tell which of these are sources of the planner's nation."""
    return {(row.part, row.site) for row in await _KNOWN.rows(session, _named(rows, planner))}


async def renew(session: AsyncSession, rows: Sequence[Stating], planner: Principal) -> None:
    """Let these sources cost what is stated of them now."""
    await _RENEW.run(session, {**_named(rows, planner), "changed_by": planner.subject})


def _named(rows: Sequence[Stating], planner: Principal) -> dict[str, object]:
    named = sorted({(row.part, row.site) for row in rows})
    return {"parts": [part for part, _ in named], "sites": [site for _, site in named], "nation": planner.nation}


def _exact(amount: str | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)

"""What nations state of a source's price and import content, from which day on: one row for each such day."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.schemas.sources import SourceRow
from shared.http.tokens import Principal
from shared.sql import Statement

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


async def save(session: AsyncSession, rows: Sequence[SourceRow], planner: Principal, *, today: date) -> None:
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


def _exact(amount: str | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)

"""What depots could ship to others: free, good, in a condition that is accepted, and beyond what they protect."""

from collections.abc import Collection
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.queries.seen import Seen
from services.inventory.schemas.laterals import SpareRead
from services.inventory.store.gates import OPEN, asking, gate
from services.inventory.store.lives import LAST_DAY, lasting
from services.inventory.store.references import accepts, making
from shared.sql import Statement
from shared.types import Condition, PartId, ReferenceKey, SiteId

_SPARE = Statement(f"""
    SELECT s.site, s.part, CAST(least(s.accepted, s.good - coalesce(m.quantity, 0)) AS bigint) AS quantity FROM (
      SELECT b.site, b.part, sum(b.on_hand) AS good,
             coalesce(sum(b.on_hand) FILTER (WHERE strpos(:conditions, b.condition) > 0
                                               AND {accepts("CAST(:references AS text)")}), 0) AS accepted
        FROM balance b JOIN site d ON d.site_id = b.site AND d.kind = 'depot' {lasting("b")} {asking("b")}
        {making("b")}
       WHERE b.part = ANY(CAST(:parts AS text[])) AND b.site = ANY(CAST(:sites AS text[])) AND b.on_hand > 0
         AND b.condition IN ('A', 'B', 'C') AND ({LAST_DAY} IS NULL OR {LAST_DAY} >= :today)
         AND COALESCE({gate("b")}, '{OPEN}') = '{OPEN}'
       GROUP BY b.site, b.part) s
      LEFT JOIN protected_minimum m USING (site, part)
     WHERE least(s.accepted, s.good - coalesce(m.quantity, 0)) > 0
     ORDER BY s.part, quantity DESC, s.site
""")  # noqa: S608  # our own words
USUAL = frozenset({Condition.A, Condition.C})
"""What an order accepts that says nothing."""


async def spare(
    session: AsyncSession,
    parts: Collection[PartId],
    seen: Seen,
    today: date,
    *,
    conditions: Collection[Condition] = USUAL,
    references: Collection[ReferenceKey] = (),
    without: SiteId | None = None,
) -> list[SpareRead]:
    """List what depots that are seen could ship of these parts, the most first; how much, where that may be known.

    Where references are named, only lots of these are counted.
    """
    sites = sorted((seen.full | seen.some_none) - {without})
    asked = {
        "parts": sorted(set(parts)),
        "sites": sites,
        "conditions": "".join(sorted(conditions)),
        "references": " ".join(sorted(references)),
        "today": today,
    }
    return [
        SpareRead(site=row.site, part=row.part, quantity=row.quantity if row.site in seen.full else None)
        for row in await _SPARE.rows(session, asked)
    ]

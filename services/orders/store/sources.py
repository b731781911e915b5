"""Sources and activities in the database, and the queue of parts whose open orders are to be planned again.

Deciding with sources and changing them exclude each other by an advisory lock: what decided without a new source has
committed before the source is there, so planning finds every order that lacks it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.sourcing import Source
from services.orders.schemas.sources import ActivityRow, SourceRow
from shared.http.tokens import Principal
from shared.sql import Statement
from shared.types import OrderId, PartId, SiteKind

_SOURCES_LOCK = 0x6A76_736F  # one number of this database: "jvso"
_SHARE = Statement(f"SELECT pg_advisory_xact_lock_shared({_SOURCES_LOCK})")
_CLAIM = Statement(f"SELECT pg_advisory_xact_lock({_SOURCES_LOCK})")
_APPROVED = Statement(
    """
    SELECT orders.order_id, source.site, source.lead_time_days
    FROM orders JOIN site_copy AS depot ON depot.site_id = orders.ordered_by
    JOIN source ON source.part = orders.part AND source.nation = depot.country AND source.approved
    JOIN site_copy AS maker ON maker.site_id = source.site AND maker.kind = :kind
    WHERE orders.order_id = ANY(CAST(:order_ids AS text[]))
    ORDER BY orders.order_id, source.lead_time_days, source.site
    """
)
_SAVE = Statement(
    """
    INSERT INTO source (part, site, nation, approved, approved_on, lead_time_days, capacity_per_week, unit_cost,
                        currency, import_content, illustrative, changed_by)
    SELECT s.part, s.site, :nation, s.approved, s.approved_on, s.lead_time_days, s.capacity_per_week, s.unit_cost,
           s.currency, s.import_content, s.illustrative, :changed_by
    FROM unnest(CAST(:parts AS text[]), CAST(:sites AS text[]), CAST(:approved AS boolean[]),
                CAST(:approved_on AS date[]), CAST(:lead_times AS integer[]), CAST(:capacities AS bigint[]),
                CAST(:unit_costs AS numeric[]), CAST(:currencies AS text[]), CAST(:import_contents AS numeric[]),
                CAST(:illustrative AS boolean[]))
         AS s (part, site, approved, approved_on, lead_time_days, capacity_per_week, unit_cost, currency,
               import_content, illustrative)
    ON CONFLICT (part, site, nation) DO UPDATE
    SET approved = excluded.approved, approved_on = excluded.approved_on, lead_time_days = excluded.lead_time_days,
        capacity_per_week = excluded.capacity_per_week, unit_cost = excluded.unit_cost,
        currency = excluded.currency, import_content = excluded.import_content,
        illustrative = excluded.illustrative, changed_by = excluded.changed_by, changed_at = clock_timestamp()
    """
)
_ASK_FOR_PLANNING = Statement(
    """
    INSERT INTO planning AS p (part) SELECT DISTINCT unnest(CAST(:parts AS text[])) ORDER BY 1
    ON CONFLICT (part) DO UPDATE SET asked = p.asked + 1
    """
)
_PLANNED = Statement("DELETE FROM planning WHERE part = :part AND asked = :asked")
_SAVE_ACTIVITIES = Statement(
    """
    INSERT INTO activity (activity, site, force_activity_designator, illustrative, changed_by)
    SELECT a.*, :changed_by
    FROM unnest(CAST(:activities AS text[]), CAST(:sites AS text[]), CAST(:designators AS text[]),
                CAST(:illustrative AS boolean[])) AS a
    ON CONFLICT (activity) DO UPDATE
    SET site = excluded.site, force_activity_designator = excluded.force_activity_designator,
        illustrative = excluded.illustrative, changed_by = excluded.changed_by, changed_at = clock_timestamp()
    """
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A part whose open orders are to be planned again, and how often that was asked for."""

    part: PartId
    asked: int


async def share(session: AsyncSession) -> None:
    """Keep sources as they are until the transaction ends; comes before any row lock on orders."""
    await _SHARE.run(session)


async def approved(session: AsyncSession, order_ids: Iterable[OrderId]) -> Mapping[OrderId, Sequence[Source]]:
    """Load the joint-venture factories that each order's nation has approved, shortest lead time first."""
    found: dict[OrderId, list[Source]] = {}
    for row in await _APPROVED.rows(session, {"order_ids": list(order_ids), "kind": SiteKind.FACTORY}):
        found.setdefault(row.order_id, []).append(Source(row.site, row.lead_time_days))
    return found


async def save(session: AsyncSession, rows: Sequence[SourceRow], planner: Principal) -> None:
    """Write sources, once no decision is under way, and ask for the planning of what they may fill."""
    await _CLAIM.run(session)
    await _SAVE.run(
        session,
        {
            "parts": [row.part for row in rows],
            "sites": [row.site for row in rows],
            "approved": [row.approved for row in rows],
            "approved_on": [row.approved_on for row in rows],
            "lead_times": [row.lead_time_days for row in rows],
            "capacities": [row.capacity_per_week for row in rows],
            "unit_costs": [_exact(row.unit_cost) for row in rows],
            "currencies": [row.currency for row in rows],
            "import_contents": [_exact(row.import_content) for row in rows],
            "illustrative": [row.illustrative for row in rows],
            "nation": planner.nation,
            "changed_by": planner.subject,
        },
    )
    await _ASK_FOR_PLANNING.run(session, {"parts": [row.part for row in rows if row.approved]})


async def finish_planning(session: AsyncSession, done: Asked) -> None:
    """Take a part off the queue, unless it was asked for again meanwhile."""
    await _PLANNED.run(session, {"part": done.part, "asked": done.asked})


async def save_activities(session: AsyncSession, rows: Sequence[ActivityRow], changed_by: str) -> None:
    """Write activities."""
    parameters: dict[str, Any] = {
        "activities": [row.activity for row in rows],
        "sites": [row.site for row in rows],
        "designators": [row.force_activity_designator for row in rows],
        "illustrative": [row.illustrative for row in rows],
        "changed_by": changed_by,
    }
    await _SAVE_ACTIVITIES.run(session, parameters)


def _exact(amount: str | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)

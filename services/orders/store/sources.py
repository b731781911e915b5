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
from shared.sql import Statement
from shared.types import PartId, SiteKind

_SOURCES_LOCK = 0x6A76_736F  # one number of this database: "jvso"
_SHARE = Statement(f"SELECT pg_advisory_xact_lock_shared({_SOURCES_LOCK})")
_CLAIM = Statement(f"SELECT pg_advisory_xact_lock({_SOURCES_LOCK})")
_APPROVED = Statement(
    """
    SELECT source.part, source.site, source.lead_time_days
    FROM source JOIN site_copy ON site_copy.site_id = source.site
    WHERE source.part = ANY(CAST(:parts AS text[])) AND source.approved AND site_copy.kind = :kind
    ORDER BY source.part, source.lead_time_days, source.site
    """
)
_SAVE = Statement(
    """
    INSERT INTO source (part, site, approved, approved_on, lead_time_days, capacity_per_week, unit_cost, currency,
                        import_content, illustrative, changed_by)
    SELECT s.*, :changed_by
    FROM unnest(CAST(:parts AS text[]), CAST(:sites AS text[]), CAST(:approved AS boolean[]),
                CAST(:approved_on AS date[]), CAST(:lead_times AS integer[]), CAST(:capacities AS bigint[]),
                CAST(:unit_costs AS numeric[]), CAST(:currencies AS text[]), CAST(:import_contents AS numeric[]),
                CAST(:illustrative AS boolean[])) AS s
    ON CONFLICT (part, site) DO UPDATE
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


async def approved(session: AsyncSession, parts: Iterable[PartId]) -> Mapping[PartId, Sequence[Source]]:
    """Load the joint-venture factories that are approved for parts, shortest lead time first."""
    found: dict[PartId, list[Source]] = {}
    for row in await _APPROVED.rows(session, {"parts": sorted(set(parts)), "kind": SiteKind.FACTORY}):
        found.setdefault(row.part, []).append(Source(row.site, row.lead_time_days))
    return found


async def save(session: AsyncSession, rows: Sequence[SourceRow], changed_by: str) -> None:
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
            "changed_by": changed_by,
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

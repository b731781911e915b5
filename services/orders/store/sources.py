"""Sources and activities in the database, and the queue of parts whose open orders are to be planned again.

Deciding with sources and changing them exclude each other by an advisory lock: what decided without a new source has
committed before the source is there, so planning finds every order that lacks it.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.source import GATE_SECONDS
from services.orders.schemas.sources import ActivityRow, SourceRow
from services.orders.schemas.stated_terms import StatedTermsRow
from services.orders.schemas.weights import WeightTerms
from services.orders.store import stated_terms
from shared.http.tokens import Principal
from shared.sql import Statement, Writes
from shared.types import PartId, SiteId

_SOURCES_LOCK = 0x6A76_736F  # one number of this database: "jvso"
_SHARE = Statement(f"SELECT pg_advisory_xact_lock_shared({_SOURCES_LOCK})")
_CLAIM = Statement(f"SELECT pg_advisory_xact_lock({_SOURCES_LOCK})")
_SAVE = Statement(
    f"""
    INSERT INTO source (part, site, nation, approved, approved_on, approved_until, approved_by, accepted_on,
                        accepted_until, lead_time_days, capacity_per_week, minimum_lot, unit_cost, currency,
                        import_content, illustrative, changed_by)
    SELECT s.part, s.site, :nation, s.approved, s.approved_on, s.approved_until, s.approved_by, s.accepted_on,
           s.accepted_until, s.lead_time_days, s.capacity_per_week, s.minimum_lot, stated.unit_cost, stated.currency,
           stated.import_content, s.illustrative, :changed_by
    FROM unnest(CAST(:parts AS text[]), CAST(:sites AS text[]), CAST(:approved AS boolean[]),
                CAST(:approved_on AS date[]), CAST(:approved_until AS date[]), CAST(:approved_by AS text[]),
                CAST(:accepted_on AS date[]), CAST(:accepted_until AS date[]), CAST(:lead_times AS integer[]),
                CAST(:capacities AS bigint[]), CAST(:minimum_lots AS bigint[]), CAST(:illustrative AS boolean[]))
         AS s (part, site, approved, approved_on, approved_until, approved_by, accepted_on, accepted_until,
               lead_time_days, capacity_per_week, minimum_lot, illustrative)
    CROSS JOIN LATERAL (
      {stated_terms.HOLDS}
    ) AS stated
    ON CONFLICT (part, site, nation) DO UPDATE
    SET approved = excluded.approved, approved_on = excluded.approved_on, approved_until = excluded.approved_until,
        approved_by = excluded.approved_by, accepted_on = excluded.accepted_on,
        accepted_until = excluded.accepted_until, lead_time_days = excluded.lead_time_days,
        capacity_per_week = excluded.capacity_per_week, minimum_lot = excluded.minimum_lot,
        unit_cost = excluded.unit_cost, currency = excluded.currency, import_content = excluded.import_content,
        illustrative = excluded.illustrative, changed_by = excluded.changed_by, changed_at = clock_timestamp()
    """  # noqa: S608  # our own text
)
_ASKED_AGAIN = """
    ON CONFLICT (part) DO UPDATE SET asked = p.asked + 1, not_before = greatest(p.not_before, excluded.not_before)
"""
_ASK_FOR_PLANNING = Statement(
    f"""
    INSERT INTO planning AS p (part, not_before)
    SELECT part, now() + CASE WHEN first_article_required THEN :gated ELSE 0 END * interval '1 s'
    FROM (SELECT DISTINCT unnest(CAST(:parts AS text[])) AS part) AS named LEFT JOIN part_copy ON part_id = part
    ORDER BY part
    {_ASKED_AGAIN}
    """  # noqa: S608  # our own text
)
_ASK_FOR_SITE = Statement(
    f"""
    INSERT INTO planning AS p (part)
    SELECT DISTINCT part FROM source WHERE site = :site AND approved ORDER BY 1
    {_ASKED_AGAIN}
    """  # noqa: S608  # our own text
)
# Planning walks open orders by their turn, and would pass over one whose turn has moved to before where it is.
_PLAN_FROM_FIRST = Statement(
    """
    UPDATE planning SET asked = asked + 1
    WHERE part IN (SELECT part FROM planning WHERE part = ANY(CAST(:parts AS text[])) ORDER BY part FOR UPDATE)
    """
)
_SAVE_WEIGHTS = Statement(
    """
    INSERT INTO sourcing_weights (nation, valid_from, day, cost, import_content, currency, rates, lead_time_worth,
                                  lead_time_spread, resourcing, resourcing_days, changed_by)
    VALUES (:nation, :valid_from, :day, :cost, :import_content, :currency, CAST(:rates AS jsonb), :lead_time_worth,
            :lead_time_spread, :resourcing, :resourcing_days, :changed_by)
    ON CONFLICT (nation, valid_from) DO UPDATE
    SET day = excluded.day, cost = excluded.cost, import_content = excluded.import_content,
        currency = excluded.currency, rates = excluded.rates, lead_time_worth = excluded.lead_time_worth,
        lead_time_spread = excluded.lead_time_spread, resourcing = excluded.resourcing,
        resourcing_days = excluded.resourcing_days, changed_by = excluded.changed_by,
        changed_at = clock_timestamp()
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


async def claim(session: AsyncSession) -> None:
    """Wait until no decision is under way, and keep others from being begun until the transaction ends."""
    await _CLAIM.run(session)


async def ask_for_planning(session: AsyncSession, parts: Sequence[PartId]) -> None:
    """Ask for the open orders of these parts to be planned again."""
    await _ASK_FOR_PLANNING.run(session, {"parts": parts, "gated": 0})


def plan_later(writes: Writes, parts: Collection[PartId]) -> None:
    """Ask for the open orders of parts of which a first article has changed to be planned again.

    Where the part requires it, that is done once inventory has given out or taken back what follows: this needs no
    source. Should it take longer, what was asked for too much is asked back. What waits already waits as long.
    """
    if parts:
        writes.add(_ASK_FOR_PLANNING, {"parts": sorted(parts), "gated": GATE_SECONDS})


async def ask_for_site(session: AsyncSession, site: SiteId) -> None:
    """Ask for the open orders of the parts that a site is approved for to be planned again."""
    await _ASK_FOR_SITE.run(session, {"site": site})


def plan_from_first(writes: Writes, parts: Sequence[PartId]) -> None:
    """Let what is being planned of these parts be planned from the first turn once more: a turn has moved."""
    if parts:
        writes.add(_PLAN_FROM_FIRST, {"parts": parts})


async def save(session: AsyncSession, rows: Sequence[SourceRow], planner: Principal, *, today: date) -> None:
    """Write sources, once no decision is under way, and ask for the planning of what they may fill."""
    await claim(session)
    await stated_terms.save(session, rows, planner, today=today)
    await _SAVE.run(
        session,
        {
            "parts": [row.part for row in rows],
            "sites": [row.site for row in rows],
            "approved": [row.approved for row in rows],
            "approved_on": [row.approved_on for row in rows],
            "approved_until": [row.approved_until for row in rows],
            "approved_by": [row.approved_by for row in rows],
            "accepted_on": [row.accepted_on for row in rows],
            "accepted_until": [row.accepted_until for row in rows],
            "lead_times": [row.lead_time_days for row in rows],
            "capacities": [row.capacity_per_week for row in rows],
            "minimum_lots": [row.minimum_lot for row in rows],
            "illustrative": [row.illustrative for row in rows],
            "nation": planner.nation,
            "changed_by": planner.subject,
        },
    )
    await ask_for_planning(session, [row.part for row in rows if row.approved])


async def restate(session: AsyncSession, rows: Sequence[StatedTermsRow], planner: Principal, *, today: date) -> None:
    """Write what is stated of sources, once no decision is under way; nobody is a source, or none, for its price."""
    await claim(session)
    await stated_terms.save(session, rows, planner, today=today)
    await stated_terms.renew(session, rows, planner)


async def save_weights(session: AsyncSession, valid_from: date, terms: WeightTerms, planner: Principal) -> None:
    """Write how a nation weighs sources from a day on, once no decision is under way."""
    await claim(session)
    await _SAVE_WEIGHTS.run(
        session,
        {
            "nation": planner.nation,
            "valid_from": valid_from,
            "day": Decimal(terms.day),
            "cost": Decimal(terms.cost),
            "import_content": Decimal(terms.import_content),
            "currency": terms.currency,
            "rates": json.dumps(dict(terms.rates)),
            "lead_time_worth": terms.lead_time_worth,
            "lead_time_spread": Decimal(terms.lead_time_spread),
            "resourcing": terms.resourcing,
            "resourcing_days": terms.resourcing_days,
            "changed_by": planner.subject,
        },
    )


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

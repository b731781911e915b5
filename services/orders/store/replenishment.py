"""Replenishment in the database: a row of each part at a depot, policies of nations, rules of depots.

Rows are locked before the orders that they release are placed, sorted by depot and part; a depot's rule after them.
"""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.numbering import Rule
from services.orders.domain.replenishment import ProposalState, Replenishment
from services.orders.domain.stocking import Policy
from services.orders.schemas.replenishment import PolicyTerms, RuleTerms
from shared.events.replenishment import Figures
from shared.http.tokens import Principal
from shared.sql import Row, Statement, Writes
from shared.types import Nation, PartId, SiteId

_OPEN = Statement(
    """
    INSERT INTO replenishment (site, part) SELECT :site, unnest(CAST(:parts AS text[])) ORDER BY 2
    ON CONFLICT DO NOTHING
    """
)
_LOCK = Statement(
    "SELECT * FROM replenishment WHERE site = :site AND part = ANY(CAST(:parts AS text[])) ORDER BY part FOR UPDATE"
)
_SAVE = Statement(
    """
    UPDATE replenishment SET version = s.version, number = s.number, state = s.state, quantity = s.quantity,
           figures = s.figures, proposed_on = s.proposed_on, until = s.until, order_id = s.order_id,
           decided_by = s.decided_by, reason = s.reason
    FROM unnest(CAST(:sites AS text[]), CAST(:parts AS text[]), CAST(:versions AS bigint[]),
                CAST(:numbers AS integer[]), CAST(:states AS text[]), CAST(:quantities AS bigint[]),
                CAST(:figures AS jsonb[]), CAST(:proposed_on AS date[]), CAST(:until AS date[]),
                CAST(:order_ids AS text[]), CAST(:decided_by AS text[]), CAST(:reasons AS text[]))
         AS s (site, part, version, number, state, quantity, figures, proposed_on, until, order_id, decided_by, reason)
    WHERE replenishment.site = s.site AND replenishment.part = s.part
    """
)
_SAVE_LEVELS = Statement(
    """
    UPDATE replenishment SET level = s.level, reviewed_on = :today
    FROM unnest(CAST(:parts AS text[]), CAST(:levels AS jsonb[])) AS s (part, level)
    WHERE replenishment.site = :site AND replenishment.part = s.part
    """
)
_POLICY = Statement(
    """
    SELECT * FROM replenishment_policy WHERE nation = :nation AND valid_from <= :today
    ORDER BY valid_from DESC LIMIT 1
    """
)
_SAVE_POLICY = Statement(
    """
    INSERT INTO replenishment_policy (nation, valid_from, service_level, cover_days, review_days, history_weeks,
                                      changed_by)
    VALUES (:nation, :valid_from, :service_level, :cover_days, :review_days, :history_weeks, :changed_by)
    ON CONFLICT (nation, valid_from) DO UPDATE
    SET service_level = excluded.service_level, cover_days = excluded.cover_days, review_days = excluded.review_days,
        history_weeks = excluded.history_weeks, changed_by = excluded.changed_by, changed_at = clock_timestamp()
    """
)
_SAVE_RULE = Statement(
    """
    INSERT INTO replenishment_rule (site, activity, serial, release_cost_max, currency, changed_by)
    VALUES (:site, :activity, :serial, :release_cost_max, :currency, :changed_by)
    ON CONFLICT (site) DO UPDATE
    SET activity = excluded.activity, serial = excluded.serial, release_cost_max = excluded.release_cost_max,
        currency = excluded.currency, changed_by = excluded.changed_by, changed_at = clock_timestamp()
    """
)
_RULE = Statement("SELECT * FROM replenishment_rule WHERE site = :site FOR UPDATE")
_NUMBER = Statement("UPDATE replenishment_rule SET numbered_on = :day, numbered = :numbered WHERE site = :site")
_DUE = Statement(
    """
    SELECT p.nation FROM (
      SELECT DISTINCT ON (nation) nation, review_days FROM replenishment_policy WHERE valid_from <= :today
      ORDER BY nation, valid_from DESC) AS p
    LEFT JOIN replenishment_review r USING (nation)
    WHERE r.reviewed_on IS NULL OR r.reviewed_on + p.review_days <= :today ORDER BY 1
    """
)
_REVIEWED = Statement(
    """
    INSERT INTO replenishment_review (nation, reviewed_on) VALUES (:nation, :today)
    ON CONFLICT (nation) DO UPDATE SET reviewed_on = greatest(replenishment_review.reviewed_on, excluded.reviewed_on)
    """
)
_DEPOTS = Statement("SELECT site_id FROM site_copy WHERE kind = 'depot' AND country = :nation ORDER BY 1")


async def lock(session: AsyncSession, site: SiteId, parts: Collection[PartId]) -> dict[PartId, Replenishment]:
    """Lock and load what is proposed of these parts at a depot; of what was never looked at, a row is made."""
    asked = {"site": site, "parts": sorted(set(parts))}
    await _OPEN.run(session, asked)
    return {row.part: _read(row) for row in await _LOCK.rows(session, asked)}


async def find_locked(session: AsyncSession, site: SiteId, part: PartId) -> Replenishment | None:
    """Lock and load what is proposed of one part; none where it was never looked at."""
    rows = await _LOCK.rows(session, {"site": site, "parts": [part]})
    return _read(rows[0]) if rows else None


def save(writes: Writes, rows: Sequence[Replenishment]) -> None:
    """Write locked rows as they now are."""
    if not rows:
        return
    writes.add(
        _SAVE,
        {
            "sites": [row.site for row in rows],
            "parts": [row.part for row in rows],
            "versions": [row.version for row in rows],
            "numbers": [row.number for row in rows],
            "states": [row.state for row in rows],
            "quantities": [row.quantity for row in rows],
            "figures": [_json(row.figures) for row in rows],
            "proposed_on": [row.proposed_on for row in rows],
            "until": [row.until for row in rows],
            "order_ids": [row.order for row in rows],
            "decided_by": [row.decided_by for row in rows],
            "reasons": [row.reason for row in rows],
        },
    )


async def save_levels(
    session: AsyncSession, site: SiteId, levels: dict[PartId, Figures | None], *, today: date
) -> None:
    """Keep the figures that a review has found for these parts."""
    said = {"parts": list(levels), "levels": [_json(figures) for figures in levels.values()]}
    await _SAVE_LEVELS.run(session, {**said, "site": site, "today": today})


async def policy(session: AsyncSession, nation: Nation, today: date) -> Policy | None:
    """Load what a nation wants of its stock today; none where it has stated nothing yet."""
    row = await _POLICY.row(session, {"nation": nation, "today": today})
    if row is None:
        return None
    return Policy(
        valid_from=row.valid_from,
        service_level=float(row.service_level),
        cover_days=row.cover_days,
        review_days=row.review_days,
        history_weeks=row.history_weeks,
    )


async def save_policy(session: AsyncSession, valid_from: date, terms: PolicyTerms, planner: Principal) -> None:
    """Write what a nation wants of its stock from a day on."""
    said = {**terms.model_dump(), "service_level": Decimal(terms.service_level)}
    await _SAVE_POLICY.run(
        session, {**said, "nation": planner.nation, "valid_from": valid_from, "changed_by": planner.subject}
    )


async def save_rule(session: AsyncSession, site: SiteId, terms: RuleTerms, by: str) -> None:
    """Write a depot's rule; the numbers that it has given stay given."""
    most = terms.release_cost_max
    said = {**terms.model_dump(), "release_cost_max": None if most is None else Decimal(most)}
    await _SAVE_RULE.run(session, {**said, "site": site, "changed_by": by})


async def rule(session: AsyncSession, site: SiteId) -> Rule | None:
    """Lock and load a depot's rule, so that no two orders get one number; none where it has none."""
    row = await _RULE.row(session, {"site": site})
    if row is None:
        return None
    return Rule(
        site=row.site,
        activity=row.activity,
        serial=row.serial,
        release_cost_max=row.release_cost_max,
        currency=row.currency,
        numbered_on=row.numbered_on,
        numbered=row.numbered,
    )


async def save_numbers(session: AsyncSession, given: Rule) -> None:
    """Remember how many numbers of its day a locked rule has given."""
    await _NUMBER.run(session, {"site": given.site, "day": given.numbered_on, "numbered": given.numbered})


async def due(session: AsyncSession, today: date) -> list[Nation]:
    """Name the nations whose stock is to be reviewed by today."""
    return await _DUE.column(session, {"today": today})


async def reviewed(session: AsyncSession, nation: Nation, today: date) -> None:
    """Remember that a nation's stock was reviewed."""
    await _REVIEWED.run(session, {"nation": nation, "today": today})


async def depots(session: AsyncSession, nation: Nation) -> list[SiteId]:
    """Name a nation's depots."""
    return await _DEPOTS.column(session, {"nation": nation})


def _read(row: Row) -> Replenishment:
    return Replenishment(
        site=row.site,
        part=row.part,
        version=row.version,
        number=row.number,
        state=ProposalState(row.state),
        quantity=row.quantity,
        figures=None if row.figures is None else Figures.model_validate(row.figures),
        proposed_on=row.proposed_on,
        until=row.until,
        order=row.order_id,
        decided_by=row.decided_by,
        reason=row.reason,
    )


def _json(figures: Figures | None) -> str | None:
    return None if figures is None else figures.model_dump_json()

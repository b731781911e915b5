"""What orders may be sourced from, and what was learned of it, loaded once for all orders of a transaction."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.export import Export
from services.orders.domain.lead_time import DELIVERIES_MAX, Prior, Seen, learn
from services.orders.domain.order import Order
from services.orders.domain.override import Naming
from services.orders.domain.ranking import UNSTATED, Market, Resourcing, Weights
from services.orders.domain.source import GATE_SECONDS, Inspected, Source, Span
from services.orders.domain.substitutes import made_by
from services.orders.store import catalogue
from shared.sql import Row, Statement
from shared.types import Nation, OrderId, PartId, ReferenceKey, SiteId, SiteKind

_BUYERS = Statement(
    """
    SELECT o.order_id, depot.country, named.site, w.*, EXISTS (
      SELECT FROM tail_period AS last JOIN tail USING (platform, tail_number) JOIN part_copy p ON p.part_id = o.part
      JOIN site_copy home ON home.site_id = tail.site AND home.country = depot.country
      WHERE last.platform = o.platform AND last.tail_number = o.tail_number AND last.ended_at IS NULL
        AND last.awaiting_parts AND o.platform = ANY(p.grounds)) AS stands_still
    FROM orders o JOIN site_copy depot ON depot.site_id = o.ordered_by
    LEFT JOIN source_override named ON named.order_id = o.order_id
    LEFT JOIN LATERAL (
      SELECT * FROM sourcing_weights WHERE nation = depot.country AND valid_from <= :today
      ORDER BY valid_from DESC LIMIT 1
    ) w ON true
    WHERE o.order_id = ANY(CAST(:order_ids AS text[]))
    """
)
# The earliest due of an order's work orders are taken to have arrived first, as its promise takes them. What is late
# takes at least until the day that its source names, or until today.
_LOADS = f"""
    SELECT part, nation, source AS site, sum(remaining)::bigint AS load,
           (array_agg(greatest(0, greatest(due, CAST(:today AS date)) - asked_on - waiting_days)
                      ORDER BY asked_on DESC, order_id, n)
             FILTER (WHERE remaining > 0 AND greatest(due, CAST(:today AS date)) > due_asked))[1 : {DELIVERIES_MAX}]
           AS late
    FROM (
      SELECT o.part, depot.country AS nation, w.source, w.order_id, w.n, w.due, w.due_asked, w.asked_on, w.waiting_days,
             greatest(0, least(w.quantity, sum(w.quantity) OVER (PARTITION BY w.order_id ORDER BY w.due, w.n)
                                           - o.arrived - o.lost)) AS remaining
      FROM orders o JOIN work_order w ON w.order_id = o.order_id JOIN site_copy depot ON depot.site_id = o.ordered_by
      WHERE o.part = ANY(CAST(:parts AS text[])) AND o.sourced > 0
    ) AS outstanding
    GROUP BY part, nation, source
"""  # noqa: S608  # our own text
# What came, and what was late when it was given back: the newest of a nation's own. What came before its source was
# expected to be free for it came in no time.
_ENDED = f"""
    SELECT array_agg(days) FILTER (WHERE quantity > 0) AS came,
           array_agg(days) FILTER (WHERE quantity = 0) AS given_back
    FROM (
      SELECT w.quantity, greatest(0, CASE WHEN w.quantity > 0 THEN w.ended_on ELSE greatest(w.due, w.ended_on) END
                                     - w.asked_on - w.waiting_days) AS days
      FROM work_order w JOIN orders o ON o.order_id = w.order_id
      JOIN site_copy depot ON depot.site_id = o.ordered_by AND depot.country = source.nation
      WHERE w.part = source.part AND w.source = source.site AND w.ended_on IS NOT NULL AND w.asked_on IS NOT NULL
        AND (w.quantity > 0 OR greatest(w.due, w.ended_on) > w.due_asked)
      ORDER BY w.ended_on DESC, w.order_id, w.n LIMIT {DELIVERIES_MAX}
    ) AS newest
"""  # noqa: S608  # our own text
# What a nation has found there itself goes before what the site's own nation has; one that passed before the others.
_SEEN = f"""
    CROSS JOIN LATERAL (
      SELECT min(since) FILTER (WHERE state = 'passed') AS passed_on,
             coalesce(bool_or(state = 'passed' AND heard_at > now() - interval '{GATE_SECONDS} s'), false)
             AS just_passed,
             max(since) FILTER (WHERE state IN ('failed', 'lapsed', 'reopened')) AS no_longer_on
      FROM first_article f WHERE f.part = source.part AND f.site = source.site
       AND (f.nation = source.nation OR f.nation IS NULL AND NOT EXISTS (
             SELECT FROM first_article o
             WHERE o.part = source.part AND o.site = source.site AND o.nation = source.nation))) AS seen
"""  # noqa: S608  # our own text
# Materialized, or what stands open for these parts would be summed up anew for every source of them.
_SOURCES = Statement(
    f"""
    WITH standing AS MATERIALIZED ({_LOADS}),
      busy AS MATERIALIZED (SELECT part, site, sum(load)::bigint AS load FROM standing GROUP BY part, site)
    SELECT source.*, maker.kind, maker.cage, part_copy.first_article_required AS gated,
           coalesce(busy.load, 0) AS load, seen.passed_on, seen.no_longer_on, seen.just_passed,
           ended.came, ended.given_back, standing.late, stated.lead_time_worth, stated.lead_time_spread,
           venture.partners,
           maker.kind = 'factory' AND source.nation <> ALL(coalesce(venture.partners, ARRAY[maker.country]))
           AS is_export,
           ARRAY(SELECT partner FROM unnest(venture.partners) AS partner WHERE NOT EXISTS (
             SELECT FROM export_approval e
             WHERE e.site = source.site AND e.part = source.part AND e.country = source.nation AND e.nation = partner
               AND e.approved_on <= CAST(:today AS date) AND coalesce(e.approved_until >= CAST(:today AS date), true))
           ) AS missing
    FROM source JOIN site_copy maker ON maker.site_id = source.site
    JOIN part_copy ON part_copy.part_id = source.part
    LEFT JOIN joint_venture venture ON venture.site = source.site
    LEFT JOIN busy ON busy.part = source.part AND busy.site = source.site
    LEFT JOIN standing
      ON standing.part = source.part AND standing.site = source.site AND standing.nation = source.nation
    LEFT JOIN LATERAL ({_ENDED}) AS ended ON true
    LEFT JOIN LATERAL (
      SELECT lead_time_worth, lead_time_spread FROM sourcing_weights
      WHERE nation = source.nation AND valid_from <= CAST(:today AS date) ORDER BY valid_from DESC LIMIT 1
    ) AS stated ON true
    {_SEEN}
    WHERE source.part = ANY(CAST(:parts AS text[])) AND source.nation = ANY(CAST(:nations AS text[]))
    ORDER BY source.part, source.nation, source.site
    """  # noqa: S608  # our own text
)
_WEIGHTS = Statement(
    """
    SELECT * FROM sourcing_weights WHERE nation = :nation AND valid_from <= :today ORDER BY valid_from DESC LIMIT 1
    """
)
_LOAD = Statement(f"SELECT part, site, load FROM ({_LOADS}) AS load WHERE nation = :nation")  # noqa: S608  # the same
_NAME = Statement(
    """
    INSERT INTO source_override (order_id, site, reason, overridden_by) VALUES (:order_id, :site, :reason, :by)
    ON CONFLICT (order_id) DO UPDATE
    SET site = excluded.site, reason = excluded.reason, overridden_by = excluded.overridden_by,
        overridden_at = clock_timestamp()
    """
)


async def markets(session: AsyncSession, orders: Mapping[OrderId, Order], today: date) -> dict[OrderId, Market]:
    """Load what each order's nation may choose from, and how it weighs it on this day."""
    buyers = await _BUYERS.rows(session, {"order_ids": list(orders), "today": today})
    if not buyers:
        return {}
    nations = {row.order_id: row.country for row in buyers}
    parts = {orders[order_id].part for order_id in nations}
    asked_for = {orders[order_id].part for order_id in nations if orders[order_id].accepted}
    known = await sources(session, parts, nations.values(), today, referenced=asked_for)
    found = {place: [each for each in listed if each.kind is not SiteKind.DEPOT] for place, listed in known.items()}
    weights = {row.country: _weights(row) for row in buyers}
    return {
        row.order_id: Market(
            _named(found.get((orders[row.order_id].part, row.country), []), row.site),
            weights[row.country],
            stands_still=row.stands_still,
        )
        for row in buyers
    }


async def of_nation(
    session: AsyncSession, parts: Collection[PartId], nation: Nation, today: date
) -> dict[PartId, Market]:
    """Load what a nation may choose from for each of these parts, and how it weighs it on this day."""
    row = await _WEIGHTS.row(session, {"nation": nation, "today": today})
    weights = UNSTATED if row is None else _weights(row)
    found = await sources(session, parts, [nation], today)
    return {part: Market(listed, weights) for (part, _), listed in found.items()}


async def sources(
    session: AsyncSession,
    parts: Iterable[PartId],
    nations: Iterable[Nation],
    today: date,
    *,
    referenced: Collection[PartId] = (),
) -> dict[tuple[PartId, Nation], list[Source]]:
    """Load the sources of these parts as these nations have judged them, with what was learned of them.

    For the `referenced` parts also which references each of them makes.
    """
    references = await catalogue.references(session, referenced) if referenced else {}
    found: dict[tuple[PartId, Nation], list[Source]] = {}
    asked = {"parts": sorted(set(parts)), "nations": sorted(set(nations)), "today": today}
    for row in await _SOURCES.rows(session, asked):
        found.setdefault((row.part, row.nation), []).append(
            _source(row, made_by(row.cage, references.get(row.part, ())))
        )
    return found


async def loads(
    session: AsyncSession, parts: Iterable[PartId], nation: Nation, today: date
) -> dict[tuple[PartId, SiteId], int]:
    """Tell how much each source of these parts will still bring for a nation's own orders."""
    rows = await _LOAD.rows(session, {"parts": sorted(set(parts)), "nation": nation, "today": today})
    return {(row.part, row.site): row.load for row in rows}


async def name(session: AsyncSession, order_id: OrderId, site: SiteId, naming: Naming) -> None:
    """Keep which source was named for a locked order; the one named last counts."""
    values = {"order_id": order_id, "site": site, "reason": naming.reason, "by": naming.named_by}
    await _NAME.run(session, values)


def _source(row: Row, makes: frozenset[ReferenceKey]) -> Source:
    seen = Seen(row.came or (), [*(row.given_back or ()), *(row.late or ())])
    lead_time = learn(row.lead_time_days, seen, _prior(row))
    inspected = Inspected(row.passed_on, row.no_longer_on, just_passed=row.just_passed)
    return Source(
        site=row.site,
        kind=SiteKind(row.kind),
        lead_time_days=lead_time.days,
        approved=row.approved,
        approval=Span(row.approved_on, row.approved_until),
        acceptance=inspected.accept(Span(row.accepted_on, row.accepted_until)),
        capacity_per_week=row.capacity_per_week,
        minimum_lot=row.minimum_lot,
        unit_cost=row.unit_cost,
        currency=row.currency,
        import_content=row.import_content,
        lead_time=lead_time,
        export=Export(tuple(row.partners or ()), tuple(row.missing)) if row.is_export else None,
        gated=row.gated,
        inspected=inspected,
        load=row.load,
        makes=makes,
    )


def _named(sources: list[Source], site: SiteId | None) -> list[Source]:
    """Mark the source that somebody has named for an order; the others are shared by all orders."""
    if site is None:
        return sources
    return [replace(source, named=source.site == site) for source in sources]


def _weights(row: Row) -> Weights:
    if row.valid_from is None:
        return UNSTATED
    return Weights(
        day=row.day,
        cost=row.cost,
        import_content=row.import_content,
        currency=row.currency,
        rates={currency: Decimal(rate) for currency, rate in row.rates.items()},
        prior=_prior(row),
        resourcing=Resourcing(row.resourcing),
        resourcing_days=row.resourcing_days,
        valid_from=row.valid_from,
    )


def _prior(row: Row) -> Prior:
    return Prior() if row.lead_time_worth is None else Prior(row.lead_time_worth, float(row.lead_time_spread))

"""What orders may be sourced from, loaded once for all orders that a transaction plans: two statements."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.order import Order
from services.orders.domain.override import Naming
from services.orders.domain.ranking import UNSTATED, Market, Weights
from services.orders.domain.source import Source, Span
from services.orders.domain.substitutes import made_by
from services.orders.store import catalogue
from shared.sql import AnyRow, Row, Statement
from shared.types import Nation, OrderId, PartId, SiteId, SiteKind

_BUYERS = Statement(
    """
    SELECT o.order_id, depot.country, named.site, w.valid_from, w.day, w.cost, w.import_content, w.currency, w.rates
    FROM orders o JOIN site_copy depot ON depot.site_id = o.ordered_by
    LEFT JOIN source_override named ON named.order_id = o.order_id
    LEFT JOIN LATERAL (
      SELECT * FROM sourcing_weights WHERE nation = depot.country AND valid_from <= :today
      ORDER BY valid_from DESC LIMIT 1
    ) w ON true
    WHERE o.order_id = ANY(CAST(:order_ids AS text[]))
    """
)
# The earliest due of an order's work orders are taken to have arrived first, as its promise takes them.
_LOADS = """
    SELECT part, nation, source AS site, sum(greatest(0, least(quantity, brought - supplied)))::bigint AS load
    FROM (
      SELECT o.part, depot.country AS nation, w.source, w.quantity, o.arrived + o.lost AS supplied,
             sum(w.quantity) OVER (PARTITION BY w.order_id ORDER BY w.due, w.n) AS brought
      FROM orders o JOIN work_order w ON w.order_id = o.order_id JOIN site_copy depot ON depot.site_id = o.ordered_by
      WHERE o.part = ANY(CAST(:parts AS text[])) AND o.sourced > 0
    ) AS outstanding
    GROUP BY part, nation, source
"""
# Materialized, or the sum over all open orders of these parts would be taken anew for every source of them.
_SOURCES = Statement(
    f"""
    WITH busy AS MATERIALIZED (SELECT part, site, sum(load)::bigint AS load FROM ({_LOADS}) AS load GROUP BY part, site)
    SELECT source.*, maker.kind, maker.cage, coalesce(busy.load, 0) AS load
    FROM source JOIN site_copy maker ON maker.site_id = source.site AND maker.kind <> 'depot'
    LEFT JOIN busy ON busy.part = source.part AND busy.site = source.site
    WHERE source.part = ANY(CAST(:parts AS text[])) AND source.nation = ANY(CAST(:nations AS text[]))
    ORDER BY source.part, source.nation, source.site
    """  # noqa: S608  # our own text
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
    references = await catalogue.references(session, asked_for) if asked_for else {}
    sources: dict[tuple[PartId, Nation], list[Source]] = {}
    for row in await _SOURCES.rows(session, {"parts": sorted(parts), "nations": sorted(set(nations.values()))}):
        source = replace(read(row, row.load), makes=made_by(row.cage, references.get(row.part, ())))
        sources.setdefault((row.part, row.nation), []).append(source)
    weights = {row.country: _weights(row) for row in buyers}
    return {
        row.order_id: Market(
            _named(sources.get((orders[row.order_id].part, row.country), []), row.site), weights[row.country]
        )
        for row in buyers
    }


async def loads(session: AsyncSession, parts: Iterable[PartId], nation: Nation) -> dict[tuple[PartId, SiteId], int]:
    """Tell how much each source of these parts will still bring for a nation's own orders."""
    rows = await _LOAD.rows(session, {"parts": sorted(set(parts)), "nation": nation})
    return {(row.part, row.site): row.load for row in rows}


async def name(session: AsyncSession, order_id: OrderId, site: SiteId, naming: Naming) -> None:
    """Keep which source was named for a locked order; the one named last counts."""
    values = {"order_id": order_id, "site": site, "reason": naming.reason, "by": naming.named_by}
    await _NAME.run(session, values)


def read(row: AnyRow, load: int = 0) -> Source:
    """Read a source from its row, with its site's kind."""
    return Source(
        site=row.site,
        kind=SiteKind(row.kind),
        lead_time_days=row.lead_time_days,
        approved=row.approved,
        approval=Span(row.approved_on, row.approved_until),
        acceptance=Span(row.accepted_on, row.accepted_until),
        capacity_per_week=row.capacity_per_week,
        minimum_lot=row.minimum_lot,
        unit_cost=row.unit_cost,
        currency=row.currency,
        import_content=row.import_content,
        load=load,
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
        valid_from=row.valid_from,
    )

"""What a review of stock looks at: demand as it was asked, the stock as it was stated, and what is on order."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.stocking import WEEK_DAYS, History, weeks_counted
from shared.events.stock import StockLevelStated
from shared.sql import Statement, Writes
from shared.types import PartId, SiteId

_SAVE_LEVELS = Statement(
    """
    INSERT INTO stock_level (site, part, free, awaited)
    SELECT * FROM unnest(CAST(:sites AS text[]), CAST(:parts AS text[]), CAST(:free AS bigint[]),
                         CAST(:awaited AS jsonb[])) ORDER BY 1, 2
    ON CONFLICT (site, part) DO UPDATE SET free = excluded.free, awaited = excluded.awaited
    """
)
_PARTS = Statement(
    """
    SELECT part FROM (
      SELECT part FROM orders WHERE site = :site AND NOT for_stock AND supplies IS NULL AND placed_at >= :since
      UNION SELECT part FROM replenishment WHERE site = :site AND state = 'proposed'
    ) AS reviewed ORDER BY part
    """
)
# What was cancelled was not needed after all. What another depot ships for an order was asked of that order's depot.
_HISTORIES = Statement(
    """
    WITH week AS (
      SELECT part, floor(extract(epoch FROM placed_at - CAST(:since AS timestamptz)) / 86400 / 7)::int AS week,
             count(*) AS lines, sum(quantity - cancelled) AS asked
      FROM orders
      WHERE site = :site AND part = ANY(CAST(:parts AS text[])) AND NOT for_stock AND placed_at >= :since
        AND quantity > cancelled AND supplies IS NULL
      GROUP BY 1, 2)
    SELECT part, min(week)::int AS first, sum(lines)::bigint AS lines, sum(asked)::bigint AS total,
           sum(asked * asked) AS squares,
           EXISTS (SELECT FROM orders o WHERE o.site = :site AND o.part = week.part AND NOT o.for_stock
                   AND o.supplies IS NULL AND o.placed_at < :since) AS is_older
    FROM week GROUP BY part
    """
)
_ON_ORDER = Statement(
    """
    SELECT part, order_id, for_stock, open, need, greatest(0, brought - arrived - lost - need) AS beyond
    FROM (
      SELECT part, order_id, for_stock, open, quantity - reserved - issued - cancelled AS need, arrived, lost,
             coalesce((SELECT sum(w.quantity) FROM work_order w WHERE w.order_id = o.order_id), 0)::bigint AS brought
      FROM orders o
      WHERE site = :site AND part = ANY(CAST(:parts AS text[])) AND state NOT IN ('issued', 'cancelled', 'stocked')
    ) AS waiting
    """
)
_LEVELS = Statement(
    "SELECT part, free, awaited FROM stock_level WHERE site = :site AND part = ANY(CAST(:parts AS text[]))"
)
_SCALES = Statement("SELECT part_id, quantity_scale FROM part_copy WHERE part_id = ANY(CAST(:parts AS text[]))")


@dataclass(slots=True)
class Position:
    """How the stock of a part stands: on the shelf for nobody, to arrive for it, and waited for."""

    free: int = 0
    on_order: int = 0
    backordered: int = 0

    @property
    def total(self) -> int:
        """Add it up."""
        return self.free + self.on_order - self.backordered


def save_levels(writes: Writes, levels: Sequence[StockLevelStated]) -> None:
    """Keep how much depots have for nobody, as inventory has stated it last."""
    if not levels:
        return
    writes.add(
        _SAVE_LEVELS,
        {
            "sites": [each.site for each in levels],
            "parts": [each.part for each in levels],
            "free": [each.free for each in levels],
            "awaited": [json.dumps({one.order: one.short for one in each.awaited}) for each in levels],
        },
    )


async def parts_of(session: AsyncSession, site: SiteId, since: date) -> list[PartId]:
    """List the parts that were asked of a depot since a day, or are proposed for it."""
    return await _PARTS.column(session, {"site": site, "since": _midnight(since)})


async def histories(
    session: AsyncSession, site: SiteId, parts: Collection[PartId], *, since: date, weeks: int
) -> dict[PartId, History]:
    """Add up what was asked of a depot in each of so many weeks from a day on."""
    asked = {"site": site, "parts": list(parts), "since": _midnight(since)}
    return {
        row.part: History(
            weeks=weeks if row.is_older else weeks_counted(weeks, first=row.first),
            lines=row.lines,
            total=int(row.total),
            squares=int(row.squares),
        )
        for row in await _HISTORIES.rows(session, asked)
    }


async def positions(session: AsyncSession, site: SiteId, parts: Collection[PartId]) -> dict[PartId, Position]:
    """Tell how the stock of these parts stands at a depot.

    What an order for stock waits for is counted as inventory stated it together with the shelf: what has arrived since
    is neither missed nor counted twice. An order that inventory had not heard of then counts in full.
    """
    asked = {"site": site, "parts": list(parts)}
    found = {part: Position() for part in parts}
    awaited: dict[PartId, dict[str, int]] = {}
    for row in await _LEVELS.rows(session, asked):
        awaited[row.part] = row.awaited
        found[row.part] = Position(free=row.free, on_order=sum(row.awaited.values()))
    for row in await _ON_ORDER.rows(session, asked):
        position = found[row.part]
        if not row.for_stock:
            position.backordered += row.open
            position.on_order += row.beyond
        elif row.order_id not in awaited.get(row.part, {}):
            position.on_order += row.need
    return found


async def scales(session: AsyncSession, parts: Collection[PartId]) -> dict[PartId, int]:
    """Tell into how many decimal places the unit of issue of these parts divides."""
    rows = await _SCALES.rows(session, {"parts": list(parts)})
    return {row.part_id: row.quantity_scale for row in rows}


def beginning(today: date, weeks: int) -> date:
    """Tell the first day of so many weeks, of which today is the last day."""
    return date.fromordinal(today.toordinal() + 1 - weeks * WEEK_DAYS)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)

"""Who waits in a higher band, and who holds in a lower one: read under the lock of their stock."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.book import Book
from services.inventory.domain.demand import BANDS, Demand
from services.inventory.domain.holders import Reservation
from services.inventory.domain.ledger import Holding, StockKey
from services.inventory.domain.preemption import Contest, first_waiting, is_contested, last_holding
from services.inventory.store import demands, gates, lives
from services.inventory.store.gates import OPEN, asking, gate
from services.inventory.store.lives import LAST_DAY, LASTING, lasting
from services.inventory.store.references import REFERENCE, accepts, making
from services.inventory.store.rows import STOCKS, Columns
from services.inventory.store.stock import SHELVES
from shared.sql import Statement
from shared.types import Condition

_PAGES = Columns(
    site="text",
    part="text",
    after_priority="smallint",
    after_required_by="date",
    after_placed_at="timestamptz",
    after_order="text",
)
_NEEDS = Columns(site="text", part="text", quantity="bigint")
_WAITS = "NOT d.closed AND d.quantity > d.reserved + d.issued + d.cancelled"
_TURN = "d.priority, d.required_by, d.placed_at, d.order_id"
_LAST_TURN = "d.priority DESC, d.required_by DESC, d.placed_at DESC, d.order_id DESC"
_FIRST_MAX, _URGENT_MAX = BANDS
"""The last priority designators of the bands that may take from another."""
_ENDS = Statement(f"""
    SELECT k.site, k.part, w.priority AS waiting, h.priority AS holding FROM {STOCKS.unnest("k")}
      LEFT JOIN LATERAL (
        SELECT d.priority FROM demand d
         WHERE d.site = k.site AND d.part = k.part AND {_WAITS} AND d.order_id <> ALL(CAST(:known AS text[]))
         ORDER BY {_TURN} LIMIT 1) w ON true
      LEFT JOIN LATERAL (
        SELECT d.priority FROM demand d
         WHERE d.site = k.site AND d.part = k.part AND d.reserved > 0 AND d.order_id <> ALL(CAST(:known AS text[]))
         ORDER BY {_LAST_TURN} LIMIT 1) h ON true
""")  # noqa: S608  # names of columns, none of it from outside
_WAITING = Statement(f"""
    SELECT w.* FROM {_PAGES.unnest("q")} CROSS JOIN LATERAL (
      SELECT {demands.NAMES} FROM demand d
       WHERE d.site = q.site AND d.part = q.part AND {_WAITS} AND d.priority <= {_URGENT_MAX}
         AND (q.after_order IS NULL OR ({_TURN})
              > (q.after_priority, q.after_required_by, q.after_placed_at, q.after_order))
       ORDER BY {_TURN} LIMIT :page) w
""")  # noqa: S608
_HOLDING = Statement(f"""
    WITH losing AS (
      SELECT DISTINCT h.order_id FROM {_NEEDS.unnest("n")} CROSS JOIN LATERAL (
        SELECT d.order_id, sum(r.quantity) OVER (PARTITION BY r.condition, {REFERENCE} ORDER BY {_LAST_TURN}, r.lot
                                                 ROWS UNBOUNDED PRECEDING) - r.quantity AS before
          FROM demand d JOIN reservation r USING (order_id) {making("r")}
         WHERE d.site = n.site AND d.part = n.part AND d.reserved > 0 AND d.priority >= {_FIRST_MAX + 1}
           AND r.quantity > 0) h
       WHERE h.before < n.quantity)
    SELECT {", ".join("d." + name for name in demands.NAMES.split(", "))}, r.lot, r.condition AS held_as,
           r.quantity AS held, b.produced, b.on_hand, b.reserved AS on_shelf, b.in_transit, {LASTING},
           {gate("r")} AS gate, {REFERENCE} AS made_as
      FROM losing JOIN demand d USING (order_id) JOIN reservation r USING (order_id)
      JOIN balance b ON (b.site, b.part, b.lot, b.condition) = (r.site, r.part, r.lot, r.condition)
      {lasting("r")} {asking("r")} {making("r")}
     WHERE r.quantity > 0
""")  # noqa: S608
_LEFT = Statement(f"""
    SELECT DISTINCT w.site, w.part FROM demand w
     WHERE NOT w.closed AND w.quantity > w.reserved + w.issued + w.cancelled AND w.partial
       AND w.priority <= {_URGENT_MAX}
       AND EXISTS (SELECT FROM demand h JOIN reservation r USING (order_id)
                         {lasting("r")} {asking("r")} {making("r")}
                    WHERE h.site = w.site AND h.part = w.part AND h.reserved > 0 AND r.quantity > 0
                      AND h.priority > CASE WHEN w.priority <= {_FIRST_MAX} THEN {_FIRST_MAX} ELSE {_URGENT_MAX} END
                      AND strpos(w.conditions, r.condition) > 0 AND ({LAST_DAY} IS NULL OR {LAST_DAY} >= :today)
                      AND {accepts("w.accepted")} AND COALESCE({gate("r")}, '{OPEN}') = '{OPEN}')
     ORDER BY w.site, w.part LIMIT :limit
""")  # noqa: S608


class Need(NamedTuple):
    """How much of what lower bands hold may be taken under one key."""

    stock: StockKey
    quantity: int


async def contested(session: AsyncSession, book: Book, keys: Collection[StockKey]) -> list[Contest]:
    """List the keys at which somebody waits who may take from who holds."""
    rows = await _ENDS.rows(session, {**STOCKS.bind(keys), "known": book.demands.known()})
    found = []
    for row in rows:
        stock = StockKey(row.site, row.part)
        waiting, holding = (row.waiting, first_waiting(book, stock)), (row.holding, last_holding(book, stock))
        if is_contested(waiting, holding):
            found.append(Contest(stock))
    return found


async def waiting(session: AsyncSession, contests: Sequence[Contest], page: int) -> dict[StockKey, list[Demand]]:
    """Load the next page of those who wait in a higher band under each key."""
    asked = [(*contest.stock, *(contest.after or (None, None, None, None))) for contest in contests]
    rows = await _WAITING.rows(session, {**_PAGES.bind(asked), "page": page})
    return demands.by_stock(rows, [contest.stock for contest in contests])


async def load_holders(session: AsyncSession, book: Book, needs: Sequence[Need]) -> None:
    """Load the last in turn of lower bands, as many as may lose so much, with all that they hold and its shelves."""
    for row in await _HOLDING.rows(session, _NEEDS.bind((*need.stock, need.quantity) for need in needs)):
        demand = demands.read(row)
        goods = Holding(*demand.stock, row.lot, Condition(row.held_as))
        book.demands.load(demand)
        book.load(goods, dict(zip(SHELVES, (row.produced, row.on_hand, row.on_shelf, row.in_transit), strict=True)))
        lives.load_last(book, goods.lot_key, row)
        gates.load(book, goods.lot_key, row)
        book.demands.load_reservation(Reservation(demand.order, goods), row.held)


async def left(session: AsyncSession, today: date, limit: int) -> list[StockKey]:
    """List stock that a lower band holds although a higher one waits for it."""
    rows = await _LEFT.rows(session, {"today": today, "limit": limit})
    return [StockKey(row.site, row.part) for row in rows]

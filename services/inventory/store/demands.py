"""Demand rows and reservations: they change only while their (site, part) row is locked."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.allocation import Queue
from services.inventory.domain.book import Book
from services.inventory.domain.demand import Demand
from services.inventory.domain.holders import Demands, Reservation
from services.inventory.domain.ledger import Holding, LotKey, StockKey
from services.inventory.store.gates import OPEN, asking, gate
from services.inventory.store.lives import LAST_DAY, lasting
from services.inventory.store.references import accepts, making
from services.inventory.store.rows import Columns
from shared.sql import Row, Statement, Writes
from shared.types import Condition, OrderId

_DEMANDS = Columns(
    order_id="text",
    site="text",
    part="text",
    quantity="bigint",
    partial="boolean",
    priority="smallint",
    required_by="date",
    placed_at="timestamptz",
    conditions="text",
    is_lateral="boolean",
    supplies="text",
    ships_to="text",
    accepted="text",
    reserved="bigint",
    issued="bigint",
    cancelled="bigint",
    released="bigint",
    arrived="bigint",
    lost="bigint",
    returned="bigint",
    closed="boolean",
    version="bigint",
)
NAMES = _DEMANDS.names
"""The columns of a demand, as a SELECT lists them for `read`."""
_CHANGED = Columns(
    order_id="text",
    priority="smallint",
    required_by="date",
    conditions="text",
    accepted="text",
    reserved="bigint",
    issued="bigint",
    cancelled="bigint",
    released="bigint",
    arrived="bigint",
    lost="bigint",
    returned="bigint",
    closed="boolean",
    version="bigint",
)
_RESERVATIONS = Columns(order_id="text", site="text", part="text", lot="text", condition="text", quantity="bigint")
_QUEUES = Columns(
    site="text",
    part="text",
    quantity="bigint",
    conditions="text",
    made_as="text",
    after_priority="smallint",
    after_required_by="date",
    after_placed_at="timestamptz",
    after_order="text",
)
_ORDERS = "= ANY(CAST(:orders AS text[]))"
_FIND = Statement(f"SELECT {NAMES} FROM demand WHERE order_id {_ORDERS}")  # noqa: S608  # names of columns only
_PLACES = Statement(f"SELECT site, part FROM demand WHERE order_id {_ORDERS}")  # noqa: S608
_HELD = Statement(f"SELECT {_RESERVATIONS.names} FROM reservation WHERE order_id {_ORDERS} AND quantity > 0")  # noqa: S608
_SUPPLIED = Statement(f"""
    SELECT order_id, sum(received)::bigint AS arrived, sum(lost)::bigint AS lost FROM shipment_line
     WHERE order_id {_ORDERS} GROUP BY order_id
""")  # noqa: S608
_HOLDERS = Statement(f"""
    SELECT {", ".join("d." + name for name in NAMES.split(", "))}, held
      FROM (SELECT r.order_id, r.quantity AS held,
                   sum(r.quantity) OVER (ORDER BY d.priority DESC, d.required_by DESC, d.placed_at DESC,
                                                  d.order_id DESC) - r.quantity AS before
              FROM reservation r JOIN demand d USING (order_id)
             WHERE (r.site, r.part, r.lot, r.condition) = (:site, :part, :lot, :condition)
               AND r.quantity > 0 AND r.order_id <> ALL(CAST(:known AS text[]))) AS holder
      JOIN demand d USING (order_id)
     WHERE before < :quantity
""")  # noqa: S608
_WAITING = Statement(f"""
    SELECT w.* FROM {_QUEUES.unnest("q")} CROSS JOIN LATERAL (
      SELECT {NAMES} FROM demand d
       WHERE d.site = q.site AND d.part = q.part
         AND NOT d.closed AND d.quantity > d.reserved + d.issued + d.cancelled
         AND (d.partial OR d.quantity - d.reserved - d.issued - d.cancelled <= q.quantity)
         AND d.conditions ~ q.conditions
         AND (d.accepted = '' OR string_to_array(d.accepted, ' ') && string_to_array(q.made_as, ' '))
         AND (q.after_order IS NULL OR (d.priority, d.required_by, d.placed_at, d.order_id)
              > (q.after_priority, q.after_required_by, q.after_placed_at, q.after_order))
       ORDER BY d.priority, d.required_by, d.placed_at, d.order_id LIMIT :page) AS w
""")  # noqa: S608
_ADD = Statement(f"INSERT INTO demand ({NAMES}) SELECT {NAMES} FROM {_DEMANDS.unnest('n')}")  # noqa: S608
_SAVE = Statement(f"""
    UPDATE demand d SET priority = c.priority, required_by = c.required_by, conditions = c.conditions,
           accepted = c.accepted, reserved = c.reserved, issued = c.issued, cancelled = c.cancelled,
           released = c.released, arrived = c.arrived, lost = c.lost, returned = c.returned, closed = c.closed,
           version = c.version
      FROM {_CHANGED.unnest("c")} WHERE d.order_id = c.order_id
""")  # noqa: S608
_RAISE = Statement(f"""
    INSERT INTO reservation AS r ({_RESERVATIONS.names})
    SELECT {_RESERVATIONS.names} FROM {_RESERVATIONS.unnest("c")} ORDER BY order_id, lot, condition
    ON CONFLICT (order_id, lot, condition) DO UPDATE SET quantity = r.quantity + excluded.quantity
""")  # noqa: S608
_LOWER = Statement(f"""
    UPDATE reservation r SET quantity = r.quantity + c.quantity FROM {_RESERVATIONS.unnest("c")}
     WHERE r.order_id = c.order_id AND r.lot = c.lot AND r.condition = c.condition AND r.quantity + c.quantity <> 0
""")  # noqa: S608
_END = Statement(f"""
    DELETE FROM reservation r USING {_RESERVATIONS.unnest("c")}
     WHERE r.order_id = c.order_id AND r.lot = c.lot AND r.condition = c.condition AND r.quantity + c.quantity = 0
""")  # noqa: S608
_IDLE = Statement(f"""
    SELECT DISTINCT b.site, b.part FROM balance b {lasting("b")} {asking("b")} {making("b")}
     WHERE b.on_hand > 0 AND b.condition IN ('A', 'B', 'C', 'N') AND ({LAST_DAY} IS NULL OR {LAST_DAY} >= :today)
       AND EXISTS (SELECT FROM demand d
                    WHERE d.site = b.site AND d.part = b.part AND strpos(d.conditions, b.condition) > 0
                      AND {accepts("d.accepted")} AND (d.partial OR NOT d.is_lateral
                           AND d.quantity - d.reserved - d.issued - d.cancelled <= b.on_hand)
                      AND NOT d.closed AND d.quantity > d.reserved + d.issued + d.cancelled)
       AND COALESCE({gate("b")}, '{OPEN}') = '{OPEN}'
     ORDER BY b.site, b.part LIMIT :limit
""")  # noqa: S608


class Supplied(NamedTuple):
    """What came, and was lost, of supplies made for an order."""

    arrived: int
    lost: int


async def places(session: AsyncSession, orders: Collection[OrderId]) -> set[StockKey]:
    """Say which stock the demands of orders lie under; that never changes."""
    if not orders:
        return set()
    return {StockKey(row.site, row.part) for row in await _PLACES.rows(session, {"orders": list(orders)})}


async def find(session: AsyncSession, orders: Collection[OrderId]) -> list[Demand]:
    """Find the demands of orders, as far as these were heard of."""
    return [read(row) for row in await _FIND.rows(session, {"orders": list(orders)})] if orders else []


async def load_held(session: AsyncSession, book: Book, orders: Collection[OrderId]) -> set[LotKey]:
    """Load what orders hold; answers the lots that it is of."""
    if not orders:
        return set()
    found: set[LotKey] = set()
    for row in await _HELD.rows(session, {"orders": list(orders)}):
        reservation = _reservation(row)
        book.demands.load_reservation(reservation, row.quantity)
        found.add(reservation.holding.lot_key)
    return found


async def supplied(session: AsyncSession, orders: Collection[OrderId]) -> dict[OrderId, Supplied]:
    """Say what became of supplies that travelled for orders before these were heard of."""
    if not orders:
        return {}
    rows = await _SUPPLIED.rows(session, {"orders": list(orders)})
    return {row.order_id: Supplied(row.arrived, row.lost) for row in rows}


async def load_holders(session: AsyncSession, book: Book, goods: Holding, quantity: int) -> None:
    """Load those who would lose so much of these goods: the last in allocation order."""
    parameters = {**goods._asdict(), "known": book.demands.known_holders(goods), "quantity": quantity}
    for row in await _HOLDERS.rows(session, parameters):
        demand = read(row)
        book.demands.load(demand)
        book.demands.load_reservation(Reservation(demand.order, goods), row.held)


async def waiting(session: AsyncSession, queues: Sequence[Queue], page: int) -> dict[StockKey, list[Demand]]:
    """Load the next page of those who wait for each key and can be served from what is left of it."""
    rows = await _WAITING.rows(session, {**_QUEUES.bind(map(_asked, queues)), "page": page})
    return by_stock(rows, [queue.stock for queue in queues])


def by_stock(rows: Iterable[Row], stocks: Iterable[StockKey]) -> dict[StockKey, list[Demand]]:
    """Sort demands that were found by the stock that they lie under, each in its turn; of some there may be none."""
    found: dict[StockKey, list[Demand]] = {stock: [] for stock in stocks}
    for demand in map(read, rows):
        found[demand.stock].append(demand)
    for demands in found.values():
        demands.sort(key=lambda demand: demand.turn)
    return found


async def idle(session: AsyncSession, today: date, limit: int) -> list[StockKey]:
    """List stock that is free although somebody waits who would take any of it."""
    rows = await _IDLE.rows(session, {"today": today, "limit": limit})
    return [StockKey(row.site, row.part) for row in rows]


def save(writes: Writes, demands: Demands) -> None:
    """Write demands and reservations."""
    new, changed, moved = demands.new(), demands.changed(), demands.moved()
    if new:
        writes.add(_ADD, _DEMANDS.bind(map(_row, new)))
    if changed:
        writes.add(_SAVE, _CHANGED.bind(map(_changed, changed)))
    raised = [_moved(each, change) for each, change in moved.items() if change > 0]
    lowered = [_moved(each, change) for each, change in moved.items() if change < 0]
    if raised:
        writes.add(_RAISE, _RESERVATIONS.bind(raised))
    if lowered:
        writes.add(_LOWER, _RESERVATIONS.bind(lowered))
        writes.add(_END, _RESERVATIONS.bind(lowered))


def read(row: Row) -> Demand:
    """Read a demand from its row."""
    values = row
    return Demand(
        order=values["order_id"],
        conditions=frozenset(map(Condition, values["conditions"])),
        accepted=frozenset(values["accepted"].split()),
        **{name: values[name] for name in _PLAIN},
    )


def _reservation(row: Row) -> Reservation:
    return Reservation(row.order_id, Holding(row.site, row.part, row.lot, Condition(row.condition)))


def _row(demand: Demand) -> tuple[object, ...]:
    plain = {name: getattr(demand, name) for name in _PLAIN}
    values = {**plain, **_written(demand)}
    return tuple(values[name] for name in NAMES.split(", "))


def _changed(demand: Demand) -> tuple[object, ...]:
    written = _written(demand)
    return tuple(written[name] if name in written else getattr(demand, name) for name in _CHANGED.names.split(", "))


def _written(demand: Demand) -> dict[str, object]:
    return {
        "order_id": demand.order,
        "conditions": "".join(sorted(demand.conditions)),
        "accepted": " ".join(sorted(demand.accepted)),
    }


def _moved(reservation: Reservation, change: int) -> tuple[object, ...]:
    return (reservation.order, *reservation.holding, change)


def _asked(queue: Queue) -> tuple[object, ...]:
    conditions = f"[{''.join(queue.conditions)}]"
    made_as = " ".join(queue.references)
    return (*queue.stock, queue.quantity, conditions, made_as, *(queue.after or (None, None, None, None)))


_PLAIN = tuple(name for name in NAMES.split(", ") if name not in ("order_id", "conditions", "accepted"))

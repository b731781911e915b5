"""How a demand stands in its queue: what its explanation is made of, read at one moment and without a lock."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.demand import BANDS, Demand, band
from services.inventory.domain.explaining import Ahead, Coming, Free, Surroundings
from services.inventory.store import minimums
from services.inventory.store.gates import OPEN, asking, gate
from services.inventory.store.lives import LAST_DAY, lasting
from services.inventory.store.references import REFERENCE, accepts, making
from shared.events.stock import Gate
from shared.sql import Row, Statement
from shared.types import Condition

_LAST_PRIORITY = 15
_ACCEPTED = accepts("CAST(:accepted AS text)")
_AHEAD = Statement("""
    SELECT d.order_id, d.is_lateral, count(*) OVER () AS orders,
           CAST(sum(d.quantity - d.reserved - d.issued - d.cancelled) OVER () AS bigint) AS quantity
      FROM demand d
     WHERE d.site = :site AND d.part = :part AND NOT d.closed AND d.quantity > d.reserved + d.issued + d.cancelled
       AND (d.priority, d.required_by, d.placed_at, d.order_id) < (:priority, :required_by, :placed_at, :order)
     ORDER BY d.priority, d.required_by, d.placed_at, d.order_id LIMIT :limit
""")
_FREE = Statement(f"""
    SELECT f.condition, f.has_expired, f.gate, f.is_accepted, f.made_as, CAST(sum(f.on_hand) AS bigint) AS quantity
      FROM (
      SELECT b.condition, COALESCE({LAST_DAY} < :today, false) AS has_expired,
             NULLIF({gate("b")}, '{OPEN}') AS gate, b.on_hand, {_ACCEPTED} AS is_accepted,
             CASE WHEN NOT {_ACCEPTED} THEN {REFERENCE} END AS made_as
        FROM balance b {lasting("b")} {asking("b")} {making("b")}
       WHERE b.site = :site AND b.part = :part AND b.on_hand > 0) f
     GROUP BY f.condition, f.has_expired, f.gate, f.is_accepted, f.made_as
     ORDER BY f.condition, f.has_expired, f.gate, f.is_accepted, f.made_as
""")  # noqa: S608  # our own words
_HELD_BELOW = Statement(f"""
    SELECT CAST(COALESCE(sum(r.quantity), 0) AS bigint) FROM demand d
      JOIN reservation r USING (order_id) {lasting("r")} {asking("r")} {making("r")}
     WHERE d.site = :site AND d.part = :part AND d.reserved > 0 AND d.priority > :last_of_band
       AND r.quantity > 0 AND strpos(:conditions, r.condition) > 0
       AND ({LAST_DAY} IS NULL OR {LAST_DAY} >= :today) AND COALESCE({gate("r")}, '{OPEN}') = '{OPEN}'
       AND {_ACCEPTED}
""")  # noqa: S608
_COMING = Statement("""
    SELECT l.shipment_id, l.order_id, s.dispatched_on,
           CAST(sum(l.dispatched - l.received - l.lost) AS bigint) AS quantity
      FROM shipment_line l JOIN shipment s USING (shipment_id)
     WHERE l.depot = :site AND l.part = :part AND l.dispatched > l.received + l.lost
     GROUP BY l.shipment_id, l.order_id, s.dispatched_on
     ORDER BY s.dispatched_on, l.shipment_id, l.order_id LIMIT :limit
""")


async def surroundings(session: AsyncSession, demand: Demand, today: date, *, limit: int) -> Surroundings:
    """Read what a demand is up against; of those before it, and of what is on the road, so many are named."""
    place, accepted = demand.stock._asdict(), " ".join(sorted(demand.accepted))
    return Surroundings(
        ahead=await _ahead(session, demand, limit),
        free=[_free(row) for row in await _FREE.rows(session, {**place, "today": today, "accepted": accepted})],
        protected=(await minimums.find(session, demand.stock)).quantity,
        held_below=await _held_below(session, demand, today),
        coming=[
            Coming(row.shipment_id, row.quantity, row.dispatched_on, row.order_id)
            for row in await _COMING.rows(session, {**place, "limit": limit})
        ],
    )


def _free(row: Row) -> Free:
    return Free(
        Condition(row.condition),
        row.quantity,
        row.has_expired,
        row.gate and Gate(row.gate),
        is_accepted=row.is_accepted,
        reference=row.made_as,
    )


async def _ahead(session: AsyncSession, demand: Demand, limit: int) -> Ahead:
    turn = {**demand.turn._asdict(), **demand.stock._asdict(), "limit": limit}
    rows = await _AHEAD.rows(session, turn)
    if not rows:
        return Ahead()
    return Ahead(rows[0].orders, rows[0].quantity, tuple(row.order_id for row in rows if not row.is_lateral))


async def _held_below(session: AsyncSession, demand: Demand, today: date) -> int:
    """Add up what lower bands hold of goods that a demand accepts; the last band has none below it."""
    conditions = "".join(sorted(demand.conditions))
    last_of_band = (*BANDS, _LAST_PRIORITY)[band(demand.priority) - 1]
    asked = {"last_of_band": last_of_band, "conditions": conditions, "accepted": " ".join(sorted(demand.accepted))}
    return int(await _HELD_BELOW.value(session, {**demand.stock._asdict(), **asked, "today": today}))

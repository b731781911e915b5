"""Counts: the version at which each was taken, and what came and went since."""

from collections.abc import Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.count import Counted
from services.inventory.domain.ledger import Holding
from services.inventory.store.rows import Columns
from services.inventory.store.touches import CountKey
from shared.sql import Row, Statement, Writes
from shared.types import Condition, EventId

_COUNTED = Columns(site="text", part="text", lot="text", condition="text", version="bigint")
_ROWS = Columns(
    cause_id="uuid", site="text", part="text", lot="text", condition="text", version="bigint", counted="bigint"
)
_MOVED_SINCE = Statement(f"""
    SELECT k.*, COALESCE((
      SELECT sum(CASE WHEN (t.target_site, t.target_condition) = (k.site, k.condition)
                       AND t.target_shelf IN ('on_hand', 'reserved') AND t.target_version > k.version
                      THEN t.quantity ELSE 0 END
               - CASE WHEN (t.source_site, t.source_condition) = (k.site, k.condition)
                       AND t.source_shelf IN ('on_hand', 'reserved') AND t.source_version > k.version
                      THEN t.quantity ELSE 0 END)
        FROM transfer t
       WHERE t.part = k.part AND t.lot = k.lot AND 'adjusted' NOT IN (t.source_shelf, t.target_shelf)), 0) AS moved
    FROM {_COUNTED.unnest("k")}
""")  # noqa: S608
_LATER = Statement(f"""
    SELECT c.* FROM {_COUNTED.unnest("k")} JOIN stock_count c USING (site, part, lot, condition)
     WHERE c.version > k.version AND NOT EXISTS (SELECT FROM transfer t WHERE t.reverses = c.cause_id)
""")  # noqa: S608
_ADD = Statement(f"INSERT INTO stock_count ({_ROWS.names}) SELECT {_ROWS.names} FROM {_ROWS.unnest('c')}")  # noqa: S608


async def moved_since(session: AsyncSession, counts: Collection[CountKey]) -> dict[CountKey, int]:
    """Say what came and went of goods after a version of their stock, corrections by counts left aside."""
    if not counts:
        return {}
    rows = await _MOVED_SINCE.rows(session, _COUNTED.bind([(*each.goods, each.version) for each in counts]))
    return {CountKey(_goods(row), row.version): int(row.moved) for row in rows}


async def later(session: AsyncSession, counts: Collection[CountKey]) -> list[Counted]:
    """List the counts of the same goods that were taken at a later version and stand."""
    if not counts:
        return []
    rows = await _LATER.rows(session, _COUNTED.bind([(*each.goods, each.version) for each in counts]))
    return [Counted(EventId(int=row.cause_id.int), _goods(row), row.version, row.counted) for row in rows]


def add(writes: Writes, counted: Sequence[Counted]) -> None:
    """Write counts."""
    if counted:
        rows = ((each.cause, *each.goods, each.version, each.counted) for each in counted)
        writes.add(_ADD, _ROWS.bind(rows))


def _goods(row: Row) -> Holding:
    return Holding(row.site, row.part, row.lot, Condition(row.condition))

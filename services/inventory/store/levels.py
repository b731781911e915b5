"""How much depots have for nobody, as it was last told and as it is: read at one moment, in one statement."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.store.rows import Columns
from shared.sql import Statement
from shared.types import PartId, SiteId

_LEVELS_LOCK = 0x6A76_6C65  # one number of this database: "jvle"
_CLAIM = Statement(f"SELECT pg_try_advisory_xact_lock({_LEVELS_LOCK})")
_ROWS = Columns(site="text", part="text", version="bigint", free="bigint", awaited="jsonb")
# What an order for stock accepts of what is there is nothing: its conditions are empty.
_CHANGED = Statement("""
    WITH there AS (
      SELECT b.site, b.part, sum(b.on_hand)::bigint AS free
        FROM balance b JOIN site s ON s.site_id = b.site AND s.kind = 'depot'
       WHERE b.condition IN ('A', 'B', 'C') AND b.on_hand > 0 GROUP BY b.site, b.part),
    waiting AS (
      SELECT site, part, jsonb_agg(jsonb_build_object(
               'order', order_id, 'short', quantity - reserved - issued - cancelled) ORDER BY order_id) AS awaited
        FROM demand
       WHERE conditions = '' AND NOT closed AND quantity > reserved + issued + cancelled GROUP BY site, part),
    level AS (
      SELECT site, part, COALESCE(free, 0) AS free, COALESCE(awaited, '[]') AS awaited
        FROM there FULL JOIN waiting USING (site, part))
    SELECT site, part, COALESCE(l.version, 0) + 1 AS version, COALESCE(n.free, 0) AS free,
           COALESCE(n.awaited, '[]') AS awaited
      FROM level n FULL JOIN stock_level l USING (site, part)
     WHERE l.version IS NULL OR (COALESCE(n.free, 0), COALESCE(n.awaited, '[]')) IS DISTINCT FROM (l.free, l.awaited)
     ORDER BY site, part LIMIT :limit
""")
_SAVE = Statement(f"""
    INSERT INTO stock_level ({_ROWS.names}) SELECT {_ROWS.names} FROM {_ROWS.unnest("l")}
    ON CONFLICT (site, part) DO UPDATE
    SET version = excluded.version, free = excluded.free, awaited = excluded.awaited, told_at = clock_timestamp()
""")  # noqa: S608  # names of columns only


class Level(NamedTuple):
    """How much a depot has of a part for nobody, what is still to arrive for its stock, and how often it was told."""

    site: SiteId
    part: PartId
    version: int
    free: int
    awaited: Sequence[Mapping[str, object]]


async def claim(session: AsyncSession) -> bool:
    """Be the only one who tells levels until this transaction ends; tells whether nobody else is at it."""
    return bool(await _CLAIM.value(session))


async def changed(session: AsyncSession, *, limit: int) -> list[Level]:
    """Read the levels that are not as they were last told, as their next versions."""
    rows = await _CHANGED.rows(session, {"limit": limit})
    return [Level(row.site, row.part, row.version, row.free, row.awaited) for row in rows]


async def save(session: AsyncSession, levels: Sequence[Level]) -> None:
    """Remember levels as they are told now."""
    rows = [(*each[:4], json.dumps(each.awaited)) for each in levels]
    await _SAVE.run(session, _ROWS.bind(rows))

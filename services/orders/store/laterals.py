"""Lateral orders in the database: which names are free, how much is asked for and not yet counted on."""

from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from shared.sql import Row, Statement
from shared.types import Nation, OrderId, PartId, SiteId

_TAKEN = Statement("SELECT order_id FROM orders WHERE order_id = ANY(CAST(:order_ids AS text[]))")
_ASKED_FOR = Statement(
    """
    SELECT coalesce(sum(quantity - cancelled), 0)::bigint FROM orders
    WHERE supplies = :order_id AND NOT closed AND NOT cancel_requested AND order_id NOT IN (
      SELECT lateral_order FROM work_order WHERE order_id = :order_id AND lateral_order IS NOT NULL)
    """
)
_OF = Statement(
    "SELECT order_id FROM orders WHERE supplies = :order_id AND NOT cancel_requested AND NOT closed ORDER BY order_id"
)
_ROW = Statement("SELECT document_number, conditions, platform, tail_number FROM orders WHERE order_id = :order_id")
_LEAD_TIMES = Statement(
    "SELECT part, site, lead_time_days FROM source WHERE part = ANY(CAST(:parts AS text[])) AND nation = :nation"
)
_LEAD_TIME = Statement("SELECT lead_time_days FROM source WHERE part = :part AND site = :site AND nation = :nation")


async def taken(session: AsyncSession, names: Sequence[OrderId]) -> list[OrderId]:
    """Tell which of these names orders have already."""
    return await _TAKEN.column(session, {"order_ids": list(names)})


async def asked_for(session: AsyncSession, order_id: OrderId) -> int:
    """Tell how much other depots are asked for of which the order does not count on anything yet."""
    return int(await _ASKED_FOR.value(session, {"order_id": order_id}))


async def standing(session: AsyncSession, order_id: OrderId) -> list[OrderId]:
    """Name the lateral orders of an order that may still be withdrawn."""
    return await _OF.column(session, {"order_id": order_id})


async def row(session: AsyncSession, order_id: OrderId) -> Row:
    """Give what an order says that its lateral order says too."""
    return await _ROW.one(session, {"order_id": order_id})


async def lead_times(
    session: AsyncSession, parts: Iterable[PartId], nation: Nation
) -> dict[tuple[PartId, SiteId], int]:
    """Tell how long a nation takes what each source sends of these parts to need, depots among them."""
    rows = await _LEAD_TIMES.rows(session, {"parts": sorted(set(parts)), "nation": nation})
    return {(row.part, row.site): row.lead_time_days for row in rows}


async def lead_time_days(session: AsyncSession, part: PartId, site: SiteId, nation: Nation) -> int | None:
    """Tell how long a nation takes a depot's goods to be under way, where its terms as a source say so."""
    days = await _LEAD_TIME.value(session, {"part": part, "site": site, "nation": nation})
    return None if days is None else int(days)

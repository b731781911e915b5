"""Which orders wait for work orders that have slipped: of a nation, or of all that leave sourcing anew to the rule."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from shared.sql import Statement
from shared.types import Nation, OrderId, PartId, SiteId

_LATE = """
    SELECT DISTINCT w.order_id FROM work_order w JOIN orders o ON o.order_id = w.order_id AND o.sourced > 0
    JOIN site_copy depot ON depot.site_id = o.ordered_by
    WHERE w.ended_on IS NULL AND w.quantity > 0 AND w.asked = w.given
      AND greatest(w.due, CAST(:today AS date)) > w.due_asked AND w.order_id > :after
"""
_OF_NATION = Statement(
    f"""
    {_LATE} AND depot.country = :nation AND o.part = coalesce(CAST(:part AS text), o.part)
      AND w.source = coalesce(CAST(:source AS text), w.source)
    ORDER BY w.order_id LIMIT :limit
    """  # our own text
)
_BY_RULE = Statement(
    f"""
    {_LATE} AND (
      SELECT stated.resourcing FROM sourcing_weights stated
      WHERE stated.nation = depot.country AND stated.valid_from <= CAST(:today AS date)
      ORDER BY stated.valid_from DESC LIMIT 1) = 'automatic'
    ORDER BY w.order_id LIMIT :limit
    """  # noqa: S608  # our own text
)


async def of_nation(
    session: AsyncSession,
    nation: Nation,
    *,
    part: PartId | None,
    source: SiteId | None,
    today: date,
    after: OrderId,
    limit: int,
) -> Sequence[OrderId]:
    """Name a nation's next orders that wait for what has slipped, by order id."""
    asked = {"nation": nation, "part": part, "source": source, "today": today, "after": after, "limit": limit}
    return await _OF_NATION.column(session, asked)


async def by_rule(session: AsyncSession, *, today: date, after: OrderId, limit: int) -> Sequence[OrderId]:
    """Name the next orders that wait for what has slipped, of nations that leave sourcing anew to the rule."""
    return await _BY_RULE.column(session, {"today": today, "after": after, "limit": limit})

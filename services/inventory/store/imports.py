"""What is already in stock of the goods that a file of opening stock names."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.ledger import Holding
from services.inventory.store.rows import Columns
from shared.sql import Statement
from shared.types import Condition

_GOODS = Columns(site="text", part="text", lot="text", condition="text")
_STOCKED = Statement(f"""
    SELECT site, part, lot, condition FROM {_GOODS.unnest("g")} JOIN balance b USING (site, part, lot, condition)
""")  # noqa: S608  # names of columns only


async def stocked(session: AsyncSession, goods: Collection[Holding]) -> set[Holding]:
    """Say of which goods something has been in stock."""
    rows = await _STOCKED.rows(session, _GOODS.bind(goods))
    return {Holding(row.site, row.part, row.lot, Condition(row.condition)) for row in rows}

"""References as the tables know them: what a lot was made as, and whether a demand accepts that."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.ledger import StockKey
from services.inventory.store.gates import Holder
from shared.sql import Statement
from shared.types import PartId


def making(rows: str) -> str:
    """Join how the lots of rows were made: `REFERENCE` gives as what; it is null where nobody has told."""
    return f"LEFT JOIN lot_made made ON (made.part, made.lot) = ({rows}.part, {rows}.lot)"


REFERENCE = "substring(made.first_article FROM '^[^/]+/[^/]+/(.+)$')"
"""The last words of the inspection's name, which names the reference after factory and part."""


def accepts(accepted: str) -> str:
    """Say whether rows that `making` was joined to are of a reference accepted; where none is named, any is."""
    return f"({accepted} = '' OR COALESCE({REFERENCE} = ANY (string_to_array({accepted}, ' ')), false))"


_HOLDING = Statement(f"""
    SELECT DISTINCT r.order_id, r.site, r.part FROM demand d JOIN reservation r USING (order_id) {making("r")}
     WHERE d.accepted <> '' AND NOT d.closed AND (CAST(:part AS text) IS NULL OR d.part = :part)
       AND r.quantity > 0 AND NOT {accepts("d.accepted")}
     ORDER BY r.site, r.part, r.order_id LIMIT :limit
""")  # noqa: S608  # our own words


async def holders(session: AsyncSession, limit: int, part: PartId | None = None) -> Sequence[Holder]:
    """List orders that hold what they do not accept, of one part or of any: a lot turned out to be something else."""
    rows = await _HOLDING.rows(session, {"part": part, "limit": limit})
    return [Holder(row.order_id, StockKey(row.site, row.part)) for row in rows]

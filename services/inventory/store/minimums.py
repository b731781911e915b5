"""Protected minimums: written and read under the lock of their stock."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.book import Book
from services.inventory.domain.ledger import StockKey
from services.inventory.store.rows import STOCKS
from shared.sql import Statement

_LOAD = Statement(f"""
    SELECT k.site, k.part, coalesce(m.quantity, 0) AS quantity
      FROM {STOCKS.unnest("k")} LEFT JOIN protected_minimum m USING (site, part)
""")  # noqa: S608  # names of columns, none of it from outside
_FIND = Statement("SELECT version, quantity FROM protected_minimum WHERE site = :site AND part = :part")
_SAVE = Statement("""
    INSERT INTO protected_minimum (site, part, version, quantity, reason, set_by)
    VALUES (:site, :part, :version, :quantity, :reason, :set_by)
    ON CONFLICT (site, part) DO UPDATE
    SET version = excluded.version, quantity = excluded.quantity, reason = excluded.reason, set_by = excluded.set_by,
        set_at = clock_timestamp()
""")


class Minimum(NamedTuple):
    """What is protected of a stock, and how often that was set."""

    version: int
    quantity: int


async def load(session: AsyncSession, book: Book, keys: Collection[StockKey]) -> None:
    """Load what is protected under these keys."""
    if keys:
        for row in await _LOAD.rows(session, STOCKS.bind(sorted(keys))):
            book.minimums.load(StockKey(row.site, row.part), row.quantity)


async def find(session: AsyncSession, stock: StockKey) -> Minimum:
    """Find what is protected of a locked stock; nothing was set at version 0."""
    rows = await _FIND.rows(session, stock._asdict())
    return Minimum(rows[0].version, rows[0].quantity) if rows else Minimum(0, 0)


async def save(session: AsyncSession, stock: StockKey, minimum: Minimum, *, reason: str, set_by: str) -> None:
    """Write what is protected of a locked stock."""
    asked = {"version": minimum.version, "quantity": minimum.quantity, "reason": reason, "set_by": set_by}
    await _SAVE.run(session, {**stock._asdict(), **asked})

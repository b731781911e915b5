"""Gates as the tables know them: what parts ask for, how lots were made, which first articles have passed."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.book import Book
from services.inventory.domain.gates import Gates
from services.inventory.domain.ledger import LotKey, Reason, StockKey
from services.inventory.store.rows import Columns
from shared.events.stock import Gate
from shared.sql import Row, Statement, Writes
from shared.types import OrderId, PartId

OPEN = "open"
_ASKS = "(g.first_article_required OR g.certificate_required)"


def asking(rows: str) -> str:
    """Join what the parts of rows ask for; most ask for nothing, and cost a look into an index of those that do."""
    return f"LEFT JOIN part g ON g.part_id = {rows}.part AND {_ASKS}"


def gate(rows: str) -> str:
    """Say which gate is closed on rows that `asking` was joined to, or that all are open; null where there is none.

    Where the nation of the rows' site has inspected a supplier abroad itself, what it has found goes before what the
    supplier's own nation has.
    """
    no_article = "g.first_article_required AND NOT COALESCE(n.is_open, f.is_open, false)"
    no_certificate = "g.certificate_required AND w.certificate IS NULL"
    opened = f"t.part = {rows}.part AND t.lot = {rows}.lot AND t.reason = '{Reason.OPENED}'"
    return f"""CASE WHEN g.part_id IS NOT NULL THEN (
      SELECT CASE WHEN NOT ({no_article}) AND NOT ({no_certificate}) THEN '{OPEN}'
                  WHEN EXISTS (SELECT FROM transfer t WHERE {opened}) THEN '{OPEN}'
                  WHEN {no_article} THEN '{Gate.FIRST_ARTICLE}' ELSE '{Gate.CERTIFICATE}' END
        FROM (SELECT) AS lot LEFT JOIN lot_made w ON w.part = {rows}.part AND w.lot = {rows}.lot
        LEFT JOIN first_article f ON f.first_article = w.first_article
        LEFT JOIN site h ON h.site_id = {rows}.site
        LEFT JOIN first_article n ON n.first_article = w.first_article || '/' || h.country) END"""  # noqa: S608  # our own words


_MADE = Columns(part="text", lot="text", first_article="text", certificate="text")
_INSPECTED = Columns(first_article="text", part="text", version="bigint", state="text", is_open="boolean")
_SAVE_MADE = Statement(f"""
    INSERT INTO lot_made ({_MADE.names}) SELECT {_MADE.names} FROM {_MADE.unnest("m")} ORDER BY part, lot
    ON CONFLICT (part, lot) DO UPDATE SET first_article = excluded.first_article, certificate = excluded.certificate
""")  # noqa: S608
_SAVE_INSPECTED = Statement(f"""
    INSERT INTO first_article AS f ({_INSPECTED.names})
    SELECT {_INSPECTED.names} FROM {_INSPECTED.unnest("i")} ORDER BY first_article
    ON CONFLICT (first_article) DO UPDATE
    SET version = excluded.version, state = excluded.state, is_open = excluded.is_open
    WHERE f.version < excluded.version
""")  # noqa: S608
_LOCK_STOCKS = Statement("SELECT site, part FROM stock WHERE part = :part ORDER BY site, part FOR UPDATE")
_HOLDING = Statement(f"""
    SELECT DISTINCT r.order_id, r.site, r.part FROM part g JOIN reservation r ON r.part = g.part_id
     WHERE {_ASKS} AND (CAST(:part AS text) IS NULL OR g.part_id = :part)
       AND r.quantity > 0 AND {gate("r")} <> '{OPEN}'
     ORDER BY r.site, r.part, r.order_id LIMIT :limit
""")  # noqa: S608


class Holder(NamedTuple):
    """An order that holds something of a lot that it may not be issued."""

    order: OrderId
    stock: StockKey


def load(book: Book, lot: LotKey, row: Row) -> None:
    """Load what a row says of a lot: `gate` as its `gate`, and `REFERENCE` as what it was `made_as`."""
    book.gates.load_reference(lot.part, lot.lot, row.made_as)
    if row.gate is not None:
        book.gates.load(lot, None if row.gate == OPEN else Gate(row.gate))


def save(writes: Writes, gates: Gates) -> None:
    """Write what was heard of lots and of first articles."""
    made, inspected = gates.made(), gates.inspected()
    if made:
        writes.add(_SAVE_MADE, _MADE.bind((*lot, *how) for lot, how in made.items()))
    if inspected:
        writes.add(_SAVE_INSPECTED, _INSPECTED.bind((each, *stands) for each, stands in inspected.items()))


async def lock_stocks(session: AsyncSession, part: PartId) -> Sequence[StockKey]:
    """Wait for whoever decides about a part's stock, at every site: what they reserve is seen after this."""
    return [StockKey(row.site, row.part) for row in await _LOCK_STOCKS.rows(session, {"part": part})]


async def holders(session: AsyncSession, limit: int, part: PartId | None = None) -> Sequence[Holder]:
    """List orders that hold what is held back, of one part or of any."""
    rows = await _HOLDING.rows(session, {"part": part, "limit": limit})
    return [Holder(row.order_id, StockKey(row.site, row.part)) for row in rows]

"""The (site, part) row, the only mutex of stock, and the balances that lie under it."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.book import Book
from services.inventory.domain.ledger import Holding, LotKey, StockKey
from services.inventory.store import gates, lives
from services.inventory.store.gates import asking, gate
from services.inventory.store.lives import LASTING, lasting
from services.inventory.store.references import REFERENCE, making
from services.inventory.store.rows import STOCKS, Columns
from shared.sql import Statement, Writes
from shared.types import Condition, Shelf

_LOTS = Columns(site="text", part="text", lot="text")
_VERSIONS = Columns(site="text", part="text", version="bigint")
_CHANGES = Columns(
    site="text",
    part="text",
    lot="text",
    condition="text",
    produced="bigint",
    on_hand="bigint",
    reserved="bigint",
    in_transit="bigint",
)
SHELVES = (Shelf.PRODUCED, Shelf.ON_HAND, Shelf.RESERVED, Shelf.IN_TRANSIT)
_ROW = "b.site, b.part, b.lot, b.condition, b.produced, b.on_hand, b.reserved, b.in_transit"
_CONDITIONS = {condition.value: condition for condition in Condition}

_ADD_MISSING = Statement(f"""
    INSERT INTO stock (site, part)
    SELECT site, part FROM {STOCKS.unnest("k")}
     WHERE NOT EXISTS (SELECT FROM stock s WHERE s.site = k.site AND s.part = k.part)
     ORDER BY site, part
    ON CONFLICT DO NOTHING
    RETURNING site, part
""")  # noqa: S608  # names of columns, none of it from outside
_LOCK = """
    SELECT s.site, s.part, s.version FROM stock s JOIN {keys} USING (site, part)
     ORDER BY s.site, s.part FOR UPDATE OF s {patience}
"""
_LOCK_ALL = Statement(_LOCK.format(keys=STOCKS.unnest("k"), patience=""))
_LOCK_MORE = Statement(_LOCK.format(keys=STOCKS.unnest("k"), patience="NOWAIT"))
_BALANCES = Statement(f"""
    SELECT k.site, k.part, k.lot, b.condition, b.produced, b.on_hand, b.reserved, b.in_transit, {lives.KNOWN},
           {gate("k")} AS gate, {REFERENCE} AS made_as,
           EXISTS (SELECT FROM demand d WHERE d.part = k.part AND d.accepted <> '' AND NOT d.closed) AS is_sought
      FROM {_LOTS.unnest("k")} LEFT JOIN balance b USING (site, part, lot) {lives.knowing("k")} {asking("k")}
      {making("k")}
""")  # noqa: S608
_FREE = Statement(f"""
    SELECT {_ROW}, {LASTING}, {gate("b")} AS gate, {REFERENCE} AS made_as FROM {STOCKS.unnest("k")}
      {asking("k")} JOIN balance b USING (site, part) {lasting("b")} {making("b")}
     WHERE b.on_hand > 0 AND b.condition IN ('A', 'B', 'C', 'N')
""")  # noqa: S608
_SAVE_VERSIONS = Statement(f"""
    UPDATE stock s SET version = v.version FROM {_VERSIONS.unnest("v")} WHERE s.site = v.site AND s.part = v.part
""")  # noqa: S608
_REMOVE_UNUSED = Statement(f"""
    DELETE FROM stock s USING {STOCKS.unnest("k")} WHERE s.site = k.site AND s.part = k.part AND s.version = 0
""")  # noqa: S608
_CHANGE_BALANCES = Statement(f"""
    UPDATE balance b SET produced = b.produced + c.produced, on_hand = b.on_hand + c.on_hand,
           reserved = b.reserved + c.reserved, in_transit = b.in_transit + c.in_transit
      FROM {_CHANGES.unnest("c")}
     WHERE b.site = c.site AND b.part = c.part AND b.lot = c.lot AND b.condition = c.condition
""")  # noqa: S608
_OPEN_BALANCES = Statement(
    f"INSERT INTO balance ({_CHANGES.names}) SELECT {_CHANGES.names} FROM {_CHANGES.unnest('c')}"  # noqa: S608
)


class Locks:
    """The locked (site, part) rows of one transaction: their versions, and those that it has made."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._made: set[StockKey] = set()
        self.versions: dict[StockKey, int] = {}

    async def take(self, keys: Collection[StockKey]) -> None:
        """Lock every key, in one sorted statement, then make the rows that are missing.

        What turns out to be needed later is locked without waiting, so that no deadlock is possible: if somebody
        has it, the transaction fails as it would for any passing trouble, and is tried again.
        """
        more = sorted(set(keys) - self.versions.keys())
        if not more:
            return
        await self._lock(more)
        missing = [key for key in more if key not in self.versions]
        if missing:
            made = await _ADD_MISSING.rows(self._session, STOCKS.bind(missing))
            self._made.update(StockKey(row.site, row.part) for row in made)
            await self._lock(missing)

    async def _lock(self, keys: Collection[StockKey]) -> None:
        locked = await (_LOCK_MORE if self.versions else _LOCK_ALL).rows(self._session, STOCKS.bind(keys))
        self.versions.update({StockKey(row.site, row.part): row.version for row in locked})

    def save(self, writes: Writes, versions: dict[StockKey, int], *, in_use: Collection[StockKey]) -> None:
        """Write the versions that changed, and leave no row behind that nothing came of."""
        if versions:
            self.versions.update(versions)
            rows = [(*key, versions[key]) for key in sorted(versions)]
            writes.add(_SAVE_VERSIONS, _VERSIONS.bind(rows))
        unused = sorted(self._made - versions.keys() - set(in_use))
        if unused:
            writes.add(_REMOVE_UNUSED, STOCKS.bind(unused))


async def load_lots(session: AsyncSession, book: Book, lots: Collection[LotKey]) -> None:
    """Load the balances of lots, in every condition, their last days, and what holds them back."""
    if not lots:
        return
    for row in await _BALANCES.rows(session, _LOTS.bind(lots)):
        lot = LotKey(row[0], row[1], row[2])
        if row[3] is not None:
            book.load(Holding(*lot, _CONDITIONS[row[3]]), dict(zip(SHELVES, row[4:8], strict=True)))
        lives.load(book, lot, row)
        gates.load(book, lot, row)
        if row.is_sought:
            book.gates.load_sought(lot.part)
    book.load_lots(lots)


async def load_free(session: AsyncSession, book: Book, keys: Collection[StockKey]) -> None:
    """Load everything that is free under these keys and may be issued."""
    rows = await _FREE.rows(session, STOCKS.bind(keys))
    for row in rows:
        holding = Holding(row[0], row[1], row[2], _CONDITIONS[row[3]])
        book.load(holding, dict(zip(SHELVES, row[4:8], strict=True)))
        lives.load_last(book, holding.lot_key, row)
        gates.load(book, holding.lot_key, row)


def save_balances(writes: Writes, book: Book) -> None:
    """Write what changed on every real shelf, once and in account order.

    The stock is locked, so a row that the book did not find is nobody else's to open.
    """
    changes = book.changes()
    known = [_change(holding, changes[holding]) for holding in sorted(changes) if book.known(holding)]
    new = [_change(holding, changes[holding]) for holding in sorted(changes) if not book.known(holding)]
    if known:
        writes.add(_CHANGE_BALANCES, _CHANGES.bind(known))
    if new:
        writes.add(_OPEN_BALANCES, _CHANGES.bind(new))


def _change(holding: Holding, change: dict[Shelf, int]) -> tuple[object, ...]:
    return (*holding, *(change.get(shelf, 0) for shelf in SHELVES))

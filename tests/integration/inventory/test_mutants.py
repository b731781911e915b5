"""Ledgers that look right and are wrong: on a real database each of them deadlocks or sells twice, and is found out."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection, Mapping

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.book import Book
from services.inventory.domain.ledger import StockKey
from services.inventory.store import stock
from services.inventory.store.rows import STOCKS
from services.inventory.store.stock import Locks
from shared.sql import Row, Statement, Writes
from tests.integration.inventory.house import House, an_ear
from tests.unit.inventory.makers import DEPOT, OTHER_DEPOT, PART, an_order

Patch = Callable[[pytest.MonkeyPatch], None]
HERE, THERE = StockKey(DEPOT, PART), StockKey(OTHER_DEPOT, PART)
MEETING_SECONDS = 0.3


def as_built(_: pytest.MonkeyPatch) -> None:
    """Change nothing."""


def without_the_sorted_lock(patch: pytest.MonkeyPatch) -> None:
    """Lock each key as it comes, and wait for it."""
    take = Locks.take

    async def as_they_come(self: Locks, keys: Collection[StockKey]) -> None:
        for key in keys:
            await take(self, [key])
            await asyncio.sleep(MEETING_SECONDS)

    patch.setattr(Locks, "take", as_they_come)
    patch.setattr(stock, "_LOCK_MORE", stock._LOCK_ALL)


@pytest.mark.parametrize(
    ("mutant", "deadlocks"), [(as_built, []), (without_the_sorted_lock, [asyncpg.DeadlockDetectedError])]
)
async def test_two_that_touch_the_same_stock_in_opposite_order_wait_for_each_other_only_without_the_sorted_lock(
    house: House, monkeypatch: pytest.MonkeyPatch, mutant: Patch, deadlocks: list[type[Exception]]
) -> None:
    mutant(monkeypatch)

    async def lock(*keys: StockKey) -> None:
        async with house.database.transaction() as session:
            await Locks(session).take(keys)
            await asyncio.sleep(MEETING_SECONDS)

    ends = await asyncio.gather(lock(HERE, THERE), lock(THERE, HERE), return_exceptions=True)

    assert [type(end) for end in ends if end is not None] == deadlocks


class AskedBefore:
    """A query whose answer was got before the lock."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._answers: dict[AsyncSession, list[Row]] = {}

    async def ask(self, session: AsyncSession, values: Mapping[str, object]) -> None:
        """Get the answer."""
        self._answers[session] = await self._statement.rows(session, values)

    async def rows(self, session: AsyncSession, _: Mapping[str, object]) -> list[Row]:
        """Give the answer as it was."""
        return self._answers[session]


def by_read_then_write(patch: pytest.MonkeyPatch) -> None:
    """Read what is free before anything is locked, and write what should be left of it."""
    take, free, both_have_read = Locks.take, AskedBefore(stock._FREE), asyncio.Barrier(2)
    overwrite = Statement(re.sub(r"b\.\w+ \+ ", "", stock._CHANGE_BALANCES.text))

    async def read_and_take(self: Locks, keys: Collection[StockKey]) -> None:
        if not self.versions:
            await free.ask(self._session, STOCKS.bind(sorted(keys)))
            await both_have_read.wait()
        await take(self, keys)

    def write(writes: Writes, book: Book) -> None:
        left = [
            (*holding, *(book.balance(holding.on(shelf)) for shelf in stock.SHELVES))
            for holding in sorted(book.changes())
        ]
        writes.add(overwrite, stock._CHANGES.bind(left))

    patch.setattr(Locks, "take", read_and_take)
    patch.setattr(stock, "_FREE", free)
    patch.setattr(stock, "save_balances", write)


@pytest.mark.parametrize(("mutant", "sold"), [(as_built, 1), (by_read_then_write, 2)])
async def test_the_last_piece_is_sold_twice_only_by_who_reads_and_then_writes(
    house: House, monkeypatch: pytest.MonkeyPatch, mutant: Patch, sold: int
) -> None:
    await house.stock(1)
    mutant(monkeypatch)
    ears = [an_ear(house.database, house.settings, part=part) for part in range(2)]

    hearing: list[Awaitable[object]] = [ear.hear(an_order(1, number)) for number, ear in enumerate(ears, 1)]
    await asyncio.gather(*hearing)

    assert await house.owner.fetchval("SELECT sum(reserved) FROM demand") == sold

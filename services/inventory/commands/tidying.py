"""What time and gates bring about: stock ages, reservations that may not be issued end, what is left is given out.

A gate is moved by a fact that locks no stock. So whoever looks after it waits once for everybody who decides about the
part at that moment: what they reserved, still seeing the gate as it was, is found then; those after them see it moved.
"""

import asyncio
from collections.abc import Collection
from datetime import datetime

from services.inventory.commands.ageing import age
from services.inventory.commands.importing import Importer
from services.inventory.commands.work import open_work
from services.inventory.domain.ledger import Cause, StockKey
from services.inventory.domain.unfit import give_up
from services.inventory.settings import InventorySettings
from services.inventory.store import demands, gates, references, rivals
from services.inventory.store.touches import OrderKey, Touched
from shared import clock
from shared.db import DATABASE_ERRORS, Database
from shared.events.envelope import new_event_id
from shared.http.idempotency import forget
from shared.messaging.signals import any_of
from shared.observe.logs import get_log
from shared.types import OrderId, PartId

log = get_log()
TIDIER = "inventory"


class Tidier:
    """Looks, from time to time, for what nobody's request or fact would bring about."""

    def __init__(self, database: Database, importer: Importer, settings: InventorySettings) -> None:
        self._database = database
        self._importer = importer
        self._settings = settings
        self._moved: set[PartId] = set()
        self._woken = asyncio.Event()

    def look_at(self, parts: Collection[PartId]) -> None:
        """Look after parts of which a gate may have moved, now."""
        self._moved.update(parts)
        self._woken.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Tidy until the service stops."""
        due = clock.monotonic()
        while not stopping.is_set():
            try:
                if clock.monotonic() >= due:
                    due = clock.monotonic() + self._settings.tidy_seconds
                    await self._importer.finish()
                    await self.age(clock.now())
                    await self.tidy()
                await self.move()
            except DATABASE_ERRORS as error:
                log.warning("tidying_put_off", error=repr(error))
            until_due = max(due - clock.monotonic(), 0)
            pause = min(self._settings.tidy_retry_seconds, until_due) if self._moved else until_due
            await any_of(stopping.wait(), self._woken.wait(), seconds=pause)
            self._woken.clear()

    async def age(self, now: datetime) -> int:
        """Move stock to the condition that its life left asks for by now; tells how many steps that took."""
        return await age(self._database, now, self._settings)

    async def tidy(self) -> None:
        """Give up reservations that may not be issued, and give out what somebody waits for: free, or held below."""
        async with self._database.transaction() as session:
            held_back = await gates.holders(session, self._settings.tidy_keys_max)
            unaccepted = await references.holders(session, self._settings.tidy_keys_max)
            idle = await demands.idle(session, clock.now().date(), self._settings.tidy_keys_max)
            idle += await rivals.left(session, clock.now().date(), self._settings.tidy_keys_max)
        for order, its_stock in (*held_back, *unaccepted):
            await self._give_up(order, its_stock)
        for stock in idle:
            await self._give_out(stock)
        days, chunk = self._settings.idempotency_days, self._settings.idempotency_chunk
        await forget(self._database.transaction, older_than_days=days, chunk=chunk)

    async def move(self) -> None:
        """Take back what may not be issued any more because a gate or a lot has changed, and give out what now may."""
        while self._moved:
            part = next(iter(self._moved))
            self._moved.discard(part)
            try:
                await self._move(part)
            except DATABASE_ERRORS:
                self._moved.add(part)
                raise

    async def _move(self, part: PartId) -> None:
        limit = self._settings.tidy_keys_max
        found = limit
        while found == limit:
            async with self._database.transaction() as session:
                stocks = await gates.lock_stocks(session, part)
                held_back = await gates.holders(session, limit, part)
                unaccepted = await references.holders(session, limit, part)
            for order, its_stock in (*held_back, *unaccepted):
                await self._give_up(order, its_stock)
            found = max(len(held_back), len(unaccepted))
        for stock in stocks:
            await self._give_out(stock)

    async def _give_up(self, order: OrderId, stock: StockKey) -> None:
        async with self._database.transaction() as session:
            work = await open_work(session, Touched.of((stock, OrderKey(order))), self._settings)
            give_up(work.book, work.begin(Cause(new_event_id(), clock.now(), TIDIER), None), order)
            await work.settle()

    async def _give_out(self, stock: StockKey) -> None:
        async with self._database.transaction() as session:
            work = await open_work(session, Touched.of((stock,)), self._settings)
            work.book.freed.add(stock)
            await work.settle()

"""What time alone brings about: reservations of expired lots end, stock left over is given out, old answers go."""

import asyncio

from services.inventory.commands.importing import Importer
from services.inventory.commands.work import open_work
from services.inventory.domain.allocation import lose
from services.inventory.domain.ledger import Cause, Reason, StockKey, Transfer
from services.inventory.settings import InventorySettings
from services.inventory.store import demands, rivals
from services.inventory.store.touches import OrderKey, Touched
from shared import clock
from shared.db import DATABASE_ERRORS, Database
from shared.events.envelope import new_event_id
from shared.events.stock import LossReason
from shared.http.idempotency import prune
from shared.messaging.signals import any_of
from shared.observe.logs import get_log
from shared.types import Shelf

log = get_log()
TIDIER = "inventory"


class Tidier:
    """Looks, from time to time, for what nobody's request or fact would bring about."""

    def __init__(self, database: Database, importer: Importer, settings: InventorySettings) -> None:
        self._database = database
        self._importer = importer
        self._settings = settings

    async def run(self, stopping: asyncio.Event) -> None:
        """Tidy until the service stops."""
        while not stopping.is_set():
            try:
                await self._importer.finish()
                await self.tidy()
            except DATABASE_ERRORS as error:
                log.warning("tidying_put_off", error=repr(error))
            await any_of(stopping.wait(), seconds=self._settings.tidy_seconds)

    async def tidy(self) -> None:
        """Give up expired reservations, and give out what somebody waits for: free stock, or what lower bands hold."""
        async with self._database.transaction() as session:
            expired = await demands.expired(session, clock.now().date(), self._settings.tidy_keys_max)
            idle = await demands.idle(session, clock.now().date(), self._settings.tidy_keys_max)
            idle += await rivals.left(session, clock.now().date(), self._settings.tidy_keys_max)
        for order in expired:
            await self._expire(order.order, order.stock)
        for stock in idle:
            await self._give_out(stock)
        await self._forget_answers()

    async def _forget_answers(self) -> None:
        days, chunk = self._settings.idempotency_days, self._settings.idempotency_chunk
        forgotten = chunk
        while forgotten == chunk:
            async with self._database.transaction() as session:
                forgotten = await prune(session, older_than_days=days, limit=chunk)

    async def _expire(self, order: str, stock: StockKey) -> None:
        async with self._database.transaction() as session:
            work = await open_work(session, Touched.of((stock, OrderKey(order))), self._settings)
            cause = work.begin(Cause(new_event_id(), clock.now(), TIDIER), None)
            for goods, held in work.book.demands.held_by(order).items():
                if held and work.book.expired(goods.lot_key):
                    reserved, on_hand = goods.on(Shelf.RESERVED), goods.on(Shelf.ON_HAND)
                    released = Transfer(cause, reserved, on_hand, held, Reason.RELEASED, order=order)
                    lose(work.book, released, order, LossReason.EXPIRED)
            await work.settle()

    async def _give_out(self, stock: StockKey) -> None:
        async with self._database.transaction() as session:
            work = await open_work(session, Touched.of((stock,)), self._settings)
            work.book.freed.add(stock)
            await work.settle()

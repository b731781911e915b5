"""Wakes requests that wait for inventory's first word on their order."""

import asyncio
from collections.abc import Iterable

from services.orders.store import lookups
from shared import clock
from shared.db import Database
from shared.types import OrderId


class Outcomes:
    """Who waits for which order; a wake-up is a hint, the database is the truth."""

    def __init__(self, database: Database, *, poll_seconds: float) -> None:
        self._database = database
        self._poll_seconds = poll_seconds
        self._waiting: dict[OrderId, set[asyncio.Event]] = {}

    def wake(self, order_ids: Iterable[OrderId]) -> None:
        """Wake who waits for these orders."""
        for order_id in order_ids:
            for event in self._waiting.get(order_id, ()):
                event.set()

    async def wait(self, order_id: OrderId, *, seconds: float) -> bool:
        """Wait until inventory has answered the order, or the time is up; tell whether it has.

        Another process may be the one that hears the answer: therefore it looks by itself, too.
        """
        deadline = clock.monotonic() + seconds
        woken = asyncio.Event()
        self._waiting.setdefault(order_id, set()).add(woken)
        try:
            while not await self._heard(order_id):
                left = deadline - clock.monotonic()
                if left <= 0:
                    return False
                await _wait(woken, min(left, self._poll_seconds))
            return True
        finally:
            self._waiting[order_id].discard(woken)
            if not self._waiting[order_id]:
                del self._waiting[order_id]

    async def _heard(self, order_id: OrderId) -> bool:
        async with self._database.transaction() as session:
            return await lookups.heard(session, order_id)


async def _wait(woken: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await woken.wait()
    except TimeoutError:
        return
    woken.clear()

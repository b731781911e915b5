"""Planning again what is open after a source was approved: bounded chunks, each in a transaction of its own.

Orders are planned by their turn, the most urgent first: a source gives its next free weeks to who is asked for first.
The queue of parts is a table, written with the source: a crash forgets nothing, and planning twice changes nothing.
"""

import asyncio

from services.orders.commands.deciding import open_to_plan
from services.orders.commands.outcomes import Outcomes
from services.orders.settings import OrdersSettings
from services.orders.store import lookups
from services.orders.store import sources as store
from services.orders.store.lookups import Turn
from services.orders.store.sources import Asked
from shared.db import Database, is_weather
from shared.messaging.signals import any_of
from shared.observe.logs import get_log

log = get_log()


class Planner:
    """Gives open orders to sources that were approved after them."""

    def __init__(self, database: Database, outcomes: Outcomes, settings: OrdersSettings) -> None:
        self._database = database
        self._outcomes = outcomes
        self._settings = settings
        self._asked = asyncio.Event()

    def wake(self) -> None:
        """Look at the queue now."""
        self._asked.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Plan what is asked for until the service stops."""
        while not stopping.is_set():
            try:
                while not stopping.is_set() and await self.plan_next():
                    continue
            except Exception as error:
                if not is_weather(error):
                    raise
                log.warning("planning_postponed", error=repr(error))
            await any_of(self._asked.wait(), stopping.wait(), seconds=self._settings.planning_poll_seconds)
            self._asked.clear()

    async def plan_next(self) -> bool:
        """Plan the open orders of one part; tell whether there was one."""
        async with self._database.transaction() as session:
            asked = await lookups.next_planning(session)
            if asked is None:
                return False
            await store.claim(session)
        await self._plan_part(asked)
        async with self._database.transaction() as session:
            await store.finish_planning(session, asked)
        return True

    async def _plan_part(self, asked: Asked) -> None:
        after: Turn | None = None
        planned = 0
        while True:
            async with self._database.transaction() as session:
                chunk = self._settings.planning_chunk
                found = await lookups.open_orders(session, asked.part, after=after, chunk=chunk)
                if not found:
                    break
                work = await open_to_plan(session, [turn.order_id for turn in found], self._outcomes)
                await work.replan()
                await work.settle()
            after, planned = found[-1], planned + len(found)
        log.info("open_orders_planned", part=asked.part, orders=planned)

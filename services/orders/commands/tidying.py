"""What time alone brings about: promises become overdue, old answers go, files that were left are finished.

The day is given by whoever looks, so that a day may come twice, late or to several replicas at once: the order's row
says of which of its promises was told.
"""

import asyncio
from datetime import date

from services.orders.commands.deciding import open_to_tell
from services.orders.commands.importing import Importer
from services.orders.commands.outcomes import Outcomes
from services.orders.settings import OrdersSettings
from services.orders.store import lookups
from shared import clock
from shared.db import DATABASE_ERRORS, Database
from shared.http.idempotency import forget
from shared.messaging.signals import any_of
from shared.observe.logs import get_log

log = get_log()


class Tidier:
    """Looks, from time to time, for what nobody's request or fact would bring about."""

    def __init__(self, database: Database, importer: Importer, outcomes: Outcomes, settings: OrdersSettings) -> None:
        self._database = database
        self._importer = importer
        self._outcomes = outcomes
        self._settings = settings

    async def run(self, stopping: asyncio.Event) -> None:
        """Tidy until the service stops."""
        while not stopping.is_set():
            try:
                await self.tell_overdue(clock.now().date())
                await self.tidy()
            except DATABASE_ERRORS as error:
                log.warning("tidying_put_off", error=repr(error))
            await any_of(stopping.wait(), seconds=self._settings.tidy_seconds)

    async def tell_overdue(self, today: date) -> int:
        """Tell of every promise whose day was before this one and that is not kept; answers of how many orders."""
        told, found = 0, self._settings.overdue_chunk
        while found == self._settings.overdue_chunk:
            async with self._database.transaction() as session:
                due = await lookups.overdue(session, today, self._settings.overdue_chunk)
                work = await open_to_tell(session, due, self._outcomes, today=today)
                work.tell_overdue()
                await work.settle()
            found = len(due)
            told += found
        if told:
            log.info("promises_overdue", orders=told)
        return told

    async def tidy(self) -> None:
        """Finish files of orders, and forget old answers, a bounded number in a transaction."""
        await self._importer.finish()
        days, chunk = self._settings.idempotency_days, self._settings.idempotency_chunk
        await forget(self._database.transaction, older_than_days=days, chunk=chunk)

"""What time alone brings about: answers kept for repeated requests go, files that were left are finished."""

import asyncio

from services.orders.commands.importing import Importer
from services.orders.settings import OrdersSettings
from shared.db import DATABASE_ERRORS, Database
from shared.http.idempotency import forget
from shared.messaging.signals import any_of
from shared.observe.logs import get_log

log = get_log()


class Tidier:
    """Looks, from time to time, for what nobody will ask for again, and for what somebody has left."""

    def __init__(self, database: Database, importer: Importer, settings: OrdersSettings) -> None:
        self._database = database
        self._importer = importer
        self._settings = settings

    async def run(self, stopping: asyncio.Event) -> None:
        """Tidy until the service stops."""
        while not stopping.is_set():
            try:
                await self.tidy()
            except DATABASE_ERRORS as error:
                log.warning("tidying_put_off", error=repr(error))
            await any_of(stopping.wait(), seconds=self._settings.tidy_seconds)

    async def tidy(self) -> None:
        """Finish files of orders, and forget old answers, a bounded number in a transaction."""
        await self._importer.finish()
        days, chunk = self._settings.idempotency_days, self._settings.idempotency_chunk
        await forget(self._database.transaction, older_than_days=days, chunk=chunk)

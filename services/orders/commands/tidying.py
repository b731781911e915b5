"""What time alone brings about: answers that were kept for repeated requests go."""

import asyncio

from services.orders.settings import OrdersSettings
from shared.db import DATABASE_ERRORS, Database
from shared.http.idempotency import forget
from shared.messaging.signals import any_of
from shared.observe.logs import get_log

log = get_log()


class Tidier:
    """Looks, from time to time, for answers that nobody will ask for again."""

    def __init__(self, database: Database, settings: OrdersSettings) -> None:
        self._database = database
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
        """Forget old answers, a bounded number in a transaction."""
        days, chunk = self._settings.idempotency_days, self._settings.idempotency_chunk
        await forget(self._database.transaction, older_than_days=days, chunk=chunk)

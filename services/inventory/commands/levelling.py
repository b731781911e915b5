"""Telling how much depots have for nobody: from time to time, where it has changed since it was told."""

import asyncio

from services.inventory.settings import InventorySettings
from services.inventory.store import levels as store
from shared.db import DATABASE_ERRORS, Database
from shared.events.stock import Awaited, StockLevelStated
from shared.messaging.outbox import Told, tell
from shared.messaging.signals import any_of
from shared.observe.logs import get_log

log = get_log()


class Leveller:
    """Tells the levels of depots' stock, which who replenishes it goes by."""

    def __init__(self, database: Database, settings: InventorySettings) -> None:
        self._database = database
        self._settings = settings

    async def run(self, stopping: asyncio.Event) -> None:
        """Tell levels until the service stops."""
        while not stopping.is_set():
            await any_of(stopping.wait(), seconds=self._settings.level_seconds)
            try:
                await self.level()
            except DATABASE_ERRORS as error:
                log.warning("levels_put_off", error=repr(error))

    async def level(self) -> None:
        """Tell every level that is not as it was last told, a bounded number in a transaction."""
        told = self._settings.level_chunk
        while told == self._settings.level_chunk:
            told = await self._tell()

    async def _tell(self) -> int:
        async with self._database.transaction() as session:
            if not await store.claim(session):
                return 0
            changed = await store.changed(session, limit=self._settings.level_chunk)
            if changed:
                await store.save(session, changed)
                await tell(session, [Told(_fact(each), each.version) for each in changed])
        return len(changed)


def _fact(level: store.Level) -> StockLevelStated:
    awaited = [Awaited.model_validate(each) for each in level.awaited]
    return StockLevelStated(site=level.site, part=level.part, free=level.free, awaited=awaited)

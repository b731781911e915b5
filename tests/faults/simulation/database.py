"""A service's database on a simulated server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import TOLD, Database
from shared.sql import DRIVER
from tests.faults.simulation.server import Server


class MemoryDatabase(Database):
    """A service's database on a simulated server; its transactions are the real ones."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.on_told = lambda: None

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncSession]:
        connection = self.server.connect()
        yield AsyncSession(info={TOLD: self._told, DRIVER: connection})
        connection.lose()

    async def _give_up(self, session: AsyncSession) -> None:
        session.info[DRIVER].lose()

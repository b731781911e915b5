"""Where a proof finds its data: Kafka, and one database per service, each opened to read only."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
from sqlalchemy import URL

from deploy.postgres.provision import connect
from shared.messaging.topics import Topics

STATEMENT_SECONDS_MAX = 5


@dataclass(frozen=True, slots=True)
class Sources:
    """A system to be proved."""

    topics: Topics
    databases: Mapping[str, URL]
    """By service, the database as a role that may read every table."""

    @asynccontextmanager
    async def open(self, service: str) -> AsyncIterator[asyncpg.Connection]:
        """Open a service's database; no statement, and so no transaction, lasts longer than its bound."""
        connection = await connect(self.databases[service])
        try:
            await connection.execute("SET default_transaction_read_only = on")
            await connection.execute(f"SET statement_timeout = '{STATEMENT_SECONDS_MAX}s'")
            await connection.execute("SET jit = off")
            yield connection
        finally:
            await connection.close()

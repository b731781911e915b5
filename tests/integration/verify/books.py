"""The databases of a system that has stopped after a day of business: proved whole, and broken copy by copy."""

import asyncio
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import asyncpg
from sqlalchemy import URL, make_url

from jvtrack.verify.proof import verify
from jvtrack.verify.report import Report
from jvtrack.verify.sources import Sources
from shared.messaging.topics import Topics
from tests.fixtures.catalogue import Trade
from tests.fixtures.servers import TestServers
from tests.fixtures.system import System, start_system
from tests.integration.verify.business import do_business, post_burst, settled

_COPIES = count(1)


@dataclass(frozen=True, slots=True)
class Books:
    """What a day of business left behind."""

    admin: URL
    topics: Topics
    databases: dict[str, str]
    system: System
    meanwhile: list[Report]
    """Proofs taken while business was done."""
    healthy: Report
    """The proof taken when all was quiet."""

    async def broken(self, service: str, statement: str) -> Report:
        """Break a copy of one service's database, and prove the system with it."""
        whole = self.databases[service]
        copy = f"{whole}_{next(_COPIES)}"
        await self._run(self.admin, f'CREATE DATABASE "{copy}" OWNER "{whole}_owner" TEMPLATE "{whole}"')
        await self._run(self.admin.set(database=copy), statement)
        names = {**self.databases, service: copy}
        return await verify(Sources(self.topics, {each: self.admin.set(database=name) for each, name in names.items()}))

    async def _run(self, address: URL, statement: str) -> None:
        plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(plain)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def offences(report: Report, name: str) -> str:
    """Give what a proof has found against an invariant, a line each."""
    return "\n".join(next(result for result in report.results if result.name == name).offences)


def keep_books(servers: TestServers, directory: Path, namespace: str) -> Books:
    """Do a day of business, and stop the services."""
    with start_system(servers, directory, namespace) as system:
        meanwhile, healthy = asyncio.run(_day(system))
    settings = system.settings
    databases = {service: system.environment.database(service).name for service in system.processes}
    topics = Topics(settings.kafka_address, settings.namespace)
    return Books(make_url(servers.postgres), topics, databases, system, meanwhile, healthy)


async def _day(system: System) -> tuple[list[Report], Report]:
    async with Trade.opened(system, parts=1) as trade:
        business = asyncio.gather(do_business(trade), post_burst(trade))
        meanwhile = []
        while not business.done():
            meanwhile.append(await trade.proof())
        await business
        return meanwhile, await settled(trade)

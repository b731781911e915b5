"""Production on a real database, and as a process behind its real door."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from deploy.postgres.provision import ServiceDatabase
from services.production.commands.posting import FactoryDoor
from services.production.settings import ProductionSettings
from shared.db import Database
from tests.fixtures.databases import Provisioner, owner_connection
from tests.fixtures.servers import TestServers
from tests.fixtures.system import System, start_system
from tests.integration.production.house import a_client
from tests.unit.production.makers import FACTORY, PART

_CATALOGUE = f"""
INSERT INTO part_copy VALUES ('{PART}', 'EA', 0, (
  SELECT jsonb_agg(jsonb_build_object('maker', '3VK1Y', 'number', 'VKR-' || n, 'revision', 'B'))
  FROM generate_series(1, 9) n)),
  ('TAIL-BLADE', 'EA', 0, NULL);
INSERT INTO site_copy VALUES ('F-01', 'factory', 'IND'), ('F-02', 'factory', 'IND'), ('F-09', 'factory', 'RUS'),
  ('D-01', 'depot', 'IND'), ('S-01', 'supplier', 'IND'), ('S-02', 'supplier', 'RUS');
"""  # noqa: S608  # our own names


@pytest.fixture(scope="session")
def production_database(provisioner: Provisioner) -> ServiceDatabase:
    """Make a database of production's that knows a small catalogue."""
    made = provisioner.service("production")
    asyncio.run(_know_the_catalogue(made))
    return made


@pytest.fixture
async def database(production_database: ServiceDatabase) -> AsyncIterator[Database]:
    """Open production's database as the service does."""
    opened = Database(production_database.app.render_as_string(hide_password=False))
    yield opened
    await opened.close()


@pytest.fixture
def door() -> FactoryDoor:
    """Decide at a door with small bounds."""
    return FactoryDoor(ProductionSettings(sequence_ranges_max=4, after_seconds_max=1.0))


@pytest.fixture(scope="package")
def production(servers: TestServers, namespace: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Run the production service alone."""
    directory = tmp_path_factory.mktemp("production")
    with start_system(servers, directory, f"{namespace}_door", services=("production",)) as running:
        asyncio.run(_know_the_catalogue(running.environment.database("production")))
        yield running


@pytest.fixture
async def factory(production: System) -> AsyncIterator[httpx.AsyncClient]:
    """Speak as factory F-01."""
    async with a_client(production, "factory", FACTORY) as client:
        yield client


async def _know_the_catalogue(database: ServiceDatabase) -> None:
    connection = await owner_connection(database)
    await connection.execute(_CATALOGUE)
    await connection.close()


@pytest.fixture
async def served(production: System) -> AsyncIterator[Database]:
    """Open the running service's database, to decide there as its consumers do."""
    url = production.environment.database("production").app.render_as_string(hide_password=False)
    opened = Database(url)
    yield opened
    await opened.close()

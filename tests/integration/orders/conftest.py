"""What the tests of orders share: a service that runs on, and remembers nothing of the test before."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from deploy.postgres.provision import ServiceDatabase
from tests.fixtures.databases import Provisioner
from tests.integration.orders.house import House, begun_anew, open_house


@pytest.fixture(scope="session")
def made(provisioner: Provisioner) -> ServiceDatabase:
    """Make a database for services with bounds of their own."""
    return provisioner.service("orders")


@pytest.fixture(scope="session")
def kept_database(provisioner: Provisioner) -> ServiceDatabase:
    """Make the database of the service that runs on."""
    return provisioner.service("orders")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def kept(kept_database: ServiceDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Run an orders service once: to put it together anew takes longer than most tests."""
    async with open_house(kept_database, tmp_path_factory.mktemp("orders")) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def house(kept: House) -> House:
    """Let the service have heard of a small catalogue, and of nothing else."""
    return await begun_anew(kept)

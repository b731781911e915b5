"""What the tests of inventory share: a service that runs on, and remembers nothing of the test before."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from deploy.postgres.provision import ServiceDatabase
from services.inventory.handlers import subscription
from tests.fixtures.databases import Provisioner
from tests.integration.inventory.gates import require
from tests.integration.inventory.house import House, begun_anew, open_house
from tests.integration.premises import Ear


@pytest.fixture(scope="session")
def database(provisioner: Provisioner) -> ServiceDatabase:
    """Make a database for services with bounds of their own."""
    return provisioner.service("inventory")


@pytest.fixture(scope="session")
def kept_database(provisioner: Provisioner) -> ServiceDatabase:
    """Make the database of the service that runs on."""
    return provisioner.service("inventory")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def kept(kept_database: ServiceDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Run an inventory once: to put it together anew takes longer than most tests."""
    async with open_house(kept_database, tmp_path_factory.mktemp("inventory")) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def house(kept: House) -> House:
    """Let the service have a small catalogue, and nothing else."""
    return await begun_anew(kept)


@pytest_asyncio.fixture(loop_scope="session")
async def gated(house: House) -> House:
    """Let the part ask for a first article, and the tidier hear of gates as it does in the running service."""
    await require(house, first_article_required=True)
    house.ear = Ear(house.database, subscription(house.settings, on_gates=house.tidier.look_at), part=0)
    return house

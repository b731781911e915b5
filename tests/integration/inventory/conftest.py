"""What each test of inventory has for itself: a service on a database of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.postgres.provision import ServiceDatabase
from services.inventory.handlers import subscription
from tests.fixtures.databases import Provisioner
from tests.integration.inventory.gates import require
from tests.integration.inventory.house import House, open_house
from tests.integration.premises import Ear


@pytest.fixture(scope="session")
def database(provisioner: Provisioner) -> ServiceDatabase:
    """Make inventory's database, once: each test finds it empty."""
    return provisioner.service("inventory")


@pytest.fixture
async def house(database: ServiceDatabase, tmp_path: Path) -> AsyncIterator[House]:
    """Run an inventory with a small catalogue."""
    async with open_house(database, tmp_path) as opened:
        yield opened


@pytest.fixture
async def gated(house: House) -> House:
    """Let the part ask for a first article, and the tidier hear of gates as it does in the running service."""
    await require(house, first_article_required=True)
    house.ear = Ear(house.database, subscription(house.settings, on_gates=house.tidier.look_at), part=0)
    return house

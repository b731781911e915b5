"""What each test of inventory has for itself: a service on a database of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.postgres.provision import ServiceDatabase
from tests.fixtures.databases import Provisioner
from tests.integration.inventory.house import House, open_house


@pytest.fixture(scope="session")
def database(provisioner: Provisioner) -> ServiceDatabase:
    """Make inventory's database, once: each test finds it empty."""
    return provisioner.service("inventory")


@pytest.fixture
async def house(database: ServiceDatabase, tmp_path: Path) -> AsyncIterator[House]:
    """Run an inventory with a small catalogue."""
    async with open_house(database, tmp_path) as opened:
        yield opened

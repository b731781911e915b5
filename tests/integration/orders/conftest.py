"""What each test of orders has for itself: a service that remembers nothing of the test before."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.postgres.provision import ServiceDatabase
from tests.fixtures.databases import Provisioner
from tests.integration.orders.house import House, open_house


@pytest.fixture(scope="session")
def made(provisioner: Provisioner) -> ServiceDatabase:
    """Make one database for the tests of orders."""
    return provisioner.service("orders")


@pytest.fixture
async def house(made: ServiceDatabase, tmp_path: Path) -> AsyncIterator[House]:
    """Run an orders service that has heard of a small catalogue, and of nothing else."""
    async with open_house(made, tmp_path) as opened:
        yield opened

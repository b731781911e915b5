"""Monitor on a real database, without Kafka: an ear that hears facts as its consumers do."""

from collections.abc import AsyncIterator

import pytest

from deploy.postgres.provision import ServiceDatabase
from services.monitor.handlers import SUBSCRIPTION
from shared.db import Database
from tests.fixtures.databases import Provisioner, owner_connection
from tests.integration.premises import Ear, empty


@pytest.fixture(scope="session")
def monitor_database(provisioner: Provisioner) -> ServiceDatabase:
    """Make a database of monitor's."""
    return provisioner.service("monitor")


@pytest.fixture
async def database(monitor_database: ServiceDatabase) -> AsyncIterator[Database]:
    """Open monitor's database, emptied, as the service does."""
    owner = await owner_connection(monitor_database)
    await empty(owner)
    await owner.close()
    opened = Database(monitor_database.app.render_as_string(hide_password=False))
    yield opened
    await opened.close()


@pytest.fixture
def ear(database: Database) -> Ear:
    """Hear facts as monitor does."""
    return Ear(database, SUBSCRIPTION)

"""What the tests of faults have for themselves: a toy's database, and quiet relays."""

from collections.abc import AsyncIterator

import pytest

from shared.messaging.topics import Topics
from tests.fixtures.databases import Provisioner
from tests.fixtures.toy import Toy


@pytest.fixture
def made_toy(provisioner: Provisioner) -> Toy:
    """Make a toy that tells to a Kafka that is not there, and hears nothing."""
    return Toy(provisioner.toy(), Topics("nowhere", "storm"), hears=False)


@pytest.fixture
async def toy(made_toy: Toy) -> AsyncIterator[Toy]:
    """Give the toy until the test ends."""
    yield made_toy
    await made_toy.database.close()

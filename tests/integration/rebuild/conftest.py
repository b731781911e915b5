"""What each test of a rebuild has for itself: a database of orders, and a catalogue's log."""

import gc
from collections.abc import AsyncIterator, Iterator
from itertools import count

import pytest

from deploy.postgres.provision import ServiceDatabase
from shared.messaging.topics import Topics
from tests.fixtures.copying import Copying, copying
from tests.fixtures.databases import Provisioner
from tests.fixtures.servers import TestServers

_numbers = count(1)


@pytest.fixture
def made(provisioner: Provisioner) -> ServiceDatabase:
    """Make a database of orders."""
    return provisioner.service("orders")


@pytest.fixture
def topics(servers: TestServers, namespace: str) -> Topics:
    """Make topics on which no other test speaks."""
    made = Topics(servers.kafka, f"{namespace}_rebuild_{next(_numbers)}")
    servers.make_topics(made)
    return made


@pytest.fixture
async def copy(made: ServiceDatabase, topics: Topics) -> AsyncIterator[Copying]:
    """Give a catalogue of which nothing was told yet, and its copy."""
    async with copying(topics, made) as given:
        yield given


@pytest.fixture
def wreckage() -> Iterator[None]:
    """Sweep up what a test's deaths left behind, while its own warnings filter still holds."""
    yield
    gc.collect()

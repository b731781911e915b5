"""Each contract is tried in both houses."""

import asyncio
from itertools import count

import pytest

from shared.messaging.topics import Topics
from tests.faults.contract.houses import House, MemoryHouse, RealHouse
from tests.fixtures.databases import Provisioner
from tests.fixtures.servers import TestServers
from tests.fixtures.toy_kafka import make_topic

_numbers = count(1)


@pytest.fixture(params=["memory", "real"])
def house(request: pytest.FixtureRequest) -> House:
    """Give a house with a toy's empty database and a topic of its own."""
    if request.param == "memory":
        return MemoryHouse()
    servers: TestServers = request.getfixturevalue("servers")
    provisioner: Provisioner = request.getfixturevalue("provisioner")
    topics = Topics(servers.kafka, f"{request.getfixturevalue('namespace')}_contract_{next(_numbers)}")
    asyncio.run(make_topic(topics))
    return RealHouse(provisioner.toy(), topics)

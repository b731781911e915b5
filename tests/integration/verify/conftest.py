"""A namespace of its own for every proof: Kafka is read whole, so nobody else may write there."""

from itertools import count

import pytest

from shared.messaging.topics import Topics
from tests.fixtures.servers import TestServers

_NUMBERS = count(1)


@pytest.fixture
def own_topics(servers: TestServers, namespace: str) -> Topics:
    """Make topics that this test alone writes to."""
    made = Topics(servers.kafka, f"{namespace}_v{next(_NUMBERS)}")
    servers.make_topics(made)
    return made

"""A namespace of its own for every proof: Kafka is read whole, so nobody else may write there."""

from itertools import count

import pytest

from shared.messaging.topics import Topics
from tests.fixtures.servers import TestServers
from tests.integration.verify.books import Books, keep_books

_NUMBERS = count(1)


@pytest.fixture
def own_topics(servers: TestServers, namespace: str) -> Topics:
    """Make topics that this test alone writes to."""
    made = Topics(servers.kafka, f"{namespace}_v{next(_NUMBERS)}")
    servers.make_topics(made)
    return made


@pytest.fixture(scope="session")
def books(servers: TestServers, namespace: str, tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Do a day of business once, for all that is broken of it then."""
    return keep_books(servers, tmp_path_factory.mktemp("books"), f"{namespace}_books")

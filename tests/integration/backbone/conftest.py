"""What each test of the backbone has for itself: a toy's database and a topic of its own on the session's servers."""

import asyncio
import gc
from collections.abc import Iterator
from itertools import count

import pytest
import structlog

from deploy.local.jars import kafka_jars
from deploy.local.places import KAFKA_JARS
from deploy.local.servers import Servers
from deploy.postgres.provision import ServiceDatabase
from shared.messaging.topics import Topics
from tests.fixtures.databases import Provisioner
from tests.fixtures.servers import TestServers
from tests.fixtures.toy_kafka import make_topic

_numbers = count(1)


@pytest.fixture(autouse=True, scope="session")
def plain_logs() -> None:
    """Log tracebacks as they are: drawing boxes around them takes longer than most tests."""
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, plain])


@pytest.fixture
def topics(servers: TestServers, namespace: str) -> Topics:
    """Make a production topic that no other test speaks on."""
    made = Topics(servers.kafka, f"{namespace}_{next(_numbers)}")
    asyncio.run(make_topic(made))
    return made


@pytest.fixture
def database(provisioner: Provisioner) -> ServiceDatabase:
    """Make a toy's database."""
    return provisioner.toy()


@pytest.fixture(scope="session")
def own_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Run servers that tests may stop, wipe and start again; each leaves them running."""
    kafka_jars(KAFKA_JARS)
    with Servers.start(tmp_path_factory.mktemp("own")) as running:
        yield running


@pytest.fixture
def wreckage() -> Iterator[None]:
    """Sweep up what a test's deaths left behind, while its own warnings filter still holds."""
    yield
    gc.collect()

"""What the tests of faults have for themselves: a toy's database, a runner, and no log lines."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog

from shared.messaging.topics import Topics
from tests.fixtures.databases import Provisioner
from tests.fixtures.toy import Toy


@pytest.fixture(autouse=True, scope="module")
def silence() -> Iterator[None]:
    """Log nothing while worlds are played: their traces tell it better."""
    before = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(wrapper_class=before)


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """Run what awaits, step by step."""
    with asyncio.Runner() as made:
        yield made


@pytest.fixture
def made_toy(provisioner: Provisioner) -> Toy:
    """Make a toy that tells to a Kafka that is not there, and hears nothing."""
    return Toy(provisioner.toy(), Topics("nowhere", "storm"), hears=False)


@pytest.fixture
async def toy(made_toy: Toy) -> AsyncIterator[Toy]:
    """Give the toy until the test ends."""
    yield made_toy
    await made_toy.database.close()

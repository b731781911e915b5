"""What the system's tests share: one running system with a catalogue, on one event loop."""

from collections.abc import AsyncIterator, Iterator, Sequence

import pytest
import pytest_asyncio

from tests.fixtures.catalogue import Trade
from tests.fixtures.nations import Nations, doing_business
from tests.fixtures.routes import Way, every_way
from tests.fixtures.servers import TestServers
from tests.fixtures.system import System, start_system


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def trade(system: System) -> AsyncIterator[Trade]:
    """Give the running system with the illustrative catalogue, and parts of the tests' own."""
    async with Trade.opened(system) as opened:
        yield opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def nations(trade: Trade) -> Nations:
    """Give two nations that have done some business."""
    return await doing_business(trade)


@pytest.fixture(scope="session")
def ways(system: System) -> Sequence[Way]:
    """Give every route of every service."""
    return list(every_way(system))


@pytest.fixture(scope="session")
def stage(servers: TestServers, namespace: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Run a system for whole plays, one after the other: they stock and count what no other test expects."""
    with start_system(servers, tmp_path_factory.mktemp("stage"), f"{namespace}_stage") as running:
        yield running

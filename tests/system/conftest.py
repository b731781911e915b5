"""What the system's tests share: one running system with a catalogue, on one event loop."""

from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio

from tests.fixtures.catalogue import Trade
from tests.fixtures.nations import Nations, doing_business
from tests.fixtures.routes import Way, every_way
from tests.fixtures.system import System


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

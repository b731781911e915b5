"""A stack of three brokers and several replicas of each service has all of them replaced under load, and goes on."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from deploy.local.control import stop
from deploy.local.settings import SERVICES, StackSettings
from tests.faults.extent import CUT, EXTENT
from tests.fixtures.catalogue import Trade
from tests.fixtures.clerks import Clerks
from tests.fixtures.free_ports import on_free_ports
from tests.fixtures.own_stack import as_system, jvtrack

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(1800),
    pytest.mark.skipif(EXTENT is CUT, reason="three brokers and six services take minutes: make chaos-search runs it"),
]

CLERKS = 3
BROKERS = {"kafka.1", "kafka.2", "kafka.3"}
REPLICAS = {f"{service}.{number}" for service in SERVICES for number in (1, 2)}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackSettings]:
    """Run three brokers and every service twice, and end them whatever happens."""
    twice = ",".join(f"{service}=2" for service in SERVICES)
    settings = on_free_ports(tmp_path_factory.mktemp("cluster"), brokers=3, replicas=twice)
    try:
        up = jvtrack(settings, "up", "--detach", "--brokers", "3", "--replicas", twice)
        assert up.returncode == 0, up.stderr
        yield settings
    finally:
        stop(settings)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def trade(stack: StackSettings) -> AsyncIterator[Trade]:
    """Give it a catalogue."""
    async with Trade.opened(as_system(stack), parts=5) as opened:
        yield opened


async def test_every_broker_and_every_replica_is_replaced_under_load_and_no_door_closes_and_nothing_is_lost(
    stack: StackSettings, trade: Trade
) -> None:
    part = trade.part()

    async with Clerks(trade, part).at_work(CLERKS) as clerks:
        replaced = [await restarted(stack, name) for name in ("kafka", *SERVICES)]
    await trade.quiet()
    shelf, proof = await trade.shelf(part, "D-01"), await trade.proof()

    assert clerks.refused == [], f"of {clerks.pieces} pieces; asked again: {clerks.asked_again}"
    assert set().union(*replaced) == BROKERS | REPLICAS
    assert ((shelf.on_hand or 0) + (shelf.reserved or 0), shelf.in_transit) == (clerks.pieces, 0)
    assert [offence for result in proof.results for offence in result.offences] == []


async def restarted(stack: StackSettings, name: str) -> set[str]:
    """Have all of a kind restarted, one after the other; gives which were."""
    done = await asyncio.to_thread(jvtrack, stack, "restart", name)
    assert done.returncode == 0, done.stderr
    return {line.partition(" ")[0] for line in done.stdout.splitlines()}

"""Several processes of a service share its work: any of them may die or be replaced, and nobody outside notices."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence

import pytest
import pytest_asyncio

from deploy.local.ports import HOST
from deploy.local.settings import DECIDING
from jvtrack.client import Report
from shared.events.factory import FactoryLotFinished
from tests.fixtures.catalogue import Trade
from tests.fixtures.interleaving import eventually
from tests.fixtures.servers import TestServers
from tests.fixtures.system import System, start_system

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

SEVERAL = ("production.1", "production.2", "inventory.1", "inventory.2")


@pytest.fixture(scope="module")
def crowd(servers: TestServers, namespace: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Run production and inventory twice each."""
    directory = tmp_path_factory.mktemp("crowd")
    several = "production=2,inventory=2"
    with start_system(servers, directory, f"{namespace}_crowd", services=DECIDING, replicas=several) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def trade(crowd: System) -> AsyncIterator[Trade]:
    """Give it a catalogue."""
    async with Trade.opened(crowd, parts=20) as opened:
        yield opened


async def test_both_replicas_answer_at_the_door_that_they_share_and_each_applies_its_partitions(trade: Trade) -> None:
    part = trade.part()

    posted = await asyncio.gather(*(post(trade, part, f"L-{number}") for number in range(40)))
    await eventually(lambda: is_produced(trade, part, 40))

    assert posted == ["accepted"] * 40
    for name in SEVERAL[2:]:
        assert await applied(trade, name) > 0, f"{name} has applied nothing"


async def test_one_replica_is_replaced_and_the_other_killed_under_load_and_every_fact_counts_once(
    trade: Trade,
) -> None:
    part, ended = trade.part(), asyncio.Event()
    posting = [asyncio.create_task(post_until(ended, trade, part, clerk)) for clerk in range(4)]

    for name in SEVERAL[::2]:
        process = trade.system.processes[name]
        process.ask_to_stop()
        await asyncio.to_thread(process.stop)
        await trade.system.start(name)
    for name in SEVERAL[1::2]:
        await trade.system.restart(name)
    ended.set()
    answers = [answer for done in await asyncio.gather(*posting) for answer in done]

    assert set(answers) <= {"accepted", "duplicate"}, "a sender that was not answered asks again"
    await eventually(lambda: is_produced(trade, part, len(answers)))
    await trade.quiet()
    proof = await trade.proof()
    assert [offence for result in proof.results for offence in result.offences] == []


async def post_until(ended: asyncio.Event, trade: Trade, part: str, clerk: int) -> Sequence[str]:
    """Post one lot after another; gives what was answered to each."""
    answers: list[str] = []
    while not ended.is_set():
        answers.append(await post(trade, part, f"L-{part}-{clerk}-{len(answers)}"))
        await asyncio.sleep(0.02)
    return answers


async def post(trade: Trade, part: str, lot: str) -> str:
    """Post that a lot of one piece is finished, as a factory does that asks again until it is answered."""
    report = Report("F-01", FactoryLotFinished(lot=lot, part=part, quantity=1))
    return (await trade.acting("factory", "F-01").production.post(report)).status


async def is_produced(trade: Trade, part: str, quantity: int) -> bool:
    """Tell whether so much stands finished at the factory."""
    return (await trade.shelf(part, "F-01")).produced == quantity


async def applied(trade: Trade, name: str) -> float:
    """Ask one replica, at its own port, how many facts it has applied."""
    (replica,) = [each for each in trade.system.settings.service_replicas if each.name == name]
    told = (await trade.doors.http.get(f"http://{HOST}:{replica.port}/metrics")).text
    lines = [line for line in told.splitlines() if line.startswith("jvtrack_applied_total{")]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines)

"""Kafka or PostgreSQL goes away and comes back, even with less than it had: nothing told is lost or heard twice."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from deploy.local.process import Process
from deploy.local.servers import Servers
from deploy.postgres.provision import ServiceDatabase
from shared.messaging.topics import Topics
from tests.fixtures.crash import leaves_wreckage
from tests.fixtures.databases import Provisioner
from tests.fixtures.toy import QUICK, Toy, eventually
from tests.fixtures.toy_judge import wrongs
from tests.fixtures.toy_kafka import log_of, make_topic

COUNTERS = [f"counter-{number}" for number in range(6)]


@pytest.fixture
def topics(own_servers: Servers, request: pytest.FixtureRequest) -> Topics:
    """Make a topic on the servers that may go away."""
    made = Topics(own_servers.kafka, f"own{abs(hash(request.node.name)) % 10**8}")
    asyncio.run(make_topic(made))
    return made


@pytest.fixture
def provisioner(own_servers: Servers, topics: Topics) -> Provisioner:
    """Make databases on the servers that may go away."""
    return Provisioner(make_url(own_servers.postgres_dsn), topics.namespace)


async def tell_all(toy: Toy, *steps: int) -> None:
    """Raise every counter by each of the steps."""
    await asyncio.gather(*(toy.tell(name, *steps) for name in COUNTERS))


@asynccontextmanager
async def away(process: Process) -> AsyncIterator[None]:
    """Kill a server, and start it again when the block ends."""
    await asyncio.to_thread(process.kill)
    try:
        yield
    finally:
        process.start()
        await asyncio.to_thread(process.wait_until_serving)


async def test_while_kafka_is_away_telling_goes_on_and_all_is_heard_when_it_is_back(
    own_servers: Servers, database: ServiceDatabase, topics: Topics
) -> None:
    patient = QUICK.model_copy(update={"consumer_session_timeout_seconds": 20.0})
    async with Toy(database, topics, settings=patient).running() as toy:
        await tell_all(toy, 1, 2)
        await toy.until_heard(12)
        async with away(own_servers.kafka_process):
            await tell_all(toy, 3, 4, 5)
            await eventually(lambda: is_shown(toy, 18))
            waiting = await toy.backbone.operations.counts()
            await eventually(lambda: is_red(toy))
        await toy.until_heard(30, seconds=30)
        await tell_all(toy, 6)
        await toy.until_heard(36)
        await eventually(lambda: is_well(toy))
        hearing, told = await toy.hearing(), await toy.told()
    rebalances = toy.registry.get_sample_value("jvtrack_rebalances_total", {"group": toy.group})
    left = asyncio.all_tasks() - {asyncio.current_task()}

    assert waiting.pending == 18
    assert rebalances == 1, "a short absence costs no rebalance"
    assert wrongs(hearing, told) == []
    assert not left, "the clients that were given up have left nothing behind"


async def is_shown(toy: Toy, pending: int) -> bool:
    """Tell whether the metrics say that so many facts wait for Kafka."""
    return toy.registry.get_sample_value("jvtrack_outbox_pending") == pending


async def is_red(toy: Toy) -> bool:
    """Tell whether readiness says that consumers cannot read."""
    return await toy.probe("consumers") is not None


async def is_well(toy: Toy) -> bool:
    """Tell whether readiness is green."""
    return not any([await toy.probe(name) for name in toy.backbone.probes()])


async def test_a_kafka_restored_from_an_earlier_copy_is_told_again_what_it_lost(
    own_servers: Servers, database: ServiceDatabase, topics: Topics, provisioner: Provisioner, tmp_path: Path
) -> None:
    kafka = own_servers.kafka_process
    data = kafka.program.log.parent / "data"
    absent = Toy(await asyncio.to_thread(provisioner.toy), topics, name="absent")
    async with Toy(database, topics).running() as toy:
        await tell_all(toy, 1, 2, 3)
        await toy.until_heard(18)
        await asyncio.to_thread(shutil.copytree, data, tmp_path / "copy")
        await tell_all(toy, 4, 5, 6)
        await toy.until_heard(36)
        async with absent.running():
            await absent.until_heard(36)
        async with away(kafka):
            await asyncio.to_thread(shutil.rmtree, data)
            await asyncio.to_thread(shutil.copytree, tmp_path / "copy", data)
        await tell_all(toy, 7, 8)
        await toy.until_heard(48, seconds=40)
        await eventually(lambda: has_all(topics, 48))
        await tell_all(toy, *[1] * 6)
        await toy.until_heard(84)
        hearing, told = await toy.hearing(), await toy.told()
    back = Toy(absent.service_database, topics, name="absent")
    late = Toy(await asyncio.to_thread(provisioner.toy), topics, name="late")
    async with back.running(), late.running():
        await asyncio.gather(back.until_heard(84), late.until_heard(84))
        absent_hearing, late_hearing = await back.hearing(), await late.hearing()

    assert wrongs(hearing, told) == []
    assert wrongs(absent_hearing, told) == [], "who was away while it happened misses nothing"
    assert wrongs(late_hearing, told) == [], "who was not there before hears all"


async def has_all(topics: Topics, count: int) -> bool:
    """Tell whether Kafka has so many facts."""
    return len(set(await log_of(topics))) >= count


@leaves_wreckage
async def test_a_postgres_restarted_in_the_middle_loses_and_doubles_nothing(
    own_servers: Servers, database: ServiceDatabase, topics: Topics
) -> None:
    async with Toy(database, topics).running() as toy:
        await tell_all(toy, 1, 2)
        telling = [asyncio.create_task(tell_stubbornly(toy, name, 40)) for name in COUNTERS]
        await asyncio.sleep(0.3)
        async with away(own_servers.postgres_process):
            await asyncio.sleep(0.5)
        await asyncio.gather(*telling)
        told = await toy.told()
        await toy.until_heard(sum(told.values()), seconds=30)
        await eventually(lambda: is_well(toy))
        hearing = await toy.hearing()

    assert min(told.values()) >= 42
    assert wrongs(hearing, told) == []


async def tell_stubbornly(toy: Toy, name: str, count: int) -> None:
    """Raise a counter so many times, trying again as long as the database is away."""
    for _ in range(count):
        while True:
            try:
                await toy.tell(name, 1)
                break
            except Exception:  # noqa: BLE001  # whatever a driver raises when its server dies
                await asyncio.sleep(0.05)

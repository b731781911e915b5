"""A partition that goes back to a log which was replaced, and moves to another owner in the middle of it."""

import asyncio
from collections.abc import Callable

from aiokafka import TopicPartition
from prometheus_client import CollectorRegistry

from shared.events.envelope import Stream
from shared.messaging import kafka
from shared.messaging.log_watch import LogWatch
from shared.messaging.owners import Owners
from shared.observe.metrics import BackboneMetrics
from tests.faults.simulation.loop import Process
from tests.faults.simulation.world import TOPICS, World

TOPIC, GROUP = TOPICS.name(Stream.PRODUCTION), "t.toy.deciders"
PLACE = TopicPartition(TOPIC, 0)
LOOKS_MAX = 1_000


def test_a_partition_that_was_given_away_while_it_went_back_is_taken_over_anew_when_it_comes_back() -> None:
    world = World(1, services=["toy"], topics=[TOPIC], partitions=1)
    world.calm()
    found: list[object] = []

    async def live(_: World, __: Process) -> None:
        client = await kafka.start_consumer(
            "memory", client_id="one", group=GROUP, session_timeout_seconds=9.0, rebalance_timeout_seconds=9.0
        )
        reader = await kafka.start_reader("memory", client_id="one-guard")
        database, metrics = world.database("toy"), BackboneMetrics(CollectorRegistry())
        owners = Owners(database, TOPICS, GROUP, client=client, fenced_seconds=9.0, metrics=metrics)
        watch = LogWatch(database, TOPICS, owners, client=client, reader=reader)
        client.subscribe(topics=[TOPIC], listener=owners)
        await until(lambda: PLACE in client.assignment())
        await watch.take_over([TOPIC])
        world.log.replace(TOPIC)

        looking = asyncio.ensure_future(watch.look([TOPIC], grace_seconds=9.0))
        await until(lambda: owners._lock(PLACE).locked())
        await owners.on_partitions_revoked([PLACE])
        await looking
        await owners.on_partitions_assigned([PLACE])

        found.append((owners.owned(PLACE), owners.missing()))
        world.loop.end()

    world.live("consumer", live)
    world.run(steps_max=100_000)

    assert found == [(None, {PLACE})]


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something, for a bounded number of moments."""
    for _ in range(LOOKS_MAX):
        if holds():
            return
        await asyncio.sleep(0.0005)
    raise AssertionError("it has not come to hold")

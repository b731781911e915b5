"""Kafka and what stands in for it: batches, offsets, and groups that move partitions."""

import asyncio
from collections.abc import Iterable
from typing import Any

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import NoOffsetForPartitionError

from shared.events.envelope import Stream
from shared.messaging import kafka
from shared.messaging.topics import TOPIC_CONFIGS
from tests.faults.contract.houses import House, Place
from tests.fixtures.toy_kafka import PARTITIONS, Said

SECONDS_MAX = 60.0


class Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
    """Notes what a member has."""

    def __init__(self) -> None:
        self.assigned: set[TopicPartition] = set()

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self.assigned -= set(revoked)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self.assigned = set(assigned)


async def publish(place: Place, part: int, *said: Said) -> list[int]:
    """Write records in a batch each; gives their offsets."""
    producer = await kafka.start_producer(place.topics.servers, client_id="contract")
    offsets = []
    for one in said:
        batch, record = producer.create_batch(), one.record()
        assert batch.append(
            key=record.key, value=record.value, timestamp=record.timestamp, headers=list(record.headers)
        )
        ack = await producer.send_batch(batch, place.topics.name(Stream.PRODUCTION), partition=part)
        offsets.append((await ack).offset)
    await kafka.stop(producer)
    return offsets


async def member(place: Place, listener: Listener) -> Any:
    """Join the group of this topic."""
    client = await kafka.start_consumer(
        place.topics.servers,
        client_id="contract",
        group=f"{place.topics.namespace}.contract",
        session_timeout_seconds=6.0,
        rebalance_timeout_seconds=6.0,
    )
    client.subscribe(topics=[place.topics.name(Stream.PRODUCTION)], listener=listener)
    return client


async def fetch(client: Any) -> dict[TopicPartition, list[Any]]:
    """Fetch once; nothing where nobody has sought yet."""
    try:
        async with asyncio.timeout(5):
            found: dict[TopicPartition, list[Any]] = await client.getmany(timeout_ms=200)
    except (NoOffsetForPartitionError, TimeoutError):
        return {}
    return found


def test_records_get_offsets_one_after_another_and_come_back_as_they_were(house: House) -> None:
    async def script(place: Place) -> None:
        said = [Said("a", 1), Said("b", 1), Said("a", 2)]
        assert await publish(place, 2, *said) == [0, 1, 2]

        topic, reader = (
            place.topics.name(Stream.PRODUCTION),
            await kafka.start_reader(place.topics.servers, client_id="contract"),
        )
        state = await kafka.log_state(reader, [topic])
        places = [TopicPartition(topic, part) for part in range(PARTITIONS)]
        assert state.end_offsets == {each: 3 if each.partition == 2 else 0 for each in places}
        assert list(state.topic_ids) == [topic]
        assert await kafka.begin_offsets(reader, places) == dict.fromkeys(places, 0)
        assert await kafka.ids_at(reader, {places[2]: 1}) == {places[2]: said[1].id}
        wanted = {topic: TOPIC_CONFIGS[Stream.PRODUCTION]}
        assert await kafka.config_differences(place.topics.servers, wanted) == []
        await kafka.stop(reader)

    house.run(script)


def test_a_member_reads_from_where_it_has_sought_and_nothing_before(house: House) -> None:
    async def script(place: Place) -> None:
        listener, here = Listener(), TopicPartition(place.topics.name(Stream.PRODUCTION), 1)
        await publish(place, 1, Said("a", 1), Said("a", 2), Said("a", 3))
        client = await member(place, listener)
        found: list[Any] = []
        async with asyncio.timeout(SECONDS_MAX):
            while len(listener.assigned) < PARTITIONS:
                assert await fetch(client) == {}
            for each in client.assignment():
                client.seek(each, 1 if each == here else 0)
            while len(found) < 2:
                found += (await fetch(client)).get(here, [])
        numbers = [(record.offset, record.key, dict(record.headers)["ce_sequence"]) for record in found]
        assert numbers == [(1, b"a", b"2"), (2, b"a", b"3")]
        assert client.highwater(here) == 3
        await client.commit({here: 3})
        await kafka.stop(client)

    house.run(script)


def test_partitions_are_shared_out_and_come_back_when_a_member_leaves(house: House) -> None:
    async def script(place: Place) -> None:
        one, other = Listener(), Listener()
        first, second = await member(place, one), await member(place, other)
        async with asyncio.timeout(SECONDS_MAX):
            while {len(one.assigned), len(other.assigned)} != {PARTITIONS // 2}:
                await asyncio.gather(fetch(first), fetch(second))
            assert not one.assigned & other.assigned
            await kafka.stop(second)
            while len(one.assigned) < PARTITIONS:
                await fetch(first)
        await kafka.stop(first)

    house.run(script)

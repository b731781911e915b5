"""A stream for readers, on a real Kafka."""

import asyncio
from contextlib import aclosing

import pytest
from aiokafka import AIOKafkaConsumer

from deploy.postgres.provision import ServiceDatabase
from shared.events.envelope import Stream
from shared.http.places import ANY_LOG, Place, told_so_far
from shared.http.tail import StreamTail
from shared.messaging import kafka
from shared.messaging.topics import Topics
from tests.fixtures.databases import owner_connection
from tests.fixtures.toy import QUICK, Toy, eventually, run_loops
from tests.fixtures.toy_kafka import Said, say

SECONDS_MAX = 40


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> list[AIOKafkaConsumer]:
    """Note every client that is started to read a stream."""
    start_reader, started = kafka.start_reader, list[AIOKafkaConsumer]()

    async def noting(servers: str, *, client_id: str) -> AIOKafkaConsumer:
        started.append(await start_reader(servers, client_id=client_id))
        return started[-1]

    monkeypatch.setattr(kafka, "start_reader", noting)
    return started


async def test_readers_come_back_to_a_stream_whose_client_has_ceased_to_fetch(
    topics: Topics, readers: list[AIOKafkaConsumer]
) -> None:
    tail = StreamTail(topics, Stream.PRODUCTION, QUICK)
    async with run_loops(tail.run), asyncio.timeout(SECONDS_MAX):
        first = await tail.subscribe(None)
        readers[-1]._fetcher._fetch_task.cancel()
        assert [event async for event in first] == [], "who follows is sent away, and comes back"
        again = await tail.subscribe(None)
        await say(topics, [Said("counter", 1)])
        event = await anext(again)

    assert event.version == 1


async def test_kafka_is_asked_only_while_somebody_follows_the_stream_and_for_a_while_after(
    topics: Topics, readers: list[AIOKafkaConsumer]
) -> None:
    tail = StreamTail(topics, Stream.PRODUCTION, QUICK.model_copy(update={"tail_idle_seconds": 0.5}))

    async def is_left() -> bool:
        return bool(readers[-1]._closed)

    async with run_loops(tail.run), asyncio.timeout(SECONDS_MAX):
        await say(topics, [Said("counter", 1)])
        await asyncio.sleep(0.3)
        asked_before = len(readers)
        async with aclosing(await tail.subscribe(None)) as events:
            await say(topics, [Said("counter", 2)])
            first = await anext(events)
            await asyncio.sleep(1.0)
            await say(topics, [Said("counter", 3)])
            second = await anext(events)
        await eventually(is_left)
        await say(topics, [Said("counter", 4)])
        third = await anext(await tail.subscribe(second.position))

    assert (asked_before, len(readers)) == (0, 2)
    assert [each.version for each in (first, second, third)] == [2, 3, 4]


async def test_a_stream_goes_on_from_where_it_was_acknowledged_when_the_state_was_read(
    database: ServiceDatabase, topics: Topics
) -> None:
    tail = StreamTail(topics, Stream.PRODUCTION, QUICK)
    async with Toy(database, topics).running() as toy, run_loops(tail.run), asyncio.timeout(SECONDS_MAX):
        beginning = await read_place(toy)
        await toy.tell("counter", 1)

        async def is_told() -> bool:
            return await read_place(toy) != beginning

        await eventually(is_told)
        between = await read_place(toy)
        await toy.tell("counter", 1)
        whole, rest = await tail.subscribe(beginning), await tail.subscribe(between)
        versions = [(await anext(each)).version for each in (whole, whole, rest)]

    assert beginning == Place("production.v1", ANY_LOG, (0,))
    assert versions == [1, 2, 2]


async def test_there_is_no_place_to_go_on_from_while_one_log_replaces_another(
    database: ServiceDatabase, topics: Topics
) -> None:
    toy, owner = Toy(database, topics), await owner_connection(database)
    try:
        await owner.execute(
            "INSERT INTO relay_progress (topic, part, topic_id, acked_offset, acked_id) "
            "SELECT $1, part, 'log ' || part, 7, gen_random_uuid() FROM generate_series(0, 1) AS part",
            int(Stream.PRODUCTION),
        )

        assert await read_place(toy) is None
    finally:
        await owner.close()
        await toy.database.close()


async def read_place(toy: Toy) -> Place | None:
    """Say where a state that is read now goes on."""
    async with toy.database.transaction() as session:
        return await told_so_far(session, Stream.PRODUCTION)

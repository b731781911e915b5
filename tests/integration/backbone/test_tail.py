"""A stream for readers, on a real Kafka."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from aiokafka import AIOKafkaConsumer

from shared.events.envelope import Stream
from shared.http.sse import TailEvent
from shared.http.tail import StreamStarting, StreamTail
from shared.messaging import kafka
from shared.messaging.topics import Topics
from tests.fixtures.toy import QUICK, run_loops
from tests.fixtures.toy_kafka import Said, say

SECONDS_MAX = 40


async def subscribed(tail: StreamTail) -> AsyncGenerator[TailEvent, None]:
    """Follow a stream as soon as it is connected to Kafka."""
    async with asyncio.timeout(SECONDS_MAX):
        while True:
            try:
                return await tail.subscribe(None)
            except StreamStarting:
                await asyncio.sleep(0.1)


async def test_readers_come_back_to_a_stream_whose_client_has_ceased_to_fetch(
    topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_reader, readers = kafka.start_reader, list[AIOKafkaConsumer]()

    async def noting(servers: str, *, client_id: str) -> AIOKafkaConsumer:
        readers.append(await start_reader(servers, client_id=client_id))
        return readers[-1]

    monkeypatch.setattr(kafka, "start_reader", noting)
    tail = StreamTail(topics, Stream.PRODUCTION, QUICK)
    async with run_loops(tail.run):
        first = await subscribed(tail)
        readers[-1]._fetcher._fetch_task.cancel()
        async with asyncio.timeout(SECONDS_MAX):
            assert [event async for event in first] == [], "who follows is sent away, and comes back"
            again = await subscribed(tail)
            await say(topics, [Said("counter", 1)])
            event = await anext(again)

    assert event.version == 1

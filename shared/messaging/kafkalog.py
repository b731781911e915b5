"""What the relay knows of Kafka's log, so that it notices when Kafka lost what it had acknowledged.

A power cut of a single broker, a wiped volume or a restored cluster makes the log shorter, or another log under the
same name. Then new facts would reuse offsets that consumers believe they have read; so the relay queues the lost facts
again, and waits until consumers have seen the shorter log, before it publishes anything.
"""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared import clock
from shared.events.envelope import Stream
from shared.messaging import kafka
from shared.messaging.relay_store import RelaySession
from shared.messaging.settings import BackboneSettings
from shared.messaging.topics import Topics
from shared.observe.logs import get_log

log = get_log()
T = TypeVar("T")


class LogGuard:
    """Compares Kafka's log with what it acknowledged, for one term of leadership."""

    def __init__(self, session: RelaySession, topics: Topics, settings: BackboneSettings) -> None:
        self._session = session
        self._topics = topics
        self._settings = settings
        self._partitions: dict[int, int] = {}
        self._ids: dict[int, str] = {}
        self._acked: dict[tuple[int, int], int] = {}
        self._settled_seq: int | None = None
        self._settled_at = 0.0

    async def start(self, streams: frozenset[Stream]) -> None:
        """Look at the log before anything is published; queue again what it lost."""
        reader: AIOKafkaConsumer = await self.alive(
            kafka.start_reader(self._topics.servers, client_id=f"{self._topics.namespace}-relay-guard")
        )
        try:
            names = {self._topics.name(stream): stream for stream in streams}
            state = await self.alive(kafka.log_state(reader, names))
        finally:
            await self.alive(kafka.stop(reader))
        for topic, stream in names.items():
            self._ids[stream] = state.topic_ids[topic]
            self._partitions[stream] = sum(1 for place in state.end_offsets if place.topic == topic)
        lost = 0
        for (stream_code, part), (topic_id, offset) in (await self._session.progress()).items():
            end = state.end_offsets.get(TopicPartition(self._topics.name(Stream(stream_code)), part), 0)
            same = self._ids[stream_code] == topic_id
            if not same or end <= offset:
                lost += await self._recover(stream_code, part, end_offset=end if same else None)
            else:
                self._acked[stream_code, part] = offset
        if lost:
            await self.alive(asyncio.sleep(self._settings.relay_loss_grace_seconds))

    async def _recover(self, stream: int, part: int, *, end_offset: int | None) -> int:
        queued = await self._session.requeue(stream, part, end_offset=end_offset)
        log.error(
            "kafka_log_lost", topic=Stream(stream).topic, partition=part, end_offset=end_offset, queued_again=queued
        )
        return queued

    def partitions(self, stream: int) -> int:
        """Tell how many partitions the stream's topic has."""
        return self._partitions[stream]

    def topic_id(self, stream: int) -> str:
        """Tell Kafka's own id of the stream's topic."""
        return self._ids[stream]

    def goes_on(self, stream: int, part: int, offset: int) -> bool:
        """Tell whether an acknowledged offset lies above the last one: if not, the log went back."""
        before = self._acked.get((stream, part), -1)
        self._acked[stream, part] = max(before, offset)
        return offset > before

    async def checkpoint(self) -> None:
        """From time to time, note a point up to which Kafka surely has everything.

        A number seen one interval ago is settled: every transaction that drew a lower one has ended since.
        """
        if clock.monotonic() - self._settled_at < self._settings.relay_checkpoint_seconds:
            return
        settled, self._settled_seq = self._settled_seq, await self._session.highest_seq()
        self._settled_at = clock.monotonic()
        if settled is not None:
            await self._session.checkpoint(settled, keep=self._settings.relay_checkpoints_kept)

    async def alive(self, work: Awaitable[T]) -> T:
        """Wait for work while showing the database that this leader lives; raises when the session has died."""
        task = asyncio.ensure_future(work)
        try:
            while True:
                done, _ = await asyncio.wait({task}, timeout=self._settings.relay_heartbeat_seconds)
                if done:
                    return task.result()
                await self._session.heartbeat()
        finally:
            task.cancel()

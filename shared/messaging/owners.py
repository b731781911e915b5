"""Which partitions this process serves, under which epoch, and where each one's next batch must begin.

aiokafka hands out records before an async listener has finished, so a partition is served only after it was acquired
in the database and sought; what comes from elsewhere is thrown away.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from shared import clock
from shared.db import Database
from shared.messaging import consumer_store, kafka
from shared.messaging.applying import Record, read
from shared.messaging.consumer_store import Fenced, Ownership, Place
from shared.messaging.kafka import LogState
from shared.messaging.topics import COMPACTED, Topics
from shared.observe.logs import get_log
from shared.observe.metrics import BackboneMetrics

log = get_log()

TAKE_OVER_SECONDS = 1.0
COMMIT_TIMEOUT_SECONDS = 2.0


class Owners(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
    """The partitions that Kafka gave to this process over one connection, as the database knows them."""

    def __init__(
        self,
        database: Database,
        topics: Topics,
        group: str,
        *,
        client: AIOKafkaConsumer,
        reader: AIOKafkaConsumer,
        metrics: BackboneMetrics,
    ) -> None:
        self.stopped: dict[TopicPartition, str] = {}
        self._database = database
        self._topics = topics
        self._group = group
        self._client = client
        self._reader = reader
        self._metrics = metrics
        self._assigned: set[TopicPartition] | None = None
        self._owned: dict[TopicPartition, Ownership] = {}
        self._unproven: set[TopicPartition] = set()
        self._gaps: dict[TopicPartition, int] = {}
        self._applied_at: dict[TopicPartition, float] = {}
        self._locks: dict[TopicPartition, asyncio.Lock] = {}
        self._tried_at = 0.0

    @property
    def is_ready(self) -> bool:
        """Whether Kafka has assigned partitions, all of them are owned, and none has stopped."""
        return self._assigned is not None and self._assigned <= set(self._owned)

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Let go of partitions once their batch under way has ended."""
        for place in revoked:
            self.let_go(place)
            self.stopped.pop(place, None)
            async with self._lock(place):
                self._gaps.pop(place, None)
        self._assigned = None

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Note what Kafka has assigned; the consumer's loop takes it over."""
        self._assigned = set(assigned)
        self._tried_at = 0.0
        self._metrics.rebalances_total.labels(self._group).inc()
        log.info("partitions_assigned", group=self._group, partitions=len(self._assigned))

    async def take_over(self) -> None:
        """Acquire and seek what is assigned and not owned yet; at most once a second while that fails."""
        missing = (self._assigned or set()) - set(self._owned) - set(self.stopped)
        if not missing or clock.monotonic() - self._tried_at < TAKE_OVER_SECONDS:
            return
        self._tried_at = clock.monotonic()
        state = await self._log_state()
        for place in sorted(missing):
            if place in self._client.assignment():
                await self._acquire(place, state)

    async def _acquire(self, place: TopicPartition, state: LogState) -> None:
        where = self._place(place)
        async with self._database.transaction() as session:
            owned = await consumer_store.acquire(session, where, state.topic_ids[place.topic])
            back = _goes_back(owned, place, state)
            if back is not None:
                topic_id = state.topic_ids[place.topic]
                owned = await consumer_store.rewind(session, where, owned, next_offset=back, topic_id=topic_id)
                log.error("kafka_log_lost", group=self._group, topic=place.topic, part=place.partition, back_to=back)
        self._own(place, owned)

    def _own(self, place: TopicPartition, owned: Ownership) -> None:
        """Read from where the next batch begins, or one earlier to see that the log is still the one applied."""
        proves = owned.last_event_id is not None and self._topics.stream(place.topic) not in COMPACTED
        self._unproven.discard(place)
        if proves:
            self._unproven.add(place)
        self._client.seek(place, owned.next_offset - 1 if proves else owned.next_offset)
        self._owned[place] = owned

    async def check_log(self) -> None:
        """Look whether Kafka's log was shortened or replaced under what this process owns; go back if so."""
        if not self._owned:
            return
        state = await self._log_state()
        for place, owned in list(self._owned.items()):
            back = _goes_back(owned, place, state)
            if back is not None:
                await self._go_back(place, back, state.topic_ids[place.topic])

    async def _go_back(self, place: TopicPartition, offset: int, topic_id: str) -> None:
        async with self._lock(place):
            owned = self._owned.get(place)
            if owned is None:
                return
            log.error("kafka_log_lost", group=self._group, topic=place.topic, part=place.partition, back_to=offset)
            try:
                async with self._database.transaction() as session:
                    owned = await consumer_store.rewind(
                        session, self._place(place), owned, next_offset=offset, topic_id=topic_id
                    )
            except Fenced:
                self.let_go(place)
            else:
                self._own(place, owned)

    async def usable(self, place: TopicPartition, records: list[Record]) -> list[Record]:
        """Keep the records that continue where the partition stands; none if they were fetched from elsewhere."""
        owned = self._owned.get(place)
        if owned is None or not records:
            return []
        if place in self._unproven:
            if not await self._proves(place, owned, records):
                return []
            owned = self._owned[place]
        fresh = [record for record in records if record.offset >= owned.next_offset]
        if not fresh:
            return []
        starts = fresh[0].offset
        is_gap = starts > owned.next_offset and self._topics.stream(place.topic) not in COMPACTED
        if is_gap and self._gaps.get(place) != starts:
            # Offsets have holes, but rarely: look a second time before believing one.
            self._gaps[place] = starts
            self.fetch_again(place)
            return []
        return fresh

    async def _proves(self, place: TopicPartition, owned: Ownership, records: list[Record]) -> bool:
        """Compare the record applied last with what Kafka has in its place; go back to the start if they differ."""
        first = records[0]
        if first.offset == owned.next_offset - 1 and read(first, place.topic).header.id != owned.last_event_id:
            await self._rewrite(place, owned)
            return False
        self._unproven.discard(place)
        return True

    async def _rewrite(self, place: TopicPartition, owned: Ownership) -> None:
        async with self._database.transaction() as session:
            back = await consumer_store.rewind(
                session, self._place(place), owned, next_offset=0, topic_id=owned.topic_id
            )
        log.error("kafka_log_rewritten", group=self._group, topic=place.topic, part=place.partition, back_to=0)
        self._own(place, back)

    def owned(self, place: TopicPartition) -> Ownership | None:
        """Tell how this process owns a partition, if it does."""
        return self._owned.get(place)

    def advance(self, place: TopicPartition, owned: Ownership, recorded_at_ms: int) -> None:
        """Note that a batch was applied; nothing if the partition was let go meanwhile."""
        if place in self._owned:
            self._owned[place] = owned
            self._applied_at[place] = recorded_at_ms / 1000

    def let_go(self, place: TopicPartition) -> None:
        """Serve a partition no more, until it is taken over anew."""
        self._owned.pop(place, None)
        self._unproven.discard(place)

    def stop(self, place: TopicPartition, error: str) -> None:
        """Stop a partition at a fault until the service is restarted or the partition moves."""
        self.let_go(place)
        self.stopped[place] = error
        if place in self._client.assignment():
            self._client.pause(place)

    def fetch_again(self, place: TopicPartition) -> None:
        """Fetch a partition anew from where its next batch begins."""
        owned = self._owned.get(place)
        if owned is not None and place in self._client.assignment():
            self._client.seek(place, owned.next_offset)

    @asynccontextmanager
    async def working(self, place: TopicPartition) -> AsyncIterator[None]:
        """Keep a partition from being given away in the middle of a batch."""
        async with self._lock(place):
            yield

    async def commit(self) -> None:
        """Show Kafka the offsets, for lag tools only; what fails is shown next time."""
        offsets = {
            place: owned.next_offset for place, owned in self._owned.items() if place in self._client.assignment()
        }
        if not offsets:
            return
        try:
            async with asyncio.timeout(COMMIT_TIMEOUT_SECONDS):
                await self._client.commit(offsets)
        except kafka.KAFKA_WEATHER as error:
            log.debug("offsets_not_shown", group=self._group, error=repr(error))

    def measure(self) -> None:
        """Tell the metrics how far behind each partition is."""
        for place, owned in self._owned.items():
            end = self._client.highwater(place)
            lag = max(0, end - owned.next_offset) if end is not None else 0
            since = self._applied_at.get(place)
            behind = max(0.0, clock.now().timestamp() - since) if lag and since is not None else 0.0
            labels = (self._group, self._topics.stream(place.topic).topic, str(place.partition))
            self._metrics.lag_events.labels(*labels).set(lag)
            self._metrics.lag_seconds.labels(*labels).set(behind)

    async def _log_state(self) -> LogState:
        topics = {place.topic for place in self._assigned or ()} | {place.topic for place in self._owned}
        return await kafka.log_state(self._reader, topics)

    def _lock(self, place: TopicPartition) -> asyncio.Lock:
        return self._locks.setdefault(place, asyncio.Lock())

    def _place(self, place: TopicPartition) -> Place:
        return Place(self._group, place.topic, place.partition)


def _goes_back(owned: Ownership, place: TopicPartition, state: LogState) -> int | None:
    """Tell where to go back to if Kafka's log is another one, or shorter than what was applied."""
    if state.topic_ids[place.topic] != owned.topic_id:
        return 0
    end = state.end_offsets[place]
    return end if end < owned.next_offset else None

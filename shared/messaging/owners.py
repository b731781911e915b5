"""Which partitions this process serves, under which epoch, and where each one's next batch must begin.

aiokafka hands out records before an async listener has finished, so a partition is served only after it was acquired
in the database and sought; what comes from elsewhere is thrown away.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from shared import clock
from shared.db import Database
from shared.messaging import consumer_store, kafka
from shared.messaging.consumer_store import Ownership, Place
from shared.messaging.topic_ids import LogState
from shared.messaging.topics import COMPACTED, Topics
from shared.observe.logs import get_log
from shared.observe.metrics import BackboneMetrics

log = get_log()

TAKE_OVER_SECONDS = 1.0
COMMIT_TIMEOUT_SECONDS = 2.0


@dataclass(slots=True)
class Held:
    """A partition that this process serves."""

    owned: Ownership
    is_proven: bool
    """Whether Kafka's log was seen to hold the record applied last, at its place."""
    gap: int | None = None
    """The offset behind a hole in the log, when one was seen once."""
    waiting_since: float | None = None
    """When the oldest record that is not applied yet was written, as far as that is known; POSIX seconds."""
    trouble: str | None = None
    """What its next batch fails with for now; it is tried again for as long as the partition is held."""


class Owners(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
    """The partitions that Kafka gave to this process over one connection, as the database knows them."""

    def __init__(
        self,
        database: Database,
        topics: Topics,
        group: str,
        *,
        client: AIOKafkaConsumer,
        fenced_seconds: float,
        metrics: BackboneMetrics,
    ) -> None:
        self.stopped: dict[TopicPartition, str] = {}
        """Partitions that were stopped by a fault, and by which."""
        self.held: dict[TopicPartition, Held] = {}
        self.ends: dict[TopicPartition, int] = {}
        """Where the log of each partition ended when it was last looked at."""
        self._stood: dict[TopicPartition, Held] = {}
        self._fenced_at: dict[TopicPartition, float] = {}
        self._database = database
        self._topics = topics
        self._group = group
        self._client = client
        self._fenced_seconds = fenced_seconds
        self._metrics = metrics
        self._assigned: set[TopicPartition] | None = None
        self._locks: dict[TopicPartition, asyncio.Lock] = {}
        self._shown: set[tuple[str, str, str]] = set()
        self._tried_at = 0.0

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Let go of partitions at once; return when the batch under way has ended."""
        self._assigned = None
        gone = list(revoked)
        for place in gone:
            self.let_go(place)
            self.stopped.pop(place, None)
            self._stood.pop(place, None)
        for place in gone:
            async with self._lock(place):
                log.debug("partition_revoked", group=self._group, topic=place.topic, part=place.partition)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Note what Kafka has assigned; the consumer's loop takes it over."""
        self._assigned = set(assigned)
        self._tried_at = 0.0
        self._metrics.rebalances_total.labels(self._group).inc()
        log.info("partitions_assigned", group=self._group, partitions=len(self._assigned))

    def missing(self) -> set[TopicPartition]:
        """Name what is assigned and not owned yet; nothing within a second of the last try, or out of touch.

        What was fenced is left to the other owner for a while: if that one is the rightful one, Kafka says so by then.
        """
        now = clock.monotonic()
        fenced = {place for place, at in self._fenced_at.items() if now - at < self._fenced_seconds}
        missing = (self._assigned or set()) - set(self.held) - set(self.stopped) - fenced
        if not missing or now - self._tried_at < TAKE_OVER_SECONDS or not kafka.is_in_touch(self._client):
            return set()
        self._tried_at = now
        return missing

    async def take_over(self, place: TopicPartition, state: LogState) -> None:
        """Acquire a partition in the database and seek to where its next batch begins.

        Not one that Kafka has given away since: taking it would fence its rightful owner out.
        """
        if place not in (self._assigned or ()):
            return
        where, topic_id = self.place(place), state.topic_ids[place.topic]
        async with self._database.transaction() as session:
            owned = await consumer_store.acquire(session, where, topic_id)
            back = goes_back(owned, place, state)
            if back is not None:
                owned = await consumer_store.rewind(session, where, owned, next_offset=back, topic_id=topic_id)
                log.error("kafka_log_lost", group=self._group, topic=place.topic, part=place.partition, back_to=back)
        if place in (self._assigned or ()) and place in self._client.assignment():
            self.own(place, owned)

    def own(self, place: TopicPartition, owned: Ownership) -> None:
        """Serve a partition from where its next batch begins."""
        held = self.held.get(place) or Held(owned, is_proven=False)
        held.owned, held.gap = owned, None
        held.is_proven = owned.last_event_id is None or self._topics.stream(place.topic) in COMPACTED
        self.held[place] = held
        self.fetch_again(place)

    def fetch_again(self, place: TopicPartition) -> None:
        """Fetch from where the next batch begins, or one earlier to see that the log is still the one applied."""
        held = self.held.get(place)
        if held is not None and place in self._client.assignment():
            self._client.seek(place, held.owned.next_offset - (0 if held.is_proven else 1))

    def owned(self, place: TopicPartition) -> Ownership | None:
        """Tell how this process owns a partition, if it does."""
        held = self.held.get(place)
        return None if held is None else held.owned

    def begin(self, place: TopicPartition, written_at_ms: int) -> None:
        """Note when the oldest record that is now to be applied was written."""
        held = self.held.get(place)
        if held is not None:
            held.waiting_since = written_at_ms / 1000

    def advance(self, place: TopicPartition, owned: Ownership) -> None:
        """Note that a batch was applied; nothing if the partition was let go meanwhile."""
        held = self.held.get(place)
        if held is not None and held.owned.epoch == owned.epoch:
            held.owned = owned
            held.waiting_since = held.trouble = None

    def put_off(self, place: TopicPartition, error: str) -> None:
        """Note that a batch cannot be applied for now, and fetch it again."""
        held = self.held.get(place)
        if held is not None:
            held.trouble = error
            self.fetch_again(place)

    def trouble(self) -> str | None:
        """Say what keeps this process from serving all that Kafka gave to it; nothing if all is well."""
        for place, error in self.stopped.items():
            return f"has stopped at {place.topic}/{place.partition}: {error[:300]}"
        if self._assigned is None or not self._assigned <= set(self.held):
            return "has not taken over its partitions yet"
        for place, held in self.held.items():
            if held.trouble is not None:
                return f"waits at {place.topic}/{place.partition}: {held.trouble[:300]}"
        return None

    def let_go(self, place: TopicPartition) -> None:
        """Serve a partition no more, until it is taken over anew."""
        self.held.pop(place, None)

    def fenced(self, place: TopicPartition) -> None:
        """Let go of a partition that another owner has taken."""
        self.let_go(place)
        self._fenced_at[place] = clock.monotonic()

    def stop(self, place: TopicPartition, error: str) -> None:
        """Stop a partition at a fault until the service is restarted or the partition moves."""
        if place in self.held:
            self._stood[place] = self.held[place]
        self.let_go(place)
        self.stopped[place] = error
        if place in self._client.assignment():
            self._client.pause(place)
        log.error("partition_stopped", group=self._group, topic=place.topic, part=place.partition, error=error)

    @contextmanager
    def asking_nothing(self) -> Iterator[None]:
        """Ask Kafka for no more records until the block ends.

        aiokafka asks again as soon as it has given records away, and is answered as soon as one more is there: at a
        moderate pace each fact would cost Kafka and its hearers a request of their own.
        """
        asked = self._client.assignment() - set(self.stopped)
        self._client.pause(*asked)
        try:
            yield
        finally:
            self._client.resume(*(asked & self._client.assignment() - set(self.stopped)))

    @asynccontextmanager
    async def working(self, places: Sequence[TopicPartition]) -> AsyncIterator[None]:
        """Keep partitions, named in order, from being given away in the middle of a batch."""
        async with AsyncExitStack() as held:
            for place in places:
                await held.enter_async_context(self._lock(place))
            yield

    async def commit(self) -> None:
        """Show Kafka the offsets, for lag tools only; what fails is shown next time."""
        assigned = self._client.assignment()
        offsets = {place: held.owned.next_offset for place, held in self.held.items() if place in assigned}
        if not offsets:
            return
        try:
            async with asyncio.timeout(COMMIT_TIMEOUT_SECONDS):
                await self._client.commit(offsets)
        except kafka.KAFKA_WEATHER as error:
            log.debug("offsets_not_shown", group=self._group, error=repr(error))

    def measure(self) -> None:
        """Tell the metrics how far behind each partition is, and when Kafka last answered for those that go on."""
        now, shown = clock.now().timestamp(), set()
        for place, held in (*self.held.items(), *self._stood.items()):
            highwater = self._client.highwater(place) if place in self._client.assignment() else None
            lag = max(0, max(highwater or 0, self.ends.get(place, 0)) - held.owned.next_offset)
            held.waiting_since = (held.waiting_since or now) if lag else None
            labels = (self._group, self._topics.stream(place.topic).topic, str(place.partition))
            self._metrics.lag_events.labels(*labels).set(lag)
            self._metrics.lag_seconds.labels(*labels).set(max(0.0, now - (held.waiting_since or now)))
            if place not in self.stopped:
                self._metrics.heard_timestamp_seconds.labels(*labels).set(self._heard_at(place))
            shown.add(labels)
        self.forget_lag(self._shown - shown)
        self._shown = shown

    def forget_lag(self, gone: Iterable[tuple[str, str, str]] | None = None) -> None:
        """Show no lag of partitions that others serve now; of all, when this connection ends."""
        for labels in self._shown if gone is None else gone:
            self._metrics.lag_events.remove(*labels)
            self._metrics.lag_seconds.remove(*labels)
            self._metrics.heard_timestamp_seconds.remove(*labels)

    def place(self, place: TopicPartition) -> Place:
        """Name a partition as this group consumes it."""
        return Place(self._group, place.topic, place.partition)

    def _heard_at(self, place: TopicPartition) -> float:
        """Say when Kafka last answered a fetch of a partition, also that there is nothing new; 0 before it has."""
        is_assigned = place in self._client.assignment()
        return float(self._client.last_poll_timestamp(place) or 0) / 1000 if is_assigned else 0.0

    def _lock(self, place: TopicPartition) -> asyncio.Lock:
        return self._locks.setdefault(place, asyncio.Lock())


def goes_back(owned: Ownership, place: TopicPartition, state: LogState) -> int | None:
    """Tell where to go back to if Kafka's log is another one, or shorter than what was applied."""
    if state.topic_ids[place.topic] != owned.topic_id:
        return 0
    end = state.end_offsets[place]
    return end if end < owned.next_offset else None

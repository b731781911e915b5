"""The consumer of one subscription: each partition's batches applied once, whatever crashes or rebalances in between.

Kafka's group decides who works; the database decides who may write. An owner that was frozen, or that Kafka forgot,
fails its fence, rolls back and lets go.
"""

import asyncio
import random
from collections.abc import Sequence
from typing import Generic

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import NoOffsetForPartitionError, OffsetOutOfRangeError

from shared import clock
from shared.db import Database, is_weather
from shared.errors import Weather
from shared.events.envelope import Stream
from shared.messaging import kafka, parking_store
from shared.messaging.applying import Record
from shared.messaging.batches import Applier, ReleaseRefused
from shared.messaging.consumer_store import Fenced, Ownership
from shared.messaging.handlers import Subscription, W
from shared.messaging.log_watch import LogWatch
from shared.messaging.owners import Owners
from shared.messaging.parking_store import ParkedKey
from shared.messaging.settings import BackboneSettings
from shared.messaging.signals import Signal
from shared.messaging.topics import Topics
from shared.observe.logs import get_log
from shared.observe.metrics import BackboneMetrics

log = get_log()

MEASURE_SECONDS = 0.5
FETCH_SECONDS_MAX = 2.0
"""How long a fetch may take beyond its own wait: aiokafka waits for the end of a rebalance without a bound."""


class Consumer(Generic[W]):
    """Feeds one subscription from Kafka until the service stops."""

    def __init__(
        self,
        database: Database,
        topics: Topics,
        subscription: Subscription[W],
        *,
        service: str,
        settings: BackboneSettings,
        metrics: BackboneMetrics,
        changed: Signal,
    ) -> None:
        self.subscription = subscription
        self.group = f"{topics.namespace}.{service}.{subscription.group}"
        self.applier = Applier(database, subscription, self.group, settings=settings, metrics=metrics)
        self._database = database
        self._topics = topics
        self._settings = settings
        self._metrics = metrics
        self._changed = changed
        self._topic_names = [topics.name(stream) for stream in subscription.streams]
        self._owners: Owners | None = None
        self._slots = asyncio.Semaphore(settings.consumer_concurrency)
        self._failures = 0
        self._trouble: str | None = None
        self._troubled_at = 0.0
        self._checked_at = 0.0
        self._committed_at = 0.0
        self._measured_at = 0.0

    def trouble(self) -> str | None:
        """Say what keeps this consumer from serving what Kafka gave to this process; nothing if all is well."""
        if self._owners is None:
            return "is not connected to Kafka"
        for place, error in self._owners.stopped.items():
            return f"has stopped at {place.topic}/{place.partition}: {error[:300]}"
        if self._trouble is not None:
            return f"waits: {self._trouble[:300]}"
        return None if self._owners.is_ready else "has not taken over its partitions yet"

    async def run(self, stopping: asyncio.Event) -> None:
        """Consume, and begin again after every failure, until the service stops."""
        while not stopping.is_set():
            try:
                await self._consume(stopping)
            except Exception as error:
                if not (isinstance(error, (*kafka.KAFKA_WEATHER, Weather)) or is_weather(error)):
                    log.exception("consumer_fault", group=self.group)
                await self._back_off(error, stopping)

    async def _back_off(self, error: Exception, stopping: asyncio.Event) -> None:
        self._failures += 1
        self._metrics.batch_retries_total.labels(self.group, type(error).__name__).inc()
        log.warning("consumer_failed", group=self.group, error=repr(error), failures=self._failures)
        longest = min(self._settings.consumer_backoff_seconds_max, 0.1 * 2 ** min(self._failures, 10))
        try:
            async with asyncio.timeout(longest * random.uniform(0.5, 1.0)):  # noqa: S311  # jitter, not a secret
                await stopping.wait()
        except TimeoutError:
            return

    async def _consume(self, stopping: asyncio.Event) -> None:
        client = await kafka.start_consumer(
            self._topics.servers,
            client_id=f"{self.group}",
            group=self.group,
            session_timeout_seconds=self._settings.consumer_session_timeout_seconds,
        )
        reader: AIOKafkaConsumer | None = None
        owners = Owners(self._database, self._topics, self.group, client=client, metrics=self._metrics)
        try:
            reader = await kafka.start_reader(self._topics.servers, client_id=f"{self.group}-guard")
            watch = LogWatch(self._database, self._topics, owners, client=client, reader=reader)
            self._owners, self._trouble = owners, None
            client.subscribe(topics=self._topic_names, listener=owners)
            while not stopping.is_set():
                await self._step(client, owners, watch)
        finally:
            self._owners = None
            owners.forget_lag()
            await asyncio.gather(*(kafka.stop(each) for each in (client, reader) if each is not None))

    async def _step(self, client: AIOKafkaConsumer, owners: Owners, watch: LogWatch) -> None:
        fetched = await self._fetch(client, watch)
        batches = [(place, records) for place, records in fetched.items() if owners.owned(place)]
        if batches:
            work = (self._serve(owners, watch, place, records) for place, records in batches)
            ends = await asyncio.gather(*work, return_exceptions=True)
            self._changed.set()
            for end in ends:
                if end is not None:
                    raise end
        try:
            await self._look_after(owners, watch)
        except Exception as error:
            if not self._endures(error):
                raise
        else:
            self._trouble = None

    def _endures(self, error: Exception) -> bool:
        """Tell whether to wait for Kafka or the database with this connection: a short absence costs no rebalance."""
        if not (isinstance(error, kafka.KafkaAway) or is_weather(error)):
            return False
        now = clock.monotonic()
        if self._trouble is None:
            self._troubled_at = now
            log.warning("consumer_waits", group=self.group, error=repr(error))
        self._trouble = repr(error)
        self._metrics.batch_retries_total.labels(self.group, type(error).__name__).inc()
        return now - self._troubled_at < self._settings.consumer_session_timeout_seconds

    async def _fetch(self, client: AIOKafkaConsumer, watch: LogWatch) -> dict[TopicPartition, list[Record]]:
        wait = self._settings.consumer_poll_seconds
        try:
            async with asyncio.timeout(wait + FETCH_SECONDS_MAX):
                fetched = await client.getmany(timeout_ms=int(wait * 1000))
        except (NoOffsetForPartitionError, TimeoutError):
            # Nobody has sought yet, or the group is not settled; take_over will, and until then nothing is served.
            return {}
        except OffsetOutOfRangeError:
            await watch.out_of_range(self._topic_names, grace_seconds=self._settings.relay_loss_grace_seconds)
            return {}
        return {place: [_record(message) for message in messages] for place, messages in fetched.items()}

    async def _serve(self, owners: Owners, watch: LogWatch, place: TopicPartition, records: list[Record]) -> None:
        """Apply one partition's records in batches; on trouble, leave the rest for another fetch."""
        async with self._slots, owners.working(place):
            usable = await watch.usable(place, records)
            size = self._settings.consumer_batch_max
            for start in range(0, len(usable), size):
                if not await self._apply(owners, place, usable[start : start + size]):
                    return

    async def _apply(self, owners: Owners, place: TopicPartition, records: Sequence[Record]) -> bool:
        for attempt in range(1, self._settings.consumer_retries + 1):
            owned = owners.owned(place)
            if owned is None:
                return False
            try:
                await self._apply_once(owners, place, owned, records)
            except Fenced as error:
                self._metrics.fenced_batches_total.labels(self.group, self._stream(place).topic).inc()
                log.warning("batch_fenced", group=self.group, topic=place.topic, part=place.partition, error=str(error))
                owners.let_go(place)
                return False
            except Exception as error:  # noqa: BLE001  # sorted into passing failures and faults right here
                if not is_weather(error):
                    return await self._isolate(owners, place, records, error)
                self._metrics.batch_retries_total.labels(self.group, type(error).__name__).inc()
                log.warning("batch_retried", group=self.group, topic=place.topic, attempt=attempt, error=repr(error))
                await asyncio.sleep(random.uniform(0.5, 1.0) * 0.05 * 2**attempt)  # noqa: S311  # jitter
            else:
                self._failures = 0
                return True
        owners.fetch_again(place)
        return False

    async def _apply_once(
        self, owners: Owners, place: TopicPartition, owned: Ownership, records: Sequence[Record]
    ) -> None:
        stream = self._stream(place)
        done = await self.applier.apply(stream, owners.place(place), owned, records)
        owners.advance(place, done.owned, records[-1].timestamp)
        self._metrics.batch_size.labels(f"consumer {self.subscription.group}").observe(len(records))
        for key in done.healed:
            await self._heal(owners, place, ParkedKey(self.group, stream, key))

    async def _isolate(
        self, owners: Owners, place: TopicPartition, records: Sequence[Record], error: Exception
    ) -> bool:
        """Apply what is good before a fault, and stop the partition at the record that is not."""
        if len(records) > 1:
            middle = len(records) // 2
            first, second = records[:middle], records[middle:]
            return await self._apply(owners, place, first) and await self._apply(owners, place, second)
        log.error("batch_fault", group=self.group, offset=records[0].offset, exc_info=error)
        owners.stop(place, repr(error))
        return False

    async def _heal(self, owners: Owners, place: TopicPartition, key: ParkedKey) -> None:
        """Apply what waited for a hole that is now filled; a fault there stops the partition as anywhere else."""
        try:
            settled = 1
            while settled:
                async with self._database.transaction() as session:
                    settled = await self.applier.release(session, key, owners.place(place))
        except ReleaseRefused as error:
            log.warning("key_stays_parked", group=self.group, key=key.key, error=str(error))
        except Exception as error:  # sorted into passing failures and faults right here
            log.exception("heal_failed", group=self.group, key=key.key)
            if not is_weather(error):
                owners.stop(place, repr(error))

    async def _look_after(self, owners: Owners, watch: LogWatch) -> None:
        """Do, from time to time, what no single batch needs."""
        await watch.take_over(self._topic_names)
        now = clock.monotonic()
        if now - self._checked_at > self._settings.consumer_log_check_seconds:
            await watch.look(self._topic_names, grace_seconds=self._settings.relay_loss_grace_seconds)
            await self._heal_filled(owners)
            self._checked_at = now
        if now - self._committed_at > self._settings.consumer_commit_seconds:
            self._committed_at = now
            await owners.commit()
        if now - self._measured_at > MEASURE_SECONDS:
            self._measured_at = now
            owners.measure()
            self._show_stopped(owners)

    async def _heal_filled(self, owners: Owners) -> None:
        """Release keys whose hole was filled by a batch that crashed before it could."""
        async with self._database.transaction() as session:
            keys = await parking_store.healable(session, self.group)
        for key, part in keys:
            place = TopicPartition(self._topics.name(key.stream), part)
            if owners.owned(place):
                await self._heal(owners, place, key)

    def _show_stopped(self, owners: Owners) -> None:
        for stream in self.subscription.streams:
            stopped = sum(1 for place in owners.stopped if place.topic == self._topics.name(stream))
            self._metrics.stopped_partitions.labels(self.group, stream.topic).set(stopped)

    def _stream(self, place: TopicPartition) -> Stream:
        return self._topics.stream(place.topic)


def _record(message: object) -> Record:
    return Record(
        offset=message.offset,  # type: ignore[attr-defined]  # aiokafka's ConsumerRecord is untyped
        key=message.key,  # type: ignore[attr-defined]
        value=message.value,  # type: ignore[attr-defined]
        headers=message.headers,  # type: ignore[attr-defined]
        timestamp=message.timestamp,  # type: ignore[attr-defined]
    )

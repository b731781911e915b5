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
from shared.messaging.consumer_store import Fenced, Ownership, Place
from shared.messaging.handlers import Subscription, W
from shared.messaging.owners import Owners
from shared.messaging.parking_store import ParkedKey
from shared.messaging.settings import BackboneSettings
from shared.messaging.signals import Signal
from shared.messaging.topics import Topics
from shared.observe.logs import get_log
from shared.observe.metrics import BackboneMetrics

log = get_log()

MEASURE_SECONDS = 0.5


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
        self._owners: Owners | None = None
        self._slots = asyncio.Semaphore(settings.consumer_concurrency)
        self._failures = 0
        self._checked_at = 0.0
        self._committed_at = 0.0
        self._measured_at = 0.0

    @property
    def stopped(self) -> dict[TopicPartition, str]:
        """The partitions that a fault has stopped, with the error."""
        return {} if self._owners is None else self._owners.stopped

    @property
    def is_ready(self) -> bool:
        """Whether every partition that Kafka gave to this process is being served."""
        return self._owners is not None and self._owners.is_ready

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
        try:
            reader = await kafka.start_reader(self._topics.servers, client_id=f"{self.group}-guard")
            owners = Owners(
                self._database, self._topics, self.group, client=client, reader=reader, metrics=self._metrics
            )
            self._owners = owners
            names = [self._topics.name(stream) for stream in self.subscription.streams]
            client.subscribe(topics=names, listener=owners)
            while not stopping.is_set():
                await self._step(client, owners)
        finally:
            self._owners = None
            await kafka.stop(client)
            if reader is not None:
                await kafka.stop(reader)

    async def _step(self, client: AIOKafkaConsumer, owners: Owners) -> None:
        fetched = await self._fetch(client, owners)
        batches = [(place, records) for place, records in fetched.items() if owners.owned(place)]
        if batches:
            await asyncio.gather(*(self._serve(owners, place, records) for place, records in batches))
            self._changed.set()
        await self._look_after(owners)

    async def _fetch(self, client: AIOKafkaConsumer, owners: Owners) -> dict[TopicPartition, list[Record]]:
        wait = int(self._settings.consumer_poll_seconds * 1000)
        try:
            fetched = await client.getmany(timeout_ms=wait)
        except NoOffsetForPartitionError:
            # Nobody has sought yet; take_over will, and until then the partition is not served.
            return {}
        except OffsetOutOfRangeError:
            await owners.check_log()
            return {}
        return {place: [_record(message) for message in messages] for place, messages in fetched.items()}

    async def _serve(self, owners: Owners, place: TopicPartition, records: list[Record]) -> None:
        """Apply one partition's records in batches; on trouble, leave the rest for another fetch."""
        async with self._slots, owners.working(place):
            usable = await owners.usable(place, records)
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
        where = Place(self.group, place.topic, place.partition)
        done = await self.applier.apply(stream, where, owned, records)
        owners.advance(place, done.owned, records[-1].timestamp)
        self._metrics.batch_size.labels(f"consumer {self.subscription.group}").observe(len(records))
        for key in done.healed:
            await self._heal(ParkedKey(self.group, stream, key), where)

    async def _isolate(
        self, owners: Owners, place: TopicPartition, records: Sequence[Record], error: Exception
    ) -> bool:
        """Apply what is good before a fault, and stop the partition at the record that is not."""
        if len(records) > 1:
            middle = len(records) // 2
            first, second = records[:middle], records[middle:]
            return await self._apply(owners, place, first) and await self._apply(owners, place, second)
        owners.stop(place, repr(error))
        self._metrics.stopped_partitions.labels(self.group, self._stream(place).topic).inc()
        log.error(
            "partition_stopped",
            group=self.group,
            topic=place.topic,
            part=place.partition,
            offset=records[0].offset,
            error=repr(error),
            exc_info=error,
        )
        return False

    async def _heal(self, key: ParkedKey, place: Place) -> None:
        """Apply what waited for a hole that is now filled."""
        try:
            async with self._database.transaction() as session:
                await self.applier.release(session, key, place)
        except ReleaseRefused as error:
            log.warning("key_stays_parked", group=self.group, key=key.key, error=str(error))

    async def _look_after(self, owners: Owners) -> None:
        """Do, from time to time, what no single batch needs."""
        await owners.take_over()
        now = clock.monotonic()
        if now - self._checked_at > self._settings.consumer_log_check_seconds:
            self._checked_at = now
            await owners.check_log()
            await self._heal_filled()
        if now - self._committed_at > self._settings.consumer_commit_seconds:
            self._committed_at = now
            await owners.commit()
        if now - self._measured_at > MEASURE_SECONDS:
            self._measured_at = now
            owners.measure()

    async def _heal_filled(self) -> None:
        """Release keys whose hole was filled by a batch that crashed before it could."""
        async with self._database.transaction() as session:
            keys = await parking_store.healable(session, self.group)
            found = [(key, await parking_store.partition(session, key)) for key in keys]
        for key, parked in found:
            if parked is not None:
                await self._heal(key, Place(self.group, self._topics.name(key.stream), parked[0]))

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

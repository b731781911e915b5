"""The consumer of one subscription: each partition's batches applied once, whatever crashes or rebalances in between.

Kafka's group decides who works; the database decides who may write. An owner that was frozen, or that Kafka forgot,
fails its fence, rolls back and lets go.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Generic

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import NoOffsetForPartitionError, OffsetOutOfRangeError

from shared import clock
from shared.db import Database, is_weather
from shared.errors import Weather
from shared.messaging import kafka
from shared.messaging.applying import Record
from shared.messaging.batches import Applier
from shared.messaging.handlers import Subscription, W
from shared.messaging.log_watch import LogWatch
from shared.messaging.owners import Owners
from shared.messaging.parking import Parking
from shared.messaging.rounds import Fetched, Rounds, are_few, gathering
from shared.messaging.settings import BackboneSettings
from shared.messaging.signals import Signal, any_of
from shared.messaging.topics import Topics
from shared.observe.logs import get_log
from shared.observe.metrics import BackboneMetrics
from shared.observe.waiting import waiting_at

log = get_log()

MEASURE_SECONDS = 0.5
FETCH_SECONDS_MAX = 2.0
"""How long a fetch may take beyond its own wait: aiokafka waits for the end of a rebalance without a bound."""


class Stalled(Weather):
    """A consumer has waited for something that does not come; it connects anew."""


@dataclass(frozen=True, slots=True)
class _Connection(Generic[W]):
    """One connection to Kafka, the partitions that it serves, and what works on them."""

    client: AIOKafkaConsumer
    owners: Owners
    watch: LogWatch
    rounds: Rounds[W]


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
        self._applier = Applier(database, subscription, self.group, settings=settings, metrics=metrics)
        self.parking = Parking(self._applier, replay_max=settings.consumer_batch_max)
        self._database = database
        self._topics = topics
        self._settings = settings
        self._metrics = metrics
        self._changed = changed
        self._topic_names = [topics.name(stream) for stream in subscription.streams]
        self._owners: Owners | None = None
        self._failures = 0
        self._trouble: str | None = None
        self._troubled_at = 0.0
        self._in_touch_at = 0.0
        self._checked_at = 0.0
        self._committed_at = 0.0

    def trouble(self) -> str | None:
        """Say what keeps this consumer from serving what Kafka gave to this process; nothing if all is well."""
        if self._owners is None:
            return "is not connected to Kafka"
        if self._trouble is None or self._owners.stopped:
            return self._owners.trouble()
        return f"waits: {self._trouble[:300]}"

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
        jitter = random.uniform(0.5, 1.0)  # noqa: S311  # not a secret
        await any_of(stopping.wait(), seconds=longest * jitter)

    async def _consume(self, stopping: asyncio.Event) -> None:
        client = await kafka.start_consumer(
            self._topics.servers,
            client_id=f"{self.group}",
            group=self.group,
            session_timeout_seconds=self._settings.consumer_session_timeout_seconds,
            rebalance_timeout_seconds=self._settings.consumer_rebalance_seconds,
        )
        reader: AIOKafkaConsumer | None = None
        owners = Owners(
            self._database,
            self._topics,
            self.group,
            client=client,
            fenced_seconds=self._settings.consumer_fenced_seconds,
            metrics=self._metrics,
        )
        try:
            reader = await kafka.start_reader(self._topics.servers, client_id=f"{self.group}-guard")
            watch = LogWatch(self._database, self._topics, owners, client=client, reader=reader)
            self._owners, self._trouble = owners, None
            rounds = Rounds(
                self._database,
                self._topics,
                owners,
                watch,
                applier=self._applier,
                parking=self.parking,
                settings=self._settings,
            )
            connection = _Connection(client, owners, watch, rounds)
            client.subscribe(topics=self._topic_names, listener=owners)
            self._in_touch_at = clock.monotonic()
            async with self._measured(owners):
                while not stopping.is_set():
                    await self._in_time(self._step(connection, stopping))
        finally:
            self._owners = None
            owners.forget_lag()
            await asyncio.gather(*(kafka.stop(each) for each in (client, reader) if each is not None))

    async def _in_time(self, step: Coroutine[Any, Any, None]) -> None:
        """Give up a step that does not end, whatever it waits for, and say where; raises Stalled."""
        task = asyncio.ensure_future(step)
        try:
            await asyncio.wait({task}, timeout=self._settings.consumer_step_seconds_max)
            if not task.done():
                log.error("consumer_stalled", group=self.group, waits_at=waiting_at(task))
                raise Stalled(f"a step took more than {self._settings.consumer_step_seconds_max:.0f} s")
            task.result()
        finally:
            task.cancel()
            await asyncio.wait({task}, timeout=kafka.STOP_TIMEOUT_SECONDS)
            if task.done() and not task.cancelled():
                task.exception()

    async def _step(self, connection: _Connection[W], stopping: asyncio.Event) -> None:
        fetched = await self._fetch(connection)
        if fetched:
            await self._serve(connection, fetched, stopping)
        try:
            await self._look_after(connection)
        except Exception as error:
            if not self._endures(error):
                raise
        else:
            self._trouble = None

    async def _serve(self, connection: _Connection[W], fetched: Fetched, stopping: asyncio.Event) -> None:
        """Apply records; a few, so that others come together meanwhile."""
        begun = clock.monotonic()
        with connection.owners.asking_nothing() if are_few(fetched, self._settings) else nullcontext():
            await connection.rounds.serve(fetched, stopping)
            self._failures = 0
            self._changed.set()
            await asyncio.sleep(gathering(fetched, clock.monotonic() - begun, self._settings))

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

    def _check(self, client: AIOKafkaConsumer) -> None:
        """See that a client still does its part; raises KafkaAway if not, or Stalled.

        One that has lost its group would hold on to what others serve, and hear of nobody who is gone.
        """
        kafka.check_alive(client)
        now = clock.monotonic()
        if kafka.is_in_touch(client):
            self._in_touch_at = now
        elif now - self._in_touch_at > self._settings.consumer_step_seconds_max:
            raise Stalled("this client has lost its group")

    async def _fetch(self, connection: _Connection[W]) -> dict[TopicPartition, list[Record]]:
        wait = self._settings.consumer_poll_seconds
        self._check(connection.client)
        try:
            async with asyncio.timeout(wait + FETCH_SECONDS_MAX):
                fetched = await connection.client.getmany(
                    timeout_ms=int(wait * 1000), max_records=self._settings.consumer_fetch_max
                )
        except (NoOffsetForPartitionError, TimeoutError):
            # Nobody has sought yet, or the group is not settled; take_over will, and until then nothing is served.
            return {}
        except OffsetOutOfRangeError:
            await connection.watch.out_of_range(
                self._topic_names, grace_seconds=self._settings.relay_loss_grace_seconds
            )
            return {}
        return {place: [record_of(message) for message in messages] for place, messages in fetched.items()}

    async def _look_after(self, connection: _Connection[W]) -> None:
        """Do, from time to time, what no single batch needs."""
        await connection.watch.take_over(self._topic_names)
        now = clock.monotonic()
        if now - self._checked_at > self._settings.consumer_log_check_seconds:
            await connection.watch.look(self._topic_names, grace_seconds=self._settings.relay_loss_grace_seconds)
            await connection.rounds.heal_filled()
            self._checked_at = now
        if now - self._committed_at > self._settings.consumer_commit_seconds:
            self._committed_at = now
            await connection.owners.commit()

    @asynccontextmanager
    async def _measured(self, owners: Owners) -> AsyncIterator[None]:
        """Show how far behind each partition is, also while a batch takes long: just then somebody wants to know."""

        async def measure() -> None:
            while True:
                owners.measure()
                self._show_stopped(owners)
                await asyncio.sleep(MEASURE_SECONDS)

        measuring = asyncio.create_task(measure())
        try:
            yield
        finally:
            measuring.cancel()
            await asyncio.wait({measuring})
            if not measuring.cancelled():
                measuring.result()  # A fault of ours in it is not passed over.

    def _show_stopped(self, owners: Owners) -> None:
        for stream in self.subscription.streams:
            stopped = sum(1 for place in owners.stopped if place.topic == self._topics.name(stream))
            self._metrics.stopped_partitions.labels(self.group, stream.topic).set(stopped)


def record_of(message: object) -> Record:
    """Read what aiokafka gives."""
    return Record(
        offset=message.offset,  # type: ignore[attr-defined]  # aiokafka's ConsumerRecord is untyped
        key=message.key,  # type: ignore[attr-defined]
        value=message.value,  # type: ignore[attr-defined]
        headers=message.headers,  # type: ignore[attr-defined]
        timestamp=message.timestamp,  # type: ignore[attr-defined]
    )

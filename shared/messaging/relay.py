"""The relay: one leader per service publishes what the outbox holds, always from the lowest number upwards.

Invariant: per key, first deliveries reach Kafka in the order of key_seq. A row is forgotten only after its ack; a
failed or late ack drops the producer and starts again from the lowest pending row, so a leader can repeat but never
reorder, and neither can one that was frozen and wakes up late.
"""

import asyncio
import random
from dataclasses import dataclass
from typing import TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from shared import clock
from shared.db import DATABASE_ERRORS
from shared.errors import Weather
from shared.events.envelope import Stream
from shared.messaging import kafka
from shared.messaging.kafkalog import DatabaseWentBack, LogGuard
from shared.messaging.publisher import Publisher, Suspicions
from shared.messaging.relay_store import RelaySession
from shared.messaging.settings import BackboneSettings
from shared.messaging.signals import any_of
from shared.messaging.topics import TOPIC_CONFIGS, Topics
from shared.observe.logs import get_log
from shared.observe.metrics import BackboneMetrics

log = get_log()

T = TypeVar("T")

READY_AGAIN_SECONDS = 60.0
"""How often a follower sees that its clients are still connected: Kafka ends what nobody has used for ten minutes."""
RELAY_WEATHER = (*kafka.KAFKA_WEATHER, *DATABASE_ERRORS, Weather)


@dataclass(frozen=True, slots=True)
class Outbox:
    """Whose outbox is published: the relay's own DSN, the CloudEvents source, the streams that it tells on."""

    dsn: str
    source: str
    streams: frozenset[Stream]


class Relay:
    """Publishes one service's outbox while this process leads; follows, ready to take over, while another does."""

    def __init__(self, outbox: Outbox, topics: Topics, *, settings: BackboneSettings, metrics: BackboneMetrics) -> None:
        self._outbox = outbox
        self._topics = topics
        self._settings = settings
        self._metrics = metrics
        self._woken = asyncio.Event()
        self._suspicions = Suspicions()
        self._failures = 0
        self._leads = False
        self.trouble: str | None = None
        """What an operator must put right for facts to be kept; known to the leader."""

    def wake(self) -> None:
        """Say that something was told; called after the commit."""
        self._woken.set()

    def _hear(self) -> None:
        """Be woken by another process of this service; a follower would only wake the others again."""
        if self._leads:
            self.wake()

    async def run(self, stopping: asyncio.Event) -> None:
        """Follow, lead, and begin again after every failure, until the service stops."""
        while not stopping.is_set():
            begun = clock.monotonic()
            try:
                await self._serve(stopping)
            except RELAY_WEATHER as error:
                if isinstance(error, DatabaseWentBack):
                    self.trouble = f"{error}: it was restored to an earlier moment"
                if clock.monotonic() - begun > self._settings.relay_backoff_seconds_max:
                    self._failures = 0  # They are over: a follower never publishes, and would count them for ever.
                self._failures += 1
                self._metrics.publish_failures_total.labels(type(error).__name__).inc()
                log.warning("relay_failed", error=repr(error), failures=self._failures)
                longest = min(self._settings.relay_backoff_seconds_max, 0.05 * 2 ** min(self._failures, 10))
                jitter = random.uniform(0.5, 1.0)  # noqa: S311  # not a secret
                await any_of(stopping.wait(), seconds=longest * jitter)  # a wake-up makes no failure pass sooner

    async def _serve(self, stopping: asyncio.Event) -> None:
        session = await RelaySession.open(self._outbox.dsn, source=self._outbox.source, settings=self._settings)
        clients, checking = _Clients(self._topics, self._outbox.streams), asyncio.ensure_future(self._check_topics())
        try:
            await session.listen(self._hear)
            await session.get_ready()
            while not stopping.is_set() and not await session.try_lead():
                clients.look()
                if self._woken.is_set():
                    self._woken.clear()
                    await session.notify()
                await self._nap(self._settings.relay_follow_seconds, stopping)
            if not stopping.is_set():
                await self._lead(session, clients, stopping)
        finally:
            await _end(checking)
            await clients.close()  # before the lock is let go: nothing of this term reaches Kafka in the next one
            await session.close()
            if not checking.cancelled():
                checking.result()  # A fault of ours in it is no weather.

    async def _lead(self, session: RelaySession, clients: "_Clients", stopping: asyncio.Event) -> None:
        """Publish with one producer until it fails or the service stops."""
        guard = LogGuard(session, self._topics, self._settings)
        try:
            producer, reader = await guard.alive(asyncio.shield(clients.started))
            await guard.start(reader, self._outbox.streams)
            self._leads = True
            log.info("relay_leads", source=self._outbox.source)
            self._metrics.relay_leader.set(1)
            publisher = Publisher(
                producer,
                session,
                guard,
                topics=self._topics,
                suspicions=self._suspicions,
                settings=self._settings,
                metrics=self._metrics,
            )
            await self._drain(session, publisher, guard, stopping)
            clients.are_sound = True
        finally:
            self._leads = False
            self._metrics.relay_leader.set(0)

    async def _check_topics(self) -> None:
        """See that Kafka keeps for ever what is published; otherwise say so, and publish all the same.

        It keeps nobody waiting: while brokers come and go, publishing may go on before one of them tells.
        """
        wanted = {self._topics.name(stream): TOPIC_CONFIGS[stream] for stream in self._outbox.streams}
        while True:
            try:
                wrong = await kafka.config_differences(self._topics.servers, wanted)
                break
            except kafka.KafkaAway as error:
                log.warning("topics_not_checked", error=repr(error))
                await asyncio.sleep(self._settings.relay_backoff_seconds_max)
        self.trouble = f"Kafka would forget facts: {'; '.join(wrong)}" if wrong else None
        if wrong:
            log.error("topic_not_kept", differences=wrong)

    async def _drain(
        self, session: RelaySession, publisher: Publisher, guard: LogGuard, stopping: asyncio.Event
    ) -> None:
        while not stopping.is_set():
            self._woken.clear()
            await guard.look()
            rows = await session.pending(self._settings.relay_batch_max, self._settings.relay_batch_bytes_max)
            if rows:
                await publisher.publish(rows)
                self._failures = 0
            await guard.checkpoint()
            if not rows:
                await self._nap(self._settings.relay_poll_seconds, stopping)

    async def _nap(self, seconds: float, stopping: asyncio.Event) -> None:
        """Sleep until woken, stopped or the time is over."""
        if stopping.is_set():
            return
        await any_of(self._woken.wait(), stopping.wait(), seconds=seconds)


async def _end(task: "asyncio.Future[T]") -> bool:
    """Let a task end; tells whether it has done what it was to do."""
    task.cancel()
    await asyncio.wait({task})
    return not task.cancelled() and task.exception() is None


class _Clients:
    """The producer and the reader of one term: they connect while this process follows, so that it can lead at once."""

    def __init__(self, topics: Topics, streams: frozenset[Stream]) -> None:
        self.started = asyncio.ensure_future(self._start(topics))
        self._names = [topics.name(stream) for stream in streams]
        self._ready: asyncio.Future[None] | None = None
        self._ready_at = 0.0
        self.are_sound = False
        """Whether everything sent was acknowledged, so that they may end in good order."""

    @staticmethod
    async def _start(topics: Topics) -> tuple[AIOKafkaProducer, AIOKafkaConsumer]:
        producer = await kafka.start_producer(topics.servers, client_id=f"{topics.namespace}-relay")
        try:
            return producer, await kafka.start_reader(topics.servers, client_id=f"{topics.namespace}-relay-guard")
        except BaseException:
            await kafka.stop(producer)
            raise

    def look(self) -> None:
        """Keep them ready to publish at once; raises KafkaAway if they could not connect, so that others are taken."""
        if not self.started.done():
            return
        clients = self.started.result()
        if self._ready is None or (self._ready.done() and clock.monotonic() - self._ready_at > READY_AGAIN_SECONDS):
            self._ready, self._ready_at = asyncio.ensure_future(self._get_ready(clients)), clock.monotonic()

    async def _get_ready(self, clients: tuple[AIOKafkaProducer, AIOKafkaConsumer]) -> None:
        await asyncio.gather(*(kafka.get_ready(client, self._names) for client in clients))

    async def close(self) -> None:
        """End them, whether they have started or not."""
        if self._ready is not None:
            await _end(self._ready)
        if await _end(self.started):
            producer, reader = self.started.result()
            await asyncio.gather(kafka.stop(producer) if self.are_sound else kafka.drop(producer), kafka.stop(reader))

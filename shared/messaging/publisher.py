"""One term's publishing: rows to Kafka, a batch per partition and cycle, forgotten only after their acknowledgement."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTimestampError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    RecordTooLargeError,
)

from shared.errors import Weather
from shared.events.envelope import Stream, write_headers
from shared.messaging import kafka
from shared.messaging.kafkalog import LogGuard
from shared.messaging.relay_store import Acknowledged, RelaySession, Row
from shared.messaging.settings import BackboneSettings
from shared.messaging.topics import Topics, partition_of
from shared.observe.logs import get_log
from shared.observe.metrics import BackboneMetrics

log = get_log()

POISON = (MessageSizeTooLargeError, RecordListTooLargeError, RecordTooLargeError, InvalidTimestampError)
"""Errors that say something about one record, not about the state of the broker."""


class PublishFailed(Weather):
    """Kafka did not confirm everything; the producer is given up and a new one starts from the lowest pending row."""


@dataclass(slots=True)
class Suspicions:
    """Rows that Kafka refused for good: they go one by one until the culprit is known. Outlives a producer."""

    until: dict[tuple[int, int], int] = field(default_factory=dict)
    failures: dict[int, int] = field(default_factory=dict)

    def careful(self, place: tuple[int, int], rows: Sequence[Row]) -> Sequence[Row]:
        """Choose what to send of a partition's rows: one alone while the partition is under suspicion."""
        until = self.until.get(place)
        if until is None:
            return rows
        if rows[0].seq <= until:
            return rows[:1]
        del self.until[place]
        return rows

    def refused(self, batch: "Batch") -> int:
        """Note that Kafka refused a batch for good; tells how often its only row has failed alone."""
        self.until[batch.place] = max(batch.rows[-1].seq, self.until.get(batch.place, 0))
        if len(batch.rows) > 1:
            return 0
        seq = batch.rows[0].seq
        self.failures[seq] = self.failures.get(seq, 0) + 1
        return self.failures[seq]


@dataclass(slots=True)
class Batch:
    """Rows of one partition on their way to Kafka."""

    place: tuple[int, int]
    rows: list[Row]
    ack: "asyncio.Future[object]"


class Publisher:
    """Publishes pending rows with one producer; after any PublishFailed it is finished."""

    def __init__(
        self,
        producer: AIOKafkaProducer,
        session: RelaySession,
        guard: LogGuard,
        *,
        topics: Topics,
        suspicions: Suspicions,
        settings: BackboneSettings,
        metrics: BackboneMetrics,
    ) -> None:
        self._producer = producer
        self._session = session
        self._guard = guard
        self._topics = topics
        self._suspicions = suspicions
        self._settings = settings
        self._metrics = metrics

    async def publish(self, rows: Sequence[Row]) -> None:
        """Publish rows and forget what Kafka confirmed; raises PublishFailed when it did not confirm all."""
        good = await self._put_aside(rows)
        by_place: dict[tuple[int, int], list[Row]] = {}
        for row in good:
            part = partition_of(row.header.key, self._guard.partitions(row.topic))
            by_place.setdefault((row.topic, part), []).append(row)
        batches = [
            await self._guard.alive(self._send(place, self._suspicions.careful(place, mine)))
            for place, mine in by_place.items()
        ]
        if batches:
            await self._guard.alive(self._acks(batches))
            await self._settle(batches)

    async def _put_aside(self, rows: Sequence[Row]) -> list[Row]:
        """Hold rows of blocked keys, block the keys of rows that cannot be sent at all, and give the others."""
        broken = {(row.topic, row.header.key): row for row in reversed(rows) if self._flaw(row) and not row.blocked}
        for row in broken.values():
            await self._block(row, self._flaw(row) or "")
        blocked = [row.seq for row in rows if row.blocked or (row.topic, row.header.key) in broken]
        if blocked:
            await self._session.hold(blocked)
        return [row for row in rows if not row.blocked and (row.topic, row.header.key) not in broken]

    def _flaw(self, row: Row) -> str | None:
        if not self._guard.knows(row.topic):
            return f"this service tells nothing on stream {row.topic}"
        return row.broken

    async def _block(self, row: Row, error: str) -> None:
        await self._session.block(row, error)
        topic = Stream(row.topic).topic if row.topic in set(Stream) else str(row.topic)
        log.error("key_blocked", topic=topic, key=row.header.key, seq=row.seq, error=error)

    async def _send(self, place: tuple[int, int], rows: Sequence[Row]) -> Batch:
        builder = self._producer.create_batch()
        taken: list[Row] = []
        for row in rows:
            appended = builder.append(
                key=row.header.key.encode(),
                value=row.payload,
                timestamp=int(row.header.recorded_at.timestamp() * 1000),
                headers=write_headers(row.header),
            )
            if appended is None:
                break
            taken.append(row)
        try:
            async with asyncio.timeout(self._settings.relay_ack_timeout_seconds):
                ack = await self._producer.send_batch(builder, self._topics.name(Stream(place[0])), partition=place[1])
        except kafka.KAFKA_WEATHER as error:
            raise PublishFailed(repr(error)) from error
        # Once one batch has failed nobody asks the others; asyncio would call that an error of its own.
        ack.add_done_callback(lambda done: done.cancelled() or done.exception())
        return Batch(place, taken, ack)

    async def _acks(self, batches: Sequence[Batch]) -> None:
        await asyncio.wait([batch.ack for batch in batches], timeout=self._settings.relay_ack_timeout_seconds)

    async def _settle(self, batches: Sequence[Batch]) -> None:
        done, failures = [], []
        for batch in batches:
            error = batch.ack.exception() if batch.ack.done() else TimeoutError("no acknowledgement in time")
            if error is None:
                done.append(self._confirmed(batch))
            else:
                failures.append((batch, error))
        if done:
            await self._guard.tell_newest_again()  # first: once this is acknowledged, no other leader sees the need
            await self._session.acknowledge(done)
        for confirmed in done:
            self._metrics.published_total.labels(Stream(confirmed.topic).topic).inc(len(confirmed.seqs))
            self._metrics.batch_size.labels("relay").observe(len(confirmed.seqs))
        for batch, error in failures:
            await self._failed(batch, error)
        if failures:
            raise PublishFailed(repr(failures[0][1]))

    def _confirmed(self, batch: Batch) -> Acknowledged:
        stream, part = batch.place
        first: int = batch.ack.result().offset  # type: ignore[attr-defined]  # RecordMetadata, untyped
        last = first + len(batch.rows) - 1
        if not self._guard.goes_on(stream, part, first=first, last=last):
            raise PublishFailed(f"partition {part} of {Stream(stream).topic} went back to offset {first}")
        for row in batch.rows if self._suspicions.failures else ():
            self._suspicions.failures.pop(row.seq, None)
        return Acknowledged(
            seqs=[row.seq for row in batch.rows],
            topic=stream,
            part=part,
            topic_id=self._guard.topic_id(stream),
            offset=last,
            event_id=batch.rows[-1].header.id,
        )

    async def _failed(self, batch: Batch, error: BaseException) -> None:
        if not isinstance(error, POISON):
            return
        if self._suspicions.refused(batch) >= self._settings.relay_poison_tries:
            row = batch.rows[0]
            await self._block(row, repr(error))
            self._suspicions.failures.pop(row.seq, None)

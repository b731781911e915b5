"""What an operator can see and repair: parked keys of the consumers, blocked keys of the outbox, facts told again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import TOLD, Database, after_commit
from shared.errors import Kind, Refusal
from shared.events.envelope import STREAM_OF_TOPIC, Stream
from shared.messaging import outbox, parking_store
from shared.messaging.batches import Applier, ReleaseRefused
from shared.messaging.consumer_store import Place
from shared.messaging.parking_store import Operation, ParkedKey
from shared.messaging.topics import Topics
from shared.observe.logs import get_log
from shared.sql import Statement

log = get_log()

RELEASE_ROUNDS_MAX = 1000

_PARKED = Statement(
    """
    SELECT k.grp, k.topic, k.key, k.part, k.cause, k.error, k.parked_at, first.event_id, first.key_seq, first.payload,
      (SELECT count(*) FROM parked_event e WHERE (e.grp, e.topic, e.key) = (k.grp, k.topic, k.key)) AS waiting
    FROM parked_key k
    LEFT JOIN LATERAL (SELECT event_id, key_seq, payload FROM parked_event e
      WHERE (e.grp, e.topic, e.key) = (k.grp, k.topic, k.key) ORDER BY key_seq, record_off LIMIT 1) first ON true
    WHERE (k.grp, k.topic, k.key) > (:grp, :topic, :key)
    ORDER BY k.grp, k.topic, k.key LIMIT :limit
    """
)
_FIRST_PARKED = Statement(
    "SELECT payload FROM parked_event WHERE grp = :grp AND topic = :topic AND key = :key "
    "ORDER BY key_seq, record_off LIMIT 1"
)
_FIRST_BLOCKED = Statement(
    "SELECT e.payload FROM outbox_blocked b JOIN event_log e ON e.seq = b.seq WHERE b.topic = :topic AND b.key = :key"
)
_BLOCKED = Statement(
    """
    SELECT b.topic, b.key, b.seq, b.error, b.blocked_at, e.event_id, e.key_seq, e.type, e.payload,
      (SELECT count(*) FROM outbox_held h WHERE (h.topic, h.key) = (b.topic, b.key)) AS waiting
    FROM outbox_blocked b JOIN event_log e ON e.seq = b.seq
    WHERE (b.topic, b.key) > (:topic, :key) ORDER BY b.topic, b.key LIMIT :limit
    """
)
_UNBLOCK = Statement(
    """
    WITH freed AS (DELETE FROM outbox_held WHERE topic = :topic AND key = :key RETURNING seq),
    back AS (INSERT INTO outbox_pending (seq) SELECT seq FROM freed ON CONFLICT DO NOTHING RETURNING 1)
    SELECT count(*) FROM back
    """
)
_BLOCKED_SEQ = Statement("SELECT seq FROM outbox_blocked WHERE topic = :topic AND key = :key FOR UPDATE")
_FORGET_BLOCKED = Statement("DELETE FROM outbox_blocked WHERE topic = :topic AND key = :key")
_DISCARD = Statement(
    "INSERT INTO outbox_discarded (seq, reason, discarded_by) VALUES (:seq, :reason, :actor) ON CONFLICT DO NOTHING"
)
_LOG = Statement(
    "INSERT INTO operation_log (actor, action, subject, reason) VALUES (:actor, :action, :subject, :reason)"
)
_COUNTS = Statement(
    """
    SELECT (SELECT count(*) FROM parked_key) AS parked, (SELECT count(*) FROM outbox_blocked) AS blocked,
      (SELECT count(*) FROM outbox_pending) AS pending,
      COALESCE((SELECT extract(epoch FROM clock_timestamp() - recorded_at) FROM event_log
                WHERE seq = (SELECT min(seq) FROM outbox_pending)), 0)::float AS age
    """
)
_PARKED_BY = Statement("SELECT grp, topic, count(*) AS parked FROM parked_key GROUP BY grp, topic")


class KeyNotParked(Refusal):
    """No such key is parked here."""

    kind = Kind.NOT_FOUND


class KeyNotBlocked(Refusal):
    """No such key is blocked in this outbox."""

    kind = Kind.NOT_FOUND


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits in a service's backbone."""

    parked: int
    blocked: int
    pending: int
    pending_age_seconds: float


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """A parked key: why, since when, and what waits behind its first event."""

    group: str
    topic: str
    key: str
    partition: int
    cause: str
    error: str
    parked_at: datetime
    event_id: str | None
    key_seq: int | None
    payload: bytes | None
    waiting: int


@dataclass(frozen=True, slots=True)
class BlockedRow:
    """A key whose next fact Kafka refuses for good."""

    topic: str
    key: str
    seq: int
    event_id: str
    key_seq: int
    type: str
    error: str
    blocked_at: datetime
    payload: bytes
    waiting: int


class Operations:
    """An operator's hands on one service's backbone; every action is written to operation_log."""

    def __init__(self, database: Database, topics: Topics, appliers: Mapping[str, Applier[Any]]) -> None:
        self._database = database
        self._topics = topics
        self._appliers = appliers

    async def counts(self) -> Counts:
        """Count what waits."""
        async with self._database.transaction() as session:
            row = await _COUNTS.one(session)
        return Counts(row.parked, row.blocked, row.pending, row.age)

    async def parked_by_stream(self) -> list[tuple[str, str, int]]:
        """Count the parked keys of each group and topic."""
        async with self._database.transaction() as session:
            rows = await _PARKED_BY.rows(session)
        return [(row.grp, Stream(row.topic).topic, row.parked) for row in rows]

    async def parked(self, after: tuple[str, str, str], limit: int) -> list[ParkedRow]:
        """List parked keys in the order of (group, topic, key), from after a place."""
        group, topic, key = after
        number = int(STREAM_OF_TOPIC[topic]) if topic in STREAM_OF_TOPIC else 0
        async with self._database.transaction() as session:
            rows = await _PARKED.rows(session, {"grp": group, "topic": number, "key": key, "limit": limit})
        return [
            ParkedRow(
                group=row.grp,
                topic=Stream(row.topic).topic,
                key=row.key,
                partition=row.part,
                cause=row.cause,
                error=row.error,
                parked_at=row.parked_at,
                event_id=None if row.event_id is None else str(row.event_id),
                key_seq=row.key_seq,
                payload=row.payload,
                waiting=row.waiting,
            )
            for row in rows
        ]

    async def first_parked(self, group: str, topic: str, key: str) -> bytes | None:
        """Give the data of the first event that waits for a parked key; none if there is none."""
        return await self._first(_FIRST_PARKED, topic, {"grp": group, "key": key})

    async def first_blocked(self, topic: str, key: str) -> bytes | None:
        """Give the data of the fact of a blocked key that Kafka refuses; none if there is none."""
        return await self._first(_FIRST_BLOCKED, topic, {"key": key})

    async def _first(self, statement: Statement, topic: str, place: Mapping[str, str]) -> bytes | None:
        number = int(STREAM_OF_TOPIC[topic]) if topic in STREAM_OF_TOPIC else 0
        async with self._database.transaction() as session:
            found: bytes | None = await statement.value(session, {**place, "topic": number})
        return found

    async def release(self, group: str, topic: str, key: str, operation: Operation) -> int:
        """Apply what waits for a parked key, in order, as far as it goes; tells how many events.

        Raises KeyNotParked, and ReleaseRefused if not even the first can be applied.
        """
        applied = 0
        for _ in range(RELEASE_ROUNDS_MAX):
            try:
                done = await self._release_some(group, topic, key)
            except (KeyNotParked, ReleaseRefused):
                if not applied:
                    raise
                break
            applied += done
            if not done:
                break
        await self._note("release", f"{group} {topic}/{key}", operation)
        return applied

    async def _release_some(self, group: str, topic: str, key: str) -> int:
        async with self._database.transaction() as session:
            parked, place = await self._find(session, group, topic, key)
            if place is None:
                raise KeyNotParked(group=group, topic=topic, key=key)
            return await self._appliers[group].release(session, parked, place)

    async def discard(self, group: str, topic: str, key: str, operation: Operation) -> int:
        """Throw the first parked event away for good and apply what waits behind it. Raises KeyNotParked."""
        async with self._database.transaction() as session:
            parked, place = await self._find(session, group, topic, key)
            if place is None:
                raise KeyNotParked(group=group, topic=topic, key=key)
            applied = await self._appliers[group].discard(session, parked, place, operation)
            await _write(session, "discard", f"{group} {topic}/{key}", operation)
        return applied

    async def _find(self, session: AsyncSession, group: str, topic: str, key: str) -> tuple[ParkedKey, Place | None]:
        if group not in self._appliers or topic not in STREAM_OF_TOPIC:
            raise KeyNotParked(group=group, topic=topic, key=key)
        parked = ParkedKey(group, STREAM_OF_TOPIC[topic], key)
        found = await parking_store.partition(session, parked)
        if found is None:
            return parked, None
        return parked, Place(group, self._topics.name(parked.stream), found[0])

    async def blocked(self, after: tuple[str, str], limit: int) -> list[BlockedRow]:
        """List blocked keys in the order of (topic, key), from after a place."""
        topic, key = after
        number = int(STREAM_OF_TOPIC[topic]) if topic in STREAM_OF_TOPIC else 0
        async with self._database.transaction() as session:
            rows = await _BLOCKED.rows(session, {"topic": number, "key": key, "limit": limit})
        return [
            BlockedRow(
                topic=Stream(row.topic).topic,
                key=row.key,
                seq=row.seq,
                event_id=str(row.event_id),
                key_seq=row.key_seq,
                type=row.type,
                error=row.error,
                blocked_at=row.blocked_at,
                payload=row.payload,
                waiting=row.waiting,
            )
            for row in rows
        ]

    async def unblock(self, topic: str, key: str, operation: Operation, *, discard: bool = False) -> int:
        """Return a blocked key's facts to the outbox; with discard, the first goes out as a mere tombstone.

        The tombstone keeps the key's numbering whole: consumers advance past it. Raises KeyNotBlocked.
        """
        if topic not in STREAM_OF_TOPIC:
            raise KeyNotBlocked(topic=topic, key=key)
        place = {"topic": int(STREAM_OF_TOPIC[topic]), "key": key}
        async with self._database.transaction() as session:
            seq = await _BLOCKED_SEQ.value(session, place)
            if seq is None:
                raise KeyNotBlocked(topic=topic, key=key)
            if discard:
                await _DISCARD.run(session, {"seq": seq, "reason": operation.reason, "actor": operation.actor})
            back: int = await _UNBLOCK.value(session, place)
            await _FORGET_BLOCKED.run(session, place)
            await _write(session, "discard-blocked" if discard else "unblock", f"{topic}/{key}", operation)
            after_commit(session, session.info[TOLD])
        return back

    async def republish(self, topic: str, *, first: int, last: int, key: str | None, operation: Operation) -> int:
        """Queue facts for Kafka once more, by their place in event_log; tells how many."""
        if topic not in STREAM_OF_TOPIC:
            raise KeyNotBlocked(topic=topic, key=key)
        async with self._database.transaction() as session:
            queued = await outbox.republish(session, topic=int(STREAM_OF_TOPIC[topic]), first=first, last=last, key=key)
            await _write(session, "republish", f"{topic} {first}..{last} {key or ''}".strip(), operation)
        return queued

    async def _note(self, action: str, subject: str, operation: Operation) -> None:
        async with self._database.transaction() as session:
            await _write(session, action, subject, operation)


async def _write(session: AsyncSession, action: str, subject: str, operation: Operation) -> None:
    await _LOG.run(
        session, {"actor": operation.actor, "action": action, "subject": subject, "reason": operation.reason}
    )
    log.info("operation", actor=operation.actor, action=action, subject=subject, reason=operation.reason)

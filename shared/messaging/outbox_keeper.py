"""An operator's hands on a service's outbox: keys that Kafka refuses, and facts to tell it once more."""

from dataclasses import dataclass
from datetime import datetime

from shared.db import TOLD, Database, after_commit
from shared.errors import Kind, Refusal
from shared.events.envelope import STREAM_OF_TOPIC, Stream
from shared.messaging import outbox
from shared.messaging.operation_log import Operation, note
from shared.messaging.parking import EventNotFirst
from shared.messaging.topics import COMPACTED
from shared.sql import Statement
from shared.types import EventId

REPUBLISH_STEP = 20_000

_BLOCKED = Statement(
    """
    SELECT b.topic, b.key, b.seq, b.error, b.blocked_at, e.event_id, e.key_seq, e.type, e.payload,
      (SELECT count(*) FROM outbox_held h WHERE (h.topic, h.key) = (b.topic, b.key)) AS waiting
    FROM outbox_blocked b JOIN event_log e ON e.seq = b.seq
    WHERE (b.topic, b.key) > (:topic, :key) ORDER BY b.topic, b.key LIMIT :limit
    """
)
_FIRST = Statement(
    "SELECT e.payload FROM outbox_blocked b JOIN event_log e ON e.seq = b.seq WHERE b.topic = :topic AND b.key = :key"
)
_LOCK = Statement(
    """
    SELECT b.seq, e.event_id FROM outbox_blocked b JOIN event_log e ON e.seq = b.seq
    WHERE b.topic = :topic AND b.key = :key FOR UPDATE OF b
    """
)
_UNBLOCK = Statement(
    """
    WITH freed AS (DELETE FROM outbox_held WHERE topic = :topic AND key = :key RETURNING seq),
    back AS (INSERT INTO outbox_pending (seq) SELECT seq FROM freed WHERE seq <> :left_out
             ON CONFLICT DO NOTHING RETURNING 1)
    SELECT count(*) FROM back
    """
)
_FORGET = Statement("DELETE FROM outbox_blocked WHERE topic = :topic AND key = :key")
_DISCARD = Statement(
    "INSERT INTO outbox_discarded (seq, reason, discarded_by) VALUES (:seq, :reason, :actor) ON CONFLICT DO NOTHING"
)


class KeyNotBlocked(Refusal):
    """No such key is blocked in this outbox."""

    kind = Kind.NOT_FOUND


class StreamUnknown(Refusal):
    """There is no such stream."""

    kind = Kind.NOT_FOUND


@dataclass(frozen=True, slots=True)
class BlockedRow:
    """A key whose next fact Kafka refuses for good."""

    topic: str
    key: str
    seq: int
    event_id: EventId
    key_seq: int
    type: str
    error: str
    blocked_at: datetime
    payload: bytes
    waiting: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Facts of a stream by their places in event_log; of one key only, if it is given."""

    topic: str
    first: int
    last: int
    key: str | None = None

    def __str__(self) -> str:
        """Write it as operation_log keeps it."""
        return f"{self.topic} {self.first}..{self.last} {self.key or ''}".strip()


class OutboxKeeper:
    """Looks after what a service has told and Kafka has not, or no longer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def blocked(self, after: tuple[str, str], limit: int) -> list[BlockedRow]:
        """List blocked keys in the order of (topic, key), from after a place."""
        topic, key = after
        number = int(STREAM_OF_TOPIC[topic]) if topic in STREAM_OF_TOPIC else 0
        async with self._database.transaction() as session:
            rows = await _BLOCKED.rows(session, {"topic": number, "key": key, "limit": limit})
        return [BlockedRow(**{**dict(row), "topic": Stream(row.topic).topic}) for row in rows]

    async def first(self, topic: str, key: str) -> bytes | None:
        """Give the data of the fact of a blocked key that Kafka refuses; none if there is none."""
        number = int(STREAM_OF_TOPIC[topic]) if topic in STREAM_OF_TOPIC else 0
        async with self._database.transaction() as session:
            found: bytes | None = await _FIRST.value(session, {"topic": number, "key": key})
        return found

    async def unblock(self, topic: str, key: str, operation: Operation) -> int:
        """Return a blocked key's facts to the outbox. Raises KeyNotBlocked."""
        async with self._database.transaction() as session:
            stream = _stream(topic, key)
            place = {"topic": int(stream), "key": key}
            if await _LOCK.row(session, place) is None:
                raise KeyNotBlocked(topic=topic, key=key)
            back: int = await _UNBLOCK.value(session, {**place, "left_out": 0})
            await _FORGET.run(session, place)
            await note(session, "unblock", f"{topic}/{key}", operation)
            after_commit(session, session.info[TOLD])
        return back

    async def discard(self, topic: str, key: str, event_id: EventId, operation: Operation) -> int:
        """Give up the fact, named by its id, that Kafka refuses, and return what waits behind it to the outbox.

        A tombstone goes out in its place, so that the key's numbering stays whole and consumers advance past it. Of a
        compacted stream nothing goes out: there a tombstone would push the last good state out of the log, and holes
        are normal. Raises KeyNotBlocked and EventNotFirst.
        """
        async with self._database.transaction() as session:
            stream = _stream(topic, key)
            place = {"topic": int(stream), "key": key}
            found = await _LOCK.row(session, place)
            if found is None:
                raise KeyNotBlocked(topic=topic, key=key)
            if found.event_id != event_id:
                raise EventNotFirst(key=key, event=event_id)
            await _DISCARD.run(session, {"seq": found.seq, "reason": operation.reason, "actor": operation.actor})
            left_out = found.seq if stream in COMPACTED else 0
            back: int = await _UNBLOCK.value(session, {**place, "left_out": left_out})
            await _FORGET.run(session, place)
            await note(session, "discard-blocked", f"{topic}/{key} {event_id}", operation)
            after_commit(session, session.info[TOLD])
        return back

    async def republish(self, stretch: Stretch, operation: Operation) -> int:
        """Queue facts for Kafka once more, in bounded steps; tells how many. Raises StreamUnknown.

        Of a compacted stream the newest fact of each key is told: an older one would push it out of the log.
        """
        stream = STREAM_OF_TOPIC.get(stretch.topic)
        if stream is None:
            raise StreamUnknown(topic=stretch.topic)
        async with self._database.transaction() as session:
            await note(session, "republish", str(stretch), operation)
            last = min(stretch.last, await outbox.highest_seq(session))
        queued = 0
        for start in range(stretch.first, last + 1, REPUBLISH_STEP):
            end = min(start + REPUBLISH_STEP - 1, last)
            async with self._database.transaction() as session:
                queued += await outbox.republish(session, stream=stream, first=start, last=end, key=stretch.key)
        return queued


def _stream(topic: str, key: str) -> Stream:
    stream = STREAM_OF_TOPIC.get(topic)
    if stream is None:
        raise KeyNotBlocked(topic=topic, key=key)
    return stream

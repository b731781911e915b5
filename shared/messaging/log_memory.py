"""What the relay remembers of Kafka's log: how far it was acknowledged, and moments at which Kafka had everything.

A place in the log is remembered with the id of the fact that stood there. The offset alone proves nothing: a log that
was cut and has grown again since has other facts at the same offsets.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from shared.types import EventId

REQUEUE_STEP = 50_000

_PROGRESS = "SELECT topic, part, topic_id, acked_offset, acked_id FROM relay_progress ORDER BY topic, part"
_CHECKPOINTS_BELOW = """
SELECT acked_offset, acked_id, good_seq FROM relay_checkpoint
WHERE topic = $1 AND part = $2 AND acked_offset < $3 ORDER BY acked_offset DESC
"""
_REQUEUE = """
INSERT INTO outbox_pending (seq)
SELECT seq FROM event_log e WHERE topic = $1 AND seq > $2 AND seq <= $3
  AND NOT EXISTS (SELECT FROM outbox_held h WHERE h.seq = e.seq)
ON CONFLICT DO NOTHING
"""
_REQUEUE_NEWEST = """
INSERT INTO outbox_pending (seq)
SELECT max(seq) FROM event_log e WHERE topic = $1 GROUP BY key
HAVING NOT EXISTS (SELECT FROM outbox_blocked b WHERE b.topic = $1 AND b.key = e.key)
ON CONFLICT DO NOTHING
"""
_NOTE = "INSERT INTO relay_loss (topic, part, from_off, to_off) VALUES ($1, $2, $3, $4)"
_FORGET = """
WITH gone AS (DELETE FROM relay_checkpoint WHERE topic = $1 AND part = $2 AND acked_offset > $3)
DELETE FROM relay_progress WHERE topic = $1 AND part = $2
"""
_UNKNOWN = """
SELECT id FROM unnest($1::uuid[]) AS u (id) WHERE NOT EXISTS (SELECT FROM event_log e WHERE e.event_id = u.id)
"""
_HIGHEST = "SELECT COALESCE(max(seq), 0) FROM event_log"
_LOWEST_WAITING = """
SELECT least((SELECT min(seq) FROM outbox_pending), (SELECT min(seq) FROM outbox_held))
"""
_CHECKPOINT = """
INSERT INTO relay_checkpoint AS c (topic, part, acked_offset, acked_id, good_seq)
SELECT topic, part, acked_offset, acked_id, $1 FROM relay_progress
ON CONFLICT (topic, part, acked_offset) DO UPDATE SET good_seq = excluded.good_seq WHERE c.good_seq < excluded.good_seq
"""
_PRUNE_CHECKPOINTS = """
DELETE FROM relay_checkpoint c USING (
  SELECT topic, part, acked_offset, row_number() OVER (PARTITION BY topic, part ORDER BY acked_offset DESC) AS age
  FROM relay_checkpoint) old
WHERE old.age > $1 AND (c.topic, c.part, c.acked_offset) = (old.topic, old.part, old.acked_offset)
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far Kafka has acknowledged one partition: its log's id, and the last fact there."""

    topic: int
    part: int
    topic_id: str
    offset: int
    event_id: EventId


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A moment at which Kafka had everything up to a number, with the last fact of one partition then."""

    offset: int
    event_id: EventId
    good_seq: int


@dataclass(frozen=True, slots=True)
class Loss:
    """A stretch of one partition that was written after Kafka had lost facts and before that was noticed."""

    topic: int
    part: int
    from_offset: int
    to_offset: int


class LogMemory:
    """The relay's memory, kept in its own database over its own session."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._connection = connection

    async def progress(self) -> list[Progress]:
        """Tell how far Kafka has acknowledged each partition."""
        return [
            Progress(row["topic"], row["part"], row["topic_id"], row["acked_offset"], event_id(row["acked_id"]))
            for row in await self._connection.fetch(_PROGRESS)
        ]

    async def checkpoints(self, lost: Progress, *, below: int) -> list[Checkpoint]:
        """List the checkpoints of a partition below an offset, newest first."""
        rows = await self._connection.fetch(_CHECKPOINTS_BELOW, lost.topic, lost.part, below)
        return [Checkpoint(row["acked_offset"], event_id(row["acked_id"]), row["good_seq"]) for row in rows]

    async def requeue(self, topic: int, *, after_seq: int) -> int:
        """Queue a topic's facts again, from after a number on; tells how many."""
        highest, queued = await self.highest_seq(), 0
        for start in range(after_seq, highest, REQUEUE_STEP):
            status = await self._connection.execute(_REQUEUE, topic, start, min(start + REQUEUE_STEP, highest))
            queued += int(status.rsplit(" ", 1)[-1])
        return queued

    async def requeue_newest(self, topics: Sequence[int]) -> None:
        """Queue the newest fact of every key of compacted topics again, so that it is the last one in the log.

        A leader that failed may have published older ones behind it, and compaction keeps the last.
        """
        for topic in topics:
            await self._connection.execute(_REQUEUE_NEWEST, topic)

    async def note(self, losses: Sequence[Loss]) -> None:
        """Remember which stretches of the log were written between a loss and its discovery."""
        await self._connection.executemany(
            _NOTE, [(one.topic, one.part, one.from_offset, one.to_offset) for one in losses]
        )

    async def forget(self, lost: Mapping[Progress, Checkpoint | None]) -> None:
        """Forget what was remembered of lost partitions beyond their last good point."""
        async with self._connection.transaction():
            for place, good in lost.items():
                await self._connection.execute(_FORGET, place.topic, place.part, -1 if good is None else good.offset)

    async def unknown(self, ids: Collection[UUID]) -> set[UUID]:
        """Tell which of these facts the service has no memory of."""
        return {event_id(row["id"]) for row in await self._connection.fetch(_UNKNOWN, list(ids))}

    async def highest_seq(self) -> int:
        """Tell the highest number given to any fact so far."""
        return int(await self._connection.fetchval(_HIGHEST))

    async def checkpoint(self, settled_seq: int, *, keep: int) -> None:
        """Note that Kafka has every fact up to settled_seq, except what still waits."""
        waiting = await self._connection.fetchval(_LOWEST_WAITING)
        good = settled_seq if waiting is None else min(settled_seq, waiting - 1)
        await self._connection.execute(_CHECKPOINT, good)
        await self._connection.execute(_PRUNE_CHECKPOINTS, keep)


def event_id(column: UUID) -> EventId:
    """Read an id as the rest of the house knows it: asyncpg gives a subclass of its own."""
    return EventId(int=column.int)

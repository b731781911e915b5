"""The outbox: a fact is written in the transaction that decides it, and queued for the relay.

Invariant: a fact's key_seq is the version of the row that the transaction holds locked, so per key the facts are
numbered 1..n without gap, and a later `seq` of a key can only appear after the earlier one has committed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import TOLD, after_commit
from shared.events.envelope import Event, Stream, new_event_id
from shared.messaging.topics import COMPACTED
from shared.observe import tracing
from shared.sql import Statement, Writes
from shared.types import EventId

_TELL = Statement(
    """
    WITH told AS (
      INSERT INTO event_log (event_id, topic, key, key_seq, type, payload, headers)
      SELECT event_id, topic, key, key_seq, type, payload, headers
      FROM unnest(CAST(:event_ids AS uuid[]), CAST(:topics AS smallint[]), CAST(:keys AS text[]),
                  CAST(:key_seqs AS bigint[]), CAST(:types AS text[]), CAST(:payloads AS bytea[]),
                  CAST(:headers AS jsonb[]))
           WITH ORDINALITY AS fact (event_id, topic, key, key_seq, type, payload, headers, position)
      ORDER BY position
      RETURNING seq)
    INSERT INTO outbox_pending (seq) SELECT seq FROM told
    """
)
_REPUBLISH = Statement(
    """
    INSERT INTO outbox_pending (seq)
    SELECT seq FROM event_log
    WHERE topic = :topic AND seq BETWEEN :first AND :last AND (CAST(:key AS text) IS NULL OR key = :key)
      AND NOT EXISTS (SELECT FROM outbox_held WHERE outbox_held.seq = event_log.seq)
    ON CONFLICT DO NOTHING
    """
)
_REPUBLISH_NEWEST = Statement(
    """
    WITH named AS (
      SELECT DISTINCT key FROM event_log
      WHERE topic = :topic AND seq BETWEEN :first AND :last AND (CAST(:key AS text) IS NULL OR key = :key)),
    newest AS (
      SELECT (SELECT seq FROM event_log e WHERE e.topic = :topic AND e.key = named.key ORDER BY key_seq DESC LIMIT 1)
      FROM named)
    INSERT INTO outbox_pending (seq)
    SELECT seq FROM newest WHERE NOT EXISTS (SELECT FROM outbox_held WHERE outbox_held.seq = newest.seq)
    ON CONFLICT DO NOTHING
    """
)
_HIGHEST = Statement("SELECT COALESCE(max(seq), 0) FROM event_log")


@dataclass(frozen=True, slots=True)
class Told:
    """A fact to be told, with the version of the row that was locked to decide it."""

    event: Event
    key_seq: int
    event_id: EventId = field(default_factory=new_event_id)
    occurred_at: datetime | None = None
    """The sender's time; none means that it happened as it was recorded."""
    trace: tracing.Trace | None = field(default_factory=tracing.current.get)
    """The trace of the request or fact that caused it."""


async def tell(session: AsyncSession, facts: Sequence[Told], *, beside: Writes | None = None) -> None:
    """Write facts down and queue them for Kafka, all or none with the rest of the transaction; `beside` goes along.

    The rows whose versions number them must be locked already; facts of one key come in the order of their key_seq.
    """
    writes = beside or Writes()
    if facts:
        writes.add(_TELL, _columns(facts))
        after_commit(session, session.info[TOLD])
    await writes.run(session)


def _columns(facts: Sequence[Told]) -> dict[str, object]:
    return {
        "event_ids": [fact.event_id for fact in facts],
        "topics": [int(fact.event.STREAM) for fact in facts],
        "keys": [fact.event.key for fact in facts],
        "key_seqs": [fact.key_seq for fact in facts],
        "types": [fact.event.TYPE for fact in facts],
        "payloads": [fact.event.model_dump_json(exclude_defaults=True).encode() for fact in facts],
        "headers": [_headers(fact) for fact in facts],
    }


async def republish(session: AsyncSession, *, stream: Stream, first: int, last: int, key: str | None = None) -> int:
    """Queue facts for Kafka once more, by their place in event_log; consumers drop what they have. Tells how many.

    Of a compacted stream, the newest fact of each key named there.
    """
    statement = _REPUBLISH_NEWEST if stream in COMPACTED else _REPUBLISH
    queued = await statement.run(session, {"topic": int(stream), "first": first, "last": last, "key": key})
    after_commit(session, session.info[TOLD])
    return queued


async def highest_seq(session: AsyncSession) -> int:
    """Tell the highest place in event_log."""
    return int(await _HIGHEST.value(session))


def _headers(fact: Told) -> str | None:
    """Write them as JSON; neither a time nor a trace holds anything that would have to be escaped."""
    headers = []
    if fact.occurred_at is not None:
        headers.append(f'"time":"{fact.occurred_at.isoformat()}"')
    if fact.trace is not None:
        headers.append(f'"{tracing.HEADER}":"{fact.trace.header()}"')
    return f"{{{','.join(headers)}}}" if headers else None

"""The tables of parked keys and the events that wait behind them."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.envelope import Stream
from shared.messaging.applying import UNREADABLE, Item, ParkCause, Parked, Record, read
from shared.messaging.operation_log import Operation
from shared.sql import Row, Statement
from shared.types import EventId

ERROR_LENGTH_MAX = 4000

_PARK_KEYS = Statement(
    """
    INSERT INTO parked_key (grp, topic, key, part, cause, error)
    SELECT :grp, :topic, key, :part, cause, error
    FROM unnest(CAST(:keys AS text[]), CAST(:causes AS text[]), CAST(:errors AS text[])) AS t (key, cause, error)
    ON CONFLICT (grp, topic, key) DO UPDATE SET cause = excluded.cause, error = excluded.error
    """
)
_PARK_EVENTS = Statement(
    """
    INSERT INTO parked_event (grp, topic, key, key_seq, event_id, record_off, payload, headers, recorded_at)
    SELECT :grp, :topic, t.* FROM unnest(CAST(:keys AS text[]), CAST(:key_seqs AS bigint[]), CAST(:event_ids AS uuid[]),
      CAST(:offsets AS bigint[]), CAST(:payloads AS bytea[]), CAST(:headers AS jsonb[]),
      CAST(:recorded_at AS timestamptz[])) AS t
    ON CONFLICT DO NOTHING
    """
)
_RECENT = Statement(
    "SELECT count(*) FROM parked_key "
    "WHERE grp = :grp AND cause <> 'hole' AND parked_at > clock_timestamp() - make_interval(secs => :seconds)"
)
_KEY = Statement("SELECT part, cause FROM parked_key WHERE grp = :grp AND topic = :topic AND key = :key")
_EVENTS = Statement(
    "SELECT key, key_seq, event_id, record_off, payload, headers, recorded_at FROM parked_event "
    "WHERE grp = :grp AND topic = :topic AND key = :key ORDER BY key_seq, record_off LIMIT :limit"
)
_REMOVE_EVENTS = Statement(
    "DELETE FROM parked_event WHERE grp = :grp AND topic = :topic AND key = :key "
    "AND event_id = ANY(CAST(:event_ids AS uuid[]))"
)
_REMOVE_KEY = Statement(
    """
    DELETE FROM parked_key k WHERE grp = :grp AND topic = :topic AND key = :key
      AND NOT EXISTS (SELECT FROM parked_event e WHERE (e.grp, e.topic, e.key) = (k.grp, k.topic, k.key))
    RETURNING 1
    """
)
_DISCARD = Statement(
    """
    INSERT INTO parked_discarded (grp, topic, key, key_seq, event_id, cause, reason, discarded_by)
    SELECT grp, topic, key, fact.key_seq, fact.event_id, cause, :reason, :discarded_by
    FROM parked_key, unnest(CAST(:key_seqs AS bigint[]), CAST(:event_ids AS uuid[])) AS fact (key_seq, event_id)
    WHERE grp = :grp AND topic = :topic AND key = :key
    ON CONFLICT DO NOTHING
    """
)
_STILL = Statement(
    "UPDATE parked_key SET cause = :cause, error = :error WHERE grp = :grp AND topic = :topic AND key = :key"
)
_HEALABLE = Statement(
    """
    SELECT k.topic, k.key, k.part FROM parked_key k
    LEFT JOIN stream_position p USING (grp, topic, key)
    WHERE k.grp = :grp AND k.cause = 'hole'
      AND (SELECT min(key_seq) FROM parked_event e WHERE (e.grp, e.topic, e.key) = (k.grp, k.topic, k.key))
          <= COALESCE(p.key_seq, 0) + 1
    ORDER BY k.parked_at
    LIMIT 100
    """
)


@dataclass(frozen=True, slots=True)
class ParkedKey:
    """Names one parked key of one group."""

    group: str
    stream: Stream
    key: str

    def columns(self) -> dict[str, object]:
        """Give the key as SQL parameters."""
        return {"grp": self.group, "topic": int(self.stream), "key": self.key}


@dataclass(frozen=True, slots=True)
class ParkedIn:
    """Where a group found what it parks."""

    group: str
    stream: Stream
    part: int


async def park(session: AsyncSession, place: ParkedIn, parked: Sequence[Parked]) -> None:
    """Put records aside with their keys; the partition's consumer_offset row must be locked."""
    if not parked:
        return
    columns = {"grp": place.group, "topic": int(place.stream)}
    first = list(_causes(parked).values())
    await _PARK_KEYS.run(
        session,
        {
            **columns,
            "part": place.part,
            "keys": [one.item.header.key for one in first],
            "causes": [str(one.cause) for one in first],
            "errors": [_text(one.error) for one in first],
        },
    )
    await _PARK_EVENTS.run(
        session,
        {
            **columns,
            "keys": [one.item.header.key for one in parked],
            "key_seqs": [one.item.header.key_seq for one in parked],
            "event_ids": [one.item.header.id for one in parked],
            "offsets": [one.item.record.offset for one in parked],
            "payloads": [one.item.record.value or b"" for one in parked],
            "headers": [_pack(one.item.record) for one in parked],
            "recorded_at": [one.item.header.recorded_at for one in parked],
        },
    )


def _causes(parked: Sequence[Parked]) -> dict[str, Parked]:
    """Say by which record each key is parked: the first, unless a fork contradicts what was applied."""
    found: dict[str, Parked] = {}
    for one in parked:
        key, before = one.item.header.key, found.get(one.item.header.key)
        if one.cause is ParkCause.FORK or (one.cause is not None and before is None):
            found[key] = one
    return found


async def parked_lately(session: AsyncSession, group: str, seconds: float) -> int:
    """Count the keys that the group parked within the last seconds."""
    return int(await _RECENT.value(session, {"grp": group, "seconds": seconds}))


async def partition(session: AsyncSession, key: ParkedKey) -> tuple[int, ParkCause] | None:
    """Tell the partition of a parked key and why it is parked; none if it is not."""
    row = await _KEY.row(session, key.columns())
    return None if row is None else (row.part, ParkCause(row.cause))


async def waiting(session: AsyncSession, key: ParkedKey, limit: int) -> list[Item]:
    """Read the events that wait for a parked key, in the order of their key_seq."""
    rows = await _EVENTS.rows(session, {**key.columns(), "limit": limit})
    return [_item(row) for row in rows]


async def remove(session: AsyncSession, key: ParkedKey, items: Sequence[Item]) -> None:
    """Remove events that wait no longer, and the key with the last of them."""
    await _REMOVE_EVENTS.run(session, {**key.columns(), "event_ids": [item.header.id for item in items]})
    await _REMOVE_KEY.run(session, key.columns())


async def discard(
    session: AsyncSession, key: ParkedKey, facts: Sequence[tuple[int, EventId]], operation: Operation
) -> None:
    """Remember which facts of a parked key, by number and id, are never applied, and why."""
    await _DISCARD.run(
        session,
        {
            **key.columns(),
            "key_seqs": [key_seq for key_seq, _ in facts],
            "event_ids": [event_id for _, event_id in facts],
            "reason": operation.reason,
            "discarded_by": operation.actor,
        },
    )


async def keep(session: AsyncSession, key: ParkedKey, cause: ParkCause, error: str) -> None:
    """Say why a key that was to be released stays parked."""
    await _STILL.run(session, {**key.columns(), "cause": str(cause), "error": _text(error)})


async def healable(session: AsyncSession, group: str) -> list[tuple[ParkedKey, int]]:
    """Find keys parked for a hole that has been filled meanwhile, with their partitions."""
    rows = await _HEALABLE.rows(session, {"grp": group})
    return [(ParkedKey(group, Stream(row.topic), row.key), row.part) for row in rows]


def _text(words: str) -> str:
    return words.replace("\0", "")[:ERROR_LENGTH_MAX]


def _pack(record: Record) -> str:
    # A NUL is the one character that PostgreSQL's text and jsonb do not take.
    pairs = [[name.replace("\0", ""), base64.b64encode(value or b"").decode()] for name, value in record.headers]
    return json.dumps(pairs)


def _item(row: Row) -> Item:
    """Read a parked event as the record that it was; an unreadable one keeps the name that it was given."""
    record = Record(
        offset=row.record_off,
        key=row.key.encode(),
        value=row.payload,
        headers=[(name, base64.b64decode(value)) for name, value in row.headers],
        timestamp=int(row.recorded_at.timestamp() * 1000),
    )
    item = read(record, "parked")
    if not row.key.startswith(UNREADABLE):
        return item
    name = replace(item.header, key=row.key, key_seq=row.key_seq, id=EventId(int=row.event_id.int))
    return replace(item, header=name, broken=item.broken or "its key cannot be kept")

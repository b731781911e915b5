"""How far each key's history has been applied: the memory that makes a second delivery harmless."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.envelope import STREAM_OF_TOPIC, Stream
from shared.sql import Statement
from shared.types import EventId

_LOAD = Statement(
    "SELECT key, key_seq, event_id FROM stream_position "
    "WHERE grp = :grp AND topic = :topic AND key = ANY(CAST(:keys AS text[]))"
)
_SAVE = Statement(
    """
    INSERT INTO stream_position AS p (grp, topic, key, key_seq, event_id)
    SELECT :grp, :topic, key, key_seq, event_id
    FROM unnest(CAST(:keys AS text[]), CAST(:key_seqs AS bigint[]), CAST(:event_ids AS uuid[]))
         AS t (key, key_seq, event_id)
    ON CONFLICT (grp, topic, key)
    DO UPDATE SET key_seq = excluded.key_seq, event_id = excluded.event_id, applied_at = clock_timestamp()
    """
)
_APPLIED = Statement(
    """
    SELECT count(DISTINCT (t.topic, t.key)) FROM unnest(CAST(:topics AS smallint[]), CAST(:keys AS text[]),
      CAST(:key_seqs AS bigint[])) AS t (topic, key, key_seq)
    WHERE NOT EXISTS (SELECT FROM stream_position p
                      WHERE p.topic = t.topic AND p.key = t.key AND p.key_seq >= t.key_seq)
      AND NOT EXISTS (SELECT FROM event_log e WHERE e.topic = t.topic AND e.key = t.key AND e.key_seq = t.key_seq)
    """
)


@dataclass(frozen=True, slots=True)
class Position:
    """The last fact of a key that was applied."""

    key_seq: int
    event_id: EventId


class Version(Protocol):
    """A fact's place in its key's history, as a JVTrack-Version token names it."""

    @property
    def stream(self) -> str:
        """The stream: `stock.v1`."""

    @property
    def key(self) -> str:
        """The key."""

    @property
    def key_seq(self) -> int:
        """The number of the fact within its key."""


async def load(session: AsyncSession, group: str, stream: Stream, keys: Iterable[str]) -> dict[str, Position]:
    """Read the positions of keys; a key that was never heard of has none."""
    rows = await _LOAD.rows(session, {"grp": group, "topic": int(stream), "keys": sorted(set(keys))})
    return {row.key: Position(row.key_seq, EventId(int=row.event_id.int)) for row in rows}


async def save(session: AsyncSession, group: str, stream: Stream, positions: Mapping[str, Position]) -> None:
    """Write positions; the partition's consumer_offset row must be locked."""
    if not positions:
        return
    keys = sorted(positions)
    await _SAVE.run(
        session,
        {
            "grp": group,
            "topic": int(stream),
            "keys": keys,
            "key_seqs": [positions[key].key_seq for key in keys],
            "event_ids": [positions[key].event_id for key in keys],
        },
    )


async def applied(session: AsyncSession, versions: Sequence[Version]) -> bool:
    """Tell whether this service has decided or applied every one of these versions."""
    known = [version for version in versions if version.stream in STREAM_OF_TOPIC]
    if len(known) < len(versions):
        return False
    missing = await _APPLIED.value(
        session,
        {
            "topics": [int(STREAM_OF_TOPIC[version.stream]) for version in known],
            "keys": [version.key for version in known],
            "key_seqs": [version.key_seq for version in known],
        },
    )
    return bool(missing == 0)

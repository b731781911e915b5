"""How far each key's history has been applied: the memory that makes a second delivery harmless."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import Fault
from shared.events.envelope import STREAM_OF_TOPIC, Stream
from shared.sql import Statement
from shared.types import EventId

_LOAD = Statement(
    """
    SELECT k.topic, k.key, p.key_seq, p.event_id, q.cause
    FROM unnest(CAST(:topics AS smallint[]), CAST(:keys AS text[])) AS k (topic, key)
    LEFT JOIN stream_position p ON p.grp = :grp AND p.topic = k.topic AND p.key = k.key
    LEFT JOIN parked_key q ON q.grp = :grp AND q.topic = k.topic AND q.key = k.key
    WHERE p.key IS NOT NULL OR q.key IS NOT NULL
    """
)
_SAVE = Statement(
    """
    INSERT INTO stream_position AS p (grp, topic, key, key_seq, event_id)
    SELECT :grp, topic, key, key_seq, event_id
    FROM unnest(CAST(:topics AS smallint[]), CAST(:keys AS text[]), CAST(:key_seqs AS bigint[]),
                CAST(:event_ids AS uuid[])) AS t (topic, key, key_seq, event_id)
    ORDER BY topic, key
    ON CONFLICT (grp, topic, key)
    DO UPDATE SET key_seq = excluded.key_seq, event_id = excluded.event_id, applied_at = clock_timestamp()
    WHERE p.key_seq < excluded.key_seq
    """
)
_MISSING = Statement(
    """
    SELECT t.topic, t.key, t.key_seq FROM unnest(CAST(:topics AS smallint[]), CAST(:keys AS text[]),
      CAST(:key_seqs AS bigint[])) AS t (topic, key, key_seq)
    WHERE (NOT EXISTS (SELECT FROM stream_position p
                       WHERE p.topic = t.topic AND p.key = t.key AND p.key_seq >= t.key_seq)
           OR EXISTS (SELECT FROM unnest(CAST(:groups AS text[]), CAST(:heard AS smallint[])) AS h (grp, topic)
                      WHERE h.topic = t.topic
                        AND NOT EXISTS (SELECT FROM stream_position p WHERE p.grp = h.grp AND p.topic = t.topic
                                        AND p.key = t.key AND p.key_seq >= t.key_seq)))
      AND NOT EXISTS (SELECT FROM event_log e WHERE e.topic = t.topic AND e.key = t.key AND e.key_seq = t.key_seq)
    """
)


class PositionOvertaken(Fault):
    """Somebody else has applied facts of the same keys from another partition at the same time."""


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


V = TypeVar("V", bound=Version)


@dataclass(slots=True)
class Known:
    """What a group knows of some keys of one stream."""

    positions: dict[str, Position] = field(default_factory=dict)
    parked: dict[str, str] = field(default_factory=dict)
    """The keys that are parked, and why."""


Keys = Mapping[Stream, Collection[str]]
Hearer = tuple[str, Stream]
"""A group of this service, and a stream that it hears."""


async def load(session: AsyncSession, group: str, keys: Keys) -> dict[Stream, Known]:
    """Read the positions of keys and which of them are parked; a key that was never heard of has neither."""
    found = {stream: Known() for stream in keys}
    wanted = [(int(stream), key) for stream, mine in keys.items() for key in mine]
    values = {"grp": group, "topics": [topic for topic, _ in wanted], "keys": [key for _, key in wanted]}
    for row in await _LOAD.rows(session, values):
        known = found[Stream(row.topic)]
        if row.key_seq is not None:
            known.positions[row.key] = Position(row.key_seq, EventId(int=row.event_id.int))
        if row.cause is not None:
            known.parked[row.key] = row.cause
    return found


async def save(session: AsyncSession, group: str, positions: Mapping[Stream, Mapping[str, Position]]) -> None:
    """Write positions, which only ever advance; the consumer_offset rows of their partitions must be locked.

    A key whose facts lie in two partitions may have been advanced by another owner meanwhile: that is a fault, and
    everything is taken back.
    """
    rows = [(int(stream), key, position) for stream, mine in positions.items() for key, position in mine.items()]
    if not rows:
        return
    saved = await _SAVE.run(
        session,
        {
            "grp": group,
            "topics": [topic for topic, _, _ in rows],
            "keys": [key for _, key, _ in rows],
            "key_seqs": [position.key_seq for _, _, position in rows],
            "event_ids": [position.event_id for _, _, position in rows],
        },
    )
    if saved != len(rows):
        raise PositionOvertaken(f"{len(rows) - saved} of {len(rows)} keys were advanced by another owner")


async def missing(session: AsyncSession, versions: Collection[V], hearers: Collection[Hearer] = ()) -> set[V]:
    """Tell which of these versions this service has neither decided nor applied, in every group that hears of them."""
    known = {(int(STREAM_OF_TOPIC[each.stream]), each.key, each.key_seq): each for each in versions}
    rows = await _MISSING.rows(
        session,
        {
            "topics": [topic for topic, _, _ in known],
            "keys": [key for _, key, _ in known],
            "key_seqs": [key_seq for _, _, key_seq in known],
            "groups": [group for group, _ in hearers],
            "heard": [int(stream) for _, stream in hearers],
        },
    )
    return {known[row.topic, row.key, row.key_seq] for row in rows}

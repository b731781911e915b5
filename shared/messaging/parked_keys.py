"""An operator's hands on the keys that a service's consumers have parked; every deed is written to operation_log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Database
from shared.errors import Kind, Refusal
from shared.events.envelope import STREAM_OF_TOPIC, Stream
from shared.messaging import parking_store
from shared.messaging.consumer_store import Place
from shared.messaging.operation_log import Operation, note
from shared.messaging.parking import Choice, Parking
from shared.messaging.parking_store import ParkedKey
from shared.messaging.topics import Topics
from shared.sql import Statement
from shared.types import EventId

RELEASE_ROUNDS_MAX = 1000

_PARKED = Statement(
    """
    SELECT k.grp, k.topic, k.key, k.part, k.cause, k.error, k.parked_at, first.event_id, first.key_seq, first.payload,
      (SELECT count(*) FROM parked_event e WHERE (e.grp, e.topic, e.key) = (k.grp, k.topic, k.key)) AS waiting
    FROM parked_key k
    LEFT JOIN LATERAL (SELECT event_id, key_seq, substring(payload FOR :bytes) AS payload FROM parked_event e
      WHERE (e.grp, e.topic, e.key) = (k.grp, k.topic, k.key) ORDER BY key_seq, record_off LIMIT 1) first ON true
    WHERE (k.grp, k.topic, k.key) > (:grp, :topic, :key)
    ORDER BY k.grp, k.topic, k.key LIMIT :limit
    """
)
_FIRST = Statement(
    "SELECT payload FROM parked_event WHERE grp = :grp AND topic = :topic AND key = :key "
    "ORDER BY key_seq, record_off LIMIT 1"
)
_COUNT = Statement("SELECT grp, topic, count(*) AS parked FROM parked_key GROUP BY grp, topic")
SHOWN_BYTES_MAX = 16_384
"""How much of a parked event's data is shown; all of it is in Kafka."""


class KeyNotParked(Refusal):
    """No such key is parked here."""

    kind = Kind.NOT_FOUND


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
    event_id: EventId | None
    key_seq: int | None
    payload: bytes | None
    waiting: int


@dataclass(frozen=True, slots=True)
class Name:
    """Which parked key, as an operator names it: group, topic without namespace, key."""

    group: str
    topic: str
    key: str

    def __str__(self) -> str:
        """Write it as operation_log keeps it."""
        return f"{self.group} {self.topic}/{self.key}"


class ParkedKeys:
    """Lists and settles what is parked, whichever group parked it."""

    def __init__(self, database: Database, topics: Topics, parkings: Mapping[str, Parking[Any]]) -> None:
        self._database = database
        self._topics = topics
        self._parkings = parkings

    async def count(self) -> list[tuple[str, str, int]]:
        """Count the parked keys of each group and topic."""
        async with self._database.transaction() as session:
            rows = await _COUNT.rows(session)
        return [(row.grp, Stream(row.topic).topic, row.parked) for row in rows]

    async def page(self, after: tuple[str, str, str], limit: int) -> list[ParkedRow]:
        """List parked keys in the order of (group, topic, key), from after a place."""
        group, topic, key = after
        number = int(STREAM_OF_TOPIC[topic]) if topic in STREAM_OF_TOPIC else 0
        place = {"grp": group, "topic": number, "key": key, "limit": limit, "bytes": SHOWN_BYTES_MAX}
        async with self._database.transaction() as session:
            rows = await _PARKED.rows(session, place)
        return [
            ParkedRow(
                group=row.grp,
                topic=Stream(row.topic).topic,
                key=row.key,
                partition=row.part,
                cause=row.cause,
                error=row.error,
                parked_at=row.parked_at,
                event_id=row.event_id,
                key_seq=row.key_seq,
                payload=row.payload,
                waiting=row.waiting,
            )
            for row in rows
        ]

    async def first(self, name: Name) -> bytes | None:
        """Give the data of the first event that waits for a parked key; none if there is none."""
        number = int(STREAM_OF_TOPIC[name.topic]) if name.topic in STREAM_OF_TOPIC else 0
        async with self._database.transaction() as session:
            found: bytes | None = await _FIRST.value(session, {"grp": name.group, "topic": number, "key": name.key})
        return found

    async def release(self, name: Name, operation: Operation) -> int:
        """Apply what waits for a parked key, in order, as far as it goes; tells how many events.

        Raises KeyNotParked, ForkCannotBeReleased, and ReleaseRefused if not even the first can be applied.
        """
        applied = 0
        for number in range(RELEASE_ROUNDS_MAX):
            try:
                done = await self._release_some(name, operation if number == 0 else None)
            except Refusal:
                if not applied:
                    raise
                break
            applied += done
            if not done:
                break
        return applied

    async def _release_some(self, name: Name, operation: Operation | None) -> int:
        async with self._database.transaction() as session:
            key, place = await self._find(session, name)
            settled = await self._parkings[name.group].release(session, key, place)
            if operation is not None:
                await note(session, "release", str(name), operation)
        return settled

    async def discard(self, name: Name, event_id: EventId, operation: Operation) -> int:
        """Throw the first parked event, named by its id, away for good, and apply what waits behind it.

        Raises KeyNotParked, EventNotFirst and HoleCannotBeDiscarded.
        """
        async with self._database.transaction() as session:
            key, place = await self._find(session, name)
            applied = await self._parkings[name.group].discard(session, Choice(key, event_id), place, operation)
            await note(session, "discard", f"{name} {event_id}", operation)
        return applied

    async def skip(self, name: Name, event_id: EventId, operation: Operation) -> int:
        """Give up the facts that are missing before the first parked event, and apply it and what follows.

        Raises KeyNotParked, EventNotFirst, NothingIsMissing and TooMuchIsMissing.
        """
        async with self._database.transaction() as session:
            key, place = await self._find(session, name)
            applied = await self._parkings[name.group].skip(session, Choice(key, event_id), place, operation)
            await note(session, "skip", f"{name} {event_id}", operation)
        return applied

    async def _find(self, session: AsyncSession, name: Name) -> tuple[ParkedKey, Place]:
        if name.group not in self._parkings or name.topic not in STREAM_OF_TOPIC:
            raise KeyNotParked(group=name.group, topic=name.topic, key=name.key)
        key = ParkedKey(name.group, STREAM_OF_TOPIC[name.topic], name.key)
        found = await parking_store.partition(session, key)
        if found is None:
            raise KeyNotParked(group=name.group, topic=name.topic, key=name.key)
        return key, Place(name.group, self._topics.name(key.stream), found[0])

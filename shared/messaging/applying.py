"""Sorting one partition's records before anything is decided: new, seen before, forked, with a hole, or unreadable.

Per key, `key_seq` at or below the position is a duplicate; the same key_seq with another id is a fork (a producer's
database went back in time); a hole or an unreadable fact parks the key, and what follows of that key waits behind it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from shared.events.envelope import CloudEvent, ContractBroken, Event, Header, read_headers
from shared.messaging.handlers import Registry, UnlistedType
from shared.messaging.positions import Position
from shared.messaging.relay_store import DISCARDED_TYPE
from shared.types import EventId

KEY_BYTES_MAX = 400
KEY_SEQ_MAX = 2**63 - 1
FORK_MILLISECONDS = 60_000
_TIME_ORDERED = 7
UNREADABLE = "unreadable:"
"""How the keys begin that records get which are not ours."""


class ParkCause(StrEnum):
    """Why a key is parked."""

    CONTRACT = "contract"
    REFUSED = "refused"
    UNLISTED = "unlisted"
    FORK = "fork"
    HOLE = "hole"


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a partition, as Kafka or the parked table gave it."""

    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    timestamp: int


@dataclass(frozen=True, slots=True)
class Item:
    """A record with its attributes read."""

    record: Record
    header: Header
    broken: str | None = None
    """Why the attributes could not be read; the header then only names the record's place."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A record that waits for an operator, and why if it is the first of its key."""

    item: Item
    cause: ParkCause | None
    error: str


@dataclass(slots=True)
class Sorted:
    """What a batch's records turn out to be."""

    events: list[CloudEvent[Event]] = field(default_factory=list)
    positions: dict[str, Position] = field(default_factory=dict)
    parked: list[Parked] = field(default_factory=list)
    healed: list[str] = field(default_factory=list)
    """Keys whose hole is filled: what waits behind it can be applied."""
    duplicates: int = 0
    forks: int = 0
    holes: int = 0


@dataclass(slots=True)
class Sorter:
    """Sorts the records of one batch against what is known of their keys."""

    registry: Registry[Any]  # of any work: nothing is handled here
    known: Mapping[str, Position]
    """Positions before this batch."""
    parked: Mapping[str, ParkCause]
    """Keys that are parked already, and why."""
    refused: Mapping[EventId, str]
    """Facts that their handler refused in an earlier try of this batch, with the error."""
    compacted: bool
    """Whether the topic keeps only the last fact of a key, so that holes are normal."""
    out: Sorted = field(default_factory=Sorted)
    _held: dict[str, ParkCause | None] = field(default_factory=dict)
    """Keys whose events wait now, and why; none: the hole is filled, and what waits comes before what follows."""

    def sort(self, items: Sequence[Item]) -> Sorted:
        """Sort items, in the order of their offsets."""
        self._held = {**self.parked}
        for item in items:
            self._place(item)
        return self.out

    def _place(self, item: Item) -> None:
        header = item.header
        position = self.out.positions.get(header.key) or self.known.get(header.key)
        reached = position.key_seq if position else 0
        if position and header.key_seq <= reached:
            self._seen(item, position)
        elif item.broken is not None:
            self._park(item, ParkCause.CONTRACT, item.broken)
        elif header.key in self._held:
            self._behind(item, reached)
        elif header.key_seq > reached + 1 and not self.compacted:
            self.out.holes += 1
            self._park(item, ParkCause.HOLE, f"expected {reached + 1}, came {header.key_seq}")
        else:
            self._take(item)

    def _seen(self, item: Item, position: Position) -> None:
        if _is_fork(item.header, position):
            self.out.forks += 1
            error = f"{position.key_seq} was {position.event_id}, now {item.header.key_seq} is {item.header.id}"
            self._park(item, ParkCause.FORK, error)
        else:
            self.out.duplicates += 1

    def _behind(self, item: Item, reached: int) -> None:
        """Wait behind a parked event, unless this is the one that its hole waits for."""
        key = item.header.key
        if self._held[key] is not ParkCause.HOLE or item.header.key_seq != reached + 1:
            self._park(item, None, "waits behind a parked event")
            return
        self._take(item)
        if self._held[key] is ParkCause.HOLE:
            self.out.healed.append(key)
            self._held[key] = None

    def _take(self, item: Item) -> None:
        header = item.header
        if header.id in self.refused:
            self._park(item, ParkCause.REFUSED, self.refused[header.id])
            return
        if header.type != DISCARDED_TYPE:
            try:
                event = self.registry.open(header, item.record.value or b"")
            except UnlistedType as error:
                self._park(item, ParkCause.UNLISTED, f"no handler for {error}")
                return
            except ContractBroken as error:
                self._park(item, ParkCause.CONTRACT, str(error))
                return
            if event is not None:
                self.out.events.append(event)
        self.out.positions[header.key] = Position(header.key_seq, header.id)

    def _park(self, item: Item, cause: ParkCause | None, error: str) -> None:
        if cause is not None:
            self._held[item.header.key] = cause
        self.out.parked.append(Parked(item, cause, error))


def _is_fork(header: Header, position: Position) -> bool:
    """Tell whether a fact contradicts what was applied: another one of the same number, or a much younger earlier one.

    Only the last id of a key is remembered. An earlier fact was decided before it, so an id that is younger by more
    than any door takes to decide was drawn after the producer's database had gone back in time.
    """
    if header.key_seq == position.key_seq:
        return header.id != position.event_id
    both_tell_time = header.id.version == position.event_id.version == _TIME_ORDERED
    return both_tell_time and _milliseconds(header.id) - _milliseconds(position.event_id) > FORK_MILLISECONDS


def _milliseconds(event_id: EventId) -> int:
    """Read when a UUIDv7 was drawn (RFC 9562: its first 48 bits)."""
    return event_id.int >> 80


def read(record: Record, place: str) -> Item:
    """Read a record's attributes; one that is not ours is given a key and an id of its own, by its place in Kafka."""
    try:
        header = read_headers(record.key, record.headers, record.timestamp)
        _check(header)
    except ContractBroken as error:
        return Item(record, _stand_in(record, f"{place}@{record.offset}"), broken=str(error))
    return Item(record, header)


def _check(header: Header) -> None:
    if not 0 < header.key_seq <= KEY_SEQ_MAX:
        raise ContractBroken(f"sequence {header.key_seq} is not in 1..{KEY_SEQ_MAX}")
    if not 0 < len(header.key.encode()) <= KEY_BYTES_MAX or "\0" in header.key:
        raise ContractBroken(f"key {header.key[:100]!r} is not text of 1..{KEY_BYTES_MAX} bytes")


def _stand_in(record: Record, place: str) -> Header:
    # The same record read again must be the same event, and another record at its place another one.
    content = sha256(record.value or b"").hexdigest()
    stamp = datetime.fromtimestamp(max(0, record.timestamp) / 1000, UTC)
    return Header(
        id=uuid5(NAMESPACE_URL, f"{place}:{content}"),
        source="unknown",
        type="unknown",
        key=f"{UNREADABLE}{place}",
        key_seq=1,
        occurred_at=stamp,
        recorded_at=stamp,
        traceparent=None,
    )

"""The envelope of every fact: CloudEvents 1.0, binary mode on Kafka.

`ce_id` is our event id, `ce_partitionkey` the Kafka key, `ce_sequence` the key_seq, `ce_time` the moment the sender
says it happened and `ce_recordedtime` the moment we wrote it down.
Source: CloudEvents 1.0.2, Kafka protocol binding and the partitioning, sequence and distributed-tracing extensions.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import ClassVar, Generic, TypeVar
from uuid import UUID

import uuid_utils
from pydantic import BaseModel, ConfigDict

from shared.errors import Fault
from shared.types import EventId


class Stream(IntEnum):
    """The topics; the number is what the tables keep, the topic what Kafka is told."""

    CATALOGUE = 1
    ORDERS = 2
    PRODUCTION = 3
    STOCK = 4

    @property
    def topic(self) -> str:
        """Name the topic without its namespace: `orders.v1`."""
        return f"{self.name.lower()}.v1"


STREAM_OF_TOPIC = {stream.topic: stream for stream in Stream}


class ContractBroken(Fault):
    """A record does not have the shape that its type promises."""


class Event(BaseModel):
    """A fact of the published language: written closed, read open."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    TYPE: ClassVar[str]
    STREAM: ClassVar[Stream]

    @property
    def key(self) -> str:
        """Name the thing that is locked while this fact is decided; the Kafka key."""
        raise NotImplementedError


E = TypeVar("E", bound=Event)
E_co = TypeVar("E_co", bound=Event, covariant=True)


@dataclass(frozen=True, slots=True)
class CloudEvent(Generic[E_co]):
    """A fact as it was received, with its identity and its place in its key's history."""

    id: EventId
    source: str
    key: str
    key_seq: int
    occurred_at: datetime
    recorded_at: datetime
    data: E_co
    traceparent: str | None = None


def new_event_id() -> EventId:
    """Make a UUIDv7: unique, and later ids sort later."""
    return UUID(int=uuid_utils.uuid7().int)


@dataclass(frozen=True, slots=True)
class Header:
    """The attributes of one Kafka record, before its data is read."""

    id: EventId
    source: str
    type: str
    key: str
    key_seq: int
    occurred_at: datetime
    recorded_at: datetime
    traceparent: str | None


def write_headers(header: Header) -> list[tuple[str, bytes]]:
    """Write the attributes as Kafka headers."""
    recorded = header.recorded_at.isoformat().encode()
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", str(header.id).encode()),
        ("ce_source", header.source.encode()),
        ("ce_type", header.type.encode()),
        ("ce_time", recorded if header.occurred_at is header.recorded_at else header.occurred_at.isoformat().encode()),
        ("ce_recordedtime", recorded),
        ("ce_partitionkey", header.key.encode()),
        ("ce_sequence", b"%d" % header.key_seq),
        ("content-type", b"application/json"),
    ]
    if header.traceparent:
        headers.append(("ce_traceparent", header.traceparent.encode()))
    return headers


def read_headers(key: bytes | None, headers: Sequence[tuple[str, bytes]], timestamp_ms: int) -> Header:
    """Read the attributes of a Kafka record; raises ContractBroken."""
    values = dict(headers)
    try:
        written = values.get("ce_recordedtime")
        recorded = _instant(written) if written else datetime.fromtimestamp(timestamp_ms / 1000, UTC)
        time = values.get("ce_time")
        traceparent = values.get("ce_traceparent")
        return Header(
            id=UUID(values["ce_id"].decode()),
            source=values["ce_source"].decode(),
            type=values["ce_type"].decode(),
            key=(key if key is not None else values["ce_partitionkey"]).decode(),
            key_seq=int(values["ce_sequence"]),
            occurred_at=_instant(time) if time else recorded,
            recorded_at=recorded,
            traceparent=traceparent.decode() if traceparent else None,
        )
    except (KeyError, ValueError, AttributeError, TypeError, OverflowError) as error:  # a header may have no value
        raise ContractBroken(f"headers: {error!r}") from error


def _instant(raw: bytes) -> datetime:
    instant = datetime.fromisoformat(raw.decode())
    if instant.tzinfo is None:
        raise ValueError(f"no UTC offset in {raw!r}")
    return instant


def open_event(header: Header, payload: bytes, kind: type[E]) -> CloudEvent[E]:
    """Read the data of a record as the fact its type names, ignoring fields added since; raises ContractBroken."""
    try:
        data = kind.model_validate_json(payload, extra="ignore")
    except ValueError as error:
        raise ContractBroken(f"{header.type}: {error}") from error
    return CloudEvent(
        id=header.id,
        source=header.source,
        key=header.key,
        key_seq=header.key_seq,
        occurred_at=header.occurred_at,
        recorded_at=header.recorded_at,
        data=data,
        traceparent=header.traceparent,
    )


def by_type(kinds: Iterable[type[Event]]) -> dict[str, type[Event]]:
    """Index facts by their type name; two facts of one name are a programmer's error."""
    index: dict[str, type[Event]] = {}
    for kind in kinds:
        assert kind.TYPE not in index, kind.TYPE
        index[kind.TYPE] = kind
    return index

"""Makers of what the backbone's unit tests sort: records, headers and a registry that reads them."""

from datetime import UTC, datetime

from shared.events.envelope import Header, new_event_id
from shared.messaging.applying import Item, Record
from shared.messaging.handlers import Deciders, Registry
from shared.messaging.relay_store import Row
from shared.types import EventId
from tests.fixtures.toy import Raised, ToyWork, toy_subscription

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def a_registry() -> Registry[ToyWork]:
    """Make the toy's registry."""
    return toy_subscription().registry


def a_deaf_registry() -> Registry[ToyWork]:
    """Make a registry that ignores what the toy tells."""
    return Deciders(ignored=[Raised])


def an_id(number: int) -> EventId:
    """Make an id that a test can name."""
    return EventId(int=number)


def a_header(key: str = "counter", number: int = 1, *, id: EventId | None = None, type: str = Raised.TYPE) -> Header:  # noqa: A002  # the header's own words
    """Make a header."""
    return Header(
        id=id or new_event_id(),
        source="/jvtrack/toy",
        type=type,
        key=key,
        key_seq=number,
        occurred_at=NOON,
        recorded_at=NOON,
        traceparent=None,
    )


def an_item(
    key: str = "counter",
    number: int = 1,
    *,
    offset: int = 0,
    payload: bytes | None = None,
    header: Header | None = None,
) -> Item:
    """Make a record of one raise, as it is read."""
    value = Raised(name=key, by=1).model_dump_json().encode() if payload is None else payload
    record = Record(offset=offset, key=key.encode(), value=value, headers=[], timestamp=0)
    return Item(record, header or a_header(key, number, id=an_id(hash((key, number)) & (2**64 - 1))))


def a_row(seq: int) -> Row:
    """Make a row of the outbox."""
    return Row(seq=seq, topic=3, payload=b"{}", header=a_header(), blocked=False)

"""A record's attributes come back as they were written, and what is not ours is named by its place."""

from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events.envelope import Header, read_headers, write_headers
from shared.messaging.applying import Record, read
from tests.unit.messaging.makers import NOON, a_header

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=60)
MOMENTS = st.datetimes(
    NOON.replace(year=2000, tzinfo=None),
    NOON.replace(year=2100, tzinfo=None),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5.5))]),
)
HEADERS = st.builds(
    Header,
    id=st.uuids(),
    source=TEXT,
    type=TEXT,
    key=TEXT,
    key_seq=st.integers(1, 2**63 - 1),
    occurred_at=MOMENTS,
    recorded_at=MOMENTS,
    traceparent=st.none() | TEXT,
)


def a_record(header: Header, **changes: bytes | None) -> Record:
    """Make a record with some of its headers changed, or without a value."""
    headers: list[tuple[str, bytes | None]] = [
        (name, changes.get(name, value)) for name, value in write_headers(header)
    ]
    return Record(offset=7, key=header.key.encode(), value=b"{}", headers=headers, timestamp=0)  # type: ignore[arg-type]  # Kafka knows headers without a value


@given(HEADERS)
def test_what_is_written_is_read(header: Header) -> None:
    assert read_headers(header.key.encode(), write_headers(header), 0) == header


def test_a_record_without_a_key_takes_the_one_in_its_headers() -> None:
    header = a_header("counter", 3)

    assert read_headers(None, write_headers(header), 0).key == "counter"


@pytest.mark.parametrize(
    "changes",
    [
        {"ce_id": b"7"},
        {"ce_id": None},
        {"ce_sequence": b"first"},
        {"ce_sequence": b"0"},
        {"ce_sequence": b"-1"},
        {"ce_sequence": b"9223372036854775808"},
        {"ce_time": b"yesterday"},
        {"ce_recordedtime": b"2026-03-04T12:00:00"},
        {"ce_type": b"\xff"},
    ],
    ids=str,
)
def test_a_record_whose_attributes_cannot_be_read_is_named_by_its_place(changes: dict[str, bytes | None]) -> None:
    item = read(a_record(a_header(), **changes), "production/3")

    assert item.broken
    assert (item.header.key, item.header.key_seq) == ("unreadable:production/3@7", 1)


def test_an_unreadable_record_is_the_same_event_each_time_and_another_one_with_other_content() -> None:
    one = Record(offset=7, key=None, value=b"a", headers=[], timestamp=-1)
    other = Record(offset=7, key=None, value=b"b", headers=[], timestamp=-1)

    ids = [read(record, "production/3").header.id for record in (one, one, other)]

    assert ids[0] == ids[1] != ids[2]

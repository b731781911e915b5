"""The CloudEvents SDK is the oracle of our envelope: it reads what we write, and we read what it writes."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event, to_binary_event
from cloudevents.core.v1.event import CloudEvent as SdkEvent

from shared.events.envelope import ContractBroken, Header, new_event_id, open_event, read_headers, write_headers
from shared.events.production import LotInspected

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
HAPPENED = datetime(2026, 3, 4, 5, 6, 7, 89, timezone(timedelta(hours=5, minutes=30)))
RECORDED = datetime(2026, 3, 4, 0, 0, 1, tzinfo=UTC)


def a_fact() -> LotInspected:
    return LotInspected(lot="F-01:L-2026-0042", part="ROTOR-HUB", factory="F-01", passed=12, failed=1, note="Риска 0,1")


def a_header(*, traceparent: str | None = TRACE) -> Header:
    return Header(
        id=new_event_id(),
        source="jvtrack/production",
        type=LotInspected.TYPE,
        key=a_fact().key,
        key_seq=7,
        occurred_at=HAPPENED,
        recorded_at=RECORDED,
        traceparent=traceparent,
    )


def test_the_sdk_reads_what_we_write() -> None:
    header, payload = a_header(), a_fact().model_dump_json(exclude_defaults=True).encode()

    event = from_binary_event(KafkaMessage(dict(write_headers(header)), header.key.encode(), payload))

    assert event.get_specversion() == "1.0"
    assert event.get_id() == str(header.id)
    assert event.get_source() == header.source
    assert event.get_type() == "jvtrack.production.lot-inspected.v1"
    assert event.get_time() == HAPPENED
    assert event.get_datacontenttype() == "application/json"
    assert event.get_extension("partitionkey") == "lot:F-01:L-2026-0042"
    assert event.get_extension("sequence") == "7"
    assert event.get_extension("recordedtime") == RECORDED.isoformat()
    assert event.get_extension("traceparent") == TRACE
    assert LotInspected.model_validate(event.get_data()) == a_fact()


def test_the_sdk_finds_no_attribute_of_ours_badly_named() -> None:
    headers = dict(write_headers(a_header(traceparent=None)))

    event = from_binary_event(KafkaMessage(headers, None, b"{}"))

    attributes = {name: value for name, value in event.get_attributes().items() if value is not None}
    assert SdkEvent(attributes=attributes, data={}).get_attributes() == event.get_attributes()
    assert "traceparent" not in attributes


def test_we_read_what_the_sdk_writes() -> None:
    event_id = new_event_id()
    event = SdkEvent(
        attributes={
            "id": str(event_id),
            "source": "jvtrack/production",
            "type": LotInspected.TYPE,
            "time": HAPPENED,
            "datacontenttype": "application/json",
            "partitionkey": a_fact().key,
            "sequence": "7",
            "recordedtime": RECORDED.isoformat(),
            "traceparent": TRACE,
        },
        data=json.loads(a_fact().model_dump_json()),
    )

    message = to_binary_event(event)
    assert isinstance(message.key, str)
    header = read_headers(message.key.encode(), list(message.headers.items()), timestamp_ms=0)
    received = open_event(header, message.value, LotInspected)

    assert header == Header(
        id=event_id,
        source="jvtrack/production",
        type=LotInspected.TYPE,
        key=a_fact().key,
        key_seq=7,
        occurred_at=HAPPENED,
        recorded_at=RECORDED,
        traceparent=TRACE,
    )
    assert received.data == a_fact()


def test_an_event_of_the_sdk_without_our_extensions_breaks_the_contract() -> None:
    message = to_binary_event(SdkEvent(attributes={"source": "elsewhere", "type": LotInspected.TYPE}, data={}))

    with pytest.raises(ContractBroken, match="ce_sequence"):
        read_headers(b"lot:F-01:L-1", list(message.headers.items()), timestamp_ms=0)

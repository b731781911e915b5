"""What the factory door can read, and what it says of what it cannot."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.production.api.lines import LinesTooMany, split
from services.production.api.reading import read_post
from services.production.domain.posted import Posted, is_clock_suspect
from services.production.schemas.events import read_correction, read_event, refuse_far_days
from services.production.schemas.examples import examples
from services.production.settings import ProductionSettings
from shared.errors import Refusal
from shared.events.factory import (
    FACTORY_FACTS,
    FactoryDelayReported,
    FactoryEventCorrected,
    FactoryFact,
    FactoryLotFinished,
    FactoryWorkOrderAccepted,
)
from shared.events.purchases import PURCHASE_FACTS, PurchaseDispatched, PurchasePromised
from shared.events.workshop import WORKSHOP_FACTS, FactoryKitMissing, FactoryWorkOrderCountered
from shared.http.bodies import BodyUnreadable
from shared.http.tokens import Role
from tests.unit.production.makers import PART, a_principal, a_start, an_event
from tests.unit.production.workshop import a_missing_kit

EVENT = an_event(a_start(3), "E-1")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def read(event: object) -> Posted:
    return read_event(json.dumps(event).encode(), a_principal())


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in EVENT.items() if key != name}


BAD: list[tuple[bytes, str, str]] = [
    (b"", "body-unreadable", ""),
    (b"{", "body-unreadable", ""),
    (b"\xff\xfe", "body-unreadable", ""),
    (b'{"id": "\\ud800"}', "body-unreadable", ""),
    (b"[]", "request-invalid", "body"),
    (b"null", "request-invalid", "body"),
    *(
        (json.dumps(event).encode(), slug, field)
        for event, slug, field in [
            (without("type"), "request-invalid", "type"),
            (EVENT | {"type": "jvtrack.factory.lot-painted.v1"}, "event-type-unknown", ""),
            (EVENT | {"type": "jvtrack.production.lot-started.v1"}, "event-type-unknown", ""),
            (without("specversion"), "request-invalid", "specversion"),
            (EVENT | {"specversion": "0.3"}, "request-invalid", "specversion"),
            (without("id"), "request-invalid", "id"),
            (EVENT | {"id": ""}, "request-invalid", "id"),
            (EVENT | {"id": 7}, "request-invalid", "id"),
            (EVENT | {"id": "x" * 201}, "request-invalid", "id"),
            (EVENT | {"id": "a\x00b"}, "request-invalid", "id"),
            (without("source"), "request-invalid", "source"),
            (EVENT | {"source": ""}, "request-invalid", "source"),
            (EVENT | {"source": "f-01"}, "request-invalid", "source"),
            (EVENT | {"source": "urn:jvtrack:site:F-01"}, "request-invalid", "source"),
            (EVENT | {"source": "https://example.org/F-01"}, "request-invalid", "source"),
            (EVENT | {"source": "F-01/line 3"}, "request-invalid", "source"),
            (EVENT | {"time": "yesterday"}, "request-invalid", "time"),
            (EVENT | {"time": 1700000000}, "request-invalid", "time"),
            (EVENT | {"time": "2026-11-23T12:00:00"}, "request-invalid", "time"),
            (EVENT | {"time": "0001-01-01T00:00:00+14:00"}, "request-invalid", "time"),
            (EVENT | {"datacontenttype": "text/xml"}, "request-invalid", "datacontenttype"),
            (EVENT | {"sequence": "three"}, "request-invalid", "sequence"),
            (EVENT | {"sequence": -1}, "request-invalid", "sequence"),
            (EVENT | {"sequence": 1.5}, "request-invalid", "sequence"),
            (EVENT | {"sequence": True}, "request-invalid", "sequence"),
            (EVENT | {"sequence": "9" * 19}, "request-invalid", "sequence"),
            (EVENT | {"sequence": "9" * 20}, "request-invalid", "sequence"),
            (EVENT | {"sequencetype": "Roman"}, "request-invalid", "sequencetype"),
            (without("data"), "request-invalid", "data"),
            (EVENT | {"data": "quantity 3"}, "request-invalid", "data"),
            (EVENT | {"data": EVENT["data"] | {"colour": "red"}}, "request-invalid", "data.colour"),
            (EVENT | {"data": EVENT["data"] | {"quantity": 0}}, "request-invalid", "data.quantity"),
            (EVENT | {"data": EVENT["data"] | {"quantity": 3.0}}, "request-invalid", "data.quantity"),
            (EVENT | {"data": EVENT["data"] | {"quantity": "3"}}, "request-invalid", "data.quantity"),
            (EVENT | {"data": EVENT["data"] | {"quantity": 10**13}}, "request-invalid", "data.quantity"),
            (EVENT | {"data": EVENT["data"] | {"lot": "L 1"}}, "request-invalid", "data.lot"),
            (EVENT | {"data": EVENT["data"] | {"lot": "F-01:L-1"}}, "request-invalid", "data.lot"),
            (EVENT | {"data": EVENT["data"] | {"part": "п-1"}}, "request-invalid", "data.part"),
            (EVENT | {"data": EVENT["data"] | {"work_order": "W-1"}}, "request-invalid", "data.work_order"),
            (EVENT | {"data": EVENT["data"] | {"serials": ["1"] * 2001}}, "request-invalid", "data.serials"),
            (
                EVENT | {"data": EVENT["data"] | {"reference": {"maker": "x"}}},
                "request-invalid",
                "data.reference.maker",
            ),
        ]
    ),
]


@pytest.mark.parametrize(("raw", "slug", "field"), BAD)
def test_what_breaks_the_contract_is_refused_with_the_field_named(raw: bytes, slug: str, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_event(raw, a_principal())

    assert refused.value.slug() == slug
    errors: Any = refused.value.facts.get("errors", [{"field": ""}])
    assert errors[0]["field"] == field


LOOSE: list[tuple[type[FactoryFact], str, object]] = [
    *((FactoryWorkOrderAccepted, "due", day) for day in (1814400000, 1814400000.0, "1814400000")),
    (FactoryWorkOrderAccepted, "due", "2027-06-01T00:00:00Z"),
    (FactoryWorkOrderAccepted, "due", "2026-02-30"),
    (FactoryDelayReported, "due", 1728000000),
    *((FactoryLotFinished, name, 0) for name in ("made_on", "expires_on", "inspect_by")),
    *((FactoryLotFinished, "completes_work_order", flag) for flag in ("yes", "true", 1)),
    (FactoryWorkOrderCountered, "due", 0),
    *((FactoryKitMissing, name, 0) for name in ("due", "expected_on")),
    (PurchasePromised, "due", 0),
    *((PurchaseDispatched, name, 0) for name in ("made_on", "expires_on", "inspect_by", "completes_work_order")),
]


@pytest.mark.parametrize(("kind", "field", "value"), LOOSE)
def test_a_day_or_a_flag_is_read_only_as_it_is_written(kind: type[FactoryFact], field: str, value: object) -> None:
    event = next(each for each in examples().values() if each["type"] == kind.TYPE)
    wrong = event["data"] | {field: value}

    with pytest.raises(Refusal) as refused:
        read(event | {"data": wrong})
    with pytest.raises(Refusal) as refused_too:
        read_correction(FactoryEventCorrected(event="E-1", reason="?", data=wrong), kind)

    told: list[Any] = [each.value.facts["errors"] for each in (refused, refused_too)]
    assert [[error["field"] for error in each] for each in told] == [[f"data.{field}"], [f"data.data.{field}"]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "a\x00b"}, "is not written like 2026-000481"),
        ({"source": "f-01"}, "is not written like /F-01/line-3"),
        ({"type": None}, "Field required"),
    ],
)
def test_what_is_wrong_with_an_attribute_is_told_by_an_example(change: dict[str, object], message: str) -> None:
    event = {name: value for name, value in (EVENT | change).items() if value is not None}

    with pytest.raises(Refusal) as refused:
        read(event)

    errors: Any = refused.value.facts["errors"]
    assert [error["message"] for error in errors] == [message]


@pytest.mark.parametrize("source", ["F-01", "/F-01", "F-01/line-3", "/F-01/line-3/"])
def test_the_first_segment_of_the_source_is_the_site(source: str) -> None:
    posted = read(EVENT | {"source": source})

    assert (posted.source, posted.site) == (source, "F-01")


@pytest.mark.parametrize(
    "same",
    [
        EVENT | {"comexampleshift": "night"},
        EVENT | {"data": dict(reversed(EVENT["data"].items()))},
        EVENT | {"data": EVENT["data"] | {"heat": None, "serials": []}},
        EVENT | {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "sequence": 7},
    ],
)
def test_the_same_event_written_otherwise_is_the_same_event(same: dict[str, Any]) -> None:
    assert read(same).body_hash == read(EVENT).body_hash


@pytest.mark.parametrize(
    "other",
    [EVENT | {"data": EVENT["data"] | {"quantity": 4}}, EVENT | {"time": "2026-11-23T12:00:00Z"}],
)
def test_another_body_is_another_event(other: dict[str, Any]) -> None:
    assert read(other).body_hash != read(EVENT).body_hash


def test_a_time_is_the_same_in_any_offset() -> None:
    here, there = (read(EVENT | {"time": time}) for time in ("2026-11-23T17:30:00+05:30", "2026-11-23T12:00:00Z"))

    assert here.occurred_at == NOON
    assert here.body_hash == there.body_hash


@pytest.mark.parametrize(("sequence", "number"), [("7", 7), (7, 7), ("0007", 7), (None, None)])
def test_a_sequence_is_a_number_however_it_is_written(sequence: object, number: int | None) -> None:
    assert read(EVENT | {"sequence": sequence}).sequence == number


def test_an_event_posted_for_another_site_says_so() -> None:
    raw = json.dumps(EVENT).encode()

    assert read_event(raw, a_principal()).on_behalf_of is None
    assert read_event(raw, a_principal(Role.PLANNER, "D-01")).on_behalf_of == "F-01"


def test_a_factory_cannot_speak_for_another() -> None:
    with pytest.raises(Refusal) as refused:
        read_post(json.dumps(EVENT).encode(), a_principal(Role.FACTORY, "F-02"), ProductionSettings())

    assert refused.value.slug() == "site-forbidden"


def test_an_event_has_a_size_that_is_enough() -> None:
    with pytest.raises(Refusal) as refused:
        read_post(json.dumps(EVENT).encode(), a_principal(), ProductionSettings(event_bytes_max=20))

    assert refused.value.slug() == "event-too-large"


OFF = ["data.due", "data.expected_on"]


@pytest.mark.parametrize(("days", "refused"), [(3650, []), (-3650, []), (3651, OFF), (-3651, OFF)])
def test_a_day_is_promised_within_ten_years(days: int, refused: list[str]) -> None:
    day = NOON.date() + timedelta(days=days)
    missing = a_missing_kit(due=day, expected_on=day)

    assert fields_refused(missing) == refused
    assert fields_refused(a_start(3)) == []


def fields_refused(fact: FactoryFact) -> list[str]:
    try:
        refuse_far_days(fact, NOON.date(), "data")
    except Refusal as refusal:
        errors: Any = refusal.facts["errors"]
        return [error["field"] for error in errors]
    return []


def test_a_correction_is_held_against_the_type_of_what_it_corrects() -> None:
    wrong = FactoryEventCorrected(event="E-1", reason="?", data={"lot": "L-1", "part": PART, "shipment": "S-1"})

    with pytest.raises(Refusal) as refused:
        read_correction(wrong, FactoryLotFinished)

    errors: Any = refused.value.facts["errors"]
    assert [error["field"] for error in errors] == ["data.data.quantity", "data.data.shipment"]


def test_every_type_has_an_example_that_can_be_posted() -> None:
    posted = [read(example) for example in examples().values()]

    assert {event.fact.TYPE for event in posted} == {*FACTORY_FACTS, *WORKSHOP_FACTS, *PURCHASE_FACTS}


@pytest.mark.parametrize(
    ("off", "suspect"),
    [(timedelta(minutes=59), False), (timedelta(minutes=61), True), (timedelta(minutes=-61), True)],
)
def test_a_clock_more_than_an_hour_off_is_suspect(off: timedelta, *, suspect: bool) -> None:
    assert is_clock_suspect(NOON + off, NOON) is suspect


def test_an_event_without_a_time_is_not_suspect() -> None:
    assert not is_clock_suspect(None, NOON)


def test_blank_lines_are_passed_over_and_still_counted() -> None:
    assert split(b"a\r\n\n  \nb", 10) == [(1, b"a\r"), (4, b"b")]


@pytest.mark.parametrize("body", [b"", b"\n", b" \r\n\t\n"])
def test_a_body_without_lines_cannot_be_read(body: bytes) -> None:
    with pytest.raises(BodyUnreadable):
        split(body, 10)


def test_a_body_has_a_number_of_lines_that_is_enough() -> None:
    assert len(split(b"a\n" * 10, 10)) == 10
    with pytest.raises(LinesTooMany):
        split(b"a\n" * 10 + b"b", 10)

"""The factory door as its senders meet it: a real process, real tokens, real Kafka."""

import asyncio
import json
import random
from datetime import datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared.db import Database
from shared.events.production import Reference
from tests.fixtures.system import System
from tests.fixtures.toy import eventually
from tests.integration.production.house import EVENT, EVENTS, a_client, a_lot, an_order, opened, post
from tests.unit.production.makers import (
    a_dispatch,
    a_finish,
    a_start,
    a_void,
    an_event,
    an_inspection,
)

LINES = "application/x-ndjson"
PATIENCE_SECONDS = 15


async def post_lines(client: httpx.AsyncClient, *lines: str) -> list[dict[str, Any]]:
    answer = await client.post(EVENTS, content="\n".join(lines), headers={"Content-Type": LINES})
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_an_event_is_answered_created_then_the_same_then_reused(factory: httpx.AsyncClient) -> None:
    lot = a_lot()

    first = await post(factory, a_start(lot=lot), f"{lot}-1")
    again = await post(factory, a_start(lot=lot), f"{lot}-1")
    reused = await post(factory, a_start(9, lot=lot), f"{lot}-1")

    assert [answer.status_code for answer in (first, again, reused)] == [201, 200, 409]
    assert first.headers["location"] == f"/v1/lots/F-01:{lot}"
    assert first.headers["jvtrack-version"] == again.headers["jvtrack-version"] == f"production.v1/lot:F-01:{lot}@1"
    assert (first.json()["status"], again.json()["status"]) == ("accepted", "duplicate")
    assert first.json()["event_id"] == again.json()["event_id"]
    assert reused.json()["type"] == "urn:jvtrack:problem:event-id-reused"


async def test_a_lot_is_read_with_its_history_after_its_own_write(factory: httpx.AsyncClient) -> None:
    lot = a_lot()
    await post(factory, a_dispatch(lot=lot, work_order=None), f"{lot}-1", time="2020-01-01T00:00:00Z")
    voided = await post(factory, a_void(f"{lot}-1"), f"{lot}-2")

    read = await factory.get(voided.headers["location"], headers={"JVTrack-After": voided.headers["jvtrack-version"]})

    history = read.json()["history"]
    assert (read.json()["status"], read.json()["version"]) == ("voided", 2)
    assert [entry["type"].split(".")[2] for entry in history] == ["lot-dispatched", "lot-event-voided"]
    assert (history[0]["out_of_order"], history[0]["clock_suspect"]) == (True, True)
    assert history[0]["voided_by"] == history[1]["event_id"]
    assert (history[0]["id"], history[0]["occurred_at"]) == (f"{lot}-1", "2020-01-01T00:00:00Z")


async def test_a_lot_shows_its_reference_and_whether_its_certificate_is_held(factory: httpx.AsyncClient) -> None:
    lot, reference = a_lot(), Reference(maker="3VK1Y", number="VKR-1", revision="B")
    made = a_finish(5, lot=lot, work_order=None, reference=reference)
    await post(factory, made, f"made-{lot}")
    missing = (await factory.get(f"/v1/lots/F-01:{lot}")).json()
    await post(factory, made.model_copy(update={"certificate": "COC-1"}), f"more-{lot}")

    held = (await factory.get(f"/v1/lots/F-01:{lot}")).json()

    assert (missing["reference"], missing["certificate"]) == (reference.model_dump(), None)
    assert (held["reference"], held["certificate"]) == (reference.model_dump(), "COC-1")


async def test_a_version_that_never_comes_is_not_waited_for_without_end(factory: httpx.AsyncClient) -> None:
    answer = await factory.get("/v1/lots", headers={"JVTrack-After": "orders.v1/order:NEVER@1"})

    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:jvtrack:problem:version-not-yet-applied"


async def test_five_thousand_lines_with_duplicates_and_out_of_order_are_each_decided(
    factory: httpx.AsyncClient,
) -> None:
    mark, dice = a_lot(), random.Random(11)
    events = [
        json.dumps(an_event(fact, f"{mark}-{number}-{step}", source=f"F-01/{mark}", sequence=number * 4 + step + 1))
        for number in range(1125)
        for step, fact in enumerate(
            (
                a_start(5, lot=f"{mark}-{number}", work_order=None),
                an_inspection(5, lot=f"{mark}-{number}", work_order=None),
                a_finish(5, lot=f"{mark}-{number}", work_order=None),
                a_dispatch(5, lot=f"{mark}-{number}", work_order=None, shipment=f"{mark}-{number}"),
            )
        )
    ]
    lines = events + dice.sample(events, 500)
    dice.shuffle(lines)

    *answers, summary = await post_lines(factory, *lines)

    assert summary == {"accepted": 4500, "duplicate": 500, "refused": 0}
    assert [answer["line"] for answer in answers] == list(range(1, 5001))
    assert len({answer["event_id"] for answer in answers}) == 4500
    gaps = (await factory.get(f"/v1/senders/F-01/{mark}/gaps")).json()
    assert (gaps["first_sequence"], gaps["highest_sequence"], gaps["gaps"]) == (1, 4500, [])
    page = (await factory.get("/v1/lots", params={"status": "dispatched", "limit": 1000})).json()
    mine = [lot for lot in page if lot["lot"].startswith(f"F-01:{mark}")]
    assert mine
    assert all((lot["finished"], lot["dispatched"], lot["discrepancies"]) == (5, 5, []) for lot in mine)
    _, again = await post_lines(factory, lines[0], "")
    assert again == {"accepted": 0, "duplicate": 1, "refused": 0}


async def test_each_bad_line_is_refused_with_its_problem_and_the_good_ones_stand(factory: httpx.AsyncClient) -> None:
    lot = a_lot()
    lines = [
        (json.dumps(an_event(a_start(lot=lot), f"{lot}-1")), None),
        ("not json", "body-unreadable"),
        ("[]", "request-invalid"),
        ('{"type": "jvtrack.factory.lot-painted.v1"}', "event-type-unknown"),
        (json.dumps(an_event(a_start(lot=lot), f"{lot}-2") | {"data": {}}), "request-invalid"),
        (json.dumps(an_event(a_start(lot=lot), f"{lot}-3", source="F-02")), "site-forbidden"),
        (json.dumps(an_event(a_start(lot=lot, part="NOBODYS"), f"{lot}-4")), "catalogue-behind"),
        (json.dumps(an_event(a_start(9, lot=lot), f"{lot}-1")), "event-id-reused"),
        (json.dumps(an_event(a_void("never-sent"), f"{lot}-5")), "event-unknown"),
        (json.dumps(an_event(a_void(f"{lot}-1"), f"{lot}-6")), None),
        (json.dumps(an_event(a_void(f"{lot}-1"), f"{lot}-7")), "event-already-voided"),
        (json.dumps(an_event(a_void(f"{lot}-6"), f"{lot}-8")), "event-not-voidable"),
        ("x" * 600_000, "event-too-large"),
    ]

    *answers, summary = await post_lines(factory, *(line for line, _ in lines))

    problems = [answer.get("problem", {}).get("type", "").rpartition(":")[2] or None for answer in answers]
    assert problems == [slug for _, slug in lines]
    assert summary == {"accepted": 2, "duplicate": 0, "refused": 11}
    assert answers[6]["problem"]["retry_after"] == 5
    assert answers[4]["problem"]["errors"][0]["field"] == "data.lot"


BAD_WHOLE: list[tuple[bytes, str, int, str]] = [
    (b"", EVENT, 400, "body-unreadable"),
    (b"{", EVENT, 400, "body-unreadable"),
    (b"[]", EVENT, 422, "request-invalid"),
    (b"{}", "application/json", 415, "media-type-unsupported"),
    (b"[]", "application/cloudevents-batch+json", 415, "media-type-unsupported"),
    (b"x" * 600_000, EVENT, 413, "event-too-large"),
    (b"", LINES, 400, "body-unreadable"),
    (b"\n \n", LINES, 400, "body-unreadable"),
    (b"{}\n" * 10_001, LINES, 413, "lines-too-many"),
    (b"x" * (16 * 1_048_576 + 1), LINES, 413, "body-too-large"),
]


@pytest.mark.parametrize(("body", "media_type", "status", "slug"), BAD_WHOLE)
async def test_what_cannot_be_read_at_all_is_refused_whole(
    factory: httpx.AsyncClient, body: bytes, media_type: str, status: int, slug: str
) -> None:
    answer = await factory.post(EVENTS, content=body, headers={"Content-Type": media_type})

    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:jvtrack:problem:{slug}")


async def test_nobody_sees_what_is_not_theirs(production: System, served: Database, factory: httpx.AsyncClient) -> None:
    lot, work_order = a_lot(), (await opened(served, an_order())).work_order_id
    await post(factory, a_start(lot=lot, work_order=None), f"{lot}-1", source=f"F-01/{lot}", sequence=1)
    doors = (f"/v1/lots/F-01:{lot}", f"/v1/work-orders/{work_order}", f"/v1/senders/F-01/{lot}/gaps")
    seen = {}
    for role, sites, nation in (
        ("factory", ["F-02"], "IND"),
        ("planner", [], "IND"),
        ("operator", [], "RUS"),
        ("auditor", [], "IND"),
        ("depot", ["D-01"], "IND"),
    ):
        async with a_client(production, role, *sites, nation=nation) as client:
            seen[f"{role} {nation}"] = [(await client.get(door)).status_code for door in doors]

    assert seen == {
        "factory IND": [404, 404, 404],
        "planner IND": [200, 200, 200],
        "operator RUS": [404, 404, 404],
        "auditor IND": [200, 200, 200],
        "depot IND": [403, 403, 403],
    }


async def test_lists_are_paged_and_filtered(factory: httpx.AsyncClient) -> None:
    part, lots = "TAIL-BLADE", sorted(a_lot() for _ in range(3))
    for lot in lots:
        await post(factory, a_start(lot=lot, part=part, work_order=None), f"{lot}-1")

    found, url = [], f"/v1/lots?part={part}&limit=2&status=started"
    while url:
        page = await factory.get(url)
        found += [lot["lot"] for lot in page.json()]
        url = page.links.get("next", {}).get("url", "")

    assert [f"F-01:{lot}" for lot in lots] == [lot for lot in found if lot.removeprefix("F-01:") in lots]


async def read_stream(client: httpx.AsyncClient, path: str, wanted: int) -> list[dict[str, str]]:
    """Read so many events of a stream, each with its id, event and data."""
    read: list[dict[str, str]] = []
    async with asyncio.timeout(PATIENCE_SECONDS), client.stream("GET", path) as stream:
        event: dict[str, str] = {}
        async for line in stream.aiter_lines():
            name, _, value = line.partition(": ")
            if line and name:
                event[name] = value
            elif not line and "data" in event:
                read.append(event)
                event = {}
                if len(read) == wanted:
                    break
    return read


async def place(factory: httpx.AsyncClient, served: Database) -> str:
    """Say where the stream goes on, once Kafka has everything that was told."""

    async def is_told() -> bool:
        async with served.transaction() as session:
            return not await session.scalar(text("SELECT count(*) FROM outbox_pending"))

    await eventually(is_told)
    return (await factory.get("/v1/work-orders")).headers["jvtrack-position"]


async def test_a_factory_hears_of_its_work_orders_and_goes_on_where_it_left_off(
    served: Database, factory: httpx.AsyncClient
) -> None:
    start = await place(factory, served)
    mine = (await opened(served, an_order())).work_order_id
    others = (await opened(served, an_order(), source="F-02")).work_order_id
    accepted = {"specversion": "1.0", "id": mine, "source": "F-01", "type": "jvtrack.factory.work-order-accepted.v1"}
    await factory.post(
        EVENTS, content=json.dumps({**accepted, "data": {"work_order": mine}}), headers={"Content-Type": EVENT}
    )

    first = await read_stream(factory, f"/v1/work-orders/stream?after={start}", 1)
    rest = await read_stream(factory, f"/v1/work-orders/stream?after={first[0]['id']}", 1)

    told = [(event["event"].split(".")[2], json.loads(event["data"])["work_order"]) for event in first + rest]
    assert told == [("work-order-opened", mine), ("work-order-accepted", mine)]
    data = [json.loads(event["data"]) for event in first + rest]
    history = (await factory.get(f"/v1/work-orders/{mine}")).json()["history"]
    assert [(each["version"], each["event_id"]) for each in data] == [(e["version"], e["event_id"]) for e in history]
    assert all(datetime.fromisoformat(each["recorded_at"]) for each in data)
    assert others not in json.dumps(first + rest)


async def test_a_position_that_nobody_has_given_out_is_refused(served: Database, factory: httpx.AsyncClient) -> None:
    await post(factory, a_start(lot=a_lot()), a_lot())
    stream, log, vector = (await place(factory, served)).split(":")
    longer = ".".join("1" * 13)
    elsewhere = [vector, f"stock.v1:{log}:{vector}", f"{stream}:{log}:{longer}", f"{stream}:{log[::-1]}:{vector}"]

    answers = [await factory.get("/v1/work-orders/stream", headers={"Last-Event-ID": each}) for each in elsewhere]

    assert [(answer.status_code, answer.json()["type"].rpartition(":")[2]) for answer in answers] == [
        *[(422, "position-malformed")] * 3,
        (410, "position-gone"),
    ]

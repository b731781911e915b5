"""Every call goes to its door, as its door wants it."""

import json
from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from jvtrack.client import (
    ConditionChange,
    Count,
    ExpiryMark,
    InspectionFailure,
    InspectionOpening,
    InspectionPass,
    InspectionReopening,
    Issue,
    JVTrack,
    OrderChange,
    Receipt,
    ReceiptLine,
    Republication,
    Return,
    Scrap,
    Sending,
    SourceTerms,
    StockQuery,
    WeightTerms,
)
from jvtrack.client.answers.catalogue import PartRecord, SiteRecord
from jvtrack.client.answers.operations import BlockedKey, ParkedKey
from shared.events.production import Reference
from shared.events.quality import ReopeningCause
from shared.types import Condition, SiteKind
from tests.unit.client.makers import ScriptedService, a_client, a_problem, an_answer, an_order

ORDER, PART, MOVEMENT = "7201YA6327A001-2026", "MI17-SWASHPLATE", UUID("01980f5e-7f7e-7c11-8a50-3f1c2f6d9b11")
FIRST_ARTICLE = f"F-01/{PART}/3VK1Y/VKR%2F7/-"
GOODS = {"site": "D-01", "part": PART}
PARKED = ParkedKey.model_validate(
    {
        "group": "jvtrack.orders.deciders",
        "topic": "stock.v1",
        "key": "demand:X",
        "cause": "hole",
        "error": "expected 2",
        "parked_at": "2026-11-23T10:00:00Z",
        "waiting": 1,
    }
)
BLOCKED = BlockedKey.model_validate(
    {
        "topic": "stock.v1",
        "key": "demand:X",
        "event_id": str(MOVEMENT),
        "key_seq": 1,
        "type": "t",
        "error": "too large",
        "blocked_at": "2026-11-23T10:00:00Z",
        "waiting": 1,
    }
)
Act = Callable[[JVTrack], Awaitable[object]]
MOVES: list[tuple[Act, str]] = [
    (
        lambda j: j.inventory.receive(Receipt(site="D-01", lines=[ReceiptLine(part=PART, quantity=1)])),
        "/v1/receipts",
    ),
    (lambda j: j.inventory.issue(Issue(order=ORDER, quantity=1)), "/v1/issues"),
    (lambda j: j.inventory.take_back(Return.model_validate({**GOODS, "quantity": 1})), "/v1/returns"),
    (lambda j: j.inventory.count(Count.model_validate({**GOODS, "counted": 3, "version": 7})), "/v1/counts"),
    (
        lambda j: j.inventory.mark_expiry(ExpiryMark(site="D-01", part=PART, lot="F-01:L-1", reason="misread")),
        "/v1/expiries",
    ),
    (lambda j: j.inventory.scrap(Scrap.model_validate({**GOODS, "quantity": 1, "reason": "cracked"})), "/v1/scraps"),
    (
        lambda j: j.inventory.change_condition(
            ConditionChange(site="D-01", part=PART, was=Condition.A, becomes=Condition.F, quantity=1, reason="leaks")
        ),
        "/v1/condition-changes",
    ),
    (
        lambda j: j.inventory.send(Sending(from_site="D-01", to_site="D-02", part=PART, quantity=1)),
        "/v1/transfers",
    ),
    (lambda j: j.inventory.close_shipment("F-01:S-1", "lost"), "/v1/shipments/F-01:S-1/close"),
    (lambda j: j.inventory.reverse(MOVEMENT, "a slip"), f"/v1/movements/{MOVEMENT}/reverse"),
    (lambda j: j.inventory.resolve(MOVEMENT, "accepted"), f"/v1/discrepancies/{MOVEMENT}/resolve"),
]
OPERATIONS: list[tuple[Act, str]] = [
    (lambda j: j.orders.operations.release(PARKED), "parked/release"),
    (lambda j: j.orders.operations.discard(PARKED, "a test"), "parked/discard"),
    (lambda j: j.orders.operations.unblock(BLOCKED), "blocked/release"),
    (lambda j: j.orders.operations.discard_blocked(BLOCKED, "a test"), "blocked/discard"),
    (
        lambda j: j.production.operations.republish(
            Republication(topic="production.v1", first=1, last=9, reason="Kafka lost them")
        ),
        "republish",
    ),
]
LISTS: list[tuple[Act, str]] = [
    (lambda j: j.orders.list(site="D-01", late=True).all(), "/v1/orders?site=D-01&late=true"),
    (lambda j: j.orders.sources(part=PART).all(), f"/v1/sources?part={PART}"),
    (lambda j: j.orders.sources(nation="RUS").all(), "/v1/sources?nation=RUS"),
    (lambda j: j.orders.weights().all(), "/v1/sourcing-weights"),
    (lambda j: j.orders.activities().all(), "/v1/activities"),
    (lambda j: j.orders.operations.parked().all(), "/v1/operations/parked"),
    (lambda j: j.orders.operations.blocked().all(), "/v1/operations/blocked"),
    (lambda j: j.production.lots(factory="F-01", status="finished").all(), "/v1/lots?factory=F-01&status=finished"),
    (lambda j: j.production.work_orders(factory="F-01").all(), "/v1/work-orders?factory=F-01"),
    (
        lambda j: j.production.first_articles(factory="F-01", open=False).all(),
        "/v1/first-articles?factory=F-01&open=false",
    ),
    (lambda j: j.inventory.movements(order=ORDER).all(), f"/v1/movements?order={ORDER}"),
    (lambda j: j.inventory.shipments(depot="D-01", open=True).all(), "/v1/shipments?depot=D-01&open=true"),
    (lambda j: j.inventory.discrepancies(site="D-01").all(), "/v1/discrepancies?site=D-01&open=true"),
    (lambda j: j.inventory.parts().all(), "/v1/parts"),
    (lambda j: j.inventory.sites(kind=SiteKind.DEPOT).all(), "/v1/sites?kind=depot"),
]


@pytest.mark.parametrize(("act", "path"), MOVES, ids=[path for _, path in MOVES])
async def test_a_movement_is_posted_and_answered_with_its_id(act: Act, path: str) -> None:
    service = ScriptedService(an_answer({"movement": str(MOVEMENT), "kind": "any"}, 201))

    async with a_client(service) as jvtrack:
        moved = await act(jvtrack)

    assert (service.asked[0].method, service.asked[0].url.path) == ("POST", path)
    assert getattr(moved, "movement", None) == MOVEMENT


async def test_a_change_of_condition_is_written_as_its_door_names_it() -> None:
    service = ScriptedService(an_answer({"movement": str(MOVEMENT), "kind": "condition-change"}, 201))
    change = ConditionChange(
        site="D-01", part=PART, was=Condition.A, becomes=Condition.F, quantity=1, reason="Seal leaks."
    )

    async with a_client(service) as jvtrack:
        await jvtrack.inventory.change_condition(change)

    body = json.loads(service.asked[0].content)
    assert body == {**GOODS, "from": "A", "to": "F", "quantity": 1, "reason": "Seal leaks."}


@pytest.mark.parametrize(("act", "path"), OPERATIONS, ids=[path for _, path in OPERATIONS])
async def test_an_operator_acts_at_the_operators_doors(act: Act, path: str) -> None:
    service = ScriptedService(an_answer({"events": 2}))

    async with a_client(service) as jvtrack:
        done = await act(jvtrack)

    assert (service.asked[0].method, service.asked[0].url.path) == ("POST", f"/v1/operations/{path}")
    assert getattr(done, "events", None) == 2


@pytest.mark.parametrize(("act", "address"), LISTS, ids=[address for _, address in LISTS])
async def test_a_list_asks_for_no_more_than_it_was_told_to(act: Act, address: str) -> None:
    service = ScriptedService(an_answer([]))

    async with a_client(service) as jvtrack:
        rows = await act(jvtrack)

    assert str(service.asked[0].url).split("/", 3)[3] == address.lstrip("/")
    assert rows == []


async def test_an_inspection_is_named_by_its_id_with_whatever_its_number_holds() -> None:
    shown = {"first_article": FIRST_ARTICLE, "version": 1, "factory": "F-01", "part": PART, "state": "opened"}
    shown |= {"reference": {"maker": "3VK1Y", "number": "VKR/7"}, "open": False, "day": "2026-11-23"}
    service = ScriptedService(*(an_answer(shown) for _ in range(5)))
    reference = Reference(maker="3VK1Y", number="VKR/7")

    async with a_client(service) as jvtrack:
        production = jvtrack.production
        await production.open_first_article(InspectionOpening(factory="F-01", part=PART, reference=reference))
        await production.pass_first_article(FIRST_ARTICLE, InspectionPass(report="FAIR-1", version=1))
        await production.fail_first_article(FIRST_ARTICLE, InspectionFailure(reason="Out of tolerance."))
        reopening = InspectionReopening(causes=[ReopeningCause.TOOLING], reason="New hob.")
        await production.reopen_first_article(FIRST_ARTICLE, reopening)
        await production.first_article(FIRST_ARTICLE)

    named = f"/v1/first-articles/F-01/{PART}/3VK1Y/VKR%252F7/-"
    asked = [(request.method, request.url.raw_path.decode()) for request in service.asked]
    assert asked == [
        ("POST", "/v1/first-articles"),
        *(("POST", f"{named}/{step}") for step in ("pass", "fail", "reopen")),
        ("GET", named),
    ]
    assert json.loads(service.asked[1].content) == {"report": "FAIR-1", "version": 1}


async def test_an_order_is_changed_and_cancelled_under_its_id() -> None:
    service = ScriptedService(an_answer(an_order(), 202))

    async with a_client(service) as jvtrack:
        await jvtrack.orders.change(ORDER, OrderChange(required_by=date(2027, 1, 15), reason="Moved."))
        await jvtrack.orders.cancel(ORDER, "written off")

    assert [(request.method, request.url.path) for request in service.asked] == [
        ("PATCH", f"/v1/orders/{ORDER}"),
        ("POST", f"/v1/orders/{ORDER}/cancel"),
    ]
    assert json.loads(service.asked[0].content) == {"required_by": "2027-01-15", "reason": "Moved."}


async def test_a_source_is_named_for_an_order_with_the_reason() -> None:
    service = ScriptedService(an_answer(an_order(), 202))

    async with a_client(service) as jvtrack:
        await jvtrack.orders.name_source(ORDER, "S-10", "grounded")

    assert service.asked[0].url.path == f"/v1/orders/{ORDER}/name-source"
    assert json.loads(service.asked[0].content) == {"source": "S-10", "reason": "grounded"}


async def test_weights_are_put_under_their_day() -> None:
    weights = {"nation": "IND", "valid_from": "2026-12-01", "day": "1", "cost": "0.5", "import_content": "0"}
    service = ScriptedService(an_answer(weights))

    async with a_client(service) as jvtrack:
        put = await jvtrack.orders.put_weights(date(2026, 12, 1), WeightTerms(cost="0.5"))

    assert (service.asked[0].method, service.asked[0].url.path) == ("PUT", "/v1/sourcing-weights/2026-12-01")
    assert json.loads(service.asked[0].content) == {"day": "1", "cost": "0.5", "import_content": "0"}
    assert put.cost == Decimal("0.5")


async def test_what_is_kept_is_put_under_its_id() -> None:
    part = {"part_id": PART, "name": "Swashplate", "unit_of_issue": "EA", "version": 1}
    site = {"site_id": "D-09", "name": "Depot", "kind": "depot", "country": "IND", "version": 1}
    source = {"part": PART, "site": "F-01", "nation": "IND", "approved": False, "lead_time_days": 84}
    source |= {"standing": "not-approved"}
    service = ScriptedService(an_answer(part), an_answer(site), an_answer(source))

    async with a_client(service) as jvtrack:
        await jvtrack.inventory.put_part(PART, PartRecord(name="Swashplate", unit_of_issue="EA"))
        record = SiteRecord(name="Depot", kind=SiteKind.DEPOT, organisation="Group", country="IND")
        await jvtrack.inventory.put_site("D-09", record)
        await jvtrack.orders.put_source(PART, "F-01", SourceTerms(approved=False, lead_time_days=84))

    assert [request.url.path for request in service.asked] == [
        f"/v1/parts/{PART}",
        "/v1/sites/D-09",
        f"/v1/sources/{PART}/F-01",
    ]
    assert {request.method for request in service.asked} == {"PUT"}


async def test_stock_is_read_over_all_its_pages_and_goes_on_from_the_first_one() -> None:
    row = {"site": "D-01", "part": PART, "on_hand": 1}
    more = {"Link": '</v1/stock?part=MI17-SWASHPLATE&cursor=x>; rel="next"'}
    first = {"as_of": "2026-11-23T10:00:00Z", "stream_position": "1.1", "rows": [row]}
    service = ScriptedService(
        an_answer(first, headers=more), an_answer({**first, "stream_position": "2.2", "rows": [row, row]})
    )

    async with a_client(service) as jvtrack:
        answer = await jvtrack.inventory.stock(StockQuery(part=PART))

    assert len(answer.rows) == 3
    assert answer.stream_position == "1.1"


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [("sites.csv", "site_id,name", "sites"), ("parts.csv", "part_id,name", "parts"), ("parts.json", "{", None)],
)
async def test_a_file_is_posted_as_what_it_holds(tmp_path: Path, name: str, head: str, kind: str | None) -> None:
    path = tmp_path / name
    path.write_text(f"{head}\n")
    service = ScriptedService(an_answer({"lines": 0, "dry_run": True}))

    async with a_client(service) as jvtrack:
        await jvtrack.inventory.import_catalogue(path, dry_run=True)

    request = service.asked[0]
    assert request.headers["Content-Type"] == ("text/csv" if path.suffix == ".csv" else "application/json")
    assert request.url.params.get("kind") == kind
    assert request.content == path.read_bytes()


async def test_a_client_tells_which_services_are_ready() -> None:
    ready, starting = an_answer({}), a_problem("starting", 503)
    service = ScriptedService(ready, starting, ready)

    async with a_client(service) as jvtrack:
        readiness = await jvtrack.are_ready()

    assert readiness == {"orders": True, "production": False, "inventory": True, "monitor": True}

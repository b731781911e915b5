"""The doors: what they take, what they refuse and how, and who may come in."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from shared import clock
from shared.events.stock import DemandIssued, DemandReduced, DemandReserved
from tests.integration.orders.house import PART, House, inventory_said

TODAY = clock.now().date()
TERMS = {"approved": True, "approved_on": "2026-01-01", "lead_time_days": 30}


def slug(answer: Any) -> str:
    return str(answer.json()["type"].rpartition(":")[2])


async def test_an_order_is_named_by_its_document_number_and_told_once(house: House) -> None:
    body = house.body()

    first = await house.send("POST", "/v1/orders", json=body)
    again = await house.send("POST", "/v1/orders", json=body)
    other = await house.send("POST", "/v1/orders", json={**body, "quantity": 6})
    split = await house.send("POST", "/v1/orders", json={**body, "suffix": "B"})

    order_id = f"{body['document_number']}-{TODAY.year}"
    assert (first.status_code, again.status_code, split.status_code) == (201, 200, 201)
    assert first.headers["Location"] == f"/v1/orders/{order_id}"
    assert first.headers["JVTrack-Version"] == f"orders.v1/order:{order_id}@1"
    assert again.json() == first.json(), "what is answered is what was written"
    assert (other.status_code, slug(other)) == (409, "document-number-reused")
    assert split.json()["order_id"] == f"{order_id}-B"
    assert await house.told(order_id) == ["order-placed"]


async def test_the_same_order_from_many_clients_at_once_is_one_order(house: House) -> None:
    body = house.body()

    answers = await asyncio.gather(*(house.send("POST", "/v1/orders", json=body) for _ in range(40)))

    assert sorted(answer.status_code for answer in answers) == [200] * 39 + [201]
    assert await house.told(answers[0].json()["order_id"]) == ["order-placed"]


async def test_different_orders_of_one_number_at_once_are_one_order_and_refusals(house: House) -> None:
    body = house.body()

    answers = await asyncio.gather(
        *(house.send("POST", "/v1/orders", json={**body, "quantity": quantity}) for quantity in range(1, 21))
    )

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19


async def test_a_number_from_last_decade_is_another_order(house: House) -> None:
    far_ahead = (TODAY + timedelta(days=40)).strftime("%j")
    number = f"7201YA{(TODAY + timedelta(days=40)).year % 10}{far_ahead}9001"

    answer = await house.send("POST", "/v1/orders", json=house.body(document_number=number))

    assert answer.json()["order_id"] == f"{number}-{(TODAY + timedelta(days=40)).year - 10}"


async def test_priority_comes_from_the_activity_and_holds_at_its_own_depot(house: House) -> None:
    unknown = await house.order(await house.place(urgency="A"))
    terms = {"site": "D-01", "force_activity_designator": "I"}
    await house.send("PUT", "/v1/activities/7201YA", role="planner", site=None, json=terms)

    known = await house.order(await house.place(urgency="A"))
    elsewhere = await house.send("POST", "/v1/orders", site="D-02", json=house.body(urgency="A", ordered_by="D-02"))

    assert (unknown["priority"], known["priority"], elsewhere.json()["priority"]) == (8, 1, 8)


REFUSED_ORDERS = [
    ({"part": "NO-SUCH-PART"}, 409, "catalogue-behind"),
    ({"site": "D-77"}, 409, "catalogue-behind"),
    ({"site": "F-01"}, 422, "site-not-depot"),
    ({"required_by": str(TODAY - timedelta(days=1))}, 422, "required-by-past"),
    ({"document_number": "7201YA5366A001"}, 422, "document-date-impossible"),
    ({"ordered_by": "D-02"}, 403, "site-forbidden"),
    ({"document_number": "7201YA6367A001"}, 422, "request-invalid"),
    ({"document_number": "7201ya6001a001"}, 422, "request-invalid"),
    ({"quantity": 0}, 422, "request-invalid"),
    ({"quantity": 1.5}, 422, "request-invalid"),
    ({"quantity": "5"}, 422, "request-invalid"),
    ({"quantity": 10**13}, 422, "request-invalid"),
    ({"urgency": "Z"}, 422, "request-invalid"),
    ({"conditions": []}, 422, "request-invalid"),
    ({"conditions": ["F"]}, 422, "request-invalid"),
    ({"suffix": "BB"}, 422, "request-invalid"),
    ({"tail_number": "zh 4011"}, 422, "request-invalid"),
    ({"platform": "T-72"}, 422, "request-invalid"),
    ({"priority": 1}, 422, "request-invalid"),
    ({"required_by": "soon"}, 422, "request-invalid"),
]


@pytest.mark.parametrize(("changes", "status", "problem"), REFUSED_ORDERS, ids=str)
async def test_an_order_that_cannot_be_is_refused_and_leaves_no_trace(
    house: House, changes: dict[str, Any], status: int, problem: str
) -> None:
    answer = await house.send("POST", "/v1/orders", json=house.body(**changes))

    assert (answer.status_code, slug(answer)) == (status, problem)
    assert await house.owner.fetchval("SELECT count(*) FROM orders") == 0
    assert await house.owner.fetchval("SELECT count(*) FROM event_log") == 0


async def test_a_refused_order_does_not_take_its_neighbours_with_it(house: House) -> None:
    bodies = [house.body(part="NO-SUCH-PART" if number % 3 == 0 else PART) for number in range(30)]

    answers = await asyncio.gather(*(house.send("POST", "/v1/orders", json=body) for body in bodies))

    assert [answer.status_code for answer in answers] == [409 if number % 3 == 0 else 201 for number in range(30)]
    assert await house.owner.fetchval("SELECT count(*) FROM event_log") == 20


@pytest.mark.parametrize("wait", ["soon", "-1", "2m", "100000s"])
async def test_a_wait_that_is_no_time_is_refused(house: House, wait: str) -> None:
    answer = await house.send("POST", "/v1/orders", params={"wait": wait}, json=house.body())

    assert (answer.status_code, slug(answer)) == (422, "request-invalid")


async def test_an_order_is_reduced_and_moved(house: House) -> None:
    order_id = await house.place(quantity=5)
    await house.ear.hear(inventory_said(order_id, DemandReserved, reserved=5))
    day = str(TODAY + timedelta(days=60))

    changed = await house.send("PATCH", f"/v1/orders/{order_id}", json={"quantity": 3, "required_by": day})
    await house.ear.hear(inventory_said(order_id, DemandReduced, reserved=3, cancelled=2))
    order = await house.order(order_id)

    assert (changed.status_code, changed.json()["wanted"], changed.json()["cancelled"]) == (202, 3, 0)
    assert changed.headers["JVTrack-Version"] == f"orders.v1/order:{order_id}@3"
    assert (order["required_by"], order["cancelled"], order["reserved"]) == (day, 2, 3)
    assert await house.told(order_id) == ["order-placed", "order-rescheduled", "order-reduction-requested"]


@pytest.mark.parametrize(
    ("change", "status", "problem"),
    [
        ({"quantity": 6}, 409, "quantity-raised"),
        ({"required_by": str(TODAY - timedelta(days=1))}, 422, "required-by-past"),
        ({}, 422, "request-invalid"),
        ({"quantity": 0}, 422, "request-invalid"),
        ({"part": PART}, 422, "request-invalid"),
    ],
    ids=str,
)
async def test_a_change_that_cannot_be_is_refused(
    house: House, change: dict[str, Any], status: int, problem: str
) -> None:
    order_id = await house.place(quantity=5)

    answer = await house.send("PATCH", f"/v1/orders/{order_id}", json=change)

    assert (answer.status_code, slug(answer)) == (status, problem)
    assert await house.told(order_id) == ["order-placed"]


async def test_a_half_refused_change_changes_nothing(house: House) -> None:
    order_id = await house.place(quantity=5)
    change = {"quantity": 6, "required_by": str(TODAY + timedelta(days=60))}

    answer = await house.send("PATCH", f"/v1/orders/{order_id}", json=change)

    assert answer.status_code == 409
    assert await house.told(order_id) == ["order-placed"]


async def test_what_was_issued_in_full_is_neither_cancelled_nor_changed(house: House) -> None:
    order_id = await house.place(quantity=5)
    await house.ear.hear(inventory_said(order_id, DemandIssued, issued=5))

    cancelled = await house.send("POST", f"/v1/orders/{order_id}/cancel")
    changed = await house.send("PATCH", f"/v1/orders/{order_id}", json={"quantity": 2})

    assert [(answer.status_code, slug(answer)) for answer in (cancelled, changed)] == [
        (409, "order-already-issued")
    ] * 2


async def test_a_read_waits_for_the_version_it_was_asked_for(house: House) -> None:
    order_id = await house.place(quantity=5)
    after = {"JVTrack-After": f"stock.v1/demand:{order_id}@1"}
    reading = asyncio.create_task(house.send("GET", f"/v1/orders/{order_id}", headers=after))
    await asyncio.sleep(0.2)

    await house.ear.hear(inventory_said(order_id, DemandReserved, reserved=5))
    answer = await reading

    assert answer.json()["reserved"] == 5


@pytest.mark.parametrize(
    ("role", "site", "nation", "status"),
    [
        ("depot", "D-01", "IND", 200),
        ("depot", "D-02", "IND", 404),
        ("planner", None, "IND", 200),
        ("procurement", None, "IND", 200),
        ("operator", None, "IND", 200),
        ("auditor", None, "IND", 200),
        ("operator", None, "RUS", 404),
        ("planner", None, "RUS", 404),
        ("factory", "F-01", "IND", 403),
    ],
)
async def test_an_order_is_shown_to_its_depot_and_its_nation(
    house: House, role: str, site: str | None, nation: str, status: int
) -> None:
    order_id = await house.place()
    headers = house.bearer(role, *([site] if site else []), nation=nation)

    one = await house.door.get(f"/v1/orders/{order_id}", headers=headers)
    many = await house.door.get("/v1/orders", headers=headers)

    assert one.status_code == status
    assert many.status_code == (403 if role == "factory" else 200)
    if role != "factory":
        assert len(many.json()) == (status == 200)


async def test_the_depot_that_fills_an_order_sees_it_and_does_not_change_it(house: House) -> None:
    order_id = await house.place(site="D-02")

    seen = await house.send("GET", f"/v1/orders/{order_id}", site="D-02")
    cancelled = await house.send("POST", f"/v1/orders/{order_id}/cancel", site="D-02")

    assert seen.json()["site"] == "D-02"
    assert (cancelled.status_code, slug(cancelled)) == (403, "site-forbidden")


@pytest.mark.parametrize(
    ("role", "site", "nation", "status"),
    [
        ("depot", "D-02", "IND", 404),
        ("operator", None, "IND", 202),
        ("operator", None, "RUS", 404),
        ("planner", None, "IND", 403),
        ("auditor", None, "IND", 403),
        ("factory", "F-01", "IND", 403),
    ],
)
async def test_an_order_is_cancelled_by_its_depot_or_an_operator_of_its_nation(
    house: House, role: str, site: str | None, nation: str, status: int
) -> None:
    order_id = await house.place()
    headers = house.bearer(role, *([site] if site else []), nation=nation)

    answer = await house.door.post(f"/v1/orders/{order_id}/cancel", headers=headers)

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("role", "site", "nation", "status"),
    [("operator", None, "IND", 201), ("operator", None, "RUS", 403), ("depot", "D-02", "IND", 403)],
)
async def test_an_order_is_placed_for_a_depot_by_itself_or_an_operator_of_its_nation(
    house: House, role: str, site: str | None, nation: str, status: int
) -> None:
    headers = house.bearer(role, *([site] if site else []), nation=nation)

    answer = await house.door.post("/v1/orders", headers=headers, json=house.body())

    assert answer.status_code == status


async def test_orders_are_listed_page_by_page_and_filtered(house: House) -> None:
    placed = [await house.place(part=part, quantity=1) for part in (PART, PART, "GEARBOX", PART)]
    await house.ear.hear(inventory_said(placed[0], DemandReserved, quantity=1, reserved=1))
    await house.ear.hear(inventory_said(placed[1], DemandIssued, quantity=1, issued=1))
    await house.owner.execute(
        "UPDATE orders SET required_by = $1 WHERE order_id = ANY($2)", TODAY - timedelta(1), placed[1:3]
    )

    async def listed(**query: Any) -> list[str]:
        answer = await house.send("GET", "/v1/orders", params=query)
        assert answer.status_code == 200, answer.text
        return [order["order_id"] for order in answer.json()]

    page = await house.send("GET", "/v1/orders", params={"limit": 3})
    following = page.headers["Link"].partition(">")[0].removeprefix("<")
    rest = await house.send("GET", following)

    assert [order["order_id"] for order in page.json() + rest.json()] == sorted(placed)
    assert "Link" not in rest.headers
    assert await listed(part="GEARBOX") == [placed[2]]
    assert await listed(state="reserved") == [placed[0]]
    assert await listed(state="issued", site="D-01") == [placed[1]]
    assert await listed(site="D-02") == []
    assert await listed(late=True) == [placed[2]]
    assert await listed(late=False) == [placed[0], placed[1], placed[3]]
    assert await listed(platform="MI-17V-5") == sorted(placed)
    assert await listed(platform="T-90") == []


async def test_an_order_that_names_a_platform_is_listed_under_that_alone(house: House) -> None:
    order_id = await house.place(platform="T-90", tail_number="VU-4011")

    shown = await house.send("GET", "/v1/orders", params={"platform": "T-90"})

    assert [order["order_id"] for order in shown.json()] == [order_id]
    assert (await house.send("GET", "/v1/orders", params={"platform": "MI-17V-5"})).json() == []


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"cursor": "nonsense"}, {"late": "maybe"}, {"state": "lost"}, {"colour": "red"}], ids=str
)
async def test_a_list_that_cannot_be_is_refused(house: House, query: dict[str, Any]) -> None:
    answer = await house.send("GET", "/v1/orders", params=query)

    assert answer.status_code == 422


async def test_an_order_that_is_not_there_is_not_found(house: House) -> None:
    shown = await house.send("GET", "/v1/orders/7201YA6001Z999-2026")
    cancelled = await house.send("POST", "/v1/orders/7201YA6001Z999-2026/cancel")

    assert [(answer.status_code, slug(answer)) for answer in (shown, cancelled)] == [(404, "order-unknown")] * 2

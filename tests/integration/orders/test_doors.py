"""The order doors: what they take, and what they refuse and how."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.orders.commands.request import Request
from services.orders.schemas.orders import PlaceOrder
from shared.events.stock import DemandIssued, DemandReduced, DemandReserved
from tests.fixtures.days import today
from tests.integration.orders.house import PART, House, inventory_said, slug
from tests.unit.http.makers import a_principal

WHY = {"reason": "Plans have changed."}


async def test_an_order_is_named_by_its_document_number_and_told_once(house: House) -> None:
    body = house.body()

    first = await house.send("POST", "/v1/orders", json=body)
    again = await house.send("POST", "/v1/orders", json=body)
    other = await house.send("POST", "/v1/orders", json={**body, "quantity": 6})
    split = await house.send("POST", "/v1/orders", json={**body, "suffix": "B"})
    order_id = f"{body['document_number']}-{today().year}"
    assert (first.status_code, again.status_code, split.status_code) == (201, 200, 201)
    assert first.headers["Location"] == f"/v1/orders/{order_id}"
    assert first.headers["JVTrack-Version"] == f"orders.v1/order:{order_id}@1"
    assert again.json() == first.json(), "what is answered is what was written"
    assert (other.status_code, slug(other)) == (409, "document-number-reused")
    assert split.json()["order_id"] == f"{order_id}-B"
    assert await house.told_of(order_id) == ["order-placed"]


async def test_the_same_order_from_many_clients_at_once_is_one_order(house: House) -> None:
    body = house.body()

    answers = await asyncio.gather(*(house.send("POST", "/v1/orders", json=body) for _ in range(40)))

    assert sorted(answer.status_code for answer in answers) == [200] * 39 + [201]
    assert await house.told_of(answers[0].json()["order_id"]) == ["order-placed"]


async def test_different_orders_of_one_number_at_once_are_one_order_and_refusals(house: House) -> None:
    body = house.body()

    answers = await asyncio.gather(
        *(house.send("POST", "/v1/orders", json={**body, "quantity": quantity}) for quantity in range(1, 21))
    )

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19


@pytest.mark.parametrize("days", [37, 200, -380, -2000])
async def test_a_number_that_is_far_ahead_or_long_past_is_refused(house: House, days: int) -> None:
    day = today() + timedelta(days=days)
    number = f"7201YA{day.year % 10}{day:%j}9001"

    answer = await house.send("POST", "/v1/orders", json=house.body(document_number=number))

    assert (answer.status_code, slug(answer)) == (422, "document-date-out-of-reach")


async def test_an_order_placed_again_is_recognised_however_old_it_has_become(house: House) -> None:
    body = house.body()
    order_id = await house.place(**body)
    then = today() - timedelta(days=800)
    old = f"7201YA{then.year % 10}{then:%j}0001"
    await house.owner.execute("UPDATE orders SET order_id = $1, document_number = $2", f"{old}-{then.year}", old)
    aged = {**body, "document_number": old}
    digest = Request(PlaceOrder.model_validate(aged), a_principal(), None).digest()
    await house.owner.execute("UPDATE orders SET body_hash = $1", digest)

    again = await house.send("POST", "/v1/orders", json=aged)
    other = await house.send("POST", "/v1/orders", json={**aged, "quantity": 1})

    assert order_id.startswith(body["document_number"])
    assert (again.status_code, again.json()["order_id"]) == (200, f"{old}-{then.year}")
    assert (other.status_code, slug(other)) == (422, "document-date-out-of-reach")


async def test_an_order_is_the_same_whether_or_not_it_names_what_goes_without_saying(house: House) -> None:
    body = house.body()

    answers = [
        await house.send("POST", "/v1/orders", json={**body, **said})
        for said in ({}, {"site": "D-01"}, {"partial": True, "conditions": ["C", "A"]})
    ]

    assert [answer.status_code for answer in answers] == [201, 200, 200]


async def test_a_part_is_ordered_for_a_platform_that_it_fits(house: House) -> None:
    fits = await house.send("POST", "/v1/orders", json=house.body(platform="MI-17V-5"))
    not_this = await house.send("POST", "/v1/orders", json=house.body(platform="T-90"))
    fits_any = await house.send("POST", "/v1/orders", json=house.body(part="WASHER", platform="T-90"))

    assert (fits.status_code, fits_any.status_code) == (201, 201)
    assert (not_this.status_code, slug(not_this)) == (422, "platform-mismatch")


async def test_priority_comes_from_the_activity_whose_numbers_are_its_own_depot_s(house: House) -> None:
    unknown = await house.order(await house.place(urgency="A"))
    terms = {"site": "D-01", "force_activity_designator": "I"}
    await house.send("PUT", "/v1/activities/7201YA", role="planner", site=None, json=terms)

    known = await house.order(await house.place(urgency="A"))
    elsewhere = await house.send("POST", "/v1/orders", site="D-02", json=house.body(urgency="A", ordered_by="D-02"))
    by_operator = await house.send("POST", "/v1/orders", role="operator", site=None, json=house.body(ordered_by="D-02"))

    assert (unknown["priority"], known["priority"]) == (8, 1)
    assert (elsewhere.status_code, slug(elsewhere)) == (403, "activity-of-another")
    assert slug(by_operator) == "activity-of-another"


REFUSED_ORDERS = [
    ({"part": "NO-SUCH-PART"}, 409, "catalogue-behind"),
    ({"site": "D-77"}, 409, "catalogue-behind"),
    ({"site": "F-01"}, 422, "site-not-depot"),
    ({"required_by": str(today() - timedelta(days=1))}, 422, "required-by-past"),
    ({"document_number": "7201YA5366A001"}, 422, "document-date-impossible"),
    ({"ordered_by": "D-02"}, 403, "site-forbidden"),
    ({"site": "D-09"}, 403, "site-forbidden"),
    ({"document_number": "7201YA6367A001"}, 422, "request-invalid"),
    ({"document_number": "7201ya6001a001"}, 422, "request-invalid"),
    ({**WHY, "quantity": 0}, 422, "request-invalid"),
    ({"quantity": 1.5}, 422, "request-invalid"),
    ({"quantity": "5"}, 422, "request-invalid"),
    ({"quantity": 10**13}, 422, "request-invalid"),
    ({"quantity": 100_001}, 422, "quantity-absurd"),
    ({"urgency": "Z"}, 422, "request-invalid"),
    ({"conditions": []}, 422, "request-invalid"),
    ({"conditions": ["F"]}, 422, "request-invalid"),
    ({"suffix": "BB"}, 422, "request-invalid"),
    ({"tail_number": "zh 4011"}, 422, "request-invalid"),
    ({"tail_number": "ZP-1"}, 422, "request-invalid"),
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
    day = str(today() + timedelta(days=60))

    changed = await house.send("PATCH", f"/v1/orders/{order_id}", json={**WHY, "quantity": 3, "required_by": day})
    await house.ear.hear(inventory_said(order_id, DemandReduced, reserved=3, cancelled=2))
    order = await house.order(order_id)

    assert (changed.status_code, changed.json()["wanted"], changed.json()["cancelled"]) == (202, 3, 0)
    assert changed.headers["JVTrack-Version"] == f"orders.v1/order:{order_id}@4"
    assert (order["required_by"], order["cancelled"], order["reserved"]) == (day, 2, 3)
    assert await house.told_of(order_id) == [
        "order-placed",
        "order-promised",
        "order-rescheduled",
        "order-reduction-requested",
    ]


@pytest.mark.parametrize(
    ("change", "status", "problem"),
    [
        ({**WHY, "quantity": 6}, 409, "quantity-raised"),
        ({**WHY, "required_by": str(today() - timedelta(days=1))}, 422, "required-by-past"),
        (WHY, 422, "request-invalid"),
        ({"quantity": 4}, 422, "request-invalid"),
        ({"urgency": "A"}, 422, "request-invalid"),
        ({**WHY, "quantity": 0}, 422, "request-invalid"),
        ({**WHY, "part": PART}, 422, "request-invalid"),
    ],
    ids=str,
)
async def test_a_change_that_cannot_be_is_refused(
    house: House, change: dict[str, Any], status: int, problem: str
) -> None:
    order_id = await house.place(quantity=5)

    answer = await house.send("PATCH", f"/v1/orders/{order_id}", json=change)

    assert (answer.status_code, slug(answer)) == (status, problem)
    assert await house.told_of(order_id) == ["order-placed"]


async def test_a_half_refused_change_changes_nothing(house: House) -> None:
    order_id = await house.place(quantity=5)
    change = {**WHY, "quantity": 6, "required_by": str(today() + timedelta(days=60))}

    answer = await house.send("PATCH", f"/v1/orders/{order_id}", json=change)

    assert answer.status_code == 409
    assert await house.told_of(order_id) == ["order-placed"]


async def test_what_was_issued_in_full_is_neither_cancelled_nor_changed(house: House) -> None:
    order_id = await house.place(quantity=5)
    await house.ear.hear(inventory_said(order_id, DemandIssued, issued=5))

    cancelled = await house.send("POST", f"/v1/orders/{order_id}/cancel")
    changed = await house.send("PATCH", f"/v1/orders/{order_id}", json={**WHY, "quantity": 2})

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


async def test_every_door_says_when_to_come_again_while_the_database_cannot_decide(house: House) -> None:
    order_id = await house.place()

    async with house.owner.transaction():
        await house.owner.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        answers = await asyncio.gather(
            house.send("POST", "/v1/orders", json=house.body()),
            house.send("PATCH", f"/v1/orders/{order_id}", json={**WHY, "quantity": 1}),
            house.send("GET", f"/v1/orders/{order_id}"),
        )

    assert [(answer.status_code, slug(answer), answer.headers["retry-after"]) for answer in answers] == [
        (503, "database-away", "1")
    ] * 3
    assert (await house.send("PATCH", f"/v1/orders/{order_id}", json={**WHY, "quantity": 1})).status_code == 202


async def test_a_clerk_places_routine_needs_and_an_approver_raises_them(house: House) -> None:
    await house.send(
        "PUT",
        "/v1/activities/7201YA",
        role="planner",
        site=None,
        json={"site": "D-01", "force_activity_designator": "I"},
    )
    routine = house.body(urgency="C")
    order_id = f"{routine['document_number']}-{today().year}"
    raise_it = {"urgency": "A", "reason": "The helicopter stands still for it."}

    refused = await house.send("POST", "/v1/orders", json=house.body(urgency="A"), scope="")
    placed = await house.send("POST", "/v1/orders", json=routine, scope="")
    by_clerk = await house.send("PATCH", f"/v1/orders/{order_id}", json=raise_it, scope="")
    raised = await house.send("PATCH", f"/v1/orders/{order_id}", json=raise_it)

    assert (refused.status_code, slug(refused)) == (403, "urgency-unapproved")
    assert (placed.status_code, placed.json()["priority"], placed.json()["approved_by"]) == (201, 11, None)
    assert (by_clerk.status_code, slug(by_clerk)) == (403, "urgency-unapproved")
    assert (raised.status_code, raised.json()["urgency"]) == (202, "A")
    assert (raised.json()["priority"], raised.json()["approved_by"]) == (1, "depot@D-01")
    assert (await house.order(order_id))["history"][-1]["data"] == {
        "order": order_id,
        "site": "D-01",
        "part": PART,
        "ordered_by": "D-01",
        "urgency": "A",
        "priority": 1,
        "approved_by": "depot@D-01",
        "urgency_before": "C",
        "priority_before": 11,
        "reason": "The helicopter stands still for it.",
        "asked_by": "depot@D-01",
    }

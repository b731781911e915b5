"""An order's place in its queue is explained at the door: who waits before it, what is free and why it gets none."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared import clock
from tests.integration.inventory.gates import made_and_received, require
from tests.integration.inventory.house import House, a_receipt
from tests.unit.http.makers import slug
from tests.unit.inventory.makers import DEPOT, LOT, OTHER_DEPOT, PART, a_dispatch, a_finish, an_order, an_order_id

YESTERDAY = clock.now().date() - timedelta(days=1)


async def asked(house: House, number: int, role: str = "depot", at: str | None = DEPOT, **who: Any) -> httpx.Response:
    headers = house.bearer(role, *([at] if at else []), **who)
    return await house.door.get(f"/v1/demands/{an_order_id(number)}/explanation", headers=headers)


async def reasons(house: House, number: int, **who: Any) -> list[tuple[str, int | None]]:
    answer = await asked(house, number, **who)
    assert answer.status_code == 200, answer.text
    return [(reason["kind"], reason["quantity"]) for reason in answer.json()["reasons"]]


async def text(house: House, number: int, place: int = 0) -> str:
    return str((await asked(house, number)).json()["reasons"][place]["text"])


async def test_who_waits_before_an_order_is_named_where_the_depot_itself_has_placed_it(house: House) -> None:
    await house.stock(1)
    await house.ear.hear(
        an_order(3, 1, priority=2),
        an_order(4, 2, priority=5, ordered_by=OTHER_DEPOT, partial=False),
        an_order(5, 3, priority=5),
        an_order(2, 4, priority=13),
    )

    first, third = await text(house, 1), await text(house, 3)

    assert first.endswith("waits for 2 of 3; nobody waits before it")
    assert third.endswith(f"waits for 5 of 5; orders that wait before it: 2, for 6 ({an_order_id(1)})")
    assert an_order_id(2) not in (await asked(house, 4)).text
    assert await reasons(house, 4) == [("turn", 2), ("nothing-free", None)]


async def test_what_is_free_is_told_with_why_the_order_does_not_get_it(house: House) -> None:
    await house.stock(2, lot="F-01:B", condition="B")
    await house.stock(3, lot="F-01:F", condition="F")
    received = await house.post("/v1/receipts", a_receipt(4, shipment=None))
    await house.owner.execute("INSERT INTO lot VALUES ($1, $2, $3)", PART, LOT, YESTERDAY)
    await house.ear.hear(an_order(5, 1))

    assert received.status_code == 201, received.text
    assert await reasons(house, 1) == [("turn", 5), ("expired", 4), ("condition", 2), ("condition", 3)]


async def test_what_a_gate_holds_back_is_told_with_the_gate(house: House) -> None:
    await require(house, first_article_required=True)
    await made_and_received(house)
    await house.ear.hear(an_order(5, 1))

    assert await reasons(house, 1) == [("turn", 5), ("held-back", 5)]
    assert await text(house, 1, 1) == "5 are free in condition A: the gate first-article holds them back"


async def test_what_is_protected_and_too_little_for_all_or_nothing_are_told(house: House) -> None:
    await house.stock(5)
    body = {"quantity": 2, "reason": "For the alert flight."}
    path = f"/v1/protected-minimums/{DEPOT}/{PART}"
    await house.door.put(path, json=body, headers=house.bearer("depot", DEPOT))
    await house.ear.hear(an_order(4, 1, ordered_by=OTHER_DEPOT, partial=False))

    assert await reasons(house, 1) == [("turn", 4), ("protected", 2), ("all-or-nothing", 3)]


async def test_what_is_on_the_road_is_told_and_named_only_where_it_is_the_orders_own(house: House) -> None:
    await house.ear.hear(
        an_order(5, 1),
        an_order(5, 2),
        a_finish(5),
        a_dispatch(5, order=an_order_id(1), filling_site=DEPOT),
    )

    own, other = (await asked(house, 1)).json()["reasons"][-1], (await asked(house, 2)).json()["reasons"][-1]

    assert (own["kind"], own["quantity"], own["order"]) == ("on-the-road", 5, an_order_id(1))
    assert (other["kind"], other["quantity"], other["order"]) == ("on-the-road", 5, None)
    assert own["shipment"] == other["shipment"] == "F-01:S-1"


async def test_what_lower_bands_hold_is_counted_while_pre_emption_has_not_taken_it(house: House) -> None:
    await house.stock(5)
    await house.ear.hear(an_order(3, 1, priority=13))
    await house.ear.hear(an_order(9, 2, priority=2, conditions=["C"]))
    await house.owner.execute("UPDATE demand SET conditions = 'AC' WHERE order_id = $1", an_order_id(2))

    assert await reasons(house, 2) == [("turn", 9), ("free", 2), ("lower-band", 3)]
    assert await reasons(house, 1) == [("served", None)]


async def test_an_explanation_locks_nothing(house: House) -> None:
    await house.ear.hear(an_order(5, 1))

    async with house.owner.transaction():
        await house.owner.execute("SELECT 1 FROM stock WHERE site = $1 FOR UPDATE", DEPOT)
        await house.owner.execute("SELECT 1 FROM demand FOR UPDATE")
        found = await reasons(house, 1)

    assert found == [("turn", 5), ("nothing-free", None)]


@pytest.mark.parametrize(
    ("role", "at", "nation", "status"),
    [
        ("depot", DEPOT, "IND", 200),
        ("depot", OTHER_DEPOT, "IND", 404),
        ("planner", None, "IND", 200),
        ("procurement", None, "IND", 200),
        ("operator", None, "IND", 200),
        ("auditor", None, "IND", 200),
        ("planner", None, "RUS", 404),
        ("operator", None, "RUS", 404),
        ("factory", "F-01", "IND", 403),
        ("quality", None, "IND", 403),
    ],
)
async def test_a_queue_is_explained_to_who_sees_the_depots_stock_in_full(
    house: House, role: str, at: str | None, nation: str, status: int
) -> None:
    await house.ear.hear(an_order(5, 1, ordered_by=OTHER_DEPOT, partial=False))

    answer = await asked(house, 1, role, at, nation=nation)

    assert answer.status_code == status
    assert status != 404 or slug(answer) == "order-unknown"

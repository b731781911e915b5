"""Lateral supply at inventory's doors: who could ship, who would lose by it, and goods that travel for an order."""

from typing import Any

import httpx
import pytest

from shared.events.orders import OrderPlaced
from shared.types import Shelf
from tests.integration.inventory.house import House, a_receipt
from tests.unit.http.makers import slug
from tests.unit.inventory.makers import DEPOT, OTHER_DEPOT, PART, an_order, an_order_id

SUPPLIED, LATERAL = 1, 2
LOT = "F-01:L-1"


def a_lateral(quantity: int = 2, **changes: object) -> OrderPlaced:
    """Ask D-02 to ship for the order of D-01."""
    terms = {"site": OTHER_DEPOT, "ordered_by": DEPOT, "partial": False, "supplies": an_order_id(SUPPLIED)}
    return an_order(quantity, LATERAL, **{**terms, **changes})


async def protect(house: House, quantity: int) -> None:
    body = {"quantity": quantity, "reason": "For the alert flight."}
    path = f"/v1/protected-minimums/{OTHER_DEPOT}/{PART}"
    answer = await house.door.put(path, json=body, headers=house.bearer("depot", OTHER_DEPOT))
    assert answer.status_code == 200, answer.text


async def send(house: House, quantity: int = 2, *, at: str = OTHER_DEPOT, **changes: object) -> httpx.Response:
    """Send what is held for the lateral order to D-01."""
    body = {
        "from_site": OTHER_DEPOT,
        "to_site": DEPOT,
        "part": PART,
        "quantity": quantity,
        "order": an_order_id(LATERAL),
        "shipment": "D-02:S-1",
    }
    return await house.post("/v1/transfers", {**body, **changes}, at=at)


async def price(house: House, body: dict[str, Any], *, number: int = SUPPLIED, **who: str) -> Any:
    path = f"/v1/demands/{an_order_id(number)}/price"
    answer = await house.post(path, body, **{"role": "planner", "at": "", **who})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def totals(house: House, number: int) -> tuple[int, int, int]:
    demand = await house.demand(an_order_id(number))
    return demand["reserved"], demand["issued"], demand["arrived"]


async def test_what_a_depot_ships_for_another_ones_order_arrives_for_it(house: House) -> None:
    await house.stock(3, at=OTHER_DEPOT)
    await house.ear.hear(an_order(3, SUPPLIED), a_lateral())

    sent = await send(house)
    shipped, on_the_road = await totals(house, LATERAL), await house.stands(DEPOT)
    received = await house.post("/v1/receipts", a_receipt(2, shipment="D-02:S-1"))

    assert (sent.status_code, received.status_code) == (201, 201), sent.text
    assert [line["target"]["shelf"] for line in sent.json()["transfers"]] == [Shelf.ISSUED, Shelf.IN_TRANSIT]
    assert (shipped, on_the_road) == ((0, 2, 0), {"in_transit": 2})
    assert await totals(house, SUPPLIED) == (2, 0, 2)
    await house.balances()


async def test_goods_that_arrive_before_the_order_is_heard_count_for_it_once_it_is(house: House) -> None:
    await house.stock(2, at=OTHER_DEPOT)
    await house.ear.hear(a_lateral())
    await send(house)
    await house.post("/v1/receipts", a_receipt(2, shipment="D-02:S-1"))

    await house.ear.hear(an_order(3, SUPPLIED))

    assert await totals(house, SUPPLIED) == (2, 0, 2)
    await house.balances()


async def test_shipping_that_did_not_happen_is_undone_and_can_be_done_again(house: House) -> None:
    await house.stock(1, at=OTHER_DEPOT)
    await house.stock(2, "F-01:L-2", at=OTHER_DEPOT)
    await house.ear.hear(an_order(3, SUPPLIED), a_lateral(3))
    movement = (await send(house, 3)).json()["movement"]

    undone = await house.post(f"/v1/movements/{movement}/reverse", {"reason": "Never left."}, at=OTHER_DEPOT)
    held = await totals(house, LATERAL)
    again = await send(house, 3, shipment="D-02:S-2")

    assert (undone.status_code, held, again.status_code) == (201, (3, 0, 0), 201), undone.text
    await house.balances()


async def test_a_sending_is_done_once_however_often_it_is_sent(house: House) -> None:
    await house.stock(2, at=OTHER_DEPOT)
    await house.ear.hear(an_order(3, SUPPLIED), a_lateral())
    body = {
        "from_site": OTHER_DEPOT,
        "to_site": DEPOT,
        "part": PART,
        "quantity": 2,
        "order": an_order_id(LATERAL),
    }

    first = await house.post("/v1/transfers", body, at=OTHER_DEPOT, key="once")
    again = await house.post("/v1/transfers", body, at=OTHER_DEPOT, key="once")

    assert first.content == again.content
    assert await totals(house, LATERAL) == (0, 2, 0)


@pytest.mark.parametrize(
    ("changes", "status", "problem"),
    [
        ({"quantity": 1}, 409, "order-takes-all-or-nothing"),
        ({"quantity": 3}, 409, "not-reserved"),
        ({"order": an_order_id(SUPPLIED)}, 404, "order-unknown"),
        ({"order": an_order_id(9)}, 404, "order-unknown"),
        ({"part": "BLADE"}, 409, "order-of-other-stock"),
        ({"lot": LOT}, 422, "request-invalid"),
        ({"condition": "B"}, 422, "request-invalid"),
        ({"to_site": "D-09"}, 409, "receiver-no-depot"),
    ],
    ids=str,
)
async def test_what_cannot_be_sent_for_an_order_is_refused(
    house: House, changes: dict[str, object], status: int, problem: str
) -> None:
    await house.stock(2, at=OTHER_DEPOT)
    await house.ear.hear(an_order(3, SUPPLIED), a_lateral())

    answer = await send(house, **{"quantity": 2, **changes})  # type: ignore[arg-type]  # a quantity among them

    assert (answer.status_code, slug(answer)) == (status, problem), answer.text
    assert await totals(house, LATERAL) == (2, 0, 0)
    await house.balances()


async def test_what_a_lateral_order_holds_is_not_issued_where_it_stands(house: House) -> None:
    await house.stock(2, at=OTHER_DEPOT)
    await house.ear.hear(a_lateral())

    answer = await house.post("/v1/issues", {"order": an_order_id(LATERAL), "quantity": 2}, at=OTHER_DEPOT)

    assert (answer.status_code, slug(answer)) == (409, "order-travels")


async def test_depots_that_could_ship_are_listed_with_what_they_have_beyond_their_minimum(house: House) -> None:
    await house.stock(5, at=OTHER_DEPOT)
    await house.stock(2, "F-01:L-2", at=OTHER_DEPOT, condition="B")
    await house.stock(1, "F-01:L-3", at=OTHER_DEPOT, condition="F")
    await protect(house, 3)
    await house.ear.hear(an_order(9, SUPPLIED))
    path = f"/v1/demands/{an_order_id(SUPPLIED)}/alternatives"

    full = await house.get(path, role="planner", at="")
    some = await house.get(path)
    spare = await house.get("/v1/spare-stock", role="planner", at="", part=[PART, "BLADE"])
    await protect(house, 7)

    assert full == [{"site": OTHER_DEPOT, "part": PART, "quantity": 4}]
    assert some == [{"site": OTHER_DEPOT, "part": PART, "quantity": None}]
    assert spare == full
    assert await house.get(path, role="planner", at="") == []


async def test_what_a_higher_priority_would_take_from_whom_is_told_and_nothing_is_done(house: House) -> None:
    await house.stock(4)
    await house.ear.hear(an_order(4, 3, priority=13))
    await house.ear.hear(an_order(3, SUPPLIED, priority=12))

    found = await price(house, {"priority": 2})
    same = await price(house, {"priority": 12})

    assert found == {
        "gets": 3,
        "losers": [{"order_id": an_order_id(3), "quantity": 3}],
        "unnamed": 0,
        "unnamed_quantity": 0,
    }
    assert same == {"gets": 0, "losers": [], "unnamed": 0, "unnamed_quantity": 0}
    assert (await totals(house, 3), await totals(house, SUPPLIED)) == ((4, 0, 0), (0, 0, 0))
    assert await house.told(f"demand:{an_order_id(3)}") == ["demand-reserved"]


async def test_a_day_of_need_that_is_brought_forward_takes_nothing_from_who_holds_it(house: House) -> None:
    await house.stock(4)
    await house.ear.hear(an_order(4, 3, priority=12), an_order(3, SUPPLIED, priority=12))

    found = await price(house, {"required_by": "2026-11-01"})

    assert found == {"gets": 0, "losers": [], "unnamed": 0, "unnamed_quantity": 0}


async def test_what_a_lateral_order_would_take_is_within_what_the_other_depot_does_not_protect(house: House) -> None:
    await house.stock(4, at=OTHER_DEPOT)
    await house.ear.hear(an_order(3, 3, site=OTHER_DEPOT, ordered_by=OTHER_DEPOT, priority=13))
    await house.ear.hear(an_order(3, SUPPLIED, priority=2))

    free = await price(house, {"depot": OTHER_DEPOT, "quantity": 1})
    taking = await price(house, {"depot": OTHER_DEPOT, "quantity": 2})
    unnamed = await price(house, {"depot": OTHER_DEPOT, "quantity": 2}, role="depot", at=DEPOT)
    await protect(house, 3)
    kept = await price(house, {"depot": OTHER_DEPOT, "quantity": 2})

    assert (free["gets"], free["losers"]) == (1, [])
    assert (taking["gets"], taking["losers"]) == (2, [{"order_id": an_order_id(3), "quantity": 1}])
    assert (unnamed["losers"], unnamed["unnamed"], unnamed["unnamed_quantity"]) == ([], 1, 1)
    assert (kept["gets"], kept["losers"]) == (0, [])
    assert await totals(house, 3) == (3, 0, 0)


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        ({}, 422, "request-invalid"),
        ({"priority": 16}, 422, "request-invalid"),
        ({"required_by": "tomorrow"}, 422, "request-invalid"),
        ({"references": [], "depot": OTHER_DEPOT, "quantity": 1}, 422, "request-invalid"),
        ({"priority": 2, "depot": OTHER_DEPOT, "quantity": 1}, 422, "request-invalid"),
        ({"depot": OTHER_DEPOT}, 422, "request-invalid"),
        ({"depot": "D-09", "quantity": 1}, 403, "site-forbidden"),
        ({"depot": "D-77", "quantity": 1}, 403, "site-forbidden"),
    ],
    ids=str,
)
async def test_what_cannot_be_priced_is_refused(
    house: House, body: dict[str, object], status: int, problem: str
) -> None:
    await house.ear.hear(an_order(3, SUPPLIED))

    answer = await house.post(f"/v1/demands/{an_order_id(SUPPLIED)}/price", body)
    unknown = await house.post(f"/v1/demands/{an_order_id(9)}/price", {"priority": 2})

    assert (answer.status_code, slug(answer)) == (status, problem), answer.text
    assert (unknown.status_code, slug(unknown)) == (404, "order-unknown")

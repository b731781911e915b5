"""Undoing a slip: compensating movements that name the original, and what can no longer be undone."""

from typing import Any

import httpx

from shared.events.orders import OrderCancelRequested
from tests.integration.inventory.house import House, a_receipt
from tests.integration.inventory.test_taking import GOODS, a_sending
from tests.unit.http.makers import slug
from tests.unit.inventory.makers import DEPOT, OTHER_DEPOT, PART, a_dispatch, a_finish, an_order, an_order_id


async def reverse(house: House, slip: httpx.Response) -> httpx.Response:
    """Undo what a request has moved."""
    assert slip.status_code == 201, slip.text
    return await house.post(f"/v1/movements/{slip.json()['movement']}/reverse", {"reason": "Wrong slip."})


async def the_shelves(house: House) -> dict[str, Any]:
    """Say what stands in the depot in conditions A and F."""
    return {"A": await house.stands(), "F": await house.stands(condition="F")}


async def test_a_reversed_receipt_is_on_the_road_again_and_its_reservation_is_lost(house: House) -> None:
    await house.ear.hear(an_order(8), a_finish(10), a_dispatch(10, order=an_order_id(), filling_site=DEPOT))
    received = await house.post("/v1/receipts", a_receipt(10))

    undone = await reverse(house, received)
    again = await reverse(house, received)

    assert undone.status_code == 201
    assert slug(again) == "movement-reversed-before"
    assert await house.stands() == {"in_transit": 10}
    demand = await house.demand(an_order_id())
    assert (demand["reserved"], demand["arrived"]) == (0, 0)
    assert (await house.told(f"demand:{an_order_id()}"))[-1] == "reservation-lost"
    await house.balances()


async def test_a_reversed_over_receipt_gives_its_excess_back_to_suspense(house: House) -> None:
    await house.ear.hear(a_finish(10), a_dispatch(10))
    over = await house.post("/v1/receipts", a_receipt(12))

    undone = await reverse(house, over)

    assert undone.status_code == 201
    assert await house.stands() == {"in_transit": 10}
    assert await house.get("/v1/discrepancies") == []
    await house.balances()


async def test_a_receipt_cannot_be_reversed_once_its_excess_was_resolved(house: House) -> None:
    over = await house.post("/v1/receipts", a_receipt(2, shipment=None))
    (unmatched,) = await house.get("/v1/discrepancies")
    resolved = await house.post(f"/v1/discrepancies/{unmatched['discrepancy']}/resolve", {"reason": "Found."})
    twice = await house.post(f"/v1/discrepancies/{unmatched['discrepancy']}/resolve", {"reason": "Found."})

    refused = await reverse(house, over)

    assert resolved.status_code == 200
    assert slug(twice) == "discrepancy-explained"
    assert slug(refused) == "movement-settled"
    (told,) = await house.get("/v1/discrepancies", open=False)
    assert (told["state"], told["resolution"], told["resolved_by"]) == ("resolved", "Found.", "depot@D-01")
    await house.balances()


async def test_a_receipt_whose_goods_are_gone_cannot_be_reversed(house: House) -> None:
    await house.ear.hear(a_finish(10), a_dispatch(10))
    received = await house.post("/v1/receipts", a_receipt(10))
    await house.post("/v1/scraps", {**GOODS, "quantity": 1, "reason": "Dropped."})

    assert slug(await reverse(house, received)) == "goods-gone"


async def test_a_reversed_issue_goes_back_to_the_reservation(house: House) -> None:
    await house.stock(5)
    await house.ear.hear(an_order(5))
    issued = await house.post("/v1/issues", {"order": an_order_id(), "quantity": 2})

    undone = await reverse(house, issued)

    assert undone.status_code == 201
    demand = await house.demand(an_order_id())
    assert (demand["reserved"], demand["issued"]) == (5, 0)
    assert await house.stands() == {"reserved": 5}
    await house.balances()


async def test_a_reversed_issue_of_a_closed_demand_is_free_stock(house: House) -> None:
    await house.stock(5)
    await house.ear.hear(an_order(5))
    issued = await house.post("/v1/issues", {"order": an_order_id(), "quantity": 2})
    await house.ear.hear(OrderCancelRequested(order=an_order_id(), site=DEPOT, part=PART))

    await reverse(house, issued)

    demand = await house.demand(an_order_id())
    assert (demand["issued"], demand["cancelled"], demand["reserved"]) == (0, 5, 0)
    assert await house.stands() == {"on_hand": 5}
    await house.balances()


async def test_an_issue_that_came_back_cannot_be_reversed_too(house: House) -> None:
    await house.stock(5)
    await house.ear.hear(an_order(2))
    issued = await house.post("/v1/issues", {"order": an_order_id(), "quantity": 2})
    back = await house.post("/v1/returns", {**GOODS, "quantity": 1, "order": an_order_id()})

    refused = await reverse(house, issued)
    await reverse(house, back)
    accepted = await reverse(house, issued)

    assert slug(refused) == "more-than-issued"
    assert accepted.status_code == 201
    await house.balances()


async def test_scraps_counts_and_changes_of_condition_are_undone(house: House) -> None:
    await house.stock(6)
    await house.ear.hear(an_order(6))
    (row,) = (await house.get("/v1/stock", part=PART))["rows"]
    before = await the_shelves(house)
    slips = [
        await house.post("/v1/scraps", {**GOODS, "quantity": 1, "reason": "Any."}),
        await house.post("/v1/condition-changes", {**GOODS, "from": "A", "to": "F", "quantity": 1, "reason": "Any."}),
        await house.post("/v1/counts", {**GOODS, "counted": 9, "version": row["version"]}),
        await house.post("/v1/counts", {**GOODS, "counted": 5, "version": row["version"]}),
    ]

    for slip in reversed(slips):
        assert (await reverse(house, slip)).status_code == 201

    assert await the_shelves(house) == before
    assert (await house.demand(an_order_id()))["reserved"] == 6
    await house.balances()


async def test_a_sending_is_undone_only_while_it_is_on_the_road(house: House) -> None:
    await house.stock(5)
    sent = await house.post("/v1/transfers", a_sending(3, shipment="D-01:S-1"))
    more = await house.post("/v1/transfers", a_sending(1, shipment="D-01:S-1"))
    body = {**a_receipt(3, shipment="D-01:S-1"), "site": OTHER_DEPOT}
    await house.post("/v1/receipts", body, at=OTHER_DEPOT)

    gone = await reverse(house, sent)
    undone = await reverse(house, more)

    assert slug(gone) == "goods-gone"
    assert undone.status_code == 201
    assert await house.stands() == {"on_hand": 2}
    await house.balances()


async def test_what_a_factory_told_or_nobody_booked_is_not_reversed(house: House) -> None:
    (finished,) = await house.ear.hear(a_finish(10))

    told = await house.post(f"/v1/movements/{finished.id}/reverse", {"reason": "Any."}, role="operator", at="")
    unknown = await house.post(
        "/v1/movements/01980f5e-7f7e-7c11-8a50-3f1c2f6d9b11/reverse", {"reason": "Any."}, role="operator", at=""
    )

    assert slug(told) == "movement-not-reversible"
    assert slug(unknown) == "movement-unknown"

"""Issues, returns, counts, scraps, changes of condition and sendings, and what they take from whom."""

from typing import Any

import pytest

from shared.events.orders import OrderCancelRequested, OrderReductionRequested, OrderRescheduled
from tests.integration.inventory.house import House, a_receipt
from tests.unit.http.makers import slug
from tests.unit.inventory.makers import DEPOT, LOT, OTHER_DEPOT, PART, an_order, an_order_id

GOODS = {"site": DEPOT, "part": PART, "lot": LOT}
ISSUED = """
    SELECT COALESCE(sum(CASE WHEN target_shelf = 'issued' THEN quantity ELSE -quantity END), 0) FROM transfer
     WHERE 'issued' IN (source_shelf, target_shelf)
"""


def a_sending(quantity: int, **changes: object) -> dict[str, Any]:
    """Make the body of a transfer to the other depot."""
    usual = {"from_site": DEPOT, "to_site": OTHER_DEPOT, "part": PART, "lot": LOT, "quantity": quantity}
    return {**usual, **changes}


async def test_scrap_takes_free_stock_first_and_then_from_the_last_in_turn(house: House) -> None:
    await house.stock(10)
    await house.ear.hear(an_order(4, 1, priority=3), an_order(4, 2, priority=9))

    scrapped = await house.post("/v1/scraps", {**GOODS, "quantity": 5, "reason": "Flooded."})

    assert scrapped.status_code == 201
    first, second = await house.demand(an_order_id(1)), await house.demand(an_order_id(2))
    assert (first["reserved"], second["reserved"]) == (4, 1)
    assert await house.told(f"demand:{an_order_id(2)}") == ["demand-reserved", "reservation-lost"]
    await house.balances()


async def test_more_than_is_there_is_refused_and_leaves_no_trace(house: House) -> None:
    await house.stock(5)
    before = await house.owner.fetchval("SELECT count(*) FROM event_log")

    scrap = await house.post("/v1/scraps", {**GOODS, "quantity": 6, "reason": "Any."})
    sent = await house.post("/v1/transfers", a_sending(6, shipment="D-01:S-9"))
    changed = await house.post(
        "/v1/condition-changes", {**GOODS, "from": "A", "to": "F", "quantity": 6, "reason": "Any."}
    )
    elsewhere = await house.post("/v1/scraps", {**GOODS, "part": "BLADE", "quantity": 1, "reason": "Any."})

    assert [slug(each) for each in (scrap, sent, changed, elsewhere)] == ["not-enough-stock"] * 4
    assert (scrap.json()["asked"], scrap.json()["available"]) == (6, 5)
    assert await house.owner.fetchval("SELECT count(*) FROM event_log") == before
    assert await house.owner.fetchval("SELECT count(*) FROM shipment") == 0
    assert await house.owner.fetchval("SELECT count(*) FROM stock WHERE version = 0") == 0


async def test_an_issue_beyond_the_reservation_is_refused_with_what_is_reserved(house: House) -> None:
    await house.stock(3)
    await house.ear.hear(an_order(5))

    refused = await house.post("/v1/issues", {"order": an_order_id(), "quantity": 4})

    assert slug(refused) == "not-reserved"
    assert (refused.json()["reserved"], refused.json()["asked"]) == (3, 4)


async def test_an_order_that_takes_all_or_nothing_is_issued_whole(house: House) -> None:
    await house.stock(5)
    await house.ear.hear(an_order(4, partial=False))

    part = await house.post("/v1/issues", {"order": an_order_id(), "quantity": 3})
    whole = await house.post("/v1/issues", {"order": an_order_id(), "quantity": 4})

    assert slug(part) == "order-takes-all-or-nothing"
    assert whole.status_code == 201


async def test_a_cancel_releases_what_is_not_issued_for_those_who_wait(house: House) -> None:
    await house.stock(5)
    await house.ear.hear(an_order(5, 1), an_order(3, 2))
    await house.post("/v1/issues", {"order": an_order_id(1), "quantity": 1})

    await house.ear.hear(OrderCancelRequested(order=an_order_id(1), site=DEPOT, part=PART))

    first, second = await house.demand(an_order_id(1)), await house.demand(an_order_id(2))
    assert (first["closed"], first["cancelled"], first["released"], first["issued"]) == (True, 4, 4, 1)
    assert second["reserved"] == 3
    assert await house.stands() == {"on_hand": 1, "reserved": 3}
    assert (await house.told(f"demand:{an_order_id(1)}"))[-1] == "demand-closed"
    await house.balances()


async def test_a_reduction_keeps_what_was_issued_and_releases_the_rest(house: House) -> None:
    await house.stock(5)
    await house.ear.hear(an_order(5))
    await house.post("/v1/issues", {"order": an_order_id(), "quantity": 2})

    await house.ear.hear(OrderReductionRequested(order=an_order_id(), site=DEPOT, part=PART, quantity=1))

    demand = await house.demand(an_order_id())
    assert (demand["cancelled"], demand["reserved"], demand["released"], demand["closed"]) == (3, 0, 3, False)
    await house.balances()


async def test_an_earlier_day_of_need_moves_an_order_forward(house: House) -> None:
    await house.ear.hear(an_order(5, 1), an_order(5, 2))

    await house.ear.hear(
        OrderRescheduled(order=an_order_id(2), site=DEPOT, part=PART, required_by=an_order().required_by.replace(day=1))
    )
    await house.ear.hear(
        OrderRescheduled(order=an_order_id(1), site=DEPOT, part=PART, required_by=an_order().required_by.replace(day=9))
    )
    await house.stock(5)

    assert (await house.demand(an_order_id(2)))["reserved"] == 5
    assert len(await house.told(f"demand:{an_order_id(1)}")) == 1


async def test_a_count_corrects_the_book_as_it_stood_when_it_was_taken(house: House) -> None:
    await house.stock(10)
    (row,) = (await house.get("/v1/stock", part=PART))["rows"]
    await house.post("/v1/scraps", {**GOODS, "quantity": 2, "reason": "Dropped."})

    counted = await house.post("/v1/counts", {**GOODS, "counted": 9, "version": row["version"]})
    again = await house.post("/v1/counts", {**GOODS, "counted": 9, "version": row["version"]})

    assert [each["quantity"] for each in counted.json()["transfers"]] == [1]
    assert again.json()["transfers"] == []
    assert await house.stands() == {"on_hand": 7}
    await house.balances()


async def test_a_count_that_more_has_left_than_it_found_is_refused(house: House) -> None:
    await house.stock(10)
    (row,) = (await house.get("/v1/stock", part=PART))["rows"]
    await house.post("/v1/scraps", {**GOODS, "quantity": 8, "reason": "Dropped."})

    contradicted = await house.post("/v1/counts", {**GOODS, "counted": 5, "version": row["version"]})
    too_new = await house.post("/v1/counts", {**GOODS, "counted": 5, "version": 99})

    assert slug(contradicted) == "count-contradicted"
    assert slug(too_new) == "count-version-unknown"


async def test_goods_sent_to_another_depot_travel_as_a_shipment(house: House) -> None:
    await house.stock(5)

    sent = await house.post("/v1/transfers", a_sending(3, shipment="D-01:S-1"))
    received = await house.post(
        "/v1/receipts", {**a_receipt(3, shipment="D-01:S-1"), "site": OTHER_DEPOT}, at=OTHER_DEPOT
    )

    assert (sent.status_code, received.status_code) == (201, 201)
    assert await house.stands() == {"on_hand": 2}
    assert await house.stands(OTHER_DEPOT) == {"on_hand": 3}
    await house.balances()


async def test_a_shipment_belongs_to_who_began_it_and_takes_nothing_once_closed(house: House) -> None:
    await house.stock(5)
    first = await house.post("/v1/transfers", a_sending(3, shipment="D-01:S-1"))
    await house.post("/v1/shipments/D-01:S-1/close", {"reason": "Lost."}, role="operator", at="")

    closed = await house.post("/v1/transfers", a_sending(1, shipment="D-01:S-1"))
    misnamed = await house.post("/v1/transfers", a_sending(1, shipment="D-02:S-1"))

    assert first.status_code == 201
    assert slug(closed) == "shipment-closed"
    assert slug(misnamed) == "request-invalid"


async def test_what_comes_back_and_was_not_issued_is_there_and_unexplained(house: House) -> None:
    await house.stock(5)
    await house.ear.hear(an_order(3))
    await house.post("/v1/issues", {"order": an_order_id(), "quantity": 3})

    back = await house.post("/v1/returns", {**GOODS, "quantity": 2, "condition": "F", "order": an_order_id()})
    too_much = await house.post("/v1/returns", {**GOODS, "quantity": 2, "order": an_order_id()})
    never = await house.post("/v1/returns", {**GOODS, "quantity": 1000, "condition": "F"})
    other = await house.post("/v1/returns", {**GOODS, "part": "BLADE", "quantity": 1, "order": an_order_id()})

    assert back.json()["discrepancies"] == []
    assert [each["quantity"] for each in too_much.json()["discrepancies"]] == [1]
    assert [(each["kind"], each["quantity"]) for each in never.json()["discrepancies"]] == [("unissued-return", 1000)]
    assert slug(other) == "order-of-other-stock"
    assert await house.stands(condition="F") == {"on_hand": 1002}
    demand = await house.demand(an_order_id())
    assert (demand["issued"], demand["returned"]) == (3, 3)
    assert await house.owner.fetchval(ISSUED) == 0
    await house.balances()


async def test_a_return_that_was_a_slip_is_undone_with_what_it_left_unexplained(house: House) -> None:
    await house.stock(5)
    await house.ear.hear(an_order(3))
    await house.post("/v1/issues", {"order": an_order_id(), "quantity": 3})
    back = await house.post("/v1/returns", {**GOODS, "quantity": 5, "order": an_order_id()})

    undone = await house.post(f"/v1/movements/{back.json()['movement']}/reverse", {"reason": "Wrong slip."})

    assert undone.status_code == 201
    assert await house.get("/v1/discrepancies") == []
    assert (await house.demand(an_order_id()))["returned"] == 0
    assert await house.owner.fetchval(ISSUED) == 3
    await house.balances()


async def test_a_return_tells_nothing_of_another_sites_order(house: House) -> None:
    await house.ear.hear(an_order(3, site=OTHER_DEPOT), an_order(3, 2, site="D-09"))

    neighbours = await house.post("/v1/returns", {**GOODS, "quantity": 1, "order": an_order_id()})
    partners = await house.post("/v1/returns", {**GOODS, "quantity": 1, "order": an_order_id(2)})
    unknown = await house.post("/v1/returns", {**GOODS, "quantity": 1, "order": an_order_id(3)})

    assert [(each.status_code, slug(each)) for each in (neighbours, partners, unknown)] == [(404, "order-unknown")] * 3
    assert OTHER_DEPOT not in neighbours.text


@pytest.mark.parametrize("door", ["/v1/receipts", "/v1/scraps", "/v1/counts"])
async def test_an_unknown_part_is_worth_another_try(house: House, door: str) -> None:
    goods = {**GOODS, "part": "NOT-HEARD-OF"}
    bodies: dict[str, dict[str, object]] = {
        "/v1/receipts": a_receipt(1, part="NOT-HEARD-OF"),
        "/v1/scraps": {**goods, "quantity": 1, "reason": "Any."},
        "/v1/counts": {**goods, "counted": 1, "version": 0},
    }

    answer = await house.post(door, bodies[door])

    assert slug(answer) == "catalogue-behind"
    assert answer.headers["Retry-After"] == "1"


async def test_the_same_request_again_is_done_once_and_answered_alike(house: House) -> None:
    await house.stock(5)
    body = {**GOODS, "quantity": 1, "reason": "Dropped."}

    first = await house.post("/v1/scraps", body, key="one")
    again = await house.post("/v1/scraps", body, key="one")
    other = await house.post("/v1/scraps", {**body, "quantity": 2}, key="one")

    assert first.json() == again.json()
    assert first.headers["JVTrack-Version"] == again.headers["JVTrack-Version"]
    assert slug(other) == "idempotency-key-reused"
    assert await house.stands() == {"on_hand": 4}


async def test_a_refusal_holds_for_a_copy_that_was_held_up_on_the_way(house: House) -> None:
    await house.stock(3)
    body = {"order": an_order_id(), "quantity": 2}
    refused = await house.post("/v1/issues", body, key="one")
    await house.ear.hear(an_order(2))

    late = await house.post("/v1/issues", body, key="one")
    anew = await house.post("/v1/issues", body, key="two")

    assert (slug(refused), slug(late)) == ("order-unknown", "order-unknown")
    assert late.headers["Content-Type"] == refused.headers["Content-Type"] == "application/problem+json"
    assert late.json() == {name: said for name, said in refused.json().items() if name != "trace_id"}
    assert anew.status_code == 201
    assert await house.owner.fetchval(ISSUED) == 2


async def test_what_asks_for_another_try_is_decided_anew(house: House) -> None:
    body = a_receipt(1, part="NOT-HEARD-OF")
    behind = await house.post("/v1/receipts", body, key="one")
    defined = {"name": "Anything", "unit_of_issue": "EA", "platforms": [{"platform": "T-90", "grounds": True}]}
    await house.door.put("/v1/parts/NOT-HEARD-OF", json=defined, headers=house.bearer("operator"))

    again = await house.post("/v1/receipts", body, key="one")

    assert slug(behind) == "catalogue-behind"
    assert again.status_code == 201

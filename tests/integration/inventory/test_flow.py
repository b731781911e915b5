"""A lot's way from the factory to the workshop, over real rows: what is told, what stands, what the door answers."""

from shared.types import Condition
from tests.integration.inventory.house import House, a_receipt
from tests.unit.http.makers import slug
from tests.unit.inventory.makers import DEPOT, FACTORY, a_dispatch, a_finish, a_void, an_order, an_order_id


async def test_a_lot_goes_from_the_factory_to_the_order_that_waits_for_it(house: House) -> None:
    await house.ear.hear(an_order(quantity=4), a_finish(10), a_dispatch(10, order=an_order_id(), filling_site=DEPOT))

    received = await house.post("/v1/receipts", a_receipt(10))
    issued = await house.post("/v1/issues", {"order": an_order_id(), "quantity": 3, "issued_to": "Hangar 4"})

    assert received.status_code == 201
    assert issued.status_code == 201
    assert issued.headers["JVTrack-Version"].startswith(f"stock.v1/demand:{an_order_id()}@")
    assert await house.stands() == {"on_hand": 6, "reserved": 1}
    assert await house.stands(FACTORY) == {}
    demand = await house.demand(an_order_id())
    assert (demand["reserved"], demand["issued"], demand["arrived"]) == (1, 3, 10)
    told = ["demand-reserved", "demand-supplied", "demand-reserved", "demand-issued"]
    assert await house.told(f"demand:{an_order_id()}") == told
    assert await house.told("shipment:F-01:S-1") == ["shipment-changed", "shipment-changed"]
    await house.told(f"{DEPOT}/GEARBOX")
    await house.balances()


async def test_facts_told_twice_and_out_of_order_leave_the_same_books(house: House) -> None:
    finish, dispatch = house.ear.number(a_finish(10), a_dispatch(10))
    dispatch.key_seq, finish.key_seq = 1, 2

    await house.ear.hear_said([dispatch, finish, dispatch])
    await house.ear.hear_said([finish, dispatch])

    assert await house.stands(FACTORY) == {}
    assert await house.stands() == {"in_transit": 10}
    shown = await house.get("/v1/discrepancies", role="operator", at="", open=False)
    assert [(each["kind"], each["state"], each["quantity"]) for each in shown] == [("shelf-short", "explained", 10)]
    await house.balances()


async def test_what_facts_of_one_batch_change_is_told_under_the_trace_of_each(house: House) -> None:
    order, finish, dispatch = said = house.ear.number(an_order(quantity=4), a_finish(10), a_dispatch(10))
    order.trace, finish.trace, dispatch.trace = (f"00-{digit * 32}-{digit * 16}-01" for digit in "abc")

    await house.ear.hear_said(said)

    assert await house.traces(f"{FACTORY}/GEARBOX") == ["b"], "both moved it; the first is named"
    assert await house.traces("shipment:F-01:S-1") == ["c"]
    assert await house.traces(f"demand:{an_order_id()}") == ["a"]


async def test_a_short_receipt_leaves_the_rest_on_the_road_until_the_shipment_is_closed(house: House) -> None:
    await house.ear.hear(an_order(quantity=9), a_finish(10), a_dispatch(10, order=an_order_id(), filling_site=DEPOT))

    await house.post("/v1/receipts", a_receipt(7))
    closed = await house.post("/v1/shipments/F-01:S-1/close", {"reason": "Carrier confirms."})
    again = await house.post("/v1/shipments/F-01:S-1/close", {"reason": "Carrier confirms."})

    assert closed.status_code == 200
    assert slug(again) == "shipment-closed"
    assert [each["kind"] for each in closed.json()["discrepancies"]] == ["lost-in-transit"]
    demand = await house.demand(an_order_id())
    assert (demand["arrived"], demand["lost"], demand["reserved"]) == (7, 3, 7)
    (shipment,) = await house.get("/v1/shipments", shipment="F-01:S-1")
    assert (shipment["closed"], shipment["lines"][0]["lost"], shipment["lines"][0]["open"]) == (True, 3, 0)
    await house.balances()


async def test_an_over_receipt_is_explained_by_a_later_dispatch_of_the_lot(house: House) -> None:
    await house.ear.hear(a_finish(12), a_dispatch(10))

    over = await house.post("/v1/receipts", a_receipt(12))
    await house.ear.hear(a_dispatch(2))

    assert [(each["kind"], each["quantity"]) for each in over.json()["discrepancies"]] == [("over-receipt", 2)]
    assert await house.stands() == {"on_hand": 12}
    assert await house.get("/v1/discrepancies") == []
    await house.balances()


async def test_goods_that_turn_up_after_their_shipment_was_closed_are_found_again(house: House) -> None:
    await house.ear.hear(an_order(quantity=9), a_finish(10), a_dispatch(10, order=an_order_id(), filling_site=DEPOT))
    await house.post("/v1/shipments/F-01:S-1/close", {"reason": "Lost."})

    found = await house.post("/v1/receipts", a_receipt(4))

    assert found.json()["discrepancies"] == []
    demand = await house.demand(an_order_id())
    assert (demand["arrived"], demand["lost"]) == (4, 6)
    await house.balances()


async def test_a_receipt_without_a_lot_takes_the_lots_that_its_shipment_carries(house: House) -> None:
    await house.ear.hear(a_finish(3), a_dispatch(3), a_finish(4, "F-01:L-2"), a_dispatch(4, "F-01:L-2"))

    await house.post("/v1/receipts", a_receipt(6, lot=None))

    assert await house.stands() == {"on_hand": 3}
    assert await house.stands(lot="F-01:L-2") == {"on_hand": 3, "in_transit": 1}
    await house.balances()


async def test_a_damaged_receipt_stands_in_the_condition_in_which_it_was_found(house: House) -> None:
    await house.ear.hear(an_order(quantity=5), a_finish(5), a_dispatch(5))

    await house.post("/v1/receipts", a_receipt(5, condition="L"))

    assert await house.stands(condition=Condition.L) == {"on_hand": 5}
    assert (await house.demand(an_order_id()))["reserved"] == 0
    await house.balances()


async def test_a_void_after_the_goods_were_received_leaves_them_unexplained_until_it_is_corrected(house: House) -> None:
    _, dispatched = await house.ear.hear(a_finish(10), a_dispatch(10))
    await house.post("/v1/receipts", a_receipt(10))

    await house.ear.hear(a_void(dispatched.id))
    (open_one,) = await house.get("/v1/discrepancies")
    await house.ear.hear(a_dispatch(8))
    (left,) = await house.get("/v1/discrepancies")

    assert (open_one["kind"], open_one["remaining"]) == ("void-moved-on", 10)
    assert left["remaining"] == 2
    assert await house.stands(FACTORY) == {"produced": 2}
    assert await house.stands() == {"on_hand": 10}
    await house.balances()

"""Who sends what to whom, and who says that nothing more of it will come."""

import pytest

from tests.integration.inventory.house import House, a_receipt
from tests.integration.inventory.test_taking import a_sending
from tests.unit.http.makers import slug
from tests.unit.inventory.makers import DEPOT, OTHER_DEPOT, a_dispatch, a_finish

WHY = {"reason": "Lost."}


async def on_the_road(house: House) -> None:
    """Put two lines of one shipment on the road, to two depots."""
    await house.ear.hear(a_finish(9), a_dispatch(5), a_dispatch(4, depot=OTHER_DEPOT))


async def is_closed(house: House) -> bool:
    """Tell whether the shipment is closed."""
    (shipment,) = await house.get("/v1/shipments", role="operator", at="")
    closed: bool = shipment["closed"]
    return closed


@pytest.mark.parametrize("receiver", ["F-01", "D-09"])
async def test_goods_are_sent_to_depots_of_the_nation_alone(house: House, receiver: str) -> None:
    await house.stock(5)

    refused = await house.post("/v1/transfers", a_sending(3, to_site=receiver))

    assert (slug(refused), refused.status_code) == ("receiver-no-depot", 409)
    assert await house.stands() == {"on_hand": 5}


async def test_each_depot_closes_what_was_on_its_way_to_it(house: House) -> None:
    await on_the_road(house)

    first = await house.post("/v1/shipments/F-01:S-1/close", WHY)
    before = await is_closed(house)
    again = await house.post("/v1/shipments/F-01:S-1/close", WHY)
    second = await house.post("/v1/shipments/F-01:S-1/close", WHY, at=OTHER_DEPOT)

    assert [(each["quantity"], each["target"]["site"]) for each in first.json()["transfers"]] == [(5, DEPOT)]
    assert [each["quantity"] for each in second.json()["transfers"]] == [4]
    assert (again.json()["transfers"], again.headers["JVTrack-Version"]) == ([], "stock.v1/shipment:F-01:S-1@2")
    assert (before, await is_closed(house)) == (False, True)
    await house.balances()


async def test_a_shipment_is_closed_when_the_rest_of_it_has_come(house: House) -> None:
    await on_the_road(house)
    await house.post("/v1/receipts", {**a_receipt(4), "site": OTHER_DEPOT}, at=OTHER_DEPOT)

    await house.post("/v1/shipments/F-01:S-1/close", WHY)

    assert await is_closed(house)
    assert slug(await house.post("/v1/shipments/F-01:S-1/close", WHY, at=OTHER_DEPOT)) == "shipment-closed"


async def test_a_sender_sees_its_shipment_and_does_not_close_it_for_the_receiver(house: House) -> None:
    await house.stock(5)
    await house.post("/v1/transfers", a_sending(3, shipment="D-01:S-1"))

    (seen,) = await house.get("/v1/shipments")
    closed = await house.post("/v1/shipments/D-01:S-1/close", WHY)

    assert seen["shipment"] == "D-01:S-1"
    assert (slug(closed), closed.status_code) == ("site-forbidden", 403)


async def test_an_operator_closes_what_went_to_a_supplier_that_has_nobody_here(house: House) -> None:
    supplier = {"name": "Works", "kind": "supplier", "organisation": "Any", "country": "POL"}
    await house.door.put("/v1/sites/S-50", json=supplier, headers=house.bearer("planner"))
    await house.ear.hear(a_finish(9), a_dispatch(5, depot="S-50"), a_dispatch(4, depot="D-09", shipment="F-01:S-2"))

    third = await house.post("/v1/shipments/F-01:S-1/close", WHY, role="operator", at="")
    partners = await house.post("/v1/shipments/F-01:S-2/close", WHY, role="operator", at="")

    assert [each["quantity"] for each in third.json()["transfers"]] == [5]
    assert slug(partners) == "site-forbidden"
    await house.balances()

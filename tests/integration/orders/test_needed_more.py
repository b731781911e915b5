"""An order that is needed more: brought forward, or allowed goods for emergencies; priced first, as all of it is."""

from tests.integration.orders.house import House, slug
from tests.integration.orders.test_expediting import WHY, expedite, in_days, lateral, sourced


async def test_an_order_is_brought_forward_once_its_price_is_seen(house: House) -> None:
    await house.approve()
    order_id = await sourced(house, required_by=in_days(29))
    body = {"kind": "bring-forward", "required_by": in_days(2)}

    price = (await expedite(house, order_id, body, role="depot", dry_run="true")).json()["price"]
    done = await expedite(house, order_id, body, role="depot")

    assert (price["required_by"], price["moved"]) == (in_days(2), [])
    assert (done.status_code, done.json()["order"]["required_by"]) == (202, in_days(2))
    told = (await house.order(order_id))["history"][-1]["data"]
    assert (told["before"], told["reason"], told["asked_by"]) == (in_days(29), WHY["reason"], "depot@D-01")


async def test_goods_for_emergency_use_are_allowed_to_one_order_and_not_to_who_ships_for_it(house: House) -> None:
    await house.approve()
    order_id = await sourced(house)
    body = {"kind": "emergency-use", "stock": {"gets": 5, "losers": []}}

    price = (await expedite(house, order_id, body, role="depot", dry_run="true")).json()["price"]
    done = await expedite(house, order_id, {"kind": "emergency-use"}, role="depot")
    again = await expedite(house, order_id, {"kind": "emergency-use"}, role="depot")
    lateral_order = (await expedite(house, order_id, lateral(), role="depot")).json()["lateral"]

    assert (price["conditions"], [move["after"] for move in price["moved"]]) == (["A", "C", "N"], [in_days(0)])
    assert (done.status_code, done.json()["order"]["conditions"]) == (202, ["A", "C", "N"]), done.text
    assert (slug(again), again.json()["errors"][0]["field"]) == ("nothing-new-accepted", "path order_id")
    assert (await house.order(lateral_order))["conditions"] == ["A", "C"]
    told = [each["data"] for each in (await house.order(order_id))["history"] if "emergency" in each["type"]]
    assert [(each["allowed_by"], each["reason"]) for each in told] == [("depot@D-01", WHY["reason"])]

"""A source offers less at orders' ear: the rest is asked elsewhere, a planner may say no, the depot is told of kits."""

from typing import Any

import pytest

from shared.events.making import Making, MissingKit
from shared.events.production import WorkOrderOpened, WorkOrderReduced
from shared.events.progress import KitArrived, KitMissing, WorkInProgressDecided, WorkOrderCountered
from shared.events.stock import DemandReserved
from tests.integration.orders.house import House, inventory_said, production_said, slug
from tests.integration.orders.test_explained import explained, texts

LESS: dict[str, Any] = {
    "quantity": 3,
    "due": "2027-04-01",
    "offered": 3,
    "reason": "spars",
    "making": Making(offered=3),
}


async def asked(house: House) -> str:
    """Place an order of five that F-01 is asked for, and F-02 could be."""
    await house.approve("F-01", unit_cost="100.00", currency="INR")
    await house.approve("F-02", lead_time_days=60)
    order_id = await house.place(quantity=5)
    await house.ear.hear(inventory_said(order_id, DemandReserved), production_said(order_id, WorkOrderOpened))
    return order_id


async def decline(house: House, order_id: str, n: int = 1, **who: Any) -> Any:
    body = {"work_order": f"{order_id}-W{n}", "reason": "Half of it raises nothing."}
    path = f"/v1/orders/{order_id}/decline-offer"
    return await house.send("POST", path, **{"role": "planner", "site": None, "json": body, **who})


async def test_what_a_source_does_not_offer_is_asked_of_another(house: House) -> None:
    order_id = await asked(house)

    said = await house.ear.hear(production_said(order_id, WorkOrderCountered, **LESS))
    await house.ear.hear_said(said)
    order = await house.order(order_id)

    works = [(each["source"], each["quantity"], each["state"]) for each in order["work_orders"]]
    assert works == [("F-01", 3, "countered"), ("F-02", 2, "asked")]
    assert order["work_orders"][0]["making"]["offered"] == 3
    assert (order["sourced"], order["open"]) == (5, 0)
    assert "F-01 has offered 3 of 5" in texts((await explained(house, order_id))["why_not_earlier"])


async def test_a_planner_says_no_once_and_the_whole_is_asked_of_another_once_it_is_given_back(house: House) -> None:
    order_id = await asked(house)
    await house.ear.hear(production_said(order_id, WorkOrderCountered, **LESS))

    answers = [await decline(house, order_id) for _ in range(2)]
    await house.ear.hear(
        production_said(order_id, WorkOrderReduced, quantity=0, asked=3, given=3, making=Making(offered=3))
    )
    order = await house.order(order_id)

    assert [answer.status_code for answer in answers] == [202, 202]
    told = [each for each in order["history"] if each["type"].endswith("order-sourcing-reduced.v1")]
    assert [(each["data"]["quantity"], each["data"]["note"]) for each in told] == [(3, "Half of it raises nothing.")]
    assert told[0]["data"]["asked_by"].startswith("planner")
    works = [(each["source"], each["quantity"], each["declined"]) for each in order["work_orders"]]
    assert works == [("F-01", 0, True), ("F-02", 2, False), ("F-02", 3, False)]


@pytest.mark.parametrize(
    ("n", "who", "status", "problem"),
    [
        (2, {}, 409, "nothing-offered"),
        (7, {}, 404, "work-order-unknown"),
        (1, {"role": "depot", "site": "D-01"}, 403, "role-forbidden"),
        (1, {"headers": {}, "role": "auditor"}, 403, "role-forbidden"),
    ],
)
async def test_there_must_be_an_offer_and_a_planner_to_say_no(
    house: House, n: int, who: dict[str, Any], status: int, problem: str
) -> None:
    order_id = await asked(house)
    await house.ear.hear(production_said(order_id, WorkOrderCountered, **LESS))

    answer = await decline(house, order_id, n, **who)

    assert (answer.status_code, slug(answer)) == (status, problem)


async def test_a_kit_that_is_waited_for_and_cancelled_work_are_shown_on_the_order(house: House) -> None:
    order_id = await asked(house)
    kit = MissingKit(kit="KIT-7", supplier="VR-Tekhnika")
    late: dict[str, Any] = {"due": "2027-08-01", "kit": "KIT-7", "supplier": "VR-Tekhnika"}
    await house.ear.hear(production_said(order_id, KitMissing, **late, making=Making(kits_missing=(kit,))))
    waiting, why = await house.order(order_id), await explained(house, order_id)

    await house.ear.hear(
        production_said(order_id, KitArrived, due="2027-08-01", kit="KIT-7"),
        production_said(
            order_id, WorkInProgressDecided, quantity=2, outcome="scrapped", decided=3, making=Making(scrapped=3)
        ),
    )
    after = await house.order(order_id)
    came = "F-01 waited for kit KIT-7 from VR-Tekhnika, which has come"

    assert (after["work_orders"][0]["due_reason"], after["promise_reason"]) == (came, came)
    assert waiting["work_orders"][0]["making"]["kits_missing"] == [{**kit.model_dump(), "expected_on": None}]
    assert (waiting["promised_for"], waiting["promise_reason"]) == (
        "2027-08-01",
        "F-01 waits for kit KIT-7 from VR-Tekhnika",
    )
    assert "F-01 waits for kit KIT-7 from VR-Tekhnika" in texts(why["why_not_earlier"])
    assert after["work_orders"][0]["making"] == {
        "offered": None,
        "kits_missing": [],
        "for_stock": 0,
        "scrapped": 3,
        "reused": 0,
    }

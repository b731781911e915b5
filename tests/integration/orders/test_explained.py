"""An order is explained at the door: why this much, why this source, why not earlier; and nobody else's order named."""

from datetime import date, timedelta
from typing import Any

import pytest

from shared.events.production import DelayReported, WorkOrderOpened
from shared.events.stock import DemandReserved, LossReason, ReservationLost
from tests.fixtures.days import today
from tests.integration.orders.house import House, inventory_said, production_said, slug


async def explained(house: House, order_id: str, **who: Any) -> dict[str, Any]:
    answer = await house.send("GET", f"/v1/orders/{order_id}/explanation", **{"role": "planner", "site": None, **who})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def texts(reasons: list[dict[str, Any]]) -> list[str]:
    return [reason["text"] for reason in reasons]


async def test_a_delayed_order_says_what_it_has_who_makes_the_rest_and_why_nobody_earlier_does(house: House) -> None:
    await house.approve("F-01", lead_time_days=30)
    await house.approve("F-02", lead_time_days=10, approved=False, approved_on=None)
    order_id = await house.place(quantity=5)
    await house.ear.hear(inventory_said(order_id, DemandReserved, reserved=2))
    due, late = today() + timedelta(days=30), date(2027, 6, 1)
    await house.ear.hear(
        production_said(order_id, WorkOrderOpened, quantity=3, due=due),
        production_said(order_id, DelayReported, quantity=3, due=late, cause="furnace"),
    )

    told = await explained(house, order_id, role="depot", site="D-01")
    again = await explained(house, order_id, role="depot", site="D-01")

    assert told == again
    assert (told["order_id"], told["state"], told["today"]) == (order_id, "sourced", str(today()))
    assert texts(told["why_this_much"]) == ["2 of 5 are held for it at D-01", "3 of 5 are to be made for it"]
    (source,) = texts(told["why_this_source"])
    assert source.startswith(f"F-01 was asked for 3, to be there on {due}: F-01 is the only source that may be asked (")
    assert source.endswith(f"); now 3, to be there on {late}: delayed by F-01: furnace")
    *known, learned = texts(told["why_not_earlier"])
    assert learned.startswith("F-01 states 30 days; by 0 deliveries and 1 late ones, half come within ")
    assert known == [
        f"promised for {late}: delayed by F-01: furnace",
        f"on {today()} it moved from {due} to {late}, {(late - due).days} days later: delayed by F-01: furnace",
        f"F-02 would have been there on {today() + timedelta(days=10)}, and is not approved",
    ]


async def test_an_order_that_nobody_can_make_says_what_each_source_lacks_and_who_was_named_in_spite_of_it(
    house: House,
) -> None:
    await house.approve("F-02", approved=False, approved_on=None)
    order_id = await house.place(quantity=5)
    await house.ear.hear(inventory_said(order_id, DemandReserved))
    before = await explained(house, order_id)
    naming = {"source": "F-02", "reason": "Nobody else makes it."}
    await house.send("POST", f"/v1/orders/{order_id}/name-source", role="planner", site=None, json=naming)

    after = await explained(house, order_id)

    lacks = f"F-02 could be there on {today() + timedelta(days=30)}, and is not approved"
    assert texts(before["why_not_earlier"]) == ["no day is promised: neither stock nor source", lacks]
    assert [reason["kind"] for reason in after["why_this_source"]] == ["overridden", "sourced"]
    assert after["why_this_source"][0]["text"].endswith("named F-02 in spite of not-approved: Nobody else makes it.")
    assert [reason["kind"] for reason in after["why_not_earlier"]] == ["promised"]


async def lost_to(house: House, winner: str, **placed: Any) -> str:
    """Let an order of D-01 lose to another one what was held for it."""
    order_id = await house.place(**placed)
    await house.ear.hear(
        inventory_said(order_id, DemandReserved, reserved=5),
        inventory_said(
            order_id, ReservationLost, reserved=3, taken=2, reason=LossReason.PRE_EMPTED, winner=winner
        ),
    )  # fmt: skip
    return order_id


async def foreign(house: House) -> str:
    """Let D-01 fill an order of the partner's depot, as no door would let it."""
    headers = house.bearer("depot", "D-09", nation="RUS")
    body = house.body(ordered_by="D-09", urgency="C")
    answer = await house.door.post("/v1/orders", headers=headers, json=body)
    assert answer.status_code == 201, answer.text
    order_id = str(answer.json()["order_id"])
    await house.owner.execute("UPDATE orders SET site = 'D-01' WHERE order_id = $1", order_id)
    return order_id


@pytest.mark.parametrize(
    ("who", "is_named"),
    [
        ({"role": "planner", "site": None}, True),
        ({"role": "operator", "site": None}, True),
        ({"role": "depot", "site": "D-01"}, False),
    ],
    ids=lambda each: each["role"] if isinstance(each, dict) else "",
)
async def test_a_winner_is_named_to_those_who_may_see_it(house: House, who: dict[str, Any], *, is_named: bool) -> None:
    winner = await other_depots(house)
    order_id = await lost_to(house, winner)

    told = (await explained(house, order_id, **who))["why_this_much"][-1]

    assert (told["kind"], told["quantity"], told["order"]) == ("lost", 2, winner if is_named else None)
    name = winner if is_named else "another order"
    assert told["text"] == f"2 were taken from what was held: {name}, of a higher band, needed it"


async def other_depots(house: House) -> str:
    """Place an order that its own depot fills, of which D-01 sees nothing."""
    body = house.body(ordered_by="D-02")
    answer = await house.send("POST", "/v1/orders", site="D-02", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["order_id"])


@pytest.mark.parametrize("role", ["depot", "planner", "operator", "auditor"])
async def test_another_nations_order_is_never_named(house: House, role: str) -> None:
    winner = await foreign(house)
    order_id = await lost_to(house, winner)

    told = await explained(house, order_id, role=role, site="D-01" if role == "depot" else None)

    assert winner not in str(told)
    assert told["why_this_much"][-1]["text"].endswith("another order, of a higher band, needed it")


@pytest.mark.parametrize(
    ("role", "site", "nation", "status"),
    [
        ("depot", "D-01", "IND", 200),
        ("depot", "D-02", "IND", 404),
        ("procurement", None, "IND", 200),
        ("auditor", None, "IND", 200),
        ("operator", None, "RUS", 404),
        ("planner", None, "RUS", 404),
        ("factory", "F-01", "IND", 403),
        ("quality", None, "IND", 403),
    ],
)
async def test_an_order_is_explained_to_whom_it_is_shown(
    house: House, role: str, site: str | None, nation: str, status: int
) -> None:
    order_id = await house.place()
    headers = house.bearer(role, *([site] if site else []), nation=nation)

    answer = await house.door.get(f"/v1/orders/{order_id}/explanation", headers=headers)

    assert answer.status_code == status
    assert status != 404 or slug(answer) == "order-unknown"

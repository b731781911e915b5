"""Goods that are suspended but for emergency use (condition N): held for no order but the one that is allowed them."""

from shared.events.expediting import OrderEmergencyUseAllowed
from tests.integration.inventory.house import House
from tests.unit.inventory.makers import DEPOT, PART, an_order, an_order_id

SUSPENDED = "F-01:L-2"


def allowed(number: int = 1) -> OrderEmergencyUseAllowed:
    """Let an approver have allowed an order goods of condition N."""
    return OrderEmergencyUseAllowed(
        order=an_order_id(number), site=DEPOT, part=PART, reason="The sortie is at dawn.", allowed_by="depot@D-01"
    )


async def held(house: House, number: int = 1) -> dict[str, int]:
    """Say what an order holds, by condition."""
    rows = await house.owner.fetch(
        "SELECT condition, sum(quantity)::int AS quantity FROM reservation WHERE order_id = $1 GROUP BY 1",
        an_order_id(number),
    )
    return {row["condition"]: row["quantity"] for row in rows if row["quantity"]}


async def test_suspended_goods_are_held_for_the_order_that_is_allowed_them_after_all_others(house: House) -> None:
    await house.stock(2)
    await house.stock(4, SUSPENDED, condition="N")
    await house.ear.hear(an_order(5), an_order(3, 2))
    before = await held(house), await held(house, 2)

    await house.ear.hear(allowed())
    again = await held(house)
    await house.post("/v1/issues", {"order": an_order_id(), "quantity": 5})

    assert before == ({"A": 2}, {})
    assert again == {"A": 2, "N": 3}
    assert await held(house, 2) == {}
    assert (await house.demand(an_order_id()))["issued"] == 5
    await house.balances()


async def test_what_emergency_use_would_bring_is_priced_and_nothing_is_done(house: House) -> None:
    await house.stock(4, SUSPENDED, condition="N")
    await house.ear.hear(an_order(3))
    path = f"/v1/demands/{an_order_id()}/price"

    answer = await house.post(path, {"emergency_use": True}, role="planner", at="")

    assert (answer.json()["gets"], answer.json()["losers"]) == (3, [])
    assert await held(house) == {}


async def test_why_suspended_goods_are_not_given_is_explained(house: House) -> None:
    await house.stock(4, SUSPENDED, condition="N")
    await house.ear.hear(an_order(3), an_order(1, 2))
    await house.ear.hear(allowed(2))

    reasons = (await house.get(f"/v1/demands/{an_order_id()}/explanation"))["reasons"]

    assert "3 are free in condition N, which is issued in an emergency, on an approver's word alone" in [
        reason["text"] for reason in reasons
    ]

"""What inventory takes from a reservation is kept with its reason, once, whenever and however often it is heard."""

from typing import Any

import pytest

from shared.events.stock import DemandEvent, DemandReserved, Gate, LossReason, ReservationLost
from tests.integration.orders.house import House, inventory_said

WINNER = "7201YA6327A999-2026"


async def kept(house: House, order_id: str) -> list[tuple[Any, ...]]:
    rows = await house.owner.fetch(
        "SELECT heard, taken, reason, winner, gate FROM loss WHERE order_id = $1 ORDER BY heard", order_id
    )
    return [tuple(row) for row in rows]


def reserved_and_lost(order_id: str) -> tuple[DemandEvent, DemandEvent]:
    lost = inventory_said(order_id, ReservationLost, reserved=3, taken=2, reason=LossReason.COUNTED)
    return inventory_said(order_id, DemandReserved, reserved=5), lost


async def test_a_loss_is_kept_with_its_reason_and_who_has_won(house: House) -> None:
    order_id = await house.place()

    await house.ear.hear(
        inventory_said(order_id, DemandReserved, reserved=5),
        inventory_said(
            order_id, ReservationLost, reserved=3, taken=2, reason=LossReason.PRE_EMPTED, winner=WINNER, unsettled=True
        ),
        inventory_said(
            order_id, ReservationLost, reserved=2, taken=1, reason=LossReason.REVERSED, gate=Gate.FIRST_ARTICLE
        ),
    )

    assert await kept(house, order_id) == [
        (2, 2, "pre-empted", WINNER, None),
        (3, 1, "reversed", None, "first-article"),
    ]
    assert (await house.order(order_id))["reserved"] == 2


@pytest.mark.parametrize("turns", [[0, 1, 1], [0, 1, 0, 1]], ids=str)
async def test_a_loss_that_is_heard_again_is_kept_once(house: House, turns: list[int]) -> None:
    said = house.ear.number(*reserved_and_lost(order_id := await house.place()))

    for turn in turns:
        await house.ear.hear_said([said[turn]])
    await house.ear.hear_said(said)

    assert await kept(house, order_id) == [(2, 2, "counted", None, None)]


async def test_a_loss_that_is_heard_before_its_turn_is_not_kept(house: House) -> None:
    said = house.ear.number(*reserved_and_lost(order_id := await house.place()))

    await house.ear.hear_said([said[1]])

    parked = await house.owner.fetch("SELECT key, cause FROM parked_key")
    assert [tuple(row) for row in parked] == [(f"demand:{order_id}", "hole")]
    assert await kept(house, order_id) == []

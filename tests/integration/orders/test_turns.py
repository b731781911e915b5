"""Turns of open orders: who is most urgent is planned first, and gets a source's first free weeks."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from deploy.postgres.provision import ServiceDatabase
from shared import clock
from shared.events.stock import DemandReserved
from tests.integration.orders.house import PART, House, begun_anew, inventory_said, open_house

SLOW: dict[str, Any] = {"lead_time_days": 20, "capacity_per_week": 1}


async def short(house: House, **changes: Any) -> str:
    """Place an order of one for which there is no stock."""
    order_id = await house.place(quantity=1, **changes)
    await house.ear.hear(inventory_said(order_id, DemandReserved, quantity=1))
    return order_id


async def promised(house: House, order_ids: Sequence[str]) -> list[str]:
    return [(await house.until(order_id, "sourced"))["promised_for"] for order_id in order_ids]


def week_by_week(weeks: int) -> list[str]:
    return [str(clock.now().date() + timedelta(days=20 + 7 * week)) for week in range(weeks)]


async def test_a_source_that_opens_gives_its_first_weeks_to_who_is_most_urgent(house: House) -> None:
    routine, urgent, most_urgent = [await short(house, urgency=urgency) for urgency in "CBA"]

    await house.approve("F-01", **SLOW)

    assert await promised(house, [most_urgent, urgent, routine]) == week_by_week(3)


async def test_who_is_equally_urgent_is_planned_by_the_day_of_need_and_then_by_age(house: House) -> None:
    late, soon, last = [
        await short(house, required_by=str(clock.now().date() + timedelta(days=days))) for days in (40, 30, 40)
    ]

    await house.approve("F-01", **SLOW)

    assert await promised(house, [soon, late, last]) == week_by_week(3)


async def test_turns_are_kept_from_one_chunk_to_the_next(made: ServiceDatabase, tmp_path: Path) -> None:
    async with open_house(made, tmp_path, planning_chunk=1) as opened:
        house = await begun_anew(opened)
        routine, urgent, most_urgent = [await short(house, urgency=urgency) for urgency in "CBA"]

        await house.approve("F-01", **SLOW)

        assert await promised(house, [most_urgent, urgent, routine]) == week_by_week(3)


async def test_a_turn_that_moves_while_its_part_is_planned_lets_planning_begin_anew(
    made: ServiceDatabase, tmp_path: Path
) -> None:
    async with open_house(made, tmp_path, planning_poll_seconds=3600) as opened:
        house = await begun_anew(opened)
        moved, other = await short(house), await short(house, part="GEARBOX")
        await house.owner.execute("INSERT INTO planning (part) VALUES ($1)", PART)

        for order_id in (moved, other):
            day = str(clock.now().date() + timedelta(days=9))
            answer = await house.send("PATCH", f"/v1/orders/{order_id}", json={"required_by": day, "reason": "Moved."})
            assert answer.status_code == 202, answer.text

        queued = await house.owner.fetch("SELECT part, asked FROM planning")
        assert [tuple(row) for row in queued] == [(PART, 2)]

"""A need that is shared out over sources because a platform stands still for it."""

from datetime import timedelta

from shared import clock
from tests.integration.orders.fleet import register, say
from tests.integration.orders.house import House
from tests.integration.orders.test_choosing import asked, short

LATER = str(clock.now().date() + timedelta(days=90))


async def test_a_need_for_which_a_platform_stands_still_is_shared_out_at_once(house: House) -> None:
    await house.approve("F-01", lead_time_days=1, capacity_per_week=3)
    await house.approve("F-02", lead_time_days=2, capacity_per_week=3)
    await register(house, "ZP-1")
    tail = {"platform": "MI-17V-5", "tail_number": "ZP-1", "required_by": LATER}

    flies = await short(house, 4, **tail)
    await say(house, "down", "ZP-1")
    stands_still = await short(house, 12, **tail)
    await say(house, "up", "ZP-1")

    history = (await house.order(stands_still))["history"]
    (first, second) = [each["data"] for each in history if "order-sourced" in each["type"]]
    assert await asked(house, flies) == ["F-01"]
    assert sorted(await asked(house, stands_still)) == ["F-01", "F-02"]
    assert (first["stands_still"], first["need"], first["quantity"] + second["quantity"]) == (True, 12, 12)
    assert [each["capacity_per_week"] for each in first["candidates"]] == [3, 3]
    assert not any("load" in each for each in first["candidates"]), "it would tell what other nations have ordered"

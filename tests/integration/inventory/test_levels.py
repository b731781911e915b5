"""How much depots have for nobody is stated where it has changed, and with it what is still to arrive for the shelf."""

import asyncio
import json
from typing import Any

from services.inventory.commands.levelling import Leveller
from services.inventory.settings import InventorySettings
from shared.events.orders import OrderCancelRequested
from tests.integration.inventory.house import House
from tests.unit.inventory.makers import DEPOT, PART, an_order, an_order_id

KEY = f"stock-level:{DEPOT}/{PART}"


async def stocked(house: House, quantity: int, lot: str = "F-01:L-1", condition: str = "A") -> None:
    line = {"site": DEPOT, "part": PART, "lot": lot, "condition": condition, "quantity": quantity}
    answer = await house.door.post("/v1/stock/import", json={"stock": [line]}, headers=house.bearer("operator"))
    assert answer.status_code == 200, answer.text


async def level(house: House, times: int = 1) -> list[tuple[int, list[dict[str, Any]]]]:
    """State the levels so often at once; gives what was ever stated of the part."""
    leveller = Leveller(house.database, InventorySettings(level_chunk=1))
    await asyncio.gather(*(leveller.level() for _ in range(times)))
    rows = await house.owner.fetch("SELECT payload, key_seq FROM event_log WHERE key = $1 ORDER BY seq", KEY)
    assert [row["key_seq"] for row in rows] == list(range(1, len(rows) + 1))
    said = [json.loads(row["payload"]) for row in rows]
    return [(each["free"], each["awaited"]) for each in said]


async def test_a_level_is_stated_when_it_has_changed_and_by_one_replica(house: House) -> None:
    nothing = await level(house)
    await stocked(house, 7)
    await stocked(house, 2, lot="F-01:L-2", condition="F")
    first = await level(house, times=5)
    again = await level(house)
    await stocked(house, 3, lot="F-01:L-3", condition="B")

    assert (nothing, first, again) == ([], [(7, [])], [(7, [])])
    assert await level(house) == [(7, []), (10, [])]


async def test_what_is_held_is_not_free_and_what_is_to_arrive_is_stated_with_it(house: House) -> None:
    await stocked(house, 7)
    await house.ear.hear(an_order(5), an_order(4, number=2, for_stock=True, conditions=[]))
    placed = await level(house)
    await house.ear.hear(
        OrderCancelRequested(order=an_order_id(2), site=DEPOT, part=PART),
        OrderCancelRequested(order=an_order_id(), site=DEPOT, part=PART),
    )

    assert placed == [(2, [{"order": an_order_id(2), "short": 4}])]
    assert await level(house) == [*placed, (7, [])]


async def test_what_is_gone_is_stated_once_more(house: House) -> None:
    await house.ear.hear(an_order(4, for_stock=True, conditions=[]))
    waiting = await level(house)
    await house.ear.hear(OrderCancelRequested(order=an_order_id(), site=DEPOT, part=PART))
    over = await level(house)

    assert waiting == [(0, [{"order": an_order_id(), "short": 4}])]
    assert over == [*waiting, (0, [])] == await level(house)

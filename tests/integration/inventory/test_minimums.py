"""A depot keeps a minimum for its own orders: set at the door, told, and heeded by every allocation."""

import asyncio
from typing import Any

import httpx

from shared.events.orders import OrderPlaced
from tests.integration.inventory.house import House
from tests.unit.http.makers import slug
from tests.unit.inventory.makers import DEPOT, OTHER_DEPOT, PART, an_order, an_order_id


def lateral(quantity: int, number: int, **changes: object) -> OrderPlaced:
    """Ask for stock of another depot."""
    return an_order(quantity, number, ordered_by=OTHER_DEPOT, partial=False, **changes)


async def protect(
    house: House, quantity: object, *, role: str = "depot", at: str = DEPOT, seen: int | None = None, **where: str
) -> httpx.Response:
    """Set what the depot keeps for its own orders."""
    path = f"/v1/protected-minimums/{where.get('site', DEPOT)}/{where.get('part', PART)}"
    body = {"quantity": quantity, "reason": "For the alert flight.", **({} if seen is None else {"version": seen})}
    return await house.door.put(path, json=body, headers=house.bearer(role, *([at] if at else [])))


async def held(house: House, number: int) -> Any:
    """Say what an order holds."""
    return (await house.demand(an_order_id(number)))["reserved"]


async def test_what_is_protected_is_not_given_to_another_depot_until_it_is_protected_no_more(house: House) -> None:
    await house.stock(5)
    first = await protect(house, 2)
    again = await protect(house, 2)

    await house.ear.hear(lateral(4, 1))
    kept = await held(house, 1)
    lowered = await protect(house, 1)

    assert (first.status_code, first.json()["version"], again.json()["version"]) == (200, 1, 1)
    assert (kept, lowered.json()["version"], await held(house, 1)) == (0, 2, 4)
    assert await house.told(f"protected-minimum:{DEPOT}/{PART}") == ["protected-minimum-set"] * 2
    await house.balances()


async def test_a_minimum_may_be_set_before_there_is_any_stock(house: House) -> None:
    assert (await protect(house, 2)).status_code == 200
    await house.stock(3)
    await house.ear.hear(lateral(2, 1), lateral(1, 2))

    assert (await held(house, 1), await held(house, 2)) == (0, 1)
    await house.balances()


async def test_a_minimum_and_an_order_that_race_end_as_if_one_had_come_first(house: House) -> None:
    await house.stock(5)

    await asyncio.gather(protect(house, 2), house.ear.hear(lateral(4, 1)))
    await house.ear.hear(lateral(1, 2))

    assert (await held(house, 1), await held(house, 2)) in {(0, 1), (4, 0)}
    await house.balances()


async def test_a_minimum_is_listed_to_who_sees_the_stock(house: House) -> None:
    await protect(house, 2)
    await protect(house, 3, site=OTHER_DEPOT, at=OTHER_DEPOT)

    own = await house.get("/v1/protected-minimums")
    all_of_them = await house.get("/v1/protected-minimums", role="planner", at="")
    one = await house.get("/v1/protected-minimums", role="planner", at="", site=OTHER_DEPOT, part=PART)

    assert [(row["site"], row["quantity"], row["set_by"]) for row in own] == [(DEPOT, 2, f"depot@{DEPOT}")]
    assert [row["site"] for row in all_of_them] == [DEPOT, OTHER_DEPOT]
    assert [row["quantity"] for row in one] == [3]


async def test_a_request_that_was_held_up_does_not_take_back_what_was_said_after_it(house: House) -> None:
    first = await protect(house, 2, seen=0)
    newer = await protect(house, 5, seen=1)

    late = await protect(house, 2, seen=0)
    repeated = await protect(house, 5, seen=1)

    assert [each.json()["version"] for each in (first, newer, repeated)] == [1, 2, 2]
    assert (late.status_code, slug(late), late.json()["quantity"]) == (409, "version-stale", 5)
    assert await house.told(f"protected-minimum:{DEPOT}/{PART}") == ["protected-minimum-set"] * 2


async def test_who_may_not_plan_for_a_depot_and_what_is_no_depot_are_refused(house: House) -> None:
    answers = {
        "another depot": await protect(house, 1, at=OTHER_DEPOT),
        "another nation": await protect(house, 1, role="planner", at="", site="D-09"),
        "a factory": await protect(house, 1, role="planner", at="", site="F-01"),
        "an unknown part": await protect(house, 1, part="NO-SUCH"),
        "below zero": await protect(house, -1),
        "a version that is none": await protect(house, 1, seen=True),
    }

    assert {who: (answer.status_code, slug(answer)) for who, answer in answers.items()} == {
        "another depot": (403, "site-forbidden"),
        "another nation": (403, "site-forbidden"),
        "a factory": (422, "site-not-depot"),
        "an unknown part": (409, "catalogue-behind"),
        "below zero": (422, "request-invalid"),
        "a version that is none": (422, "request-invalid"),
    }

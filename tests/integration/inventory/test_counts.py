"""Counts: each corrects the book as it stood when it was taken, and the latest taken holds."""

import asyncio

import httpx

from tests.integration.inventory.house import House
from tests.integration.inventory.test_taking import GOODS
from tests.unit.http.makers import slug
from tests.unit.inventory.makers import PART


async def version(house: House) -> int:
    """Read the version of the stock that a counter has before them."""
    (row,) = (await house.get("/v1/stock", part=PART))["rows"]
    seen: int = row["version"]
    return seen


async def count(house: House, counted: int, at: int) -> httpx.Response:
    """Post a count taken at a version."""
    return await house.post("/v1/counts", {**GOODS, "counted": counted, "version": at})


async def scrap(house: House, quantity: int) -> None:
    """Take something off the shelf."""
    answer = await house.post("/v1/scraps", {**GOODS, "quantity": quantity, "reason": "Any."})
    assert answer.status_code == 201


async def test_a_late_older_count_does_not_undo_a_newer_one(house: House) -> None:
    await house.stock(10)
    first = await version(house)
    await scrap(house, 2)
    second = await version(house)

    newer = await count(house, 5, second)
    older = await count(house, 10, first)

    assert [each["quantity"] for each in newer.json()["transfers"]] == [3]
    assert (slug(older), older.status_code) == ("count-superseded", 409)
    assert older.json()["superseded_by"] == newer.json()["movement"]
    assert (older.json()["counted_at"], older.json()["taken_at"]) == (first, second)
    assert await house.stands() == {"on_hand": 5}
    await house.balances()


async def test_a_newer_count_that_found_no_difference_holds_too(house: House) -> None:
    await house.stock(10)
    first = await version(house)
    await scrap(house, 2)

    same = await count(house, 8, await version(house))
    older = await count(house, 4, first)

    assert same.json()["transfers"] == []
    assert slug(older) == "count-superseded"


async def test_an_older_count_holds_once_the_newer_one_is_undone(house: House) -> None:
    await house.stock(10)
    first = await version(house)
    await scrap(house, 2)
    newer = await count(house, 5, await version(house))
    await house.post(f"/v1/movements/{newer.json()['movement']}/reverse", {"reason": "Wrong shelf."})

    older = await count(house, 9, first)

    assert older.status_code == 201
    assert await house.stands() == {"on_hand": 7}
    await house.balances()


async def test_counts_posted_in_the_order_in_which_they_were_taken_are_both_right(house: House) -> None:
    await house.stock(10)
    first = await version(house)
    await scrap(house, 2)
    second = await version(house)

    await count(house, 9, first)
    await count(house, 6, second)

    assert await house.stands() == {"on_hand": 6}
    await house.balances()


async def test_of_counts_at_one_moment_the_latest_taken_holds(house: House) -> None:
    await house.stock(10)
    first = await version(house)
    await scrap(house, 1)
    second = await version(house)

    answers = await asyncio.gather(*(count(house, 3, at) for at in (second, first) for _ in range(5)))
    last = await count(house, 3, second)

    assert {slug(each) for each in answers if each.is_error} <= {"count-superseded"}
    assert last.json()["transfers"] == []
    assert await house.stands() == {"on_hand": 3}
    await house.balances()

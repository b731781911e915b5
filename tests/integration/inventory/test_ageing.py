"""Stock ages by a clock that tests drive: to B, C and at the end H or J, told once, whoever looks and however late."""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest

from services.inventory.commands.tidying import Tidier
from tests.fixtures.interleaving import eventually
from tests.integration.inventory.ageing import at, conditions, day, define, rule
from tests.integration.inventory.house import House, a_receipt
from tests.unit.http.makers import slug
from tests.unit.inventory.makers import DEPOT, LOT, OTHER_DEPOT, PART, an_order, an_order_id

ALL = ["A", "B", "C"]


@pytest.mark.parametrize(("kind", "end"), [("I", "H"), ("II", "J"), (None, "J")])
async def test_stock_passes_through_b_and_c_to_its_end(house: House, kind: str | None, end: str) -> None:
    await define(house, shelf_life_type=kind, shelf_life_months=24)
    await house.stock(4, expires_on=str(day(400)))
    seen = []

    for days in (0, 300, 380, 400, 401):
        await house.tidier.age(at(days))
        seen.append(await conditions(house))

    assert seen == [{"A": 4}, {"B": 4}, {"C": 4}, {"C": 4}, {end: 4}]
    # A line is listed once nobody who began before it may still write another.
    await eventually(lambda: is_listed(house, [("A", "B", "clock"), ("B", "C", "clock"), ("C", end, "clock")]))
    await house.balances()


async def is_listed(house: House, moves: list[tuple[str, str, str]]) -> bool:
    """Tell whether these are the moves by age that the ledger lists."""
    rows = await house.get("/v1/movements", role="operator", at="", reason="aged")
    return [(row["source"]["condition"], row["target"]["condition"], row["actor"]) for row in rows] == moves


async def test_replicas_that_look_at_once_and_again_move_it_once(house: House) -> None:
    for number in range(6):
        await house.stock(2, f"F-01:L-{number}", expires_on=str(day(400)))
    replicas = [Tidier(house.database, house.importer, house.settings) for _ in range(3)]

    await asyncio.gather(*(replica.age(at(300)) for replica in replicas))
    again = await house.tidier.age(at(300))

    assert again == 0
    assert await house.owner.fetchval("SELECT sum(quantity) FROM transfer WHERE reason = 'aged'") == 12
    await house.balances()


async def test_an_order_keeps_what_it_accepts_and_the_rest_is_lost_and_told(house: House) -> None:
    await house.stock(4, expires_on=str(day(400)))
    await house.ear.hear(an_order(2, 1, conditions=ALL), an_order(2, 2))

    await house.tidier.age(at(300))

    assert await conditions(house) == {"B": 4}
    assert await house.stands(condition="B") == {"on_hand": 2, "reserved": 2}
    assert (await house.demand(an_order_id(1)))["reserved"] == 2
    assert await house.told(f"demand:{an_order_id(1)}") == ["demand-reserved"]
    assert await house.told(f"demand:{an_order_id(2)}") == ["demand-reserved", "reservation-lost"]
    issued = await house.post("/v1/issues", {"order": an_order_id(1), "quantity": 2})
    assert issued.status_code == 201, issued.text
    await house.balances()


async def test_what_is_short_lived_goes_to_who_lost_it_while_it_was_qualified(house: House) -> None:
    await house.stock(4, expires_on=str(day(400)))
    await house.ear.hear(an_order(2))

    await house.tidier.age(at(300))
    lost = (await house.demand(an_order_id()))["reserved"]
    await house.tidier.age(at(380))

    assert (lost, (await house.demand(an_order_id()))["reserved"]) == (0, 2)
    await house.balances()


class Case(NamedTuple):
    """Lots by their last days, orders for two each by what they accept, and the day on which they are looked at."""

    last_days: Sequence[int]
    each: int
    accepted: Sequence[list[str]]
    until: int


CASES = [
    Case((35, 31, 27, 23, 19), 3, (["A"], ["B"], ["A", "C"], ALL, ["C"]), 30),
    Case((25, 19), 2, (["C"], ["C"]), 22),
]
"""In the second, who waited first holds goods that expire while the other gets those that last."""


async def aged(house: House, site: str, case: Case, days: Sequence[int]) -> list[tuple[Any, ...]]:
    """Let a site's stock, for which orders wait, age by a clock that looks on these days; gives how it stands."""
    for lot, last in enumerate(case.last_days):
        await house.stock(case.each, f"F-01:L-{lot}", at=site, expires_on=str(day(last)))
    orders = [
        an_order(2, 10 * len(days) + number, site=site, ordered_by=site, conditions=accepted)
        for number, accepted in enumerate(case.accepted)
    ]
    await house.ear.hear(*orders)
    for number in days:
        await house.tidier.age(at(number))
    await house.balances()
    rows = await house.owner.fetch(
        "SELECT lot, condition, on_hand, reserved FROM balance WHERE site = $1 AND on_hand + reserved > 0"
        " ORDER BY lot, condition",
        site,
    )
    return [*map(tuple, rows), *[((await house.demand(each.order))["reserved"],) for each in orders]]


@pytest.mark.parametrize("case", CASES, ids=["many", "in turn"])
async def test_a_clock_that_stood_still_ends_where_one_ends_that_looked_every_day(house: House, case: Case) -> None:
    await define(house, shelf_life_type="II", shelf_life_months=3)
    await rule(house, {"total_months_max": 5, "qualified": "P20D", "short": "P10D"})

    daily = await aged(house, DEPOT, case, range(case.until + 1))
    late = await aged(house, OTHER_DEPOT, case, [case.until])

    assert late == daily


async def test_what_is_received_with_little_life_left_is_short_lived_at_once(house: House) -> None:
    await house.ear.hear(an_order(1, 1, conditions=["A"]), an_order(1, 2, conditions=["C"]))

    received = await house.post("/v1/receipts", a_receipt(2, shipment=None, expires_on=str(day(30))))

    assert received.status_code == 201
    assert await conditions(house) == {"C": 2}
    assert [(await house.demand(an_order_id(number)))["reserved"] for number in (1, 2)] == [0, 1]
    counted = await house.post(
        "/v1/counts", {"site": DEPOT, "part": PART, "lot": LOT, "condition": "A", "counted": 3, "version": 99}
    )
    assert slug(counted) == "count-version-unknown"
    await house.balances()


async def test_a_count_of_what_the_clock_has_moved_since_changes_nothing(house: House) -> None:
    await house.stock(4, expires_on=str(day(400)))
    version = (await house.get("/v1/stock", site=DEPOT, part=PART))["rows"][0]["version"]
    await house.tidier.age(at(300))

    counted = await house.post(
        "/v1/counts", {"site": DEPOT, "part": PART, "lot": LOT, "condition": "A", "counted": 4, "version": version}
    )

    assert counted.status_code == 201
    assert await conditions(house) == {"B": 4}
    await house.balances()


async def test_a_receipt_is_reversed_although_the_clock_has_moved_the_goods(house: House) -> None:
    received = await house.post("/v1/receipts", a_receipt(4, shipment=None, expires_on=str(day(400))))
    await house.owner.execute("UPDATE lot_mark SET expires_on = $1", day(100))
    await house.tidier.age(at(0))

    undone = await house.post(f"/v1/movements/{received.json()['movement']}/reverse", {"reason": "Wrong site."})

    assert undone.status_code == 201, undone.text
    assert await conditions(house) == {}
    await house.balances()

"""Cover is what a depot would find that issued its goods day by day, first expired first."""

import random
from datetime import date, timedelta
from typing import Any

import pytest

from tests.fixtures.days import today
from tests.integration.inventory.house import House
from tests.unit.http.makers import slug
from tests.unit.inventory.makers import DEPOT, OTHER_DEPOT, PART, an_order, an_order_id

DAYS = 90
"""Over how many days the pace is taken where nothing is said."""


async def issue(house: House, quantity: int, *, number: int = 1, days_ago: int = DAYS - 1) -> str:
    """Issue goods of a lot of their own, so many days ago; gives the movement."""
    await house.stock(quantity, f"F-01:USED-{number}")
    await house.ear.hear(an_order(quantity, number))
    issued = await house.post("/v1/issues", {"order": an_order_id(number), "quantity": quantity})
    assert issued.status_code == 201, issued.text
    movement = str(issued.json()["movement"])
    await house.owner.execute(
        "UPDATE transfer SET occurred_at = occurred_at - make_interval(days => $2) WHERE cause_id = $1::text::uuid",
        movement,
        days_ago,
    )
    return movement


async def stocks(house: House, **asked: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await house.get("/v1/figures/stock", role="planner", at="", **asked)
    return found


async def figures(house: House, **asked: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await house.get("/v1/figures", role="planner", at="", **asked))["rows"]
    return found


def issuable(lots: list[tuple[int, date | None]], pace: int) -> int:
    """Issue so many a day, first expired first, until nothing is left that may be issued; gives how many."""
    lasts, left = [last or date.max for _, last in lots], [quantity for quantity, _ in lots]
    in_turn, issued, day = sorted(range(len(lots)), key=lambda n: lasts[n]), 0, today()
    while any(left[n] for n in in_turn if lasts[n] >= day):
        wanted = pace
        for n in in_turn:
            taken = min(wanted, left[n]) if lasts[n] >= day else 0
            left[n], wanted, issued = left[n] - taken, wanted - taken, issued + taken
        day += timedelta(days=1)
    return issued


@pytest.mark.parametrize("seed", range(6))
async def test_cover_is_what_issuing_day_by_day_would_find(house: House, seed: int) -> None:
    chance = random.Random(seed)
    pace = chance.randint(1, 4)
    await issue(house, pace * DAYS)
    lots = []
    for number in range(chance.randint(0, 7)):
        last = chance.choice((None, today() + timedelta(days=chance.randint(0, 60))))
        quantity = chance.randint(1, 60)
        lots.append((quantity, last))
        await house.stock(quantity, f"F-01:L-{number}", **({"expiry": str(last)} if last else {}))

    (found,) = await stocks(house)

    lasting = issuable(lots, pace)
    stock = sum(quantity for quantity, _ in lots)
    assert (found["stock"], found["expiring"]) == (stock, stock - lasting)
    assert (found["issued"], found["days"]) == (pace * DAYS, DAYS)
    assert found["cover_days"] == round(lasting / pace, 1)


async def test_only_what_may_be_issued_is_stock_and_what_is_held_is_stock_too(house: House) -> None:
    await issue(house, DAYS)
    await house.stock(5, "F-01:GOOD")
    await house.stock(7, "F-01:EXPIRED", expiry=str(today() - timedelta(days=1)))
    await house.stock(9, "F-01:DOUBTFUL", condition="D")
    await house.ear.hear(an_order(3, 2))

    (found,) = await stocks(house)

    assert (found["stock"], found["expiring"], found["cover_days"]) == (5, 0, 5.0)


async def test_an_issue_that_was_undone_is_no_use_and_a_return_leaves_it_as_it_is(house: House) -> None:
    undone = await issue(house, 4, number=1, days_ago=9)
    await issue(house, 20, number=2, days_ago=9)
    await house.post(f"/v1/movements/{undone}/reverse", {"reason": "Another order."})
    back = {"site": DEPOT, "part": PART, "lot": "F-01:USED-2", "quantity": 2}
    await house.post("/v1/returns", back)

    (found,) = await stocks(house)

    assert (found["issued"], found["days"], found["stock"], found["cover_days"]) == (20, 10, 6, 3.0)


async def test_the_pace_is_that_of_the_period_that_is_asked_for(house: House) -> None:
    await issue(house, 30, number=1, days_ago=40)
    await issue(house, 5, number=2, days_ago=3)
    await house.stock(10)

    (late,) = await stocks(house, **{"from": str(today() - timedelta(days=9))})
    (early,) = await stocks(house, to=str(today() - timedelta(days=11)))

    assert (late["issued"], late["days"], late["cover_days"]) == (5, 10, 20.0)
    assert (early["issued"], early["days"], early["cover_days"]) == (30, 30, 10.0)


async def test_cover_is_shown_apart_and_together_with_what_is_empty_or_unused(house: House) -> None:
    await issue(house, DAYS)
    await house.stock(8, at=OTHER_DEPOT)

    (together,) = await figures(house)
    by_site = await figures(house, by="site,platform")
    by_part = await figures(house, by="part", site=OTHER_DEPOT, platform="T-90", part=PART)
    nothing = await figures(house, part="BLADE")

    cover = {"stocks": 1, "days_min": 0.0, "days_median": 0.0, "empty": 1}
    none = {"stocks": 0, "days_min": None, "days_median": None, "empty": 0}
    assert together == {**cover, "unused": 1}
    assert by_site == [
        {"site": DEPOT, "platform": "T-90", **cover, "unused": 0},
        {"site": OTHER_DEPOT, "platform": "T-90", **none, "unused": 1},
    ]
    assert by_part == [{"part": PART, **none, "unused": 1}]
    assert nothing == [{**none, "unused": 0}]


async def test_lists_of_cover_go_on_page_by_page(house: House) -> None:
    await house.stock(1)
    await house.stock(2, at=OTHER_DEPOT)

    for path, query in (("/v1/figures/stock", {}), ("/v1/figures", {"by": "site"})):
        asked: dict[str, Any] = {**query, "limit": 1}
        page = await house.door.get(path, params=asked, headers=house.bearer("planner"))
        rest = await house.door.get(page.headers["Link"][1:].partition(">")[0], headers=house.bearer("planner"))
        answers = [answer.json() for answer in (page, rest)]
        sites = [row["site"] for each in answers for row in (each["rows"] if isinstance(each, dict) else each)]
        assert (sites, "Link" in rest.headers) == ([DEPOT, OTHER_DEPOT], False)


@pytest.mark.parametrize(
    ("role", "site", "nation", "seen"),
    [
        ("depot", DEPOT, "IND", [DEPOT]),
        ("auditor", "", "IND", [DEPOT, OTHER_DEPOT]),
        ("planner", "", "RUS", []),
        ("operator", "", "RUS", []),
    ],
)
async def test_cover_is_shown_of_what_is_seen_in_full(
    house: House, role: str, site: str, nation: str, seen: list[str]
) -> None:
    await house.stock(1)
    await house.stock(2, at=OTHER_DEPOT)
    headers = house.bearer(role, *([site] if site else []), nation=nation)

    listed = (await house.door.get("/v1/figures/stock", headers=headers)).json()
    rows = (await house.door.get("/v1/figures", headers=headers)).json()["rows"]

    assert [row["site"] for row in listed] == seen
    assert rows[0]["unused"] == len(seen)


@pytest.mark.parametrize("query", [{"by": "month"}, {"from": "yesterday"}, {"platform": "T-72"}, {"of": "x"}])
async def test_what_cannot_be_meant_of_cover_is_refused_by_name(house: House, query: dict[str, str]) -> None:
    answer = await house.door.get("/v1/figures", params=query, headers=house.bearer("planner"))

    assert (answer.status_code, slug(answer)) == (422, "request-invalid")
    assert next(iter(query)) in answer.text

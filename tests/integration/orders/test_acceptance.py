"""A first article that passed at a supplier is its acceptance: for whom, until when, and whatever comes twice."""

from datetime import date, timedelta

import pytest

from shared import clock
from shared.events.production import Reference
from shared.events.quality import FirstArticleChanged, FirstArticleState, first_article_id
from shared.events.stock import DemandReserved
from tests.integration.orders.house import PART, House, inventory_said

SUPPLIER = "S-01"
REFERENCE = Reference(maker="3VK1Y", number="VKR-1", revision="B")
PASSED, REOPENED, OPENED = FirstArticleState.PASSED, FirstArticleState.REOPENED, FirstArticleState.OPENED


def today() -> date:
    return clock.now().date()


def an_inspection(
    state: FirstArticleState = PASSED, *, nation: str | None = "IND", days_ago: int = 0
) -> FirstArticleChanged:
    return FirstArticleChanged(
        first_article=first_article_id(SUPPLIER, PART, REFERENCE),
        factory=SUPPLIER,
        part=PART,
        reference=REFERENCE,
        state=state,
        day=today() - timedelta(days=days_ago),
        nation=nation,
    )


async def standing(house: House) -> str:
    (source,) = (await house.send("GET", f"/v1/sources?part={PART}", role="planner", site=None)).json()
    return str(source["standing"])


async def waiting(house: House) -> str:
    """Place an order that nobody may be asked to fill."""
    await house.approve(SUPPLIER)
    order_id = await house.place()
    await house.ear.hear(inventory_said(order_id, DemandReserved))
    assert (await house.order(order_id))["state"] == "open"
    return order_id


async def test_a_first_article_that_passes_lets_what_is_open_be_sourced(house: House) -> None:
    order_id = await waiting(house)
    before = await standing(house)

    await house.ear.hear(an_inspection())

    order = await house.until(order_id, "sourced")
    assert (before, await standing(house)) == ("not-accepted", "approved")
    assert order["work_orders"][0]["source"] == SUPPLIER


@pytest.mark.parametrize("fact", [an_inspection(nation="RUS"), an_inspection(OPENED)], ids=["another's", "open"])
async def test_what_another_nation_has_found_or_is_still_open_accepts_nothing(
    house: House, fact: FirstArticleChanged
) -> None:
    await waiting(house)

    await house.ear.hear(fact)

    assert await standing(house) == "not-accepted"


async def test_what_the_suppliers_own_nation_has_found_holds_for_who_has_not_looked_itself(house: House) -> None:
    await house.approve(SUPPLIER)

    await house.ear.hear(an_inspection(nation=None))
    theirs = await standing(house)
    await house.ear.hear(an_inspection(REOPENED))

    assert (theirs, await standing(house)) == ("approved", "acceptance-ended")


async def test_a_first_article_that_is_reopened_ends_the_acceptance_until_a_later_day_is_stated(house: House) -> None:
    accepted_on = str(today() - timedelta(days=400))
    await house.approve(SUPPLIER, accepted_on=accepted_on)
    before = await standing(house)

    await house.ear.hear(an_inspection(days_ago=30), an_inspection(REOPENED, days_ago=10))
    reopened = await standing(house)
    await house.approve(SUPPLIER, accepted_on=str(today()))

    assert (before, reopened, await standing(house)) == ("approved", "acceptance-ended", "approved")


@pytest.mark.parametrize("turns", [[0, 1, 1, 0], [0, 1, 0, 1]], ids=str)
async def test_what_is_heard_again_changes_nothing(house: House, turns: list[int]) -> None:
    await house.approve(SUPPLIER)
    said = house.ear.number(an_inspection(), an_inspection(REOPENED))

    for turn in turns:
        await house.ear.hear_said([said[turn]])

    assert await standing(house) == "acceptance-ended"

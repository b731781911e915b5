"""First articles: a passed one is a supplier's acceptance; what one holds back of a factory is sourced elsewhere."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.postgres.provision import ServiceDatabase
from shared.events.catalogue import PartDefined
from shared.events.production import Reference, WorkOrderOpened
from shared.events.quality import FirstArticleChanged, FirstArticleState, first_article_id
from shared.events.stock import DemandReserved, DemandSupplied, Gate, LossReason, ReservationLost
from tests.fixtures.days import today
from tests.integration.orders.house import PART, House, inventory_said, open_house, production_said

SUPPLIER = "S-01"
REFERENCE = Reference(maker="3VK1Y", number="VKR-1", revision="B")
PASSED, REOPENED, OPENED = FirstArticleState.PASSED, FirstArticleState.REOPENED, FirstArticleState.OPENED


def an_inspection(
    state: FirstArticleState = PASSED, *, site: str = SUPPLIER, nation: str | None = "IND", days_ago: int = 0
) -> FirstArticleChanged:
    return FirstArticleChanged(
        first_article=first_article_id(site, PART, REFERENCE),
        factory=site,
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


async def gated(house: House) -> str:
    """Let a part ask for a first article, and a factory that has none bring an order what is held back."""
    await house.ear.hear(PartDefined(part_id=PART, name=PART, unit_of_issue="EA", first_article_required=True))
    await house.approve("F-01", lead_time_days=9)
    order_id = await house.place()
    await house.ear.hear(inventory_said(order_id, DemandReserved))
    await house.ear.hear(production_said(order_id, WorkOrderOpened))
    await house.ear.hear(inventory_said(order_id, DemandSupplied, arrived=5))
    return order_id


async def sources_of(house: House, order_id: str) -> list[str]:
    return [work["source"] for work in (await house.order(order_id))["work_orders"]]


async def a_moment_later(house: House) -> None:
    """Let the time be over that inventory has to follow a first article."""
    await house.owner.execute("UPDATE first_article SET heard_at = heard_at - interval '1 hour'")
    await house.owner.execute("UPDATE planning SET not_before = now()")


async def test_a_factory_whose_goods_are_held_back_is_not_asked_for_the_same_again(house: House) -> None:
    order_id = await gated(house)
    held = await house.order(order_id)

    await house.approve("F-02", lead_time_days=40)
    await house.until(order_id, "sourced")

    assert (held["state"], held["open"]) == ("open", 5)
    assert await sources_of(house, order_id) == ["F-01", "F-02"]


async def test_once_the_first_article_has_passed_the_factory_is_asked_as_ever(house: House) -> None:
    order_id = await gated(house)

    await house.ear.hear(an_inspection(site="F-01", nation=None))
    await a_moment_later(house)
    await house.until(order_id, "sourced")

    assert await sources_of(house, order_id) == ["F-01", "F-01"]


async def test_what_a_first_article_lets_through_is_given_out_before_more_is_asked_for(house: House) -> None:
    order_id = await gated(house)
    await house.planned()

    await house.ear.hear(an_inspection(site="F-01", nation=None))
    planned_at_once = await house.planner.plan_next()
    await house.ear.hear(inventory_said(order_id, DemandReserved, reserved=5, arrived=5))
    await a_moment_later(house)
    await house.planned()

    assert not planned_at_once
    assert await sources_of(house, order_id) == ["F-01"]


async def test_what_is_heard_while_it_is_given_out_asks_for_no_more_either(house: House) -> None:
    order_id = await gated(house)

    await house.ear.hear(an_inspection(site="F-01", nation=None))
    await house.ear.hear(inventory_said(order_id, DemandReserved, reserved=2, arrived=5))

    assert await sources_of(house, order_id) == ["F-01"]


async def test_what_inventory_takes_back_before_production_has_said_why_is_not_asked_of_the_same_again(
    house: House,
) -> None:
    order_id = await gated(house)
    await house.ear.hear(an_inspection(site="F-01", nation=None))
    await house.ear.hear(inventory_said(order_id, DemandReserved, reserved=5, arrived=5))
    await a_moment_later(house)
    await house.planned()

    lost: dict[str, Any] = {
        "reserved": 0,
        "arrived": 5,
        "taken": 5,
        "reason": LossReason.CONDITION_CHANGED,
        "gate": Gate.FIRST_ARTICLE,
    }
    await house.ear.hear(inventory_said(order_id, ReservationLost, **lost))
    planned_at_once = await house.planner.plan_next()
    await house.ear.hear(an_inspection(REOPENED, site="F-01", nation=None))
    await house.approve("F-02", lead_time_days=40)
    await a_moment_later(house)
    await house.until(order_id, "sourced")

    assert not planned_at_once
    assert await sources_of(house, order_id) == ["F-01", "F-02"]


async def test_a_part_that_waits_to_be_planned_waits_on_for_what_its_first_article_lets_through(
    made: ServiceDatabase, tmp_path: Path
) -> None:
    async with open_house(made, tmp_path, planning_poll_seconds=3600) as house:
        await gated(house)
        await house.planned()
        await house.owner.execute("INSERT INTO planning (part) VALUES ($1)", PART)

        await house.ear.hear(an_inspection(site="F-01", nation=None))
        waits = await house.owner.fetchval("SELECT not_before > now() FROM planning WHERE part = $1", PART)

    assert waits


async def test_a_factory_whose_first_article_was_reopened_is_asked_by_nobody_until_it_passes_again(
    house: House,
) -> None:
    await gated(house)
    await house.ear.hear(an_inspection(site="F-01", nation=None))
    await house.ear.hear(an_inspection(REOPENED, site="F-01", nation=None))
    reopened = await standing(house)
    order_id = await house.place()
    await house.ear.hear(inventory_said(order_id, DemandReserved))
    asked = await sources_of(house, order_id)

    await house.ear.hear(an_inspection(site="F-01", nation=None))
    await house.until(order_id, "sourced")

    assert (reopened, asked) == ("first-article", [])
    assert await sources_of(house, order_id) == ["F-01"]


async def test_a_source_shows_how_the_first_article_of_each_reference_stands(house: House) -> None:
    await house.approve(SUPPLIER)
    await house.ear.hear(an_inspection(nation=None))
    theirs = await house.send("GET", f"/v1/sources/{PART}/{SUPPLIER}", role="planner", site=None)

    await house.ear.hear(an_inspection(OPENED), an_inspection(nation="RUS"))
    own = await house.send("GET", f"/v1/sources/{PART}/{SUPPLIER}", role="planner", site=None)

    about = {"first_article": "S-01/ROTOR-BLADE/3VK1Y/VKR-1/B", "since": str(today())}
    assert theirs.json()["first_articles"] == [{**about, "nation": None, "state": "passed"}]
    assert own.json()["first_articles"] == [{**about, "nation": "IND", "state": "opened"}]

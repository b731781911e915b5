"""Replenishment: learned from orders, proposed with figures, released by hand or rule, never twice."""

import asyncio
from datetime import timedelta

import httpx

from services.orders.commands.reviewing import Reviewer
from services.orders.settings import OrdersSettings
from shared.events.stock import DemandReserved, DemandSupplied
from tests.fixtures.days import today
from tests.integration.orders.house import PART, House, inventory_said
from tests.integration.orders.shelves import (
    PATH,
    RULE,
    ask,
    demanded,
    policy,
    reviewed,
    short,
    stated,
    the_proposal,
)


async def test_what_is_short_is_proposed_with_all_its_figures(house: House) -> None:
    proposal = await short(house)

    figures = proposal["figures"]
    assert (proposal["proposal"], proposal["state"], proposal["order_id"]) == (f"D-01:{PART}:1", "proposed", None)
    assert (figures["weeks"], figures["lines"], figures["demand_per_week"], figures["demand_variance"]) == (
        52,
        52,
        "1",
        "0",
    )
    # 31 days at a piece a week: 4.43; Poisson: P(X <= 8) = 0.964; 28 days more are 4 pieces.
    assert (figures["lead_time_days"], figures["expected"], figures["distribution"]) == ("30", "4.4286", "poisson")
    assert (figures["reorder_point"], figures["target"], figures["safety_stock"]) == (8, 12, 4)
    assert (figures["free"], figures["position"], proposal["quantity"], figures["source"]) == (2, 2, 10, "F-01")
    assert proposal["level"] == figures
    assert await house.told(f"replenishment:D-01/{PART}") == ["replenishment-proposed"]


async def test_a_proposal_that_is_still_right_stays_and_another_takes_its_place(house: House) -> None:
    await short(house)

    same = await reviewed(house)
    await stated(house, 1)
    other = await reviewed(house)
    replaced = await the_proposal(house)
    await stated(house, 9)
    enough = await reviewed(house)

    assert [each["proposed"] for each in (same, other, enough)] == [0, 1, 0]
    assert (replaced["proposal"], replaced["quantity"]) == (f"D-01:{PART}:2", 11)
    assert (enough["withdrawn"], (await the_proposal(house))["state"]) == (1, "withdrawn")
    old = await ask(house, "POST", f"/D-01:{PART}:1/release", status=409)
    assert old["type"].endswith("proposal-decided")


async def test_a_released_proposal_is_an_order_for_the_shelf_and_is_not_proposed_again(house: House) -> None:
    proposal = await short(house)
    number = house.body()["document_number"]

    released = await ask(house, "POST", f"/{proposal['proposal']}/release", json={"document_number": number})
    again = await ask(house, "POST", f"/{proposal['proposal']}/release", json={"document_number": number})
    order = await house.order(released["order_id"])

    assert released == again
    assert (order["quantity"], order["urgency"], order["for_stock"], order["conditions"]) == (10, "C", True, [])
    assert (order["placed_by"], order["required_by"]) == ("planner@all", str(today() + timedelta(days=30)))
    assert await house.told_of(order["order_id"]) == ["order-placed"]
    assert (await reviewed(house))["proposed"] == 0
    assert await house.told(f"replenishment:D-01/{PART}") == ["replenishment-proposed", "replenishment-released"]


async def test_what_arrived_is_neither_missed_nor_counted_twice(house: House) -> None:
    proposal = await short(house)
    number = house.body()["document_number"]
    released = await ask(house, "POST", f"/{proposal['proposal']}/release", json={"document_number": number})
    order_id = released["order_id"]

    await house.ear.hear(inventory_said(order_id, DemandReserved, quantity=10))
    asked = await house.order(order_id)
    await stated(house, 2, **{order_id.replace("-", "_"): 10})
    waiting = await position(house)
    await house.ear.hear(inventory_said(order_id, DemandSupplied, quantity=10, arrived=10, cancelled=10))
    before = await position(house)
    await stated(house, 12)
    after = await position(house)

    assert (asked["state"], asked["sourced"], asked["open"]) == ("sourced", 10, 0)
    assert (await house.order(order_id))["state"] == "stocked"
    assert [waiting, before, after] == [(2, 10), (2, 10), (12, 0)]


async def position(house: House) -> tuple[int, int]:
    """Review, and tell what is on the shelf and on order; what was learned of the lead time may ask for more."""
    await reviewed(house)
    level = (await the_proposal(house))["level"]
    assert level["position"] == level["free"] + level["on_order"]
    return level["free"], level["on_order"]


async def test_what_others_wait_for_is_missing_beyond_the_shelf(house: House) -> None:
    await short(house)
    await house.place(quantity=3)

    await reviewed(house)

    found = await the_proposal(house)
    figures = found["figures"]
    assert (figures["backordered"], figures["position"], figures["lines"]) == (3, -1, 53)
    assert found["quantity"] == figures["target"] + 1


async def test_a_depot_s_rule_gives_the_number_that_nobody_has_used(house: House) -> None:
    proposal = await short(house)
    missing = await ask(house, "POST", f"/{proposal['proposal']}/release", status=422)
    day = f"{today().year % 10}{today():%j}"
    await house.place(document_number=f"7201YA{day}R000")
    await ask(house, "PUT", "/rules/D-01", json=RULE)

    released = await ask(house, "POST", f"/{proposal['proposal']}/release")

    assert missing["type"].endswith("document-number-missing")
    assert released["order_id"] == f"7201YA{day}R001-{today().year}"


async def test_a_rule_releases_what_two_reviews_have_proposed_within_its_limit(house: House) -> None:
    await short(house)
    await ask(house, "PUT", "/rules/D-01", json={**RULE, "release_cost_max": "99.99", "currency": "INR"})
    dear = await reviewed(house)
    await ask(house, "PUT", "/rules/D-01", json={**RULE, "release_cost_max": "100.00", "currency": "INR"})

    done = [await reviewed(house) for _ in range(3)]

    found = await the_proposal(house)
    assert (dear["released"], [each["released"] for each in done]) == (0, [1, 0, 0])
    assert (found["state"], found["decided_by"]) == ("released", "rule of D-01")
    assert await house.owner.fetchval("SELECT count(*) FROM orders WHERE for_stock") == 1


async def test_a_rule_releases_nothing_in_the_review_that_proposes_it(house: House) -> None:
    await ask(house, "PUT", "/rules/D-01", json={**RULE, "release_cost_max": "1000000.00", "currency": "INR"})

    assert (await short(house))["state"] == "proposed"


async def test_reviews_and_releases_at_once_order_what_is_missing_once(house: House) -> None:
    proposal = await short(house)
    await ask(house, "PUT", "/rules/D-01", json={**RULE, "release_cost_max": "100.00", "currency": "INR"})
    reviewers = [Reviewer(house.database, OrdersSettings()) for _ in range(4)]
    path = f"{PATH}/{proposal['proposal']}/release"

    answers = await asyncio.gather(
        *(reviewer.review("IND", today()) for reviewer in reviewers),
        *(house.send("POST", path, role="planner", site=None, scope="") for _ in range(4)),
        *(reviewer.review("IND", today()) for reviewer in reviewers),
    )

    released = [each.json()["order_id"] for each in answers if isinstance(each, httpx.Response)]
    assert len(set(released)) == 1
    assert await house.owner.fetchval("SELECT sum(quantity) FROM orders WHERE for_stock") == 10
    assert await house.told(f"replenishment:D-01/{PART}") == ["replenishment-proposed", "replenishment-released"]


async def test_stock_is_reviewed_by_itself_when_its_policy_says(house: House) -> None:
    await house.approve()
    await demanded(house)
    await policy(house, review_days=7)
    reviewer = Reviewer(house.database, OrdersSettings())

    for days in (0, 1, 6):
        await reviewer.review_due(today() + timedelta(days=days))
    once = await house.owner.fetchval("SELECT max(reviewed_on) FROM replenishment")
    await reviewer.review_due(today() + timedelta(days=7))

    assert once == today()
    assert await house.owner.fetchval("SELECT max(reviewed_on) FROM replenishment") == today() + timedelta(days=7)


async def test_what_was_dismissed_stays_so_until_its_day(house: House) -> None:
    proposal = await short(house)
    body = {"reason": "The type is withdrawn.", "until": str(today() + timedelta(days=2))}

    dismissed = await ask(house, "POST", f"/{proposal['proposal']}/dismiss", json=body)
    reviewer = Reviewer(house.database, OrdersSettings())
    kept = await reviewer.review("IND", today() + timedelta(days=1))
    anew = await reviewer.review("IND", today() + timedelta(days=2))

    assert (dismissed["state"], dismissed["reason"], dismissed["decided_by"]) == (
        "dismissed",
        "The type is withdrawn.",
        "planner@all",
    )
    assert (kept.proposed, anew.proposed) == (0, 1)


async def test_what_nobody_may_be_asked_for_has_no_reorder_point(house: House) -> None:
    await demanded(house)
    await policy(house)

    done = await reviewed(house)

    assert (done["reviewed"], done["without_source"], done["proposed"]) == (1, 1, 0)
    assert (await the_proposal(house))["level"] is None


async def test_who_asks_for_a_review_that_is_under_way_is_given_that_one_though_another_has_gone_away(
    house: House,
) -> None:
    await short(house)
    reviewer = Reviewer(house.database, OrdersSettings())

    gone = asyncio.create_task(reviewer.review("IND", today()))
    first, second = (asyncio.create_task(reviewer.review("IND", today())) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    found = await asyncio.gather(first, second)
    later = await reviewer.review("IND", today())

    assert found[0] is found[1]
    assert (found[0].reviewed, later.reviewed, later is found[0]) == (1, 1, False)
    assert gone.cancelled()

"""Which source gets an order: approvals by day, weights by day, load, and a source that somebody has named."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared import clock
from shared.events.production import WorkOrderOpened, WorkOrderRefused
from shared.events.stock import DemandReserved
from tests.integration.orders.house import PART, House, inventory_said, production_said, slug

ACCEPTED = {"accepted_on": "2026-02-01"}


async def short(house: House, quantity: int = 5, **changes: Any) -> str:
    """Place an order for which there is no stock."""
    order_id = await house.place(quantity=quantity, **changes)
    await house.ear.hear(inventory_said(order_id, DemandReserved, quantity=quantity))
    return order_id


async def asked(house: House, order_id: str) -> list[str]:
    return [work["source"] for work in (await house.order(order_id))["work_orders"]]


async def name(house: House, order_id: str, source: str, role: str = "planner", **changes: Any) -> httpx.Response:
    body = {"source": source, "reason": "aircraft on ground", **changes}
    site = {"depot": "D-01", "factory": "F-01"}.get(role)
    return await house.send("POST", f"/v1/orders/{order_id}/name-source", role=role, site=site, json=body)


async def weigh(house: House, days: int = 0, role: str = "planner", **changes: Any) -> httpx.Response:
    valid_from = clock.now().date() + timedelta(days=days)
    terms = {"day": "1", "cost": "0", "import_content": "0", **changes}
    site = "D-01" if role == "depot" else None
    return await house.send("PUT", f"/v1/sourcing-weights/{valid_from}", role=role, site=site, json=terms)


async def test_a_supplier_gets_an_order_once_it_is_approved_and_its_first_article_accepted(house: House) -> None:
    await house.approve("S-01", lead_time_days=9)
    order_id = await short(house)
    await house.planner.plan_next()
    before = await asked(house, order_id)

    await house.approve("S-01", lead_time_days=9, **ACCEPTED)
    planned = await house.until(order_id, "sourced")

    assert before == []
    assert [work["source"] for work in planned["work_orders"]] == ["S-01"]
    assert planned["promised_for"] == str(clock.now().date() + timedelta(days=9))


@pytest.mark.parametrize(
    "lacking",
    [
        {"approved": False},
        {"approved_until": "2026-03-01"},
        {"accepted_on": None},
        {"accepted_on": "2025-01-01", "accepted_until": "2026-01-01"},
        {"minimum_lot": 6},
    ],
    ids=str,
)
async def test_a_source_that_lacks_something_is_passed_over_however_urgent_the_need(
    house: House, lacking: dict[str, Any]
) -> None:
    await house.approve("S-01", **{"lead_time_days": 1, **ACCEPTED, **lacking})

    order_id = await short(house, urgency="A", required_by=str(clock.now().date()))

    assert (await house.order(order_id))["open"] == 5


async def test_the_order_s_history_tells_what_was_weighed(house: House) -> None:
    await house.approve("F-01", lead_time_days=40, unit_cost="100.00", currency="INR", import_content="0.36")
    await house.approve("S-01", lead_time_days=9)

    order_id = await short(house)

    (sourced,) = (each["data"] for each in (await house.order(order_id))["history"] if "sourced" in each["type"])
    assert sourced["reason"] == "F-01 is the only source that may be asked"
    assert [(each["site"], each.get("excluded")) for each in sourced["candidates"]] == [
        ("F-01", None),
        ("S-01", "not-accepted"),
    ]
    assert sourced["weighing"] == {"day": "1", "cost": "0", "import_content": "0"}


async def test_a_nation_s_weights_hold_from_their_day_on(house: House) -> None:
    await house.approve("F-01", lead_time_days=30, unit_cost="1000.00", currency="INR")
    await house.approve("F-02", lead_time_days=40, unit_cost="800.00", currency="INR")
    await weigh(house, days=1, cost="9")
    before = await short(house)

    put = await weigh(house, cost="0.6")
    after = await short(house)
    listed = await house.send("GET", "/v1/sourcing-weights", role="auditor", site=None, params={"limit": 1})
    rest = await house.send("GET", listed.headers["Link"][1:].partition(">")[0], role="auditor", site=None)

    assert (await asked(house, before), await asked(house, after)) == (["F-01"], ["F-02"])
    assert [each["cost"] for each in listed.json() + rest.json()] == ["0.6", "9"]
    assert (put.status_code, listed.json()[0]) == (200, put.json())


async def test_weights_are_put_again_and_compare_prices_by_their_rates(house: House) -> None:
    await house.approve("F-01", unit_cost="10.00", currency="EUR")
    await house.approve("F-02", unit_cost="500.00", currency="INR")
    rates: dict[str, Any] = {"currency": "INR", "rates": {"EUR": "97.20"}}

    await weigh(house, cost="3")
    again = [await weigh(house, cost="1", **rates) for _ in range(2)]
    order_id = await short(house)

    assert [each.json()["rates"] for each in again] == [{"EUR": "97.20"}] * 2
    assert await asked(house, order_id) == ["F-02"]


@pytest.mark.parametrize(
    ("change", "status", "problem"),
    [
        ({"days": -1}, 422, "weights-in-past"),
        ({"cost": "-1"}, 422, "request-invalid"),
        ({"cost": 1}, 422, "request-invalid"),
        ({"rates": {"EUR": "97.20"}}, 422, "request-invalid"),
        ({"role": "depot"}, 403, "role-forbidden"),
        ({"role": "auditor"}, 403, "role-forbidden"),
    ],
    ids=str,
)
async def test_weights_that_cannot_be_are_refused(
    house: House, change: dict[str, Any], status: int, problem: str
) -> None:
    answer = await weigh(house, **change)

    assert (answer.status_code, slug(answer)) == (status, problem)


async def test_a_busy_source_is_passed_over_for_one_that_is_slower_and_idle(house: House) -> None:
    await house.approve("F-01", lead_time_days=20, capacity_per_week=5)
    await house.approve("F-02", lead_time_days=30, capacity_per_week=5)

    order_ids = [await short(house) for _ in range(4)]

    assert [await asked(house, order_id) for order_id in order_ids] == [["F-01"], ["F-01"], ["F-02"], ["F-01"]]
    assert await loads(house) == {"F-01": 15, "F-02": 5}


async def test_orders_that_are_planned_together_know_what_each_other_has_given(house: House) -> None:
    await house.approve("F-01", lead_time_days=20, capacity_per_week=5)
    await house.approve("F-02", lead_time_days=30, capacity_per_week=5)
    order_ids = [await house.place(quantity=5) for _ in range(3)]

    await house.ear.hear(*(inventory_said(order_id, DemandReserved) for order_id in order_ids))

    assert sorted([await asked(house, order_id) for order_id in order_ids]) == [["F-01"], ["F-01"], ["F-02"]]


async def test_what_has_arrived_is_no_longer_a_source_s_load(house: House) -> None:
    await house.approve("F-01")
    order_id = await short(house)

    await house.ear.hear(inventory_said(order_id, DemandReserved, reserved=2, arrived=2))

    assert await loads(house) == {"F-01": 3}


async def test_a_partner_s_planner_does_not_see_how_much_was_ordered(house: House) -> None:
    await house.approve("F-01")
    await short(house)

    answer = await house.door.get("/v1/sources", headers=house.bearer("planner", nation="RUS"))

    assert [(each["nation"], each["standing"], each["load"]) for each in answer.json()] == [("IND", "approved", None)]


async def loads(house: House) -> dict[str, int]:
    answer = await house.send("GET", "/v1/sources", role="planner", site=None, params={"part": PART})
    return {each["site"]: each["load"] for each in answer.json()}


async def test_a_named_source_gets_this_order_and_no_other(house: House) -> None:
    await house.approve("S-01", approved=False, approved_on=None)
    order_id, other = await short(house), await short(house)

    named = await name(house, order_id, "S-01", role="procurement")
    again = await name(house, order_id, "S-01", role="procurement")
    order = await house.order(order_id)

    assert (named.status_code, named.json()["state"]) == (202, "sourced")
    assert again.headers["JVTrack-Version"] == named.headers["JVTrack-Version"]
    assert await house.told_of(order_id) == [
        "order-placed",
        "order-source-overridden",
        "order-sourced",
        "order-promised",
    ]
    (told,) = (each["data"] for each in order["history"] if "overridden" in each["type"])
    assert told == {
        "order": order_id,
        "ordered_by": "D-01",
        "site": "D-01",
        "part": PART,
        "source": "S-01",
        "overridden": "not-approved",
        "reason": "aircraft on ground",
        "named_by": "procurement@all",
    }
    assert (await house.order(other))["open"] == 5


async def test_a_named_source_that_refuses_is_not_asked_again(house: House) -> None:
    await house.approve("S-01", approved=False, approved_on=None)
    order_id = await short(house)
    await name(house, order_id, "S-01")

    await house.ear.hear(
        production_said(order_id, WorkOrderOpened, factory="S-01"),
        production_said(order_id, WorkOrderRefused, factory="S-01", quantity=0, reason="no forgings"),
    )
    await house.approve("F-02")
    planned = await house.until(order_id, "sourced")

    assert [work["source"] for work in planned["work_orders"]] == ["S-01", "F-02"]


async def test_a_source_that_has_refused_cannot_be_named(house: House) -> None:
    await house.approve("F-01")
    order_id = await short(house)
    await house.ear.hear(
        production_said(order_id, WorkOrderOpened),
        production_said(order_id, WorkOrderRefused, quantity=0, reason="no forgings"),
    )

    answer = await name(house, order_id, "F-01")

    assert (answer.status_code, slug(answer)) == (409, "source-has-refused")


@pytest.mark.parametrize(
    ("source", "change", "role", "status", "problem"),
    [
        ("F-01", {}, "planner", 409, "override-not-needed"),
        ("S-01", {}, "planner", 404, "source-unknown"),
        ("F-02", {"reason": " "}, "planner", 422, "request-invalid"),
        ("F-02", {"reason": None}, "planner", 422, "request-invalid"),
        ("F-02", {}, "operator", 403, "role-forbidden"),
        ("F-02", {}, "depot", 403, "role-forbidden"),
    ],
    ids=str,
)
async def test_what_cannot_be_named_is_refused(
    house: House, source: str, change: dict[str, Any], role: str, status: int, problem: str
) -> None:
    order_id = await house.place()
    await house.approve("F-01")
    await house.approve("F-02", approved=False, approved_on=None)

    answer = await name(house, order_id, source, role, **change)

    assert (answer.status_code, slug(answer)) == (status, problem)
    assert await house.told_of(order_id) == ["order-placed"]


async def test_another_nation_names_no_source_for_an_order_that_it_does_not_see(house: House) -> None:
    order_id = await short(house)

    answer = await house.door.post(
        f"/v1/orders/{order_id}/name-source",
        headers=house.bearer("planner", nation="RUS"),
        json={"source": "S-01", "reason": "why not"},
    )

    assert (answer.status_code, slug(answer)) == (404, "order-unknown")


async def test_two_who_name_sources_at_once_are_heard_one_after_the_other(house: House) -> None:
    for site in ("S-01", "F-02"):
        await house.approve(site, approved=False, approved_on=None)
    order_id = await short(house)

    answers = await asyncio.gather(name(house, order_id, "S-01"), name(house, order_id, "F-02"))

    assert {answer.status_code for answer in answers} == {202}
    told = await house.told_of(order_id)
    assert told.count("order-source-overridden") == 2
    assert told.count("order-sourced") == 1

"""Lead times that are learned, and needs that are sourced anew when their source slips."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from services.orders.commands.resourcing import Watcher
from services.orders.settings import OrdersSettings
from shared import clock
from shared.events.production import DelayReported, WorkOrderOpened, WorkOrderReduced
from shared.events.stock import DemandReserved, DemandSupplied
from tests.integration.orders.house import PART, House, inventory_said, production_said, slug

ACCEPTED = {"accepted_on": "2026-02-01"}


def in_days(days: int) -> date:
    return clock.now().date() + timedelta(days=days)


async def weigh(house: House, **changes: Any) -> httpx.Response:
    terms = {"day": "1", "cost": "0", "import_content": "0", "resourcing": "automatic", **changes}
    path = f"/v1/sourcing-weights/{clock.now().date()}"
    answer = await house.send("PUT", path, role="planner", site=None, json=terms)
    assert answer.status_code == 200, answer.text
    return answer


async def short(house: House) -> str:
    order_id = await house.place(quantity=5)
    await house.ear.hear(inventory_said(order_id, DemandReserved))
    return order_id


async def delay(house: House, order_id: str, days: int) -> None:
    await house.ear.hear(
        production_said(order_id, WorkOrderOpened, due=in_days(30)),
        production_said(order_id, DelayReported, due=in_days(days), cause="furnace"),
    )


async def age(house: House, order_id: str, days: int) -> None:
    """Let an order's work orders be asked for so many days earlier than they were."""
    await house.owner.execute(
        "UPDATE work_order SET asked_on = asked_on - $2::integer, due_asked = due_asked - $2::integer,"
        " due = due - $2::integer WHERE order_id = $1",
        order_id,
        days,
    )


async def learned(house: House, site: str = "F-01") -> dict[str, Any]:
    answer = await house.send("GET", f"/v1/sources/{PART}/{site}", role="planner", site=None)
    found: dict[str, Any] = answer.json()
    return found


async def asked(house: House, order_id: str) -> list[tuple[str, int]]:
    return [(work["source"], work["quantity"]) for work in (await house.order(order_id))["work_orders"]]


async def test_what_came_moves_the_lead_time_that_is_stated_and_the_next_promise(house: House) -> None:
    await house.approve(lead_time_days=30)
    stated = await learned(house)
    for _ in range(4):
        order_id = await short(house)
        await age(house, order_id, 60)
        await house.ear.hear(inventory_said(order_id, DemandSupplied, arrived=5, reserved=5))

    known, order_id = await learned(house), await short(house)

    assert stated["learned"] == {"days": 30, "late_days": 51, "deliveries": 0, "unfinished": 0}
    assert (known["lead_time_days"], known["learned"]["days"], known["learned"]["deliveries"]) == (30, 43, 4)
    order = await house.order(order_id)
    assert order["promised_for"] == str(in_days(43))
    assert order["promise_reason"] == "lead time of F-01, 43 days as learned (30 stated)"
    answer = await house.send("GET", f"/v1/orders/{order_id}/explanation", role="planner", site=None)
    why = [each["text"] for each in answer.json()["why_not_earlier"] if each["kind"] == "learned"]
    late = known["learned"]["late_days"]
    assert why == [f"F-01 states 30 days; by 4 deliveries, half come within 43 and nine of ten within {late}"]


async def test_what_is_late_and_has_not_come_counts_as_taking_at_least_so_long(house: House) -> None:
    await house.approve(lead_time_days=30)
    order_id = await short(house)

    await delay(house, order_id, 120)

    assert (await learned(house))["learned"]["unfinished"] == 1
    assert (await learned(house))["learned"]["days"] > 30


async def test_a_fact_that_is_heard_twice_and_late_is_learned_from_once(house: House) -> None:
    await house.approve(lead_time_days=30)
    order_id = await short(house)
    await age(house, order_id, 60)

    said = await house.ear.hear(inventory_said(order_id, DemandSupplied, arrived=5, reserved=5))
    await house.ear.hear_said(said)

    assert (await learned(house))["learned"]["deliveries"] == 1


async def test_what_came_before_its_source_was_free_for_it_came_in_no_time(house: House) -> None:
    await house.approve(lead_time_days=30, capacity_per_week=1)
    await short(house)
    second = await short(house)

    await house.ear.hear(inventory_said(second, DemandSupplied, arrived=5, reserved=5))

    known = (await learned(house))["learned"]
    assert known["deliveries"] == 1
    assert 0 < known["days"] < 30


async def test_a_partner_sees_what_is_stated_and_not_what_was_learned(house: House) -> None:
    await house.approve()
    headers = house.bearer("planner", nation="RUS")

    (shown,) = (await house.door.get("/v1/sources", headers=headers)).json()

    assert (shown["lead_time_days"], shown["learned"]) == (30, None)


async def test_a_delay_is_sourced_anew_by_the_rule_and_the_promise_says_why(house: House) -> None:
    await weigh(house)
    await house.approve(lead_time_days=30)
    order_id = await short(house)
    await house.approve("S-01", lead_time_days=45, **ACCEPTED)

    await delay(house, order_id, 120)
    slipped = await house.order(order_id)
    said = await house.ear.hear(
        production_said(order_id, WorkOrderReduced, quantity=0, asked=5, given=5, due=in_days(120))
    )
    await house.ear.hear_said(said)

    moved = await house.order(order_id)
    assert (await house.told_of(order_id)).count("order-sourcing-reduced") == 1
    assert slipped["promised_for"] == str(in_days(120))
    assert await asked(house, order_id) == [("F-01", 0), ("S-01", 5)]
    assert moved["promised_for"] == str(in_days(45))
    assert moved["promise_reason"] == "lead time of S-01, asked instead of F-01, which had slipped"
    answer = await house.send("GET", f"/v1/orders/{order_id}/explanation", role="planner", site=None)
    (back,) = [each["text"] for each in answer.json()["why_this_source"] if each["kind"] == "taken-back"]
    assert back.startswith("5 were asked back: F-01 has slipped from ")


async def test_what_the_factory_keeps_stays_where_it_is(house: House) -> None:
    await weigh(house)
    await house.approve(lead_time_days=30)
    order_id = await short(house)
    await house.approve("S-01", lead_time_days=45, **ACCEPTED)
    await delay(house, order_id, 120)

    await house.ear.hear(production_said(order_id, WorkOrderReduced, quantity=5, asked=5, given=0, due=in_days(120)))

    assert await asked(house, order_id) == [("F-01", 5)]
    assert (await house.order(order_id))["promised_for"] == str(in_days(120))


async def test_a_planner_sees_who_would_be_sooner_and_decides_by_hand(house: House) -> None:
    await house.approve(lead_time_days=30)
    order_id = await short(house)
    await house.approve("S-01", lead_time_days=45, **ACCEPTED)
    await delay(house, order_id, 120)
    left = await asked(house, order_id)

    (slip,) = (await house.send("GET", "/v1/slips", role="planner", site=None, params={"source": "F-01"})).json()
    body = {"reason": "Two aircraft wait."}
    path = f"/v1/orders/{order_id}/resource"
    answer = await house.send("POST", path, role="planner", site=None, json=body)
    again = await house.send("POST", path, role="planner", site=None, json=body)

    assert left == [("F-01", 5)]
    assert slip["order_id"] == order_id
    assert [(each["sources"], each["days"], each["silent"]) for each in slip["proposals"]] == [(["S-01"], 75, False)]
    assert (answer.status_code, again.status_code, slug(again)) == (202, 409, "asked-back-already")
    told = (await house.order(order_id))["history"]
    (back,) = [each["data"] for each in told if each["type"].endswith("sourcing-reduced.v1")]
    assert (back["asked_by"], back["note"], back["quantity"]) == ("planner@all", "Two aircraft wait.", 5)


@pytest.mark.parametrize(("role", "nation", "status"), [("depot", "IND", 403), ("planner", "RUS", 404)])
async def test_who_does_not_plan_for_the_depot_sources_nothing_anew(
    house: House, role: str, nation: str, status: int
) -> None:
    order_id = await short(house)
    headers = house.bearer(role, *(["D-01"] if role == "depot" else []), nation=nation)

    answer = await house.door.post(f"/v1/orders/{order_id}/resource", json={"reason": "Mine."}, headers=headers)

    assert answer.status_code == status


async def test_nothing_is_sourced_anew_where_nobody_would_be_sooner(house: House) -> None:
    await house.approve(lead_time_days=30)
    order_id = await short(house)
    await delay(house, order_id, 60)

    path = f"/v1/orders/{order_id}/resource"
    answer = await house.send("POST", path, role="planner", site=None, json={"reason": "Hurry."})

    (slip,) = (await house.send("GET", "/v1/slips", role="planner", site=None)).json()
    assert (answer.status_code, slug(answer)) == (409, "nothing-sooner")
    assert slip["proposals"] == []


async def test_silence_beyond_the_promised_day_is_noticed_by_the_watcher(house: House) -> None:
    await weigh(house, resourcing_days=1)
    await house.approve(lead_time_days=30)
    order_id = await short(house)
    await house.approve("F-02", lead_time_days=1)
    watcher = Watcher(house.database, house.outcomes, OrdersSettings())
    await watcher.watch()
    in_time = await house.told_of(order_id)

    await age(house, order_id, 90)
    for _ in range(2):
        await watcher.watch()

    assert "order-sourcing-reduced" not in in_time
    assert (await house.told_of(order_id)).count("order-sourcing-reduced") == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lead_time_worth": 0}, "lead_time_worth"),
        ({"lead_time_spread": "0.0"}, "lead_time_spread"),
        ({"lead_time_spread": "9"}, "lead_time_spread"),
        ({"resourcing": "sometimes"}, "resourcing"),
        ({"resourcing_days": 0}, "resourcing_days"),
    ],
    ids=str,
)
async def test_weights_that_make_no_sense_name_the_field(house: House, change: dict[str, Any], field: str) -> None:
    terms = {"day": "1", "cost": "0", "import_content": "0", **change}

    answer = await house.send("PUT", f"/v1/sourcing-weights/{in_days(0)}", role="planner", site=None, json=terms)

    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])

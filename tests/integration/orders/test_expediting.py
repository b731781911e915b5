"""An order is expedited at the door: what it costs others is shown, what is done is recorded, others answer."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from shared.events.expediting import WorkOrderHurried
from shared.events.production import DelayReported, WorkOrderOpened
from shared.events.stock import DemandClosed, DemandIssued, DemandReserved, DemandSupplied
from tests.fixtures.days import today
from tests.integration.orders.fleet import register, say
from tests.integration.orders.house import House, inventory_said, production_said

WHY = {"reason": "ZP-5104 stands still for it."}


def in_days(days: int) -> str:
    return str(today() + timedelta(days=days))


async def sourced(house: House, *, due: int = 60, **changes: Any) -> str:
    """Place an order for which F-01 has a work order that is due in so many days."""
    order_id = await house.place(**changes)
    await house.ear.hear(inventory_said(order_id, DemandReserved))
    opened = production_said(order_id, WorkOrderOpened, due=in_days(due))
    await house.ear.hear(opened)
    return order_id


async def expedite(
    house: House, order_id: str, body: dict[str, Any], *, role: str = "planner", key: str | None = None, **query: Any
) -> httpx.Response:
    site = {"depot": "D-01", "factory": "F-01"}.get(role)
    headers = {"Idempotency-Key": key or str(uuid4())}
    path = f"/v1/orders/{order_id}/expedite"
    return await house.send("POST", path, role=role, site=site, json={**WHY, **body}, headers=headers, params=query)


def hurry(order_id: str, days: int = 10) -> dict[str, Any]:
    return {"kind": "hurry", "work_order": f"{order_id}-W1", "wanted_by": in_days(days)}


def lateral(quantity: int = 2, depot: str = "D-02") -> dict[str, Any]:
    return {"kind": "lateral", "depot": depot, "quantity": quantity}


async def lent(house: House, order_id: str, quantity: int = 2) -> str:
    """Ask D-02, which holds all of it; gives the lateral order."""
    answer = await expedite(house, order_id, lateral(quantity), role="depot")
    assert answer.status_code == 202, answer.text
    name = str(answer.json()["lateral"])
    await house.ear.hear(of_lateral(name, DemandReserved, quantity, reserved=quantity))
    return name


def of_lateral(name: str, kind: Any, quantity: int = 2, **totals: Any) -> Any:
    return inventory_said(name, kind, quantity=quantity, **totals).model_copy(update={"site": "D-02"})


async def works(house: House, order_id: str) -> list[tuple[str, int, str]]:
    found = (await house.order(order_id))["work_orders"]
    return [(work["source"], work["quantity"], work["due"]) for work in found]


async def test_a_hurried_source_is_asked_once_and_the_promise_moves_when_it_answers(house: House) -> None:
    await house.approve()
    order_id = await sourced(house)
    key = str(uuid4())

    first = await expedite(house, order_id, hurry(order_id), key=key)
    again = await expedite(house, order_id, hurry(order_id), key=key)
    anew = await expedite(house, order_id, hurry(order_id))
    asked = await house.order(order_id)
    heard = production_said(order_id, WorkOrderHurried, due=in_days(60), wanted_by=in_days(10), reason=WHY["reason"])
    said = await house.ear.hear(heard)
    await house.ear.hear_said(said)
    waits = await house.order(order_id)
    await house.ear.hear(production_said(order_id, DelayReported, due=in_days(12), cause="a second shift"))

    assert (first.status_code, again.content, anew.status_code) == (202, first.content, 202)
    assert (await house.told_of(order_id)).count("order-source-hurried") == 1
    fact = next(each["data"] for each in asked["history"] if "hurried" in each["type"])
    assert (fact["asked_by"], fact["reason"], fact["due"]) == ("planner@all", WHY["reason"], in_days(60))
    assert asked["promised_for"] == waits["promised_for"] == in_days(60)
    assert waits["work_orders"][0]["wanted_by"] == in_days(10)
    assert (await house.order(order_id))["promised_for"] == in_days(12)
    explained = await house.send("GET", f"/v1/orders/{order_id}/explanation", role="planner", site=None)
    reasons = {reason["kind"]: reason["text"] for reason in explained.json()["why_this_source"]}
    assert reasons["hurried"].endswith(f"it now says {in_days(12)}")


async def test_what_hurrying_would_cost_others_is_shown_and_nothing_is_done(house: House) -> None:
    await house.approve(capacity_per_week=5)
    await register(house, "ZP-1")
    await say(house, "down", "ZP-1")
    other = await sourced(house, due=20, platform="MI-17V-5", tail_number="ZP-1", required_by=in_days(29))
    order_id = await sourced(house)
    before = await house.told_of(order_id)

    shown = await expedite(house, order_id, hurry(order_id), dry_run="true")

    assert shown.status_code == 200, shown.text
    price = shown.json()["price"]
    assert {move["order_id"]: move["days"] for move in price["moved"]} == {order_id: -50, other: 7}
    assert price["promises"] == {"later": 1, "earlier": 1, "days_later": 7, "days_earlier": 50}
    assert [(each["tail_number"], each["after"]) for each in price["releases"]] == [("ZP-1", in_days(27))]
    assert await house.told_of(order_id) == before


async def test_a_depot_sees_the_totals_and_its_own_orders_and_no_other_depot_s(house: House) -> None:
    await house.approve(capacity_per_week=5)
    body = house.body(document_number=house.body()["document_number"].replace("7201YA", "7202YA"), ordered_by="D-02")
    placed = await house.send("POST", "/v1/orders", site="D-02", json=body)
    other = placed.json()["order_id"]
    await house.ear.hear(inventory_said(other, DemandReserved).model_copy(update={"site": "D-02"}))
    await house.ear.hear(production_said(other, WorkOrderOpened, due=in_days(20), depot="D-02"))
    order_id = await sourced(house)

    price = (await expedite(house, order_id, hurry(order_id), role="depot", dry_run="true")).json()["price"]

    assert [move["order_id"] for move in price["moved"]] == [order_id]
    assert price["promises"]["later"] == 1


async def test_raising_the_urgency_shows_what_losers_would_lose_as_inventory_has_said(house: House) -> None:
    await house.approve()
    loser = await house.place()
    await house.ear.hear(inventory_said(loser, DemandReserved, reserved=5))
    order_id = await sourced(house, urgency="C")
    stock = {"gets": 5, "losers": [{"order_id": loser, "quantity": 5}]}
    body = {"kind": "raise", "urgency": "A", "stock": stock}

    shown = await expedite(house, order_id, body, role="depot", dry_run="true")
    done = await expedite(house, order_id, {"kind": "raise", "urgency": "A"}, role="depot")

    price = shown.json()["price"]
    assert price["losers"] == [{"order_id": loser, "quantity": 5}]
    # The source states 30 days; that it is late with the other order teaches 35.
    assert {move["order_id"]: move["after"] for move in price["moved"]} == {loser: in_days(35), order_id: in_days(0)}
    assert (price["priority"], done.json()["order"]["urgency"], done.json()["order"]["priority"]) == (8, "A", 8)


async def test_a_split_gives_a_second_source_its_share_and_asks_it_back_from_the_last(house: House) -> None:
    await house.approve()
    order_id = await sourced(house)
    await house.approve("F-02", lead_time_days=5)
    body = {"kind": "split", "source": "F-02", "quantity": 2}

    shown = await expedite(house, order_id, body, dry_run="true")
    done = await expedite(house, order_id, body)

    assert [(move["order_id"], move["days"]) for move in shown.json()["price"]["moved"]] == []
    assert done.status_code == 202, done.text
    assert await works(house, order_id) == [("F-01", 5, in_days(60)), ("F-02", 2, in_days(5))]
    told = (await house.told_of(order_id))[-3:]
    assert told == ["order-split", "order-sourced", "order-sourcing-reduced"]


async def test_another_depot_ships_and_the_order_counts_on_it_once_it_holds_all(house: House) -> None:
    await house.approve()
    order_id = await sourced(house, due=60)

    answer = await expedite(house, order_id, lateral(), role="depot")
    name = answer.json()["lateral"]
    asked, child = await house.order(order_id), await house.order(name)
    said = await house.ear.hear(of_lateral(name, DemandReserved, reserved=2))
    await house.ear.hear_said(said)
    held = await house.order(order_id)
    await house.ear.hear(of_lateral(name, DemandIssued, issued=2))
    await house.ear.hear(inventory_said(order_id, DemandSupplied, reserved=2, arrived=2))
    arrived = await house.order(order_id)

    assert answer.status_code == 202, answer.text
    assert name == f"{order_id}-Z"
    assert [work["lateral"] for work in asked["work_orders"]] == [None]
    assert (child["site"], child["ordered_by"], child["supplies"], child["partial"]) == (
        "D-02",
        "D-01",
        order_id,
        False,
    )
    assert await works(house, order_id) == [("F-01", 5, in_days(60)), ("D-02", 2, in_days(3))]
    assert (await house.told_of(order_id)).count("order-lent") == 1
    assert held["history"][-1]["data"]["quantity"] == 2
    assert (held["sourced"], arrived["sourced"], arrived["reserved"]) == (5, 3, 2)
    assert (await house.order(name))["state"] == "issued"


async def test_a_depot_that_does_not_hold_so_much_is_let_go_and_the_order_stays_as_it_was(house: House) -> None:
    await house.approve()
    order_id = await sourced(house)
    before = await works(house, order_id)
    name = (await expedite(house, order_id, lateral())).json()["lateral"]

    await house.ear.hear(of_lateral(name, DemandReserved))
    await house.ear.hear(of_lateral(name, DemandClosed, cancelled=2, closed=True))

    assert (await house.order(name))["state"] == "cancelled"
    assert await house.told_of(name) == ["order-placed", "order-cancel-requested"]
    assert await works(house, order_id) == before
    assert (await expedite(house, order_id, lateral())).json()["lateral"] == f"{order_id}-Y"


async def test_a_depot_that_declines_after_all_leaves_the_order_to_be_sourced_anew(house: House) -> None:
    await house.approve()
    order_id = await house.place()
    name = ""
    await house.ear.hear(inventory_said(order_id, DemandReserved, reserved=3))
    await house.ear.hear(production_said(order_id, WorkOrderOpened, quantity=0, due=in_days(60)))
    name = await lent(house, order_id)
    bring = {"reason": "Our own flight line needs it."}
    headers = house.bearer("depot", "D-02")
    declined = await house.door.post(f"/v1/orders/{name}/decline", json=bring, headers=headers)
    await house.ear.hear(of_lateral(name, DemandClosed, cancelled=2, closed=True))

    assert declined.status_code == 202, declined.text
    found = (await house.order(order_id))["work_orders"]
    assert [(work["source"], work["quantity"]) for work in found if work["quantity"]] == [("F-01", 2)]
    assert (await house.order(order_id))["state"] == "sourced"


async def test_an_order_that_is_cancelled_lets_the_other_depots_go(house: House) -> None:
    await house.approve()
    order_id = await sourced(house)
    name = await lent(house, order_id)
    asked = (await expedite(house, order_id, lateral(1))).json()["lateral"]

    cancelled = await house.send("POST", f"/v1/orders/{order_id}/cancel", json={"reason": "written off"})

    assert cancelled.status_code == 202
    assert (await house.told_of(name))[-1] == "order-cancel-requested"
    assert (await house.told_of(asked))[-1] == "order-cancel-requested"


async def test_what_is_changed_of_an_order_is_changed_wherever_another_depot_ships_for_it(house: House) -> None:
    await house.approve()
    order_id = await sourced(house, urgency="C")
    name = (await expedite(house, order_id, lateral())).json()["lateral"]

    sooner = {"required_by": in_days(5), "reason": "The flight is earlier."}
    moved = await house.send("PATCH", f"/v1/orders/{order_id}", json=sooner)
    raised = await expedite(house, order_id, {"kind": "raise", "urgency": "A"}, role="depot")

    assert (moved.status_code, raised.status_code) == (202, 202), (moved.text, raised.text)
    asked, lent_by = await house.order(order_id), await house.order(name)
    assert (asked["urgency"], asked["required_by"]) == ("A", in_days(5))
    assert [lent_by[each] for each in ("urgency", "priority", "required_by", "approved_by")] == [
        asked[each] for each in ("urgency", "priority", "required_by", "approved_by")
    ]
    assert (await house.told_of(name))[1:] == ["order-rescheduled", "order-reprioritised"]


async def test_an_order_that_was_served_meanwhile_lets_the_other_depot_go(house: House) -> None:
    order_id = await house.place()
    await house.ear.hear(inventory_said(order_id, DemandReserved))
    name = (await expedite(house, order_id, lateral(5))).json()["lateral"]
    await house.ear.hear(inventory_said(order_id, DemandReserved, reserved=5))

    await house.ear.hear(of_lateral(name, DemandReserved, 5, reserved=5))

    assert (await house.order(name))["cancel_requested"]
    assert await works(house, order_id) == []


async def test_what_another_depot_ships_is_priced_by_its_days_on_the_road(house: House) -> None:
    await house.approve()
    order_id = await sourced(house)
    await house.approve("D-02", lead_time_days=6)

    shown = (await expedite(house, order_id, lateral(5), dry_run="true")).json()["price"]

    assert [(move["order_id"], move["after"]) for move in shown["moved"]] == [(order_id, in_days(6))]

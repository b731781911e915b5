"""Who waits too long, by band and depot, and who has approved urgent needs: counted over what may be seen."""

from datetime import timedelta
from typing import Any

import pytest

from shared import clock
from shared.events.stock import DemandClosed, DemandIssued, DemandReserved
from tests.integration.orders.house import PART, House, inventory_said

WATCHING: dict[str, Any] = {"role": "operator", "site": None}


async def waits(house: House, days: int, **placed: Any) -> str:
    """Place an order, and let it be so many days old."""
    depot = placed.get("ordered_by", "D-01")
    answer = await house.send("POST", "/v1/orders", site=depot, json=house.body(**placed))
    assert answer.status_code == 201, answer.text
    order_id = str(answer.json()["order_id"])
    await house.owner.execute(
        "UPDATE orders SET placed_at = $2 WHERE order_id = $1", order_id, clock.now() - timedelta(days=days, hours=1)
    )
    return order_id


async def report(house: House, path: str, **asked: Any) -> Any:
    answer = await house.send("GET", f"/v1/orders/{path}", **{**WATCHING, **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_open_demand_is_counted_by_band_and_depot_with_what_waits_too_long(house: House) -> None:
    await waits(house, 40, urgency="C", quantity=3)
    held = await waits(house, 27, urgency="C", quantity=5)
    await waits(house, 12, urgency="A", quantity=2, ordered_by="D-02")
    issued, cancelled = await waits(house, 90), await waits(house, 90)
    await house.ear.hear(
        inventory_said(held, DemandReserved, reserved=4, issued=1),
        inventory_said(issued, DemandIssued, issued=5),
        inventory_said(cancelled, DemandClosed, cancelled=5, closed=True),
    )

    told = await report(house, "waiting")

    counted = [
        (each["band"], each["ordered_by"], each["lines"], each["quantity"], each["reserved"], each["oldest_days"])
        for each in told["waiting"]
    ]
    assert counted == [(2, "D-02", 1, 2, 0, 12), (3, "D-01", 2, 7, 4, 40)]
    assert [(each["beyond_lines"], each["beyond_quantity"]) for each in told["waiting"]] == [(1, 2), (1, 3)]
    assert [(each["priorities"], each["days"]) for each in told["limits"]] == [
        ("01-03", 7),
        ("04-08", 11),
        ("09-15", 28),
    ]


async def test_orders_that_wait_too_long_are_listed_page_by_page_the_oldest_first(house: House) -> None:
    old = [await waits(house, days, urgency="C") for days in (30, 50, 40)]
    urgent = await waits(house, 20, urgency="A")
    await waits(house, 20, urgency="C")

    page = await house.send("GET", "/v1/orders/waiting", params={"limit": 3}, **WATCHING)
    rest = await house.send("GET", page.headers["Link"][1:].partition(">")[0], **WATCHING)

    lines = page.json()["beyond"] + rest.json()["beyond"]
    assert [line["order_id"] for line in lines] == [old[1], old[2], old[0], urgent]
    assert [(line["days"], line["beyond_days"]) for line in lines] == [(50, 22), (40, 12), (30, 2), (20, 9)]
    assert (lines[-1]["band"], lines[-1]["part"], lines[-1]["state"]) == (2, PART, "placed")
    assert "Link" not in rest.headers
    assert rest.json()["waiting"] == page.json()["waiting"]


async def test_a_report_on_waiting_is_narrowed_to_a_depot_and_a_part(house: House) -> None:
    here = await waits(house, 40, urgency="C")
    there = await waits(house, 40, urgency="C", ordered_by="D-02", part="GEARBOX")

    by_site = await report(house, "waiting", params={"site": "D-02"})
    by_part = await report(house, "waiting", params={"part": PART})

    assert [line["order_id"] for line in by_site["beyond"]] == [there]
    assert [line["order_id"] for line in by_part["beyond"]] == [here]
    assert [each["ordered_by"] for each in by_part["waiting"]] == ["D-01"]


@pytest.mark.parametrize(
    ("role", "site", "nation", "depots"),
    [
        ("depot", "D-01", "IND", ["D-01"]),
        ("planner", None, "IND", ["D-01", "D-02"]),
        ("auditor", None, "IND", ["D-01", "D-02"]),
        ("operator", None, "RUS", []),
        ("planner", None, "RUS", []),
    ],
)
async def test_a_report_counts_what_its_reader_may_see(
    house: House, role: str, site: str | None, nation: str, depots: list[str]
) -> None:
    for depot in ("D-01", "D-02"):
        await waits(house, 40, ordered_by=depot, urgency="B")
    headers = house.bearer(role, *([site] if site else []), nation=nation)

    waiting = (await house.door.get("/v1/orders/waiting", headers=headers)).json()
    urgency = (await house.door.get("/v1/orders/urgency", headers=headers)).json()

    assert [each["ordered_by"] for each in waiting["waiting"]] == depots
    assert sorted(line["ordered_by"] for line in waiting["beyond"]) == depots
    assert sorted(each["ordered_by"] for each in urgency) == depots


@pytest.mark.parametrize("path", ["waiting", "urgency"])
async def test_a_factory_reads_no_report_on_orders(house: House, path: str) -> None:
    answer = await house.send("GET", f"/v1/orders/{path}", role="factory", site="F-01")

    assert answer.status_code == 403


async def test_who_uses_urgent_needs_is_counted_by_month_approver_depot_and_urgency(house: House) -> None:
    for urgency, quantity in (("A", 2), ("A", 3), ("B", 1), ("C", 9)):
        await house.place(urgency=urgency, quantity=quantity)
    await waits(house, 400, urgency="A", quantity=7)
    month, approver = f"{clock.now():%Y-%m}", (await report(house, "urgency"))[-1]["approved_by"]

    told = await report(house, "urgency", params={"month": month, "site": "D-01"})
    elsewhere = await report(house, "urgency", params={"site": "D-02"})
    page = await house.send("GET", "/v1/orders/urgency", params={"limit": 1}, **WATCHING)
    rest = await house.send("GET", page.headers["Link"][1:].partition(">")[0], **WATCHING)

    about = {"month": month, "approved_by": approver, "ordered_by": "D-01"}
    assert told == [
        {**about, "urgency": "A", "orders": 2, "quantity": 5},
        {**about, "urgency": "B", "orders": 1, "quantity": 1},
    ]
    assert elsewhere == []
    assert approver
    assert [each["quantity"] for each in page.json()] == [7]
    assert rest.json() == told[:1]

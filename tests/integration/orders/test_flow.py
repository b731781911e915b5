"""An order from its placing to its issue, as the services' facts make it."""

import asyncio

import pytest

from shared import clock
from shared.events.production import DelayReported, WorkOrderAccepted, WorkOrderOpened, WorkOrderReduced
from shared.events.stock import DemandClosed, DemandIssued, DemandReserved, DemandSupplied, ReservationLost
from tests.integration.orders.house import House, inventory_said, production_said


async def test_an_order_is_placed_sourced_delayed_supplied_and_issued(house: House) -> None:
    await house.approve()
    order_id = await house.place(quantity=5)
    assert (await house.order(order_id))["state"] == "placed"

    await house.ear.hear(inventory_said(order_id, DemandReserved, reserved=2))
    sourced = await house.order(order_id)
    await house.ear.hear(
        production_said(order_id, WorkOrderOpened, quantity=3, due=sourced["promised_for"]),
        production_said(order_id, WorkOrderAccepted, quantity=3, due="2027-01-10"),
        production_said(order_id, DelayReported, quantity=3, due="2027-02-20", cause="furnace"),
    )
    delayed = await house.order(order_id)
    await house.ear.hear(
        inventory_said(order_id, DemandSupplied, reserved=2, arrived=3, unsettled=True),
        inventory_said(order_id, DemandReserved, reserved=5, arrived=3),
    )
    there = await house.order(order_id)
    await house.ear.hear(inventory_said(order_id, DemandIssued, issued=5, arrived=3))
    issued = await house.order(order_id)

    assert (sourced["state"], sourced["reserved"], sourced["sourced"], sourced["open"]) == ("sourced", 2, 3, 0)
    assert sourced["work_orders"][0]["source"] == "F-01"
    assert (delayed["promised_for"], delayed["promise_reason"]) == ("2027-02-20", "delayed by F-01: furnace")
    assert (there["state"], there["promise_reason"], there["sourced"]) == ("reserved", "in stock", 0)
    assert issued["state"] == "issued"
    assert issued["first_promised_for"] == sourced["promised_for"]
    assert [each["reason"] for each in issued["promises"]] == [
        "lead time of F-01",
        "accepted by F-01",
        "delayed by F-01: furnace",
        "in stock",
    ]
    told = ["order-placed", "order-sourced", *["order-promised"] * 4]
    assert await house.told_of(order_id) == told
    assert [each["type"].split(".")[2] for each in issued["history"]] == told
    days = [each["data"].get("before") for each in issued["history"] if each["type"].endswith("promised.v1")]
    assert days == [None, *(each["promised_for"] for each in issued["promises"][:-1])]


async def test_wait_answers_with_what_inventory_could_reserve(house: House) -> None:
    body = house.body(quantity=4)
    order_id = f"{body['document_number']}-{clock.now().year}"
    placing = asyncio.create_task(house.send("POST", "/v1/orders", params={"wait": "5s"}, json=body))
    await asyncio.sleep(0.3)

    await house.ear.hear(inventory_said(order_id, DemandReserved, quantity=4, reserved=4))
    answer = await placing

    assert answer.status_code == 201
    assert (answer.json()["state"], answer.json()["reserved"]) == ("reserved", 4)


async def test_who_waits_is_woken_by_the_process_that_hears_the_answer(house: House) -> None:
    order_id = await house.place(quantity=4)
    waiting = [asyncio.create_task(house.outcomes.wait(order_id, seconds=20)) for _ in range(3)]
    await asyncio.sleep(0.3)

    await house.ear.hear(inventory_said(order_id, DemandReserved, quantity=4, reserved=4))

    assert await asyncio.wait_for(asyncio.gather(*waiting), 5) == [True, True, True]


async def test_wait_ends_when_its_time_is_up(house: House) -> None:
    answer = await house.send("POST", "/v1/orders", params={"wait": "0.2"}, json=house.body())

    assert (answer.status_code, answer.json()["state"]) == (201, "placed")


async def test_a_cancel_closes_only_when_inventory_has_answered(house: House) -> None:
    await house.approve()
    order_id = await house.place(quantity=5)
    await house.ear.hear(inventory_said(order_id, DemandReserved, reserved=3))

    asked = await house.send("POST", f"/v1/orders/{order_id}/cancel", json={"reason": "written off"})
    again = await house.send("POST", f"/v1/orders/{order_id}/cancel")
    await house.ear.hear(inventory_said(order_id, DemandIssued, reserved=2, issued=1))
    await house.ear.hear(inventory_said(order_id, DemandClosed, issued=1, cancelled=4, closed=True))
    closed = await house.order(order_id)
    await house.ear.hear(
        production_said(order_id, WorkOrderOpened, quantity=2),
        production_said(order_id, WorkOrderReduced, quantity=1, asked=2, given=1),
    )
    kept = await house.order(order_id)

    assert (asked.status_code, asked.json()["state"], asked.json()["cancelled"]) == (202, "sourced", 0)
    assert (again.status_code, again.headers["JVTrack-Version"]) == (202, asked.headers["JVTrack-Version"])
    assert (closed["state"], closed["issued"], closed["cancelled"]) == ("issued", 1, 4)
    assert (kept["work_orders"][0]["asked_back"], kept["work_orders"][0]["given_back"]) == (2, 1)
    assert await house.told_of(order_id) == [
        "order-placed",
        "order-sourced",
        "order-promised",
        "order-cancel-requested",
        "order-sourcing-reduced",
    ]


async def test_a_source_that_is_approved_later_gets_what_is_open(house: House) -> None:
    order_id = await house.place(quantity=5)
    await house.ear.hear(inventory_said(order_id, DemandReserved, reserved=1))
    assert (await house.order(order_id))["open"] == 4

    await house.approve("F-02")
    planned = await house.until(order_id, "sourced")

    assert [work["source"] for work in planned["work_orders"]] == ["F-02"]
    assert planned["sourced"] == 4


async def test_a_lost_reservation_is_sourced_and_promised_anew(house: House) -> None:
    await house.approve()
    order_id = await house.place(quantity=5)
    await house.ear.hear(inventory_said(order_id, DemandReserved, reserved=5))

    await house.ear.hear(inventory_said(order_id, ReservationLost, reserved=3, taken=2, reason="counted"))
    lost = await house.order(order_id)

    assert (lost["reserved"], lost["sourced"], lost["state"]) == (3, 2, "sourced")
    assert lost["promise_reason"] == "lead time of F-01"


async def test_facts_heard_twice_change_nothing(house: House) -> None:
    await house.approve()
    order_id = await house.place(quantity=5)
    said = house.ear.number(
        inventory_said(order_id, DemandReserved, reserved=2),
        production_said(order_id, WorkOrderOpened, quantity=3),
        production_said(order_id, WorkOrderAccepted, quantity=3),
    )

    await house.ear.hear_said(said)
    once = await house.order(order_id)
    await house.ear.hear_said(said)

    assert await house.order(order_id) == once


async def test_a_fact_about_an_order_that_is_not_there_parks_its_key_alone(house: House) -> None:
    order_id = await house.place(quantity=5)

    await house.ear.hear(
        inventory_said("7201YA6001Z999-2026", DemandReserved, reserved=5),
        inventory_said(order_id, DemandReserved, reserved=5),
    )

    parked = await house.owner.fetch("SELECT key, cause FROM parked_key")
    assert [tuple(row) for row in parked] == [("demand:7201YA6001Z999-2026", "refused")]
    assert (await house.order(order_id))["state"] == "reserved"


@pytest.mark.parametrize("first", ["stock", "production"])
async def test_stock_and_work_order_heard_at_once_are_planned_one_after_the_other(house: House, first: str) -> None:
    """Two partitions touch one order at the same time: the row decides who goes first, and the plan is the same."""
    await house.approve()
    order_id = await house.place(quantity=5)
    await house.ear.hear(inventory_said(order_id, DemandReserved, reserved=0))
    freed = house.ear.number(inventory_said(order_id, DemandReserved, reserved=5))
    opened = house.ear.number(production_said(order_id, WorkOrderOpened, quantity=5))

    heard = [house.ear.hear_said(freed, partition=1), house.ear.hear_said(opened, partition=2)]
    await asyncio.gather(*(heard if first == "stock" else reversed(heard)))
    order = await house.order(order_id)

    assert (order["reserved"], order["sourced"], order["open"]) == (5, 0, 0)
    assert [work["asked_back"] for work in order["work_orders"]] == [5]

"""A promise whose day passes is told overdue once, by a clock that may look late, often and from several replicas."""

import asyncio
from datetime import date, timedelta

import pytest

from services.orders.commands.tidying import Tidier
from services.orders.settings import OrdersSettings
from shared import clock
from shared.events.production import DelayReported, WorkOrderAccepted
from shared.events.stock import DemandReserved
from tests.integration.orders.house import House, inventory_said, production_said

OVERDUE = "order-promise-overdue"


def days(number: int) -> date:
    return clock.now().date() + timedelta(days=number)


def tidier(house: House, **bounds: int) -> Tidier:
    return Tidier(house.database, house.importer, house.outcomes, OrdersSettings.model_validate(bounds))


async def promised(house: House, *, lead_time_days: int = 30, held: int = 2) -> str:
    """Place an order of which some is held, and the rest to be made by its source's lead time."""
    await house.approve(lead_time_days=lead_time_days)
    order_id = await house.place()
    await house.ear.hear(inventory_said(order_id, DemandReserved, reserved=held))
    return order_id


async def listed(house: House, *, overdue: bool) -> list[str]:
    answer = await house.send("GET", f"/v1/orders?overdue={str(overdue).lower()}")
    return [str(each["order_id"]) for each in answer.json()]


async def test_a_promise_is_overdue_from_the_day_after_its_own(house: House) -> None:
    order_id = await promised(house)

    assert await tidier(house).tell_overdue(days(30)) == 0
    assert await listed(house, overdue=True) == []
    assert await tidier(house).tell_overdue(days(31)) == 1

    assert await listed(house, overdue=True) == [order_id]
    shown = await house.order(order_id)
    assert (shown["overdue"], shown["promised_for"]) == (True, str(days(30)))
    assert shown["history"][-1]["type"] == "jvtrack.orders.order-promise-overdue.v1"
    assert shown["history"][-1]["data"]["missing"] == 3


async def test_replicas_that_look_at_once_and_again_tell_it_once(house: House) -> None:
    orders = sorted([await promised(house) for _ in range(5)])
    replicas = [tidier(house, overdue_chunk=2) for _ in range(3)]

    await asyncio.gather(*(replica.tell_overdue(days(31)) for replica in replicas))
    await replicas[0].tell_overdue(days(400))

    for order_id in orders:
        assert (await house.told_of(order_id)).count(OVERDUE) == 1
    assert await listed(house, overdue=True) == orders


async def test_a_reported_delay_makes_a_promise_that_may_be_overdue_in_its_turn(house: House) -> None:
    order_id = await promised(house)
    await house.ear.hear(production_said(order_id, WorkOrderAccepted, quantity=3, due=days(30)))
    await tidier(house).tell_overdue(days(31))
    delayed = production_said(order_id, DelayReported, quantity=3, due=days(60), cause="furnace down")

    await house.ear.hear(delayed)
    assert await listed(house, overdue=True) == []
    await tidier(house).tell_overdue(days(61))

    assert (await house.told_of(order_id)).count(OVERDUE) == 2


async def test_goods_that_come_late_end_it(house: House) -> None:
    order_id = await promised(house)
    await tidier(house).tell_overdue(days(31))

    await house.ear.hear(inventory_said(order_id, DemandReserved, reserved=5, arrived=3))

    assert await listed(house, overdue=True) == []
    assert await tidier(house).tell_overdue(days(90)) == 0


async def test_what_is_held_in_full_is_never_overdue(house: House) -> None:
    order_id = await promised(house, held=5)

    assert await tidier(house).tell_overdue(days(365)) == 0
    assert await listed(house, overdue=False) == [order_id]


async def test_the_service_looks_by_itself(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    order_id = await promised(house)
    later = clock.now() + timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    stopping = asyncio.Event()

    tidying = asyncio.create_task(tidier(house).run(stopping))
    async with asyncio.timeout(20):
        while OVERDUE not in await house.told_of(order_id):
            await asyncio.sleep(0.02)
    stopping.set()
    await tidying


async def test_the_explanation_says_so(house: House) -> None:
    order_id = await promised(house)
    await tidier(house).tell_overdue(days(31))

    answer = await house.send("GET", f"/v1/orders/{order_id}/explanation")

    (reason,) = [each for each in answer.json()["why_not_earlier"] if each["kind"] == "overdue"]
    assert reason["quantity"] == 3
    assert reason["text"] == f"the day promised, {days(30)}, has passed, and 3 of 5 are still to come"

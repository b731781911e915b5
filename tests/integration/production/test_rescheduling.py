"""The day on which a depot needs an order, and how urgent it is, reach the factories that have its work orders."""

from datetime import date
from typing import Any

import pytest

from services.production import handlers
from services.production.store import work_orders
from shared import clock
from shared.db import Database
from shared.events.envelope import CloudEvent, new_event_id
from shared.events.expediting import OrderSourceHurried
from shared.events.orders import OrderEvent, OrderReferencesChanged, OrderReprioritised, OrderRescheduled, OrderSourced
from shared.events.production import Reference
from shared.types import Urgency
from tests.integration.production.house import an_order, opened, rows, told
from tests.unit.production.makers import DEPOT, PART, a_sourcing

MARCH, APRIL = date(2027, 3, 1), date(2027, 4, 1)
_HANDLERS: dict[type[OrderEvent], Any] = {
    OrderSourced: handlers.order_sourced,
    OrderRescheduled: handlers.order_rescheduled,
    OrderReprioritised: handlers.order_reprioritised,
    OrderReferencesChanged: handlers.order_references_changed,
    OrderSourceHurried: handlers.order_source_hurried,
}


def moved(order: str, day: date) -> OrderRescheduled:
    return OrderRescheduled(order=order, site=DEPOT, part=PART, required_by=day)


async def heard(database: Database, *facts: OrderEvent) -> None:
    """Hear facts in one batch, as the decider does."""
    touched = {fact.work_order if isinstance(fact, OrderSourced | OrderSourceHurried) else fact.order for fact in facts}
    now = clock.now()
    async with database.transaction() as session:
        work = await handlers.open_work_order_work(session, [], frozenset(touched))
        for number, fact in enumerate(facts, start=1):
            received: Any = CloudEvent(new_event_id(), "/jvtrack/orders", fact.key, number, now, now, fact)
            handle: Any = _HANDLERS[type(fact)]
            await handle(work, received)
        await work.settle()


async def days(database: Database, order: str) -> list[date | None]:
    found = await rows(
        database, "SELECT required_by FROM work_order WHERE order_id = :order ORDER BY work_order_id", order=order
    )
    return [row.required_by for row in found]


async def test_a_new_day_of_need_is_told_of_every_work_order_of_the_order(database: Database) -> None:
    order, other = an_order(), an_order()
    await opened(database, order, required_by=MARCH)
    await opened(database, other, required_by=MARCH)
    second = a_sourcing(4, order=order, work_order=f"{order}-W2", source="F-02", required_by=MARCH)
    await heard(database, second)

    await heard(database, moved(order, APRIL))
    await heard(database, moved(order, APRIL))

    assert await days(database, order) == [APRIL, APRIL]
    assert await days(database, other) == [MARCH]
    for work_order in (f"{order}-W1", f"{order}-W2"):
        key = f"work-order:{work_order}"
        assert await told(database, key) == [(1, "work-order-opened"), (2, "work-order-quantity-changed")]


async def test_a_day_that_moves_in_the_batch_that_opens_the_work_order_reaches_it_too(database: Database) -> None:
    order = an_order()
    sourced = a_sourcing(4, order=order, work_order=f"{order}-W1", required_by=MARCH)

    await heard(database, moved(order, MARCH), sourced, moved(order, APRIL))

    assert await days(database, order) == [APRIL]
    async with database.transaction() as session:
        (read,) = (await work_orders.lock(session, [f"{order}-W1"])).values()
    assert (read.required_by, read.version) == (APRIL, 2)


async def test_an_order_without_work_orders_leaves_no_trace(database: Database) -> None:
    order = an_order()

    await heard(database, moved(order, APRIL))

    assert await days(database, order) == []


async def test_a_new_priority_is_told_of_the_order_s_work_orders_once(database: Database) -> None:
    order = an_order()
    await opened(database, order, required_by=MARCH)
    raised = OrderReprioritised(
        order=order,
        site=DEPOT,
        part=PART,
        urgency=Urgency.A,
        priority=1,
        urgency_before=Urgency.C,
        priority_before=11,
    )

    await heard(database, raised)
    await heard(database, raised)

    (row,) = await rows(database, "SELECT priority FROM work_order WHERE order_id = :order", order=order)
    assert row.priority == 1
    key = f"work-order:{order}-W1"
    assert await told(database, key) == [(1, "work-order-opened"), (2, "work-order-quantity-changed")]


async def test_a_hurried_work_order_is_shown_and_told_to_its_factory_once(database: Database) -> None:
    order = an_order()
    await opened(database, order, required_by=MARCH)
    hurried = OrderSourceHurried(
        order=order,
        site=DEPOT,
        part=PART,
        work_order=f"{order}-W1",
        source="F-01",
        wanted_by=MARCH,
        due=APRIL,
        reason="Grounded.",
        asked_by="planner@IND",
    )

    await heard(database, hurried)
    await heard(database, hurried)

    (row,) = await rows(database, "SELECT wanted_by FROM work_order WHERE order_id = :order", order=order)
    assert row.wanted_by == MARCH
    key = f"work-order:{order}-W1"
    assert await told(database, key) == [(1, "work-order-opened"), (2, "work-order-hurried")]
    async with database.transaction() as session:
        (read,) = (await work_orders.lock(session, [f"{order}-W1"])).values()
    assert (read.wanted_by, read.version) == (MARCH, 2)


async def test_a_work_order_that_was_never_opened_is_not_hurried(database: Database) -> None:
    order = an_order()
    hurried = OrderSourceHurried(
        order=order,
        site=DEPOT,
        part=PART,
        work_order=f"{order}-W1",
        source="F-01",
        wanted_by=MARCH,
        due=APRIL,
        reason="Grounded.",
        asked_by="planner@IND",
    )

    with pytest.raises(handlers.WorkOrderNotOpened):
        await heard(database, hurried)


async def test_the_references_that_an_order_takes_are_told_when_it_is_sourced_and_when_they_change(
    database: Database,
) -> None:
    order = an_order()
    first, second = (Reference(maker="3VK1Y", number=number, revision="A") for number in ("VKR-1", "VKR-2"))
    about: dict[str, Any] = {"order": order, "site": DEPOT, "part": PART, "reason": "The original is late."}

    await heard(database, a_sourcing(4, order=order, work_order=f"{order}-W1", references=(first,)))
    for _ in range(2):
        await heard(database, OrderReferencesChanged(**about, references=(first, second), before=(first,)))

    (row,) = await rows(database, "SELECT accepted_references FROM work_order WHERE order_id = :order", order=order)
    assert row.accepted_references == ["3VK1Y/VKR-1/A", "3VK1Y/VKR-2/A"]
    assert await told(database, f"work-order:{order}-W1") == [
        (1, "work-order-opened"),
        (2, "work-order-quantity-changed"),
    ]

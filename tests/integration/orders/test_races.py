"""Races on the database, each forced into the order of events that would hurt."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.postgres.provision import ServiceDatabase
from services.orders.tables import metadata
from shared.events.production import WorkOrderOpened
from shared.events.stock import DemandClosed, DemandReserved
from tests.fixtures.databases import owner_connection
from tests.integration.orders.house import PART, House, inventory_said, production_said


@asynccontextmanager
async def holding(database: ServiceDatabase, order_id: str) -> AsyncIterator[None]:
    """Hold an order's row, as a transaction of somebody else's would, until the block ends."""
    connection = await owner_connection(database)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("SELECT 1 FROM orders WHERE order_id = $1 FOR UPDATE", order_id)
    try:
        yield
    finally:
        await transaction.commit()
        await connection.close()


async def until_waiting(house: House, count: int) -> None:
    """Wait until so many sessions wait for a lock."""
    async with asyncio.timeout(10):
        while await house.owner.fetchval(_WAITING) < count:  # the database tells nobody
            await asyncio.sleep(0.01)


_WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.mark.parametrize("first", ["cancel", "shortage"])
async def test_a_cancel_that_races_a_shortage_sources_nothing_that_it_does_not_ask_back(
    house: House, kept_database: ServiceDatabase, first: str
) -> None:
    await house.approve()
    order_id = await house.place(quantity=5)
    short = house.ear.number(inventory_said(order_id, DemandReserved, reserved=2))

    async with holding(kept_database, order_id):
        cancel = partial(house.send, "POST", f"/v1/orders/{order_id}/cancel")
        shortage = partial(house.ear.hear_said, short)
        tasks: list[asyncio.Task[object]] = []
        for racing in (cancel, shortage) if first == "cancel" else (shortage, cancel):
            tasks.append(asyncio.ensure_future(racing()))
            await until_waiting(house, len(tasks))
    await asyncio.gather(*tasks)
    await house.ear.hear(inventory_said(order_id, DemandClosed, cancelled=5, closed=True))

    told = await house.told_of(order_id)
    order = await house.order(order_id)
    assert order["state"] == "cancelled"
    if first == "cancel":
        assert told == ["order-placed", "order-cancel-requested"]
    else:
        asked = [kind for kind in told if kind != "order-promised"]
        assert asked == ["order-placed", "order-sourced", "order-cancel-requested", "order-sourcing-reduced"]
        assert order["work_orders"][0]["asked_back"] == 3


async def test_a_source_waits_for_decisions_that_do_not_know_it_and_then_finds_what_they_left_open(
    house: House, kept_database: ServiceDatabase
) -> None:
    order_id = await house.place(quantity=5)
    short = house.ear.number(inventory_said(order_id, DemandReserved, reserved=0))

    async with holding(kept_database, order_id):
        deciding = asyncio.create_task(house.ear.hear_said(short))
        await until_waiting(house, 1)
        approving = asyncio.create_task(house.approve())
        await until_waiting(house, 2)
    await asyncio.gather(deciding, approving)

    planned = await house.until(order_id, "sourced")
    assert (planned["sourced"], planned["open"]) == (5, 0)
    assert [each["reason"] for each in planned["promises"]] == ["lead time of F-01"]


async def test_planning_that_stopped_half_way_is_taken_up_again(house: House) -> None:
    order_ids = [await house.place(quantity=1) for _ in range(3)]
    await house.ear.hear(*(inventory_said(each, DemandReserved, quantity=1) for each in order_ids))
    await house.owner.execute(
        "INSERT INTO source (part, site, nation, approved, approved_on, lead_time_days, changed_by)"
        " VALUES ($1, 'F-01', 'IND', true, '2026-01-01', 30, 'a process that died')",
        PART,
    )

    await house.owner.execute("INSERT INTO planning (part) VALUES ($1)", PART)

    for order_id in order_ids:
        assert (await house.until(order_id, "sourced"))["sourced"] == 1
    await house.planned()


async def test_many_orders_are_decided_in_one_batch(house: House) -> None:
    await house.approve()
    bodies = [house.body(quantity=2) for _ in range(200)]
    answers = await asyncio.gather(*(house.send("POST", "/v1/orders", json=body) for body in bodies))
    order_ids = [answer.json()["order_id"] for answer in answers]

    await house.ear.hear(*(inventory_said(each, DemandReserved, quantity=2, reserved=1) for each in order_ids))
    await house.ear.hear(*(production_said(each, WorkOrderOpened, quantity=1) for each in order_ids))

    states = await house.owner.fetch("SELECT DISTINCT state, sourced, open, version FROM orders")
    assert [tuple(row) for row in states] == [("sourced", 1, 0, 4)]


async def test_an_order_that_does_not_add_up_cannot_be_written(house: House) -> None:
    order_id = await house.place(quantity=5)

    with pytest.raises(asyncpg.CheckViolationError, match="orders_i8"):
        await house.owner.execute("UPDATE orders SET reserved = 1 WHERE order_id = $1", order_id)


async def test_the_tables_are_as_the_code_believes(made: ServiceDatabase) -> None:
    engine = create_async_engine(made.owner)

    def differences(connection: Connection) -> list[object]:
        ours = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: kind != "table" or name in metadata.tables},
        )
        return [each for each in compare_metadata(ours, metadata) if each[0] != "remove_table"]

    try:
        async with engine.connect() as connection:
            assert await connection.run_sync(differences) == []
    finally:
        await engine.dispose()

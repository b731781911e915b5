"""Requests that wait for versions: they cost the others nothing, and learn nothing that is not theirs."""

import asyncio
from datetime import date

import pytest

from shared import clock
from shared.events.stock import DemandReserved, ShipmentChanged
from tests.integration.orders.house import House, inventory_said, slug

NEVER = "orders.v1/order:7201YA6001A001-2026@9"


async def waited(house: House, after: str, *, role: str = "depot", site: str | None = "D-01") -> str:
    """Ask for a read after a version; gives the problem, or nothing."""
    answer = await house.send("GET", "/v1/orders", role=role, site=site, headers={"JVTrack-After": after})
    return "" if answer.is_success else f"{answer.status_code} {slug(answer)}"


async def test_requests_that_wait_do_not_keep_others_from_their_work(house: House) -> None:
    waiting = [asyncio.create_task(waited(house, NEVER)) for _ in range(40)]
    await asyncio.sleep(0.3)
    began = clock.monotonic()

    await house.place()
    listed = await house.send("GET", "/v1/orders")

    assert listed.status_code == 200
    assert clock.monotonic() - began < 1
    assert set(await asyncio.gather(*waiting)) == {"409 version-not-yet-applied"}


async def test_a_door_whose_connections_are_all_taken_says_that_it_is_overloaded(house: House) -> None:
    taken, released = asyncio.Semaphore(0), asyncio.Event()

    async def take() -> None:
        async with house.database.transaction():
            taken.release()
            await released.wait()

    takers = [asyncio.create_task(take()) for _ in range(12)]
    for _ in takers:
        await taken.acquire()
    answer = await house.send("GET", "/v1/orders")
    released.set()
    await asyncio.gather(*takers, return_exceptions=True)  # the server ends transactions that do nothing

    assert (answer.status_code, slug(answer), answer.headers["retry-after"]) == (503, "overloaded", "1")
    assert (await house.send("GET", "/v1/orders")).status_code == 200


async def test_every_door_waits_for_what_inventory_said(house: House) -> None:
    order_id = await house.place()
    after = f"stock.v1/demand:{order_id}@1"
    reading = [asyncio.create_task(waited(house, after)) for _ in range(3)]
    cancelling = asyncio.create_task(
        house.send("POST", f"/v1/orders/{order_id}/cancel", headers={"JVTrack-After": after})
    )
    await asyncio.sleep(0.05)
    assert not cancelling.done()

    await house.ear.hear(inventory_said(order_id, DemandReserved, reserved=5))

    assert await asyncio.gather(*reading) == ["", "", ""]
    assert (await cancelling).status_code == 202


@pytest.mark.parametrize(
    ("role", "site", "problem"),
    [
        ("depot", "D-01", ""),
        ("depot", "D-02", "409 version-not-yet-applied"),
        ("operator", None, ""),
        ("planner", None, ""),
    ],
)
async def test_who_may_not_see_an_order_cannot_tell_by_waiting_how_far_it_has_come(
    house: House, role: str, site: str | None, problem: str
) -> None:
    order_id = await house.place()

    told = await waited(house, f"orders.v1/order:{order_id}@1", role=role, site=site)
    foreign = await house.door.get(
        "/v1/orders",
        headers={**house.bearer("operator", nation="RUS"), "JVTrack-After": f"orders.v1/order:{order_id}@1"},
    )

    assert told == problem
    assert slug(foreign) == "version-not-yet-applied"


@pytest.mark.parametrize("after", ["foo.v1/x@1", "orders.v2/order:X@1"])
async def test_a_version_of_a_stream_that_is_not_heard_is_refused_at_once(house: House, after: str) -> None:
    began = clock.monotonic()

    assert await waited(house, after) == "422 stream-not-heard"
    assert clock.monotonic() - began < 1


@pytest.mark.parametrize(
    ("sender", "problem"), [("F-01", ""), ("S-01", ""), ("D-09", "409 version-not-yet-applied")], ids=str
)
async def test_a_depot_may_wait_for_shipments_of_its_nation_and_of_suppliers(
    house: House, sender: str, problem: str
) -> None:
    shipment = f"{sender}:S-1"
    await house.ear.hear(
        ShipmentChanged(shipment=shipment, sender=sender, dispatched_on=date(2026, 11, 2), lines=[], closed=True)
    )

    assert await waited(house, f"stock.v1/shipment:{shipment}@1") == problem

"""What time alone brings about: expired reservations are given up, and stock left over is given out."""

import asyncio
from datetime import timedelta

from shared import clock
from tests.integration.inventory.house import House
from tests.unit.http.makers import slug
from tests.unit.inventory.makers import DEPOT, PART, an_order, an_order_id


async def expire(house: House, lot: str) -> None:
    """Let a lot's last day have been yesterday."""
    yesterday = clock.now().date() - timedelta(days=1)
    await house.owner.execute("INSERT INTO lot VALUES ($1, $2, $3)", PART, lot, yesterday)


async def test_an_expired_reservation_is_given_up_and_made_good_from_other_stock(house: House) -> None:
    await house.stock(5)
    await house.ear.hear(an_order(5))
    await expire(house, "F-01:L-1")
    await house.stock(3, "F-01:L-2")

    refused = await house.post("/v1/issues", {"order": an_order_id(), "quantity": 1})
    await house.tidier.age(clock.now())

    assert slug(refused) == "not-reserved"
    assert refused.json()["expired"] == 5
    assert (await house.demand(an_order_id()))["reserved"] == 3
    assert await house.stands(condition="J") == {"on_hand": 5}
    assert await house.told(f"demand:{an_order_id()}") == ["demand-reserved", "reservation-lost", "demand-reserved"]
    await house.balances()


async def test_first_expired_goes_out_first_and_short_life_before_the_rest(house: House) -> None:
    day = clock.now().date()
    await house.stock(1, "F-01:L-1")
    await house.stock(1, "F-01:L-2", expires_on=str(day + timedelta(days=90)))
    await house.stock(1, "F-01:L-3", expires_on=str(day + timedelta(days=30)))
    await house.stock(1, "F-01:L-4", condition="C")
    await house.stock(1, "F-01:L-5", condition="B")

    await house.ear.hear(*(an_order(1, number) for number in range(1, 6)))

    rows = await house.owner.fetch("SELECT lot FROM reservation ORDER BY order_id")
    assert [row["lot"] for row in rows] == ["F-01:L-3", "F-01:L-2", "F-01:L-4", "F-01:L-1"]


async def test_stock_that_lies_free_although_somebody_waits_is_given_out(house: House) -> None:
    await house.ear.hear(*(an_order(1, number) for number in range(1, 8)))
    await _put_by(house, 5)

    await house.tidier.tidy()

    assert await house.owner.fetchval("SELECT sum(reserved) FROM demand") == 5


async def _put_by(house: House, quantity: int) -> None:
    """Put stock on the shelf behind the back of who gives it out."""
    await house.owner.execute(
        "INSERT INTO balance (site, part, lot, condition, on_hand) VALUES ($1, $2, 'F-01:L-1', 'A', $3)",
        DEPOT,
        PART,
        quantity,
    )


async def test_tidying_goes_on_until_the_service_stops(house: House) -> None:
    await house.stock(2)
    await house.ear.hear(an_order(2))
    await expire(house, "F-01:L-1")
    stopping = asyncio.Event()

    tidying = asyncio.create_task(house.tidier.run(stopping))
    async with asyncio.timeout(20):
        while (await house.demand(an_order_id()))["reserved"]:
            await asyncio.sleep(0.02)
    stopping.set()
    await tidying

    assert await house.stands(condition="J") == {"on_hand": 2}

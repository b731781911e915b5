"""A higher band takes what a lower one holds: told to both in one transaction, never twice, whoever races."""

import asyncio
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

from deploy.postgres.provision import ServiceDatabase
from shared import clock
from shared.events.orders import OrderCancelRequested, OrderReprioritised
from shared.types import Urgency
from tests.integration.inventory.house import House, an_ear, open_house
from tests.integration.premises import Ear
from tests.unit.inventory.makers import DEPOT, OTHER_DEPOT, PART, an_order, an_order_id

_PASSED_OVER = """
    SELECT w.order_id, h.order_id FROM demand w JOIN demand h USING (site, part)
     WHERE NOT w.closed AND w.quantity > w.reserved + w.issued + w.cancelled AND w.partial AND h.reserved > 0
       AND (w.priority <= 3 AND h.priority > 3 OR w.priority <= 8 AND h.priority > 8)
"""


def raised(number: int, priority: int) -> OrderReprioritised:
    """Raise an order's priority."""
    return OrderReprioritised(
        order=an_order_id(number),
        site=DEPOT,
        part=PART,
        urgency=Urgency.A,
        priority=priority,
        urgency_before=Urgency.C,
        priority_before=13,
    )


async def held(house: House, *numbers: int) -> list[int]:
    """Say what orders hold."""
    return [(await house.demand(an_order_id(number)))["reserved"] for number in numbers]


async def losses(house: House) -> list[dict[str, Any]]:
    """List the losses told."""
    rows = await house.owner.fetch(
        "SELECT convert_from(payload, 'UTF8')::jsonb ->> 'order' AS order_id, "
        "convert_from(payload, 'UTF8')::jsonb ->> 'winner' AS winner, "
        "(convert_from(payload, 'UTF8')::jsonb ->> 'taken')::int AS taken "
        "FROM event_log WHERE type = 'jvtrack.stock.reservation-lost.v1' ORDER BY seq"
    )
    return [dict(row) for row in rows]


async def test_an_urgent_order_takes_from_a_routine_one_and_both_are_told_in_one_breath(house: House) -> None:
    await house.stock(3)
    await house.ear.hear(an_order(3, 1, priority=13))
    await house.ear.hear(an_order(2, 2, priority=2))

    assert await held(house, 1, 2) == [1, 2]
    assert await losses(house) == [{"order_id": an_order_id(1), "winner": an_order_id(2), "taken": 2}]
    breaths = await house.owner.fetchval(
        "SELECT count(DISTINCT xmin::text) FROM event_log WHERE key = $1 AND key_seq = 2 OR key = $2 AND key_seq = 1",
        f"demand:{an_order_id(1)}",
        f"demand:{an_order_id(2)}",
    )
    assert breaths == 1
    await house.balances()


async def test_an_order_whose_priority_is_raised_takes_once_however_often_it_is_heard(house: House) -> None:
    await house.stock(1)
    await house.ear.hear(an_order(1, 1, priority=13), an_order(1, 2, priority=14))
    said = await house.ear.hear(raised(2, 1))

    await house.ear.hear_said(said)

    assert await held(house, 1, 2) == [0, 1]
    assert len(await losses(house)) == 1
    await house.balances()


async def test_what_an_all_or_nothing_order_loses_beyond_need_goes_to_who_waits(house: House) -> None:
    await house.stock(4)
    await house.ear.hear(an_order(4, 1, priority=13, partial=False))
    await house.ear.hear(an_order(2, 2, priority=15))

    await house.ear.hear(an_order(1, 3, priority=2))

    assert await held(house, 1, 2, 3) == [0, 2, 1]
    assert await house.stands() == {"on_hand": 1, "reserved": 3}
    await house.balances()


async def test_an_order_of_another_depot_that_loses_waits_for_what_its_site_does_not_protect(house: House) -> None:
    await house.stock(3)
    await house.ear.hear(an_order(1, 1, priority=5, ordered_by=OTHER_DEPOT), an_order(2, 2, priority=13))

    await house.ear.hear(an_order(3, 3, priority=2))

    assert await held(house, 1, 2, 3) == [0, 0, 3]
    await house.balances()


async def test_many_who_wait_and_hold_are_settled_page_by_page(database: ServiceDatabase, tmp_path: Path) -> None:
    async with open_house(database, tmp_path, waiting_page=7) as house:
        await house.stock(60)
        await house.ear.hear(*(an_order(1, number, priority=9 + number % 7) for number in range(1, 61)))

        await house.ear.hear(*(an_order(1, number, priority=1 + number % 8) for number in range(61, 101)))

        assert await held(house, *range(61, 101)) == [1] * 40
        kept = await house.owner.fetchval("SELECT max(priority) FROM demand WHERE priority > 8 AND reserved = 1")
        lost = await house.owner.fetchval("SELECT min(priority) FROM demand WHERE priority > 8 AND reserved = 0")
        assert kept <= lost, "the last in turn lose first"
        assert await house.owner.fetchval("SELECT sum(reserved) FROM demand") == 60
        await house.balances()


async def test_expired_goods_are_not_taken(house: House) -> None:
    yesterday = clock.now().date() - timedelta(days=1)
    await house.stock(1)
    await house.ear.hear(an_order(1, 1, priority=13))
    body = {"site": DEPOT, "part": PART, "lot": "F-01:L-1", "expires_on": str(yesterday), "reason": "As on the goods."}
    assert (await house.post("/v1/expiries", body)).status_code == 201

    await house.ear.hear(an_order(1, 2, priority=1))

    assert await held(house, 2) == [0]
    await house.balances()


async def test_what_was_left_when_nobody_stirred_is_found_by_the_tidier(house: House) -> None:
    await house.stock(1)
    await house.ear.hear(an_order(1, 1, priority=13), an_order(1, 2, priority=14))
    await house.owner.execute("UPDATE demand SET priority = 1 WHERE order_id = $1", an_order_id(2))

    await house.tidier.tidy()

    assert await held(house, 1, 2) == [0, 1]
    await house.balances()


async def test_whoever_races_nothing_is_held_twice_and_no_higher_band_waits_for_a_lower_one(house: House) -> None:
    dice = random.Random(11)
    await house.stock(40, "F-01:L-1")
    await house.stock(40, "F-01:L-2")
    ears = [an_ear(house.database, house.settings, part=part) for part in range(8)]
    orders = [
        an_order(
            dice.randint(1, 4),
            number,
            priority=dice.randint(1, 15),
            partial=dice.random() < 0.8,
            ordered_by=dice.choice((DEPOT, DEPOT, OTHER_DEPOT)),
        )
        for number in range(1, 121)
    ]

    async def live(ear: Ear, mine: list[Any]) -> None:
        for order in mine:
            await ear.hear(order)
            if dice.random() < 0.3:
                await ear.hear(OrderCancelRequested(order=order.order, site=DEPOT, part=PART))

    async def issue(number: int) -> None:
        await house.post("/v1/issues", {"order": an_order_id(number), "quantity": 1})

    await asyncio.gather(
        *(live(ear, orders[start::8]) for start, ear in enumerate(ears)),
        *(issue(dice.randint(1, 120)) for _ in range(60)),
    )

    assert await house.owner.fetch(_PASSED_OVER) == []
    assert await house.owner.fetchval("SELECT sum(reserved + issued) FROM demand") <= 80
    await house.balances()

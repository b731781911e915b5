"""Many at once: nothing is sold twice, nothing deadlocks, and the books balance whatever the interleaving."""

import asyncio
import random
from datetime import date, timedelta

from shared.events.orders import OrderCancelRequested
from tests.integration.inventory.house import House, a_receipt, an_ear
from tests.integration.inventory.test_taking import GOODS, a_sending
from tests.integration.premises import Ear
from tests.unit.inventory.makers import DEPOT, OTHER_DEPOT, PART, a_dispatch, a_finish, an_order, an_order_id


async def test_a_thousand_units_go_to_a_thousand_of_many_orders_and_none_is_oversold(house: House) -> None:
    await house.stock(200)
    orders = [an_order(1, number) for number in range(1, 2001)]
    ears = [an_ear(house.database, house.settings, part=part) for part in range(8)]

    await asyncio.gather(
        *(ear.hear(*orders[start::8][at : at + 50]) for start, ear in enumerate(ears) for at in range(0, 250, 50))
    )

    assert await house.owner.fetchval("SELECT sum(reserved) FROM demand") == 200
    assert await house.owner.fetchval("SELECT count(*) FROM demand WHERE reserved = 1") == 200
    assert await house.stands() == {"reserved": 200}
    await house.balances()


async def test_two_depots_clients_race_for_the_last_units(house: House) -> None:
    await house.stock(10)
    await house.ear.hear(an_order(10))

    answers = await asyncio.gather(
        *(house.post("/v1/issues", {"order": an_order_id(), "quantity": 1}) for _ in range(40))
    )

    assert sorted(answer.status_code for answer in answers) == [201] * 10 + [409] * 30
    assert (await house.demand(an_order_id()))["issued"] == 10
    await house.balances()


async def test_a_cancel_that_races_issues_closes_with_what_was_not_issued(house: House) -> None:
    await house.stock(20)
    await house.ear.hear(an_order(20))

    issues = [house.post("/v1/issues", {"order": an_order_id(), "quantity": 1}) for _ in range(20)]
    cancel = house.ear.hear(OrderCancelRequested(order=an_order_id(), site=DEPOT, part=PART))
    answers, _ = await asyncio.gather(asyncio.gather(*issues), cancel)

    issued = sum(answer.status_code == 201 for answer in answers)
    demand = await house.demand(an_order_id())
    assert (demand["issued"], demand["cancelled"], demand["reserved"]) == (issued, 20 - issued, 0)
    assert await house.stands() == ({"on_hand": 20 - issued} if issued < 20 else {})
    await house.told(f"demand:{an_order_id()}")
    await house.balances()


async def test_everything_at_once_keeps_the_books(house: House) -> None:
    chance = random.Random(20260615)
    await house.stock(40, "D-01:OLD")
    ears = [an_ear(house.database, house.settings, part=part) for part in range(3)]

    hearing = (_hear_much(ear, number, chance) for number, ear in enumerate(ears))
    await asyncio.gather(*hearing, *(_do_much(house, chance) for _ in range(6)))

    await house.balances()
    for row in await house.owner.fetch("SELECT DISTINCT key FROM event_log WHERE topic = 4"):
        await house.told(row["key"])
    assert await house.owner.fetchval("SELECT count(*) FROM parked_key") == 0


async def _hear_much(ear: Ear, number: int, chance: random.Random) -> None:
    """Hear orders and lots out of order, and some cancels."""
    for n in range(12):
        lot = f"F-01:L-{number}-{n % 4}"
        day = date(2026, 7, 1) + timedelta(days=chance.randrange(30))
        order = an_order(chance.randrange(1, 9), number * 100 + n, required_by=day, partial=chance.random() < 0.7)
        made_for = {"order": order.order, "filling_site": DEPOT} if chance.random() < 0.5 else {}
        dispatched = a_dispatch(chance.randrange(1, 9), lot, shipment=f"F-01:S-{number}-{n % 3}", **made_for)
        facts = [order, a_finish(chance.randrange(1, 9), lot), dispatched]
        chance.shuffle(facts)
        await ear.hear(*facts)
        if chance.random() < 0.3:
            await ear.hear(OrderCancelRequested(order=order.order, site=DEPOT, part=PART))


async def _do_much(house: House, chance: random.Random) -> None:
    """Ask for one thing after another, and undo some of it."""
    for _ in range(15):
        answer = await house.post(*_anything(chance))
        assert answer.status_code in {201, 404, 409}, answer.text
        if answer.status_code == 201 and chance.random() < 0.4:
            undone = await house.post(f"/v1/movements/{answer.json()['movement']}/reverse", {"reason": "Any."})
            assert undone.status_code in {201, 409}, undone.text


def _anything(chance: random.Random) -> tuple[str, dict[str, object]]:
    lot = f"F-01:L-{chance.randrange(3)}-{chance.randrange(4)}"
    quantity = chance.randrange(1, 5)
    shipment = f"F-01:S-{chance.randrange(3)}-{chance.randrange(3)}"
    order = an_order_id(chance.randrange(3) * 100 + chance.randrange(12))
    moves: list[tuple[str, dict[str, object]]] = [
        ("/v1/receipts", a_receipt(quantity, lot=lot, shipment=chance.choice([shipment, None]))),
        ("/v1/scraps", {**GOODS, "lot": lot, "quantity": quantity, "reason": "Any."}),
        ("/v1/transfers", a_sending(quantity, lot=lot, shipment="D-01:S-1")),
        ("/v1/condition-changes", {**GOODS, "lot": lot, "from": "A", "to": "C", "quantity": 1, "reason": "Any."}),
        ("/v1/issues", {"order": order, "quantity": 1}),
    ]
    return chance.choice(moves)


async def test_many_waiting_orders_are_not_loaded_for_stock_that_serves_a_few(house: House) -> None:
    orders = [an_order(1, number) for number in range(1, 3001)]
    for start in range(0, 3000, 500):
        await house.ear.hear(*orders[start : start + 500])

    received = await house.post("/v1/receipts", a_receipt(3, shipment=None))

    assert received.status_code == 201
    served = await house.owner.fetch("SELECT order_id FROM demand WHERE reserved = 1 ORDER BY order_id")
    assert [row["order_id"] for row in served] == [an_order_id(number) for number in (1, 2, 3)]
    await house.balances()


async def test_goods_made_for_an_order_that_another_depot_fills_count_for_it(house: House) -> None:
    await house.ear.hear(an_order(5), a_finish(5))
    await house.ear.hear(a_dispatch(5, depot=OTHER_DEPOT, order=an_order_id(), filling_site=DEPOT))
    receipts = [house.post("/v1/receipts", {**a_receipt(1), "site": OTHER_DEPOT}, at=OTHER_DEPOT) for _ in range(4)]
    orders = [house.ear.hear(an_order(1, number)) for number in range(2, 12)]

    answers, _ = await asyncio.gather(asyncio.gather(*receipts), asyncio.gather(*orders))

    assert [answer.status_code for answer in answers] == [201] * 4
    assert (await house.demand(an_order_id()))["arrived"] == 4
    await house.balances()

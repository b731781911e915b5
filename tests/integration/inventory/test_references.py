"""An order that names references is given lots of these alone, at once where it accepts more, and loses where less."""

from typing import Any

import pytest
import pytest_asyncio

from services.inventory.handlers import subscription
from services.inventory.store import demands, references
from shared import clock
from shared.events.envelope import Event
from shared.events.orders import OrderReferencesChanged
from shared.events.production import MadeAs, Reference
from tests.integration.inventory.gates import OTHER, REFERENCE, a_made, reserved
from tests.integration.inventory.house import House, a_receipt
from tests.integration.premises import Ear
from tests.unit.http.makers import slug
from tests.unit.inventory.makers import DEPOT, LOT, OTHER_DEPOT, PART, a_dispatch, a_finish, an_order, an_order_id

OTHER_LOT = "F-01:L-2"
SHIPMENTS = {LOT: "F-01:S-1", OTHER_LOT: "F-01:S-2"}
KEY, OTHER_KEY = "3VK1Y/VKR-1/B", "3VK1Y/VKR-1/C"


@pytest_asyncio.fixture(loop_scope="session")
async def woken(house: House) -> House:
    """Let the tidier hear of lots as it does in the running service."""
    house.ear = Ear(house.database, subscription(house.settings, on_gates=house.tidier.look_at), part=0)
    return house


async def shelved(house: House, quantity: int, lot: str, *heard: Event) -> None:
    """Bring a lot to the depot's shelf, with what is heard of it."""
    sent = a_dispatch(quantity, lot, shipment=SHIPMENTS[lot])
    await house.ear.hear(*heard, sent)
    answer = await house.post("/v1/receipts", a_receipt(quantity, shipment=SHIPMENTS[lot], lot=lot))
    assert answer.status_code == 201, answer.text


async def both(house: House, quantity: int = 2) -> None:
    """Put a lot of each reference on the shelf."""
    await shelved(house, quantity, LOT, a_made(quantity))
    await shelved(house, quantity, OTHER_LOT, a_made(quantity, OTHER, lot=OTHER_LOT))


def changed(*accepted: Reference, number: int = 1) -> OrderReferencesChanged:
    """Let an order accept other references."""
    return OrderReferencesChanged(order=an_order_id(number), site=DEPOT, part=PART, references=accepted, reason="Any.")


async def holds(house: House, number: int = 1) -> dict[str, int]:
    """Say what an order holds of which lot."""
    rows = await house.owner.fetch(
        "SELECT lot, quantity FROM reservation WHERE order_id = $1 AND quantity > 0", an_order_id(number)
    )
    return {row["lot"]: row["quantity"] for row in rows}


async def losses(house: House) -> list[dict[str, Any]]:
    """List the losses told."""
    rows = await house.owner.fetch(
        "SELECT (convert_from(payload, 'UTF8')::jsonb ->> 'taken')::int AS taken, "
        "(convert_from(payload, 'UTF8')::jsonb ->> 'unaccepted')::bool AS unaccepted "
        "FROM event_log WHERE type = 'jvtrack.stock.reservation-lost.v1' ORDER BY seq"
    )
    return [dict(row) for row in rows]


async def test_for_whom_a_lot_is_held_and_what_of_it_is_on_its_way_is_told(house: House) -> None:
    await shelved(house, 5, LOT, a_made(5))
    await house.ear.hear(a_finish(2, LOT), an_order(2, 3), an_order(1))
    path = f"/v1/lots/{LOT}/holders"

    found = await house.get(path, role="planner", at="")
    elsewhere = await house.get(path, at=OTHER_DEPOT)
    unknown = await house.get("/v1/lots/F-01:L-99/holders", role="planner", at="")

    held = [{"order_id": an_order_id(3), "quantity": 2}, {"order_id": an_order_id(1), "quantity": 1}]
    assert found == {"lot": LOT, "coming": 2, "free": 2, "held": held}
    assert elsewhere == {**found, "coming": 0, "free": 0, "held": []}
    assert unknown == {"lot": "F-01:L-99", "coming": 0, "free": 0, "held": []}


async def would_get(house: House, *accepted: Reference, number: int = 1) -> tuple[int, dict[str, int]]:
    """Ask what an order would get, and who would lose it, if it accepted these."""
    body = {"references": [each.model_dump(mode="json") for each in accepted]}
    answer = await house.post(f"/v1/demands/{an_order_id(number)}/price", body)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    return found["gets"], {loser["order_id"]: loser["quantity"] for loser in found["losers"]}


async def test_what_a_substitute_would_bring_and_cost_is_told_and_nothing_is_done(house: House) -> None:
    await both(house)
    await house.ear.hear(an_order(2, 3, priority=13, references=[OTHER]))
    await house.ear.hear(an_order(4, priority=2, references=[REFERENCE]))

    wider = await would_get(house, REFERENCE, OTHER)
    any_will_do = await would_get(house)
    narrower = await would_get(house, OTHER)

    assert wider == any_will_do == (2, {an_order_id(3): 2})
    assert narrower == (0, {an_order_id(1): 2, an_order_id(3): 2})
    assert (await holds(house), await holds(house, 3)) == ({LOT: 2}, {OTHER_LOT: 2})


async def test_lots_are_reserved_only_for_who_accepts_what_they_are(house: House) -> None:
    await both(house)
    await house.stock(3, lot="F-01:OLD")

    await house.ear.hear(an_order(5, 1, references=[OTHER]), an_order(1, 2, priority=9))

    assert await holds(house) == {OTHER_LOT: 2}
    assert (await house.demand(an_order_id()))["accepted"] == OTHER_KEY
    assert sum((await holds(house, 2)).values()) == 1
    await house.balances()


async def test_to_accept_a_substitute_is_to_be_given_what_waits_at_once_and_once(house: House) -> None:
    await both(house)
    await house.ear.hear(an_order(4, 1, references=[OTHER]))

    said = await house.ear.hear(changed(REFERENCE, OTHER))
    await house.ear.hear_said(said)

    assert await holds(house) == {LOT: 2, OTHER_LOT: 2}
    assert await house.told(f"demand:{an_order_id()}") == ["demand-reserved"] * 3
    await house.balances()


async def test_to_accept_less_is_to_lose_what_is_held_of_others_to_who_waits_for_it(house: House) -> None:
    await both(house)
    await house.ear.hear(an_order(4, 1), an_order(2, 2, references=[REFERENCE]))

    said = await house.ear.hear(changed(OTHER))
    await house.ear.hear_said(said)

    assert await holds(house) == {OTHER_LOT: 2}
    assert await holds(house, 2) == {LOT: 2}
    assert await losses(house) == [{"taken": 2, "unaccepted": True}]
    await house.balances()


async def test_a_higher_band_takes_only_what_it_accepts(house: House) -> None:
    await both(house)
    await house.ear.hear(an_order(4, 1, priority=13))

    await house.ear.hear(an_order(4, 2, priority=2, references=[OTHER]))

    assert await holds(house, 2) == {OTHER_LOT: 2}
    assert await holds(house) == {LOT: 2}
    await house.balances()


async def test_what_a_factory_tells_late_serves_who_waits_for_such_a_lot(woken: House) -> None:
    await woken.ear.hear(an_order(2, 1, references=[REFERENCE]))
    await shelved(woken, 2, LOT)
    before = await reserved(woken)

    await woken.ear.hear(a_made(2))
    await woken.tidier.move()

    assert (before, await holds(woken)) == (0, {LOT: 2})
    await woken.balances()


async def test_a_lot_that_turns_out_to_be_something_else_is_not_issued_and_is_taken_back(woken: House) -> None:
    await shelved(woken, 2, LOT, a_made(2))
    await woken.ear.hear(an_order(2, 1, references=[REFERENCE]))

    await woken.ear.hear(a_finish(1, made_as=MadeAs()))
    issued = await woken.post("/v1/issues", {"order": an_order_id(), "quantity": 2})
    await woken.tidier.move()

    assert (slug(issued), issued.json()["unaccepted"]) == ("not-reserved", 2)
    assert await holds(woken) == {}
    assert await losses(woken) == [{"taken": 2, "unaccepted": True}]
    await woken.balances()


async def test_what_nobody_accepts_is_not_looked_at_again_and_again(house: House) -> None:
    await shelved(house, 2, LOT, a_made(2))
    await house.ear.hear(an_order(2, 1, references=[OTHER]))

    async with house.database.transaction() as session:
        idle = await demands.idle(session, clock.now().date(), 10)
        holders = await references.holders(session, 10)

    assert (idle, holders) == ([], [])


async def test_what_is_free_and_not_accepted_is_explained(house: House) -> None:
    await shelved(house, 2, LOT, a_made(2))
    await house.stock(3, lot="F-01:OLD")
    await house.ear.hear(an_order(4, 1, priority=13), an_order(5, 2, priority=2, references=[OTHER]))

    told = (await house.get(f"/v1/demands/{an_order_id(2)}/explanation"))["reasons"]

    texts = [each["text"] for each in told if each["kind"] == "reference"]
    assert texts == [f"1 are free in condition A: made as nobody has told, and it accepts only {OTHER_KEY}"]
    assert "lower-band" not in [each["kind"] for each in told]


async def test_who_is_beyond_those_that_do_not_accept_a_lot_is_read_all_the_same(house: House) -> None:
    others = [an_order(1, number, references=[OTHER]) for number in range(1, 30)]
    await house.ear.hear(*others, an_order(1, 40, priority=9, references=[REFERENCE]))

    await shelved(house, 2, LOT, a_made(2))

    assert await holds(house, 40) == {LOT: 1}


@pytest.mark.parametrize(
    ("replaces", "one_way", "says"),
    [
        (["C", "B"], True, "replaces"),
        ([None, "Z"], True, "which is no reference of this part"),
        ([None, "B"], False, "only a one-way reference names what it replaces"),
    ],
    ids=["circle", "unknown", "two-way"],
)
async def test_references_that_replace_in_a_circle_are_refused(
    house: House, replaces: list[str | None], *, one_way: bool, says: str
) -> None:
    named = {"maker": "3VK1Y", "number": "VKR-1"}
    listed = [
        {
            **named,
            "revision": revision,
            "interchange": "one-way" if one_way else "two-way",
            "replaces": [{**named, "revision": each}] if each else [],
        }
        for revision, each in zip("BC", replaces, strict=True)
    ]
    record = {"name": PART, "unit_of_issue": "EA", "references": listed}

    answer = await house.door.put(f"/v1/parts/{PART}", json=record, headers=house.bearer("operator"))

    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (422, "references")
    assert says in error["message"]


async def test_another_depot_could_ship_only_lots_that_the_order_accepts(house: House) -> None:
    await both(house)
    await house.ear.hear(
        an_order(9, 1, site=OTHER_DEPOT, ordered_by=OTHER_DEPOT, references=[OTHER]),
        an_order(9, 2, site=OTHER_DEPOT, ordered_by=OTHER_DEPOT),
    )

    found = [
        await house.get(f"/v1/demands/{an_order_id(number)}/alternatives", role="planner", at="") for number in (1, 2)
    ]

    assert [[(each["site"], each["quantity"]) for each in listed] for listed in found] == [[(DEPOT, 2)], [(DEPOT, 4)]]

"""What a depot reads off its goods holds for that depot, can be put right, and is taken back with its slip."""

from datetime import timedelta

import httpx

from shared import clock
from shared.events.making import ShelfLife
from tests.integration.inventory.house import House, a_receipt
from tests.integration.inventory.test_taking import a_sending
from tests.unit.http.makers import slug
from tests.unit.inventory.makers import (
    DEPOT,
    LOT,
    OTHER_DEPOT,
    PART,
    a_dispatch,
    a_finish,
    a_void,
    an_order,
    an_order_id,
)

YESTERDAY = clock.now().date() - timedelta(days=1)
LATER = clock.now().date() + timedelta(days=400)


async def available(house: House, site: str = DEPOT) -> tuple[int, str | None]:
    """Say how much of the lot an order could get at a site, and its last day."""
    (row,) = (await house.get("/v1/stock", role="operator", at="", site=site, lot=LOT))["rows"]
    return row["available"], row.get("expires_on")


async def mark(house: House, expires_on: object, *, at: str = DEPOT, **more: object) -> httpx.Response:
    """Mark the last day of a lot."""
    body = {"site": at, "part": PART, "lot": LOT, "expires_on": expires_on, "reason": "As on the goods."}
    return await house.post("/v1/expiries", {**body, **more}, at=at)


async def test_a_depot_cannot_expire_another_depots_stock(house: House) -> None:
    await house.stock(5, at=OTHER_DEPOT)

    received = await house.post("/v1/receipts", a_receipt(1, shipment=None, expires_on=str(YESTERDAY)))

    assert await available(house) == (0, str(YESTERDAY))
    assert await available(house, OTHER_DEPOT) == (5, None)
    assert received.status_code == 201


async def test_a_reversed_receipt_takes_the_expiry_back_that_it_brought(house: House) -> None:
    await house.stock(5)
    await house.ear.hear(an_order(5))
    received = await house.post("/v1/receipts", a_receipt(1, shipment=None, expires_on=str(YESTERDAY)))
    await house.tidier.age(clock.now())
    lost = (await house.demand(an_order_id()))["reserved"]

    await house.post(f"/v1/movements/{received.json()['movement']}/reverse", {"reason": "Another lot."})

    assert lost == 0
    assert (await house.demand(an_order_id()))["reserved"] == 5
    assert (await available(house))[1] is None
    await house.balances()


async def test_an_expiry_that_was_misread_is_marked_otherwise(house: House) -> None:
    await house.stock(5, expires_on=str(YESTERDAY))
    await house.ear.hear(an_order(2))

    marked = await mark(house, str(LATER))
    corrected = await available(house)
    taken_back = await mark(house, None)

    assert (marked.status_code, marked.json()["transfers"]) == (201, [])
    assert corrected == (3, str(LATER))
    assert (await house.demand(an_order_id()))["reserved"] == 2
    assert taken_back.status_code == 201
    assert await available(house) == (3, None)


async def test_what_the_maker_has_told_or_nobody_has_is_not_marked(house: House) -> None:
    await house.ear.hear(a_finish(5, shelf_life=ShelfLife(expires_on=LATER)), a_dispatch(5))
    await house.post("/v1/receipts", a_receipt(5, expires_on=str(YESTERDAY)))

    told = await mark(house, str(YESTERDAY))
    elsewhere = await mark(house, str(YESTERDAY), at=OTHER_DEPOT)
    foreign = await house.post("/v1/expiries", {"site": OTHER_DEPOT, **BODY})

    assert (slug(told), told.json()["expires_on"]) == ("expiry-told-by-maker", str(LATER))
    assert (slug(elsewhere), slug(foreign)) == ("lot-not-here", "site-forbidden")
    assert await available(house) == (5, str(LATER))


async def test_a_finish_that_is_voided_takes_its_expiry_back(house: House) -> None:
    (finished,) = await house.ear.hear(a_finish(5, expires_on=YESTERDAY, shelf_life=ShelfLife(expires_on=YESTERDAY)))
    await house.ear.hear(a_finish(5, shelf_life=ShelfLife(expires_on=YESTERDAY)), a_dispatch(5))
    await house.post("/v1/receipts", a_receipt(5))
    before = await available(house)

    await house.ear.hear(a_void(finished.id).model_copy(update={"shelf_life": ShelfLife()}))
    found = {"site": DEPOT, "part": PART, "lot": LOT, "from": "J", "to": "A", "quantity": 5, "reason": "Never expired."}
    await house.post("/v1/condition-changes", found)

    assert before == (0, str(YESTERDAY))
    assert await available(house) == (5, None)


async def test_goods_sent_on_are_received_with_the_expiry_that_their_sender_had_marked(house: House) -> None:
    await house.stock(5, expires_on=str(LATER))
    await house.post("/v1/transfers", a_sending(3, shipment="D-01:S-1"))

    body = {**a_receipt(3, shipment="D-01:S-1", lot=None), "site": OTHER_DEPOT}
    await house.post("/v1/receipts", body, at=OTHER_DEPOT)

    assert await available(house, OTHER_DEPOT) == (3, str(LATER))


BODY = {"part": PART, "lot": LOT, "expires_on": None, "reason": "Any."}

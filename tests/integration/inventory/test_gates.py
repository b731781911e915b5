"""Made is not issuable until the gate is open; a gate that closes takes stock back, and one that opens serves."""

from itertools import permutations

import pytest

from shared.events.envelope import Event
from shared.events.production import MadeAs, Reference
from shared.events.quality import FirstArticleState
from tests.integration.inventory.gates import (
    OPENED,
    OTHER,
    PASSED,
    REOPENED,
    a_made,
    an_inspection,
    made_and_received,
    require,
    reserved,
    row,
)
from tests.integration.inventory.house import House, a_receipt
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


async def test_made_is_not_issuable_before_its_first_article_has_passed(gated: House) -> None:
    await made_and_received(gated)
    await gated.ear.hear(an_order(3))

    found = await row(gated)
    issued = await gated.post("/v1/issues", {"order": an_order_id(), "quantity": 1})

    assert (found["on_hand"], found["available"], found["held_back"]) == (5, 0, "first-article")
    assert await reserved(gated) == 0
    assert (slug(issued), issued.json()["reserved"]) == ("not-reserved", 0)


async def test_a_passed_first_article_serves_who_waits(gated: House) -> None:
    await made_and_received(gated)
    await gated.ear.hear(an_order(3), an_order(2, 2, partial=False))

    await gated.ear.hear(an_inspection(OPENED), an_inspection())
    await gated.tidier.move()
    issued = await gated.post("/v1/issues", {"order": an_order_id(), "quantity": 3})

    assert issued.status_code == 201
    assert await reserved(gated, 2) == 2
    assert "held_back" not in await row(gated)
    await gated.balances()


async def test_a_reopened_first_article_takes_back_what_is_reserved_and_says_so(gated: House) -> None:
    await made_and_received(gated)
    await made_and_received(gated, at=OTHER_DEPOT, quantity=4)
    await gated.ear.hear(an_inspection(), an_order(3))
    await gated.ear.hear(an_order(2, 2, site=OTHER_DEPOT))
    await gated.tidier.move()
    before = (await reserved(gated), await reserved(gated, 2))

    await gated.ear.hear(an_inspection(REOPENED))
    await gated.tidier.move()

    assert before == (3, 2)
    assert (await reserved(gated), await reserved(gated, 2)) == (0, 0)
    assert (await row(gated))["held_back"] == "first-article"
    assert (await gated.told(f"demand:{an_order_id()}"))[-1] == "reservation-lost"
    lost = await gated.owner.fetchval(
        "SELECT convert_from(payload, 'UTF8')::jsonb FROM event_log WHERE key = $1 ORDER BY key_seq DESC LIMIT 1",
        f"demand:{an_order_id()}",
    )
    assert '"gate": "first-article"' in lost
    await gated.balances()


async def test_what_is_taken_back_is_made_good_from_a_lot_of_another_reference(gated: House) -> None:
    await made_and_received(gated)
    await gated.ear.hear(an_inspection(), an_inspection(PASSED, OTHER), an_order(3))
    await gated.tidier.move()
    await gated.ear.hear(a_made(3, OTHER, lot="F-01:L-2"), a_dispatch(3, "F-01:L-2", shipment="F-01:S-2"))
    await gated.post("/v1/receipts", a_receipt(3, shipment="F-01:S-2", lot="F-01:L-2"))

    await gated.ear.hear(an_inspection(REOPENED))
    await gated.tidier.move()

    lots = await gated.owner.fetch("SELECT lot, quantity FROM reservation WHERE quantity > 0")
    assert [(each["lot"], each["quantity"]) for each in lots] == [("F-01:L-2", 3)]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
async def test_inspection_lot_and_order_may_be_heard_in_any_order_and_twice(
    gated: House, order: tuple[int, ...]
) -> None:
    facts: list[list[Event]] = [[an_inspection(OPENED), an_inspection()], [a_made(), a_dispatch(5)], [an_order(3)]]
    said = gated.ear.number(*(fact for number in order for fact in facts[number]))

    for each in said:
        await gated.ear.hear_said([each])
    await gated.post("/v1/receipts", a_receipt(5))
    await gated.ear.hear_said(said)
    await gated.tidier.move()

    assert await reserved(gated) == 3
    await gated.balances()


@pytest.mark.parametrize("told", [None, OTHER], ids=["untold", "another"])
async def test_a_lot_of_an_untold_or_another_reference_is_held_back(gated: House, told: Reference | None) -> None:
    await gated.ear.hear(an_inspection())
    await made_and_received(gated, a_made(5, told) if told else a_finish(5))

    assert (await row(gated))["held_back"] == "first-article"


async def test_a_reference_that_is_corrected_opens_the_gate_and_one_that_is_taken_back_closes_it(gated: House) -> None:
    await made_and_received(gated, a_finish(5))
    await gated.ear.hear(an_inspection(), an_order(3))
    (again,) = await gated.ear.hear(a_made(1))
    await gated.tidier.move()
    opened = await reserved(gated)

    await gated.ear.hear(a_void(again.id).model_copy(update={"depot": None, "made_as": MadeAs()}))
    await gated.tidier.move()

    assert opened == 3
    assert await reserved(gated) == 0


async def test_a_certificate_that_comes_later_lets_a_lot_through(house: House) -> None:
    await require(house, certificate_required=True)
    await made_and_received(house)
    await house.ear.hear(an_order(3))
    before = (await row(house))["held_back"]

    await house.ear.hear(a_made(1, certificate="COC-2026-7"))
    await house.tidier.tidy()

    assert before == "certificate"
    assert await reserved(house) == 3


async def test_what_stood_there_when_the_books_were_opened_has_no_gate(gated: House) -> None:
    await gated.stock(5)
    await gated.ear.hear(an_order(3))

    assert await reserved(gated) == 3
    assert "held_back" not in await row(gated)


async def test_what_comes_without_a_lot_is_kept_apart_from_what_stood_there_and_held_back(gated: House) -> None:
    await gated.stock(2, lot="D-01:NO-LOT")
    came = [
        await gated.post("/v1/receipts", a_receipt(3, shipment=None, lot=None)),
        await gated.post("/v1/receipts", a_receipt(1, shipment=None, lot="D-01:NO-LOT")),
        await gated.post("/v1/returns", {"site": DEPOT, "part": PART, "quantity": 1}),
    ]
    await gated.ear.hear(an_order(7))

    assert [each.status_code for each in came] == [201] * 3
    assert await reserved(gated) == 2
    found = (await gated.get("/v1/stock", role="operator", at="", site=DEPOT, lot="D-01:NO-LOT-UNPROVEN"))["rows"]
    assert [(each["on_hand"], each["available"], each["held_back"]) for each in found] == [(5, 0, "first-article")]
    await gated.balances()


async def test_what_comes_without_a_lot_of_a_part_that_asks_for_nothing_is_kept_with_the_rest(house: House) -> None:
    await house.stock(2, lot="D-01:NO-LOT")
    await house.post("/v1/receipts", a_receipt(3, shipment=None, lot=None))

    assert (await house.stands(lot="D-01:NO-LOT"))["on_hand"] == 5
    await house.balances()


async def test_a_part_that_begins_to_ask_takes_back_and_one_that_ceases_gives_out(house: House) -> None:
    await made_and_received(house)
    await house.ear.hear(an_order(3))
    before = await reserved(house)

    await require(house, first_article_required=True)
    await house.tidier.tidy()
    asked = await reserved(house)
    await require(house)
    await house.tidier.tidy()

    assert (before, asked, await reserved(house)) == (3, 0, 3)


async def test_goods_that_are_held_back_move_between_depots_and_stay_held_back(gated: House) -> None:
    await made_and_received(gated)

    sent = {"from_site": DEPOT, "to_site": OTHER_DEPOT, "part": PART, "lot": LOT, "quantity": 2, "shipment": "D-01:S-9"}
    await gated.post("/v1/transfers", sent)
    await gated.post("/v1/receipts", {**a_receipt(2, shipment="D-01:S-9"), "site": OTHER_DEPOT}, at=OTHER_DEPOT)

    assert (await row(gated, OTHER_DEPOT))["held_back"] == "first-article"


async def test_what_a_nation_has_inspected_itself_holds_at_its_own_depots_alone(gated: House) -> None:
    await made_and_received(gated)
    await gated.ear.hear(an_order(3))

    await gated.ear.hear(an_inspection(nation="RUS"))
    await gated.tidier.move()
    await gated.tidier.tidy()
    of_another = await reserved(gated)
    await gated.ear.hear(an_inspection(nation="IND"))
    await gated.tidier.move()

    assert (of_another, await reserved(gated)) == (0, 3)
    await gated.balances()


@pytest.mark.parametrize("own", [OPENED, REOPENED])
async def test_a_nations_own_word_goes_before_that_of_the_suppliers_nation(
    gated: House, own: FirstArticleState
) -> None:
    await made_and_received(gated)
    await gated.ear.hear(an_inspection(), an_order(3))
    await gated.tidier.move()
    before = await reserved(gated)

    await gated.ear.hear(an_inspection(own, nation="IND"))
    await gated.tidier.move()

    assert (before, await reserved(gated)) == (3, 0)
    assert (await row(gated))["held_back"] == "first-article"

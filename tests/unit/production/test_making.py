"""What a factory says of how it makes a work order: offers of less, kits, what becomes of what is in work."""

from datetime import date
from itertools import permutations

import pytest

from services.production.domain.making import KitsTooMany, OfferNotLess, PriceIncomplete
from services.production.domain.work_order import NoteFact, WorkOrderStatus
from shared.events.envelope import new_event_id
from shared.events.factory import FactoryWorkOrderAccepted, FactoryWorkOrderRefused, LotFact
from shared.events.making import KITS_MAX, Making, MissingKit
from shared.events.production import DelayReported
from shared.events.progress import KitArrived, KitMissing, WorkOrderCountered
from shared.events.purchases import PurchaseEventCorrected, PurchaseOffered, PurchasePlaced
from shared.events.workshop import (
    FactoryWorkOrderCountered,
)
from tests.unit.production.makers import (
    DUE,
    WORK_ORDER,
    a_correction,
    a_finish,
    a_floor,
    a_posted,
    a_reduction,
    a_scrap,
    a_start,
    a_void,
    a_work_order,
)
from tests.unit.production.workshop import a_missing_kit, after, an_arrived_kit, an_offer

LATER = date(2027, 6, 1)
OTHER = "7201YA6327A002-2026-W1"


def test_an_offer_of_less_is_what_the_work_order_brings_from_then_on() -> None:
    work_order, told = a_work_order(10).note(new_event_id(), an_offer(6, due=LATER))

    assert isinstance(told, WorkOrderCountered)
    assert (told.quantity, told.offered, told.due, told.reason) == (6, 6, LATER, "spars for six")
    assert told.making == Making(offered=6)
    assert (work_order.status, work_order.version) == (WorkOrderStatus.COUNTERED, 2)


@pytest.mark.parametrize(
    ("facts", "quantity"),
    [
        ([an_offer(6)], 6),
        ([an_offer(6), an_offer(8)], 8),
        ([a_start(4), an_offer(6)], 6),
        ([an_offer(6), a_scrap(1)], 5),
        ([a_scrap(1), an_offer(6)], 6),
        ([an_offer(6), a_finish(7)], 7),
        ([an_offer(9), a_scrap(2)], 7),
        ([an_offer(6), FactoryWorkOrderRefused(work_order=WORK_ORDER, reason="no")], 0),
        ([an_offer(10, due=LATER)], 10),
        ([an_offer(6, due=LATER), an_offer(10, due=LATER)], 10),
    ],
)
def test_an_offer_holds_beside_what_lots_tell(facts: list[NoteFact | LotFact], quantity: int) -> None:
    assert after(a_work_order(10), *facts).quantity == quantity


def test_what_is_asked_back_of_an_offer_is_given_back() -> None:
    reduced, told = after(a_work_order(10), an_offer(6)).reduce(a_reduction(2))

    assert (told.quantity, told.given) == (4, 2)
    assert after(reduced, an_offer(8)).quantity == 8


def test_an_accepted_offer_is_accepted() -> None:
    accepted = after(a_work_order(10), an_offer(6), FactoryWorkOrderAccepted(work_order=WORK_ORDER))

    assert (accepted.status, accepted.quantity) == (WorkOrderStatus.ACCEPTED, 6)


@pytest.mark.parametrize("offer", [an_offer(10), an_offer(10, due=DUE), an_offer(11), an_offer(11, due=LATER)])
def test_an_offer_of_no_less_is_refused(offer: FactoryWorkOrderCountered) -> None:
    floor = a_floor(work_orders=(a_work_order(10),))

    with pytest.raises(OfferNotLess):
        floor.decide(a_posted(offer))

    assert (floor.told, floor.work_orders[WORK_ORDER]) == ([], a_work_order(10))


def test_an_offer_that_comes_after_less_was_wanted_than_it_offers_takes_nothing_away() -> None:
    reduced, _ = a_work_order(10).reduce(a_reduction(5))

    assert after(reduced, an_offer(8)).quantity == 5


def test_a_voided_offer_brings_back_what_it_withheld() -> None:
    floor = a_floor(work_orders=(a_work_order(10),))
    floor.decide(a_posted(an_offer(6, due=LATER), "offer"))

    floor.decide(a_posted(a_void("offer")))

    told = floor.told[-1].event
    assert isinstance(told, DelayReported)
    assert (told.quantity, told.due, told.making) == (10, DUE, None)


def test_a_corrected_offer_is_another_offer() -> None:
    floor = a_floor(work_orders=(a_work_order(10),))
    floor.decide(a_posted(an_offer(6), "offer"))

    floor.decide(a_posted(a_correction("offer", an_offer(7))), an_offer(7))

    told = floor.told[-1].event
    assert isinstance(told, WorkOrderCountered)
    assert (told.quantity, told.offered) == (7, 7)


def test_a_correction_that_cannot_be_leaves_what_it_corrects() -> None:
    other = a_work_order(5, work_order=OTHER)
    floor = a_floor(work_orders=(a_work_order(10), other))
    floor.decide(a_posted(an_offer(6), "offer"))
    before = dict(floor.work_orders)
    impossible = an_offer(9, work_order=OTHER)

    with pytest.raises(OfferNotLess):
        floor.decide(a_posted(a_correction("offer", impossible)), impossible)

    assert (floor.work_orders, len(floor.told), floor.voided) == (before, 1, {})


def test_a_supplier_offers_less_as_a_factory_does() -> None:
    offer = PurchaseOffered(work_order=WORK_ORDER, quantity=4, reason="sold")

    assert after(a_work_order(10), offer).quantity == 4


def test_a_price_that_was_agreed_is_told_with_the_work_order_until_it_is_voided() -> None:
    placed = PurchasePlaced(work_order=WORK_ORDER, unit_price="14200.00", currency="EUR")
    floor = a_floor(work_orders=(a_work_order(10),))

    floor.decide(a_posted(PurchasePlaced(work_order=WORK_ORDER)))
    unpriced = floor.work_orders[WORK_ORDER].said.told
    floor.work_orders[WORK_ORDER] = after(floor.work_orders[WORK_ORDER], placed)

    assert unpriced is None
    assert floor.work_orders[WORK_ORDER].said.told == Making(unit_price="14200.00", currency="EUR")


@pytest.mark.parametrize(
    ("half", "field"), [({"unit_price": "900.00"}, "data.currency"), ({"currency": "EUR"}, "data.unit_price")]
)
def test_a_price_without_its_currency_is_refused_also_as_a_correction(half: dict[str, str], field: str) -> None:
    floor = a_floor(work_orders=(a_work_order(10),))
    floor.decide(a_posted(PurchasePlaced(work_order=WORK_ORDER), "placed"))
    wrong = PurchasePlaced.model_validate({"work_order": WORK_ORDER, **half})

    with pytest.raises(PriceIncomplete) as refused:
        floor.decide(a_posted(wrong))
    with pytest.raises(PriceIncomplete):
        floor.decide(a_posted(PurchaseEventCorrected(event="placed", reason="misread", data=dict(half))), wrong)

    assert (refused.value.about, len(floor.told)) == (field, 1)


def test_a_missing_kit_is_told_with_who_sends_it_and_may_bring_a_new_day() -> None:
    fact = a_missing_kit(supplier="VR-Tekhnika", expected_on=LATER, due=LATER)
    work_order, told = a_work_order(10).note(new_event_id(), fact)

    assert isinstance(told, KitMissing)
    assert (told.kit, told.supplier, told.expected_on, told.due) == ("KIT-7", "VR-Tekhnika", LATER, LATER)
    assert told.making == Making(kits_missing=(MissingKit(kit="KIT-7", supplier="VR-Tekhnika", expected_on=LATER),))
    assert work_order.quantity == 10


def test_an_arrived_kit_is_missing_no_longer_in_whatever_order_it_is_told() -> None:
    words = (a_missing_kit("A"), a_missing_kit("B"), an_arrived_kit("A"))

    stands = {after(a_work_order(10), *order).said.told for order in permutations(words)}

    assert stands == {Making(kits_missing=(MissingKit(kit="B"),))}


def test_the_arrival_of_a_kit_is_told() -> None:
    _, told = after(a_work_order(10), a_missing_kit()).note(new_event_id(), an_arrived_kit())

    assert isinstance(told, KitArrived)
    assert (told.kit, told.making) == ("KIT-7", None)


def test_a_kit_said_to_be_missing_again_is_told_as_last_said() -> None:
    work_order = after(a_work_order(10), a_missing_kit(), a_missing_kit(expected_on=LATER))

    assert work_order.said.told == Making(kits_missing=(MissingKit(kit="KIT-7", expected_on=LATER),))


def test_one_kit_too_many_is_refused() -> None:
    full = after(a_work_order(10), *(a_missing_kit(f"KIT-{n}") for n in range(KITS_MAX)))

    with pytest.raises(KitsTooMany):
        full.require_possible(a_missing_kit("ONE-MORE"))

    full.require_possible(an_arrived_kit("KIT-1"))


def test_a_kit_may_not_be_reported_for_ever() -> None:
    said = a_work_order(10)
    for _ in range(10 * KITS_MAX):
        said = after(said, a_missing_kit())

    with pytest.raises(KitsTooMany):
        said.require_possible(a_missing_kit())

"""Purchases of suppliers without a system: the same lots, shipments and promises as a factory's, told in their name."""

from datetime import date
from typing import Any

import pytest

from services.production.domain.floor import Floor
from services.production.domain.lot import LotStatus
from services.production.domain.posted import Accepted, EventAlreadyVoided, EventUnknown, WorkOrderUnknown
from services.production.domain.purchase import TIMES_ORDERED_MAX, PartNotPurchased, QuantityAbsurd
from services.production.domain.work_order import WorkOrderStatus
from shared.errors import Refusal
from shared.events.factory import FactoryFact
from shared.events.production import (
    DelayReported,
    LotDispatched,
    LotEventVoided,
    LotFinished,
    LotStarted,
    Reference,
    WorkOrderAccepted,
    WorkOrderRefused,
)
from shared.events.purchases import (
    PurchaseCancelled,
    PurchaseDispatched,
    PurchaseEventCorrected,
    PurchaseEventVoided,
    PurchasePlaced,
    PurchasePromised,
    PurchaseSlipped,
)
from tests.unit.production.makers import (
    DEPOT,
    LOT,
    ORDER,
    PART,
    WORK_ORDER,
    a_dispatch,
    a_floor,
    a_posted,
    a_void,
    a_work_order,
    folded,
)

SUPPLIER = "S-10"
LATER, LATEST = date(2027, 4, 1), date(2027, 6, 1)
REFERENCE = Reference(maker="0VR3H", number="8-3922-00")


def a_purchase(quantity: int = 10, **values: Any) -> Floor:
    """Make the floor of a supplier that was asked for so much."""
    return a_floor(work_orders=(a_work_order(quantity, source=SUPPLIER, **values),), site=SUPPLIER)


def a_sending(quantity: int = 10, **values: Any) -> PurchaseDispatched:
    goods: dict[str, Any] = {"lot": LOT, "part": PART, "work_order": WORK_ORDER, "shipment": "AWB-1", "depot": DEPOT}
    return PurchaseDispatched(**goods | values, quantity=quantity)


def post(
    floor: Floor, fact: FactoryFact, sender_id: str | None = None, corrected: FactoryFact | None = None
) -> Accepted:
    return floor.decide(a_posted(fact, sender_id, site=SUPPLIER), corrected)


def told(floor: Floor) -> list[str]:
    return [type(telling.event).__name__ for telling in floor.told]


def test_a_purchase_is_placed_promised_and_slips_as_a_factorys_work_order_does() -> None:
    floor = a_purchase()

    post(floor, PurchasePlaced(work_order=WORK_ORDER, purchase="PO-1", unit_price="10.50", currency="EUR"))
    post(floor, PurchasePromised(work_order=WORK_ORDER, due=LATER))
    post(floor, PurchaseSlipped(work_order=WORK_ORDER, due=LATEST, cause="export licence"))

    assert told(floor) == [WorkOrderAccepted.__name__, WorkOrderAccepted.__name__, DelayReported.__name__]
    slipped = floor.told[-1].event
    assert isinstance(slipped, DelayReported)
    assert (slipped.factory, slipped.order, slipped.due, slipped.cause) == (SUPPLIER, ORDER, LATEST, "export licence")
    assert floor.work_orders[WORK_ORDER].status is WorkOrderStatus.ACCEPTED


def test_what_a_supplier_sends_is_begun_finished_and_dispatched_at_once() -> None:
    floor = a_purchase(10)

    accepted = post(floor, a_sending(4, reference=REFERENCE, expires_on=LATEST, certificate="COC-1", heat="H-1"))

    started, finished, dispatched = (telling.event for telling in floor.told)
    assert isinstance(started, LotStarted)
    assert isinstance(finished, LotFinished)
    assert isinstance(dispatched, LotDispatched)
    assert [each.key_seq for each in floor.told] == [1, 2, 3]
    assert (accepted.lot, accepted.key_seq, floor.told[-1].event_id) == (f"{SUPPLIER}:{LOT}", 3, accepted.event_id)
    assert (finished.reference, finished.certificate, finished.heat) == (REFERENCE, "COC-1", "H-1")
    assert (dispatched.shipment, dispatched.expires_on) == (f"{SUPPLIER}:AWB-1", LATEST)
    assert not any(event.out_of_order for event in (started, finished, dispatched))
    assert (dispatched.order, dispatched.filling_site) == (ORDER, DEPOT)


def test_a_lot_that_was_sent_in_one_fact_contradicts_nothing() -> None:
    floor = a_purchase(10)

    post(floor, a_sending(4))

    lot, work_order = floor.lots[f"{SUPPLIER}:{LOT}"], floor.work_orders[WORK_ORDER]
    assert (lot.status, lot.discrepancies(work_order)) == (LotStatus.DISPATCHED, [])
    assert (work_order.quantity, work_order.totals.dispatched) == (10, 4)


def test_what_a_supplier_has_not_sent_of_a_cancelled_purchase_will_not_come() -> None:
    floor = a_purchase(10)
    post(floor, a_sending(4))

    post(floor, PurchaseCancelled(work_order=WORK_ORDER, reason="line closed"))

    refused = floor.told[-1].event
    assert isinstance(refused, WorkOrderRefused)
    assert (refused.quantity, refused.reason) == (4, "line closed")


def test_a_supplier_may_say_that_nothing_more_comes_or_send_more_than_was_asked() -> None:
    less, more = a_purchase(10), a_purchase(10)

    post(less, a_sending(4, completes_work_order=True))
    post(more, a_sending(12))

    assert (less.work_orders[WORK_ORDER].quantity, more.work_orders[WORK_ORDER].quantity) == (4, 12)


@pytest.mark.parametrize(
    ("fact", "refusal"),
    [
        (a_sending(work_order=f"{ORDER}-W9"), WorkOrderUnknown),
        (PurchasePlaced(work_order=f"{ORDER}-W9"), WorkOrderUnknown),
        (a_sending(part="TAIL-BLADE"), PartNotPurchased),
        (a_sending(10 * TIMES_ORDERED_MAX + 1), QuantityAbsurd),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
def test_what_nobody_can_have_bought_is_refused_before_anything_changes(
    fact: FactoryFact, refusal: type[Refusal]
) -> None:
    floor = a_purchase(10)

    with pytest.raises(refusal):
        post(floor, fact)

    assert floor.told == []
    assert not floor.changed_lots | floor.changed_work_orders


def test_a_purchase_of_another_supplier_is_unknown() -> None:
    floor = a_floor(work_orders=(a_work_order(source="S-11"),), site=SUPPLIER)

    with pytest.raises(WorkOrderUnknown):
        post(floor, a_sending())


def test_a_dispatch_that_did_not_happen_is_taken_back_with_all_that_it_told() -> None:
    floor = a_purchase(10)
    post(floor, a_sending(4, expires_on=LATEST), "sent")
    sent = [telling.event_id for telling in floor.told]

    accepted = post(floor, PurchaseEventVoided(event="sent", reason="keyed in twice"))

    voids = [telling.event for telling in floor.told[3:]]
    assert all(isinstance(void, LotEventVoided) for void in voids)
    assert [void.voided for void in voids if isinstance(void, LotEventVoided)] == sent[::-1]
    assert [void.voided_type for void in voids if isinstance(void, LotEventVoided)] == [
        LotDispatched.TYPE,
        LotFinished.TYPE,
        LotStarted.TYPE,
    ]
    assert (accepted.key_seq, floor.told[-1].event_id) == (6, accepted.event_id)
    assert len({telling.event_id for telling in floor.told}) == 6
    lot = floor.lots[f"{SUPPLIER}:{LOT}"]
    assert (lot.status, lot.totals.dispatched, lot.expires_on) == (LotStatus.VOIDED, 0, None)
    assert floor.work_orders[WORK_ORDER].totals.dispatched == 0


def test_a_dispatch_that_happened_otherwise_is_told_anew() -> None:
    floor = a_purchase(10)
    post(floor, a_sending(4), "sent")

    accepted = post(floor, a_purchase_correction("sent", a_sending(3)), corrected=a_sending(3))

    assert told(floor)[3:] == [LotEventVoided.__name__] * 3 + ["LotStarted", "LotFinished", "LotDispatched"]
    assert (accepted.key_seq, floor.told[-1].event_id) == (9, accepted.event_id)
    assert floor.work_orders[WORK_ORDER].totals.dispatched == 3


def test_a_correction_may_be_voided_in_its_turn() -> None:
    floor = a_purchase(10)
    post(floor, a_sending(4), "sent")
    post(floor, a_purchase_correction("sent", a_sending(3)), "corrected", corrected=a_sending(3))

    post(floor, PurchaseEventVoided(event="corrected", reason="never left"))

    assert floor.work_orders[WORK_ORDER].totals.dispatched == 0
    with pytest.raises(EventAlreadyVoided):
        post(floor, PurchaseEventVoided(event="corrected", reason="never left"))


def test_a_correction_of_what_nobody_can_have_bought_is_refused() -> None:
    floor = a_purchase(10)
    post(floor, a_sending(4), "sent")

    with pytest.raises(QuantityAbsurd):
        post(floor, a_purchase_correction("sent", a_sending(9999)), corrected=a_sending(9999))

    assert len(floor.told) == 3


def test_a_promise_that_was_keyed_in_wrongly_is_taken_back() -> None:
    floor = a_purchase(10)
    post(floor, PurchasePromised(work_order=WORK_ORDER, due=LATEST), "promised")

    post(floor, PurchaseEventVoided(event="promised", reason="another purchase"))

    assert floor.work_orders[WORK_ORDER].due == floor.work_orders[WORK_ORDER].due_asked
    assert told(floor)[-1] == DelayReported.__name__


def test_a_purchase_is_undone_as_a_purchase_and_a_factorys_event_as_its_own() -> None:
    floor = a_purchase(10)
    post(floor, a_sending(4), "bought")
    post(floor, a_dispatch(1, shipment="S-2"), "made")

    for event, void in (("bought", a_void("bought")), ("made", PurchaseEventVoided(event="made", reason="?"))):
        with pytest.raises(EventUnknown):
            post(floor, void)
        assert floor.entries[SUPPLIER, event].voided_by is None


def test_a_fact_of_its_own_is_one_step() -> None:
    assert folded(a_dispatch(3), site=SUPPLIER).version == 1


def a_purchase_correction(event: str, corrected: PurchaseDispatched) -> PurchaseEventCorrected:
    return PurchaseEventCorrected(event=event, reason="misread", data=corrected.model_dump(mode="json"))

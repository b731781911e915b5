"""What a group of events does to locked lots and work orders, one event at a time."""

from datetime import date

import pytest

from services.production.domain.floor import Floor
from services.production.domain.posted import (
    Accepted,
    EventAlreadyVoided,
    EventNotVoidable,
    EventUnknown,
    WorkOrderUnknown,
)
from shared.errors import Refusal
from shared.events.factory import FactoryDelayReported, FactoryFact, FactoryWorkOrderAccepted, FactoryWorkOrderRefused
from shared.events.production import (
    DelayReported,
    LotDispatched,
    LotEvent,
    LotEventVoided,
    LotFinished,
    LotStarted,
    QuantityCause,
    WorkOrderAccepted,
    WorkOrderQuantityChanged,
    WorkOrderRefused,
)
from tests.unit.production.makers import (
    DEPOT,
    ORDER,
    PART,
    WORK_ORDER,
    a_correction,
    a_dispatch,
    a_finish,
    a_floor,
    a_posted,
    a_scrap,
    a_start,
    a_void,
    a_work_order,
)

OTHER = f"{ORDER}-W2"
LATER = date(2027, 6, 1)


def post(
    floor: Floor, fact: FactoryFact, sender_id: str | None = None, corrected: FactoryFact | None = None
) -> Accepted:
    return floor.decide(a_posted(fact, sender_id), corrected)


def told(floor: Floor, kind: type[LotEvent]) -> list[LotEvent]:
    return [telling.event for telling in floor.told if isinstance(telling.event, kind)]


def test_a_lots_fact_is_told_with_the_order_behind_its_work_order() -> None:
    floor = a_floor(work_orders=(a_work_order(),))

    accepted = post(floor, a_start(5))

    (event,) = told(floor, LotStarted)
    assert (accepted.lot, accepted.work_order, accepted.key_seq) == ("F-01:L-1", None, 1)
    assert (event.lot, event.factory, event.work_order) == ("F-01:L-1", "F-01", WORK_ORDER)
    assert (event.order, event.filling_site) == (ORDER, DEPOT)


def test_a_fact_that_names_no_work_order_is_for_the_one_that_its_lot_has_named() -> None:
    floor = a_floor(work_orders=(a_work_order(),))
    post(floor, a_start(5))

    post(floor, a_finish(5, work_order=None))

    (event,) = told(floor, LotFinished)
    assert event.order == ORDER
    assert floor.work_orders[WORK_ORDER].totals.finished == 5


def test_a_work_order_that_is_not_open_yet_is_named_without_its_order() -> None:
    floor = a_floor()

    post(floor, a_start(5))

    (event,) = told(floor, LotStarted)
    assert (event.work_order, event.order) == (WORK_ORDER, None)
    assert [entry.key_seq for entry in floor.awaiting] == [1]


@pytest.mark.parametrize("work_order", [a_work_order(source="F-02"), a_work_order(part="TAIL-BLADE")])
def test_anothers_work_order_is_neither_named_nor_counted(work_order: object) -> None:
    floor = a_floor(work_orders=(work_order,))  # type: ignore[arg-type]

    post(floor, a_start(5))

    (event,) = told(floor, LotStarted)
    assert (event.work_order, event.order) == (None, None)
    assert floor.work_orders[WORK_ORDER].totals.started == 0


def test_a_dispatch_carries_the_qualified_shipment_and_the_lots_shelf_life() -> None:
    floor = a_floor()
    post(floor, a_finish(5, expires_on=date(2028, 1, 1)))

    post(floor, a_dispatch(5, shipment="S-7"))

    (event,) = told(floor, LotDispatched)
    assert isinstance(event, LotDispatched)
    assert (event.shipment, event.depot, event.expires_on) == ("F-01:S-7", DEPOT, date(2028, 1, 1))


def test_a_fact_out_of_order_is_accepted_and_marked() -> None:
    floor = a_floor()

    post(floor, a_dispatch(5))

    assert told(floor, LotDispatched)[0].out_of_order


def test_scrap_tells_the_lots_fact_and_then_the_work_orders_lower_quantity() -> None:
    floor = a_floor(work_orders=(a_work_order(10),))
    post(floor, a_start(10))

    post(floor, a_scrap(2))

    event = floor.told[-1].event
    assert isinstance(event, WorkOrderQuantityChanged)
    assert (event.quantity, event.cause, floor.told[-1].key_seq) == (8, QuantityCause.SCRAPPED, 2)


def test_a_void_subtracts_the_fact_and_names_it() -> None:
    floor = a_floor(work_orders=(a_work_order(10),))
    dispatched = post(floor, a_dispatch(12), "E-1")

    undone = post(floor, a_void("E-1"), "E-2")

    (event,) = told(floor, LotEventVoided)
    assert isinstance(event, LotEventVoided)
    assert (event.voided, event.voided_type) == (dispatched.event_id, LotDispatched.TYPE)
    assert (event.depot, event.shipment) == (DEPOT, "F-01:S-1")
    assert floor.lots["F-01:L-1"].totals.dispatched == 0
    assert floor.work_orders[WORK_ORDER].quantity == 10
    assert floor.voided == {dispatched.event_id: undone.event_id}


def test_a_correction_is_a_void_and_the_corrected_fact() -> None:
    floor = a_floor(work_orders=(a_work_order(10),))
    post(floor, a_finish(12), "E-1")

    accepted = post(floor, a_correction("E-1", a_finish(11)), "E-2", corrected=a_finish(11))

    assert [(telling.event.TYPE, telling.key_seq) for telling in floor.told if isinstance(telling.event, LotEvent)] == [
        (LotFinished.TYPE, 1),
        (LotEventVoided.TYPE, 2),
        (LotFinished.TYPE, 3),
    ]
    assert accepted.key_seq == 3
    change = floor.told[-1].event
    assert isinstance(change, WorkOrderQuantityChanged)
    assert (change.quantity, change.cause) == (11, QuantityCause.CORRECTED)


def test_a_correction_that_changes_nothing_of_the_work_order_tells_nothing_of_it() -> None:
    floor = a_floor(work_orders=(a_work_order(10),))
    post(floor, a_finish(5), "E-1")
    before = len(floor.told)

    post(floor, a_correction("E-1", a_finish(5, heat="H-1")), corrected=a_finish(5, heat="H-1"))

    assert len(floor.told) == before + 2


def test_a_correction_may_move_a_fact_to_another_lot_and_work_order() -> None:
    other = a_work_order(10, work_order=OTHER)
    floor = a_floor("L-1", "L-2", work_orders=(a_work_order(10), other))
    post(floor, a_finish(5), "E-1")
    moved = a_finish(5, lot="L-2", work_order=OTHER)

    accepted = post(floor, a_correction("E-1", moved), corrected=moved)

    assert accepted.lot == "F-01:L-2"
    assert floor.lots["F-01:L-1"].totals.finished == 0
    assert floor.lots["F-01:L-2"].totals.finished == 5
    assert floor.work_orders[WORK_ORDER].totals.finished == 0
    assert floor.work_orders[OTHER].totals.finished == 5


def test_a_correction_may_be_corrected_and_voided_by_naming_the_correcting_event() -> None:
    floor = a_floor()
    post(floor, a_finish(5), "E-1")
    post(floor, a_correction("E-1", a_finish(6)), "E-2", corrected=a_finish(6))
    post(floor, a_correction("E-2", a_finish(7)), "E-3", corrected=a_finish(7))
    assert floor.lots["F-01:L-1"].totals.finished == 7

    post(floor, a_void("E-3"))

    assert floor.lots["F-01:L-1"].totals.finished == 0


@pytest.mark.parametrize(
    ("before", "named", "refusal"),
    [
        ([(a_start(), "E-1")], "E-9", EventUnknown),
        ([(a_start(), "E-1"), (a_void("E-1"), "E-2")], "E-1", EventAlreadyVoided),
        ([(a_start(), "E-1"), (a_void("E-1"), "E-2")], "E-2", EventNotVoidable),
    ],
)
def test_what_cannot_be_undone_is_refused_and_leaves_no_trace(
    before: list[tuple[FactoryFact, str]], named: str, refusal: type[Refusal]
) -> None:
    floor = a_floor()
    for fact, sender_id in before:
        post(floor, fact, sender_id)
    told_before, lot = len(floor.told), floor.lots["F-01:L-1"]

    with pytest.raises(refusal):
        post(floor, a_void(named))

    assert (len(floor.told), floor.lots["F-01:L-1"]) == (told_before, lot)


def test_an_event_of_another_source_cannot_be_undone() -> None:
    floor = a_floor()
    floor.decide(a_posted(a_start(), "E-1", source="F-01/line-1"))

    with pytest.raises(EventUnknown):
        floor.decide(a_posted(a_void("E-1"), source="F-01/line-2"))


@pytest.mark.parametrize(
    ("fact", "kind"),
    [
        (FactoryWorkOrderAccepted(work_order=WORK_ORDER, due=LATER), WorkOrderAccepted),
        (FactoryWorkOrderRefused(work_order=WORK_ORDER, reason="?"), WorkOrderRefused),
        (FactoryDelayReported(work_order=WORK_ORDER, due=LATER, cause="?"), DelayReported),
    ],
)
def test_what_a_factory_says_about_its_work_order_is_told_and_can_be_taken_back(fact: FactoryFact, kind: type) -> None:
    floor = a_floor(work_orders=(a_work_order(10),))

    accepted = post(floor, fact, "E-1")
    undone = post(floor, a_void("E-1"))

    assert isinstance(floor.told[0].event, kind)
    assert (accepted.work_order, accepted.lot, accepted.key_seq, undone.key_seq) == (WORK_ORDER, None, 2, 3)
    assert floor.work_orders[WORK_ORDER].quantity == 10
    assert floor.work_orders[WORK_ORDER].promises == ()


def test_a_corrected_delay_is_one_new_promise() -> None:
    floor = a_floor(work_orders=(a_work_order(),))
    post(floor, FactoryDelayReported(work_order=WORK_ORDER, due=date(2029, 1, 1), cause="?"), "E-1")
    right = FactoryDelayReported(work_order=WORK_ORDER, due=LATER, cause="?")

    post(floor, a_correction("E-1", right), corrected=right)

    assert [promise.due for promise in floor.work_orders[WORK_ORDER].promises] == [LATER]
    assert floor.told[-1].key_seq == 3


def test_a_delay_can_be_corrected_to_have_been_anothers() -> None:
    floor = a_floor(work_orders=(a_work_order(), a_work_order(work_order=OTHER)))
    post(floor, FactoryDelayReported(work_order=WORK_ORDER, due=LATER, cause="?"), "E-1")
    right = FactoryDelayReported(work_order=OTHER, due=LATER, cause="?")

    accepted = post(floor, a_correction("E-1", right), corrected=right)

    assert accepted.work_order == OTHER
    assert floor.work_orders[WORK_ORDER].promises == ()
    assert [promise.due for promise in floor.work_orders[OTHER].promises] == [LATER]


@pytest.mark.parametrize("work_orders", [(), (a_work_order(source="F-02"),)])
def test_a_factory_cannot_speak_of_a_work_order_that_it_does_not_have(work_orders: tuple[object, ...]) -> None:
    floor = a_floor(work_orders=work_orders)  # type: ignore[arg-type]

    with pytest.raises(WorkOrderUnknown):
        post(floor, FactoryWorkOrderAccepted(work_order=WORK_ORDER))


def test_the_part_told_is_the_one_that_the_fact_names() -> None:
    floor = a_floor()
    post(floor, a_start(5))

    post(floor, a_finish(5, part="TAIL-BLADE"))

    assert told(floor, LotFinished)[0].part == "TAIL-BLADE"
    assert floor.lots["F-01:L-1"].part == PART

"""Goods on the road, and receipts that no consignment explains."""

import pytest

from services.inventory.domain import bookings, road
from services.inventory.domain.resolution import resolve
from services.inventory.domain.road import Arrival
from services.inventory.domain.shipment import Line, LineKey, Shipment, ShipmentClosed
from shared.types import Condition, ScrapStage, Shelf
from tests.unit.inventory.makers import (
    DEPOT,
    FACTORY,
    LOT,
    OTHER_DEPOT,
    SHIPMENT,
    a_book,
    a_cause,
    a_dispatch,
    a_finish,
    a_scrap,
    an_order_id,
    dispatched,
    goods,
    heard,
    on,
    open_ones,
    sums,
    the_demand,
)


def test_a_dispatched_lot_leaves_the_factory_shelf_for_the_road() -> None:
    book = a_book()

    dispatched(book, 12)

    assert (on(book, Shelf.PRODUCED, FACTORY), on(book, Shelf.IN_TRANSIT)) == (0, 12)
    assert [line.dispatched for line in book.shipments.changed_lines()] == [12]


def test_a_dispatch_before_its_finish_is_lent_by_suspense_until_it_comes() -> None:
    book = a_book()
    bookings.dispatch(book, a_cause(), a_dispatch(10))
    bookings.finish(book, a_cause(), a_finish(4))
    half_way = open_ones(book)

    bookings.finish(book, a_cause(), a_finish(6))

    assert half_way == [("shelf-short", 6)]
    assert open_ones(book) == []
    assert on(book, Shelf.PRODUCED, FACTORY) == 0


def test_scrap_in_process_is_not_the_ledgers_business() -> None:
    book = a_book()

    bookings.scrap(book, a_cause(), a_scrap(5, stage=ScrapStage.IN_PROCESS))

    assert book.transfers == []


def test_a_receipt_in_another_condition_stands_as_it_was_found() -> None:
    book = a_book()
    dispatched(book)

    road.arrive(book, a_cause(), Arrival(goods(condition=Condition.L), 10, SHIPMENT))

    assert on(book, Shelf.ON_HAND, condition=Condition.L) == 10
    assert on(book, Shelf.IN_TRANSIT) == 0


def test_a_receipt_without_a_shipment_takes_what_is_on_the_road_of_its_lot() -> None:
    book = a_book()
    dispatched(book)

    road.arrive(book, a_cause(), Arrival(goods(), 6, None))

    assert on(book, Shelf.IN_TRANSIT) == 4
    assert open_ones(book) == []


def test_goods_without_a_lot_are_of_the_lots_that_their_shipment_carries() -> None:
    book = a_book((LOT, "F-01:L-2", "D-01:NO-LOT"))
    dispatched(book, 3)
    bookings.dispatch(book, a_cause(), a_dispatch(3, "F-01:L-2"))
    arrival = Arrival(goods(lot="D-01:NO-LOT"), 8, SHIPMENT)

    found = road.identify(book, arrival)

    assert [(each.holding.lot, each.quantity) for each in found] == [(LOT, 3), ("F-01:L-2", 3), ("F-01:L-2", 2)]
    assert road.identify(book, Arrival(goods(), 3, None)) == [Arrival(goods(), 3, None)]
    assert road.identify(book, Arrival(goods(), 3, "F-01:S-9")) == [Arrival(goods(), 3, "F-01:S-9")]
    assert len(road.identify(book, Arrival(goods(), 3, SHIPMENT))) == 1


@pytest.mark.parametrize(
    ("shipment", "kind"), [(SHIPMENT, "over-receipt"), ("F-01:S-9", "unmatched-receipt"), (None, "unmatched-receipt")]
)
def test_what_no_shipment_explains_comes_out_of_suspense(shipment: str | None, kind: str) -> None:
    book = a_book()
    dispatched(book)

    road.arrive(book, a_cause(), Arrival(goods(), 12, shipment))

    assert on(book, Shelf.ON_HAND) == 12
    assert open_ones(book) == [(kind, 2)]


def test_a_later_dispatch_explains_a_receipt_and_counts_as_arrived() -> None:
    book = a_book()
    heard(book, 10)
    road.arrive(book, a_cause(), Arrival(goods(), 10, SHIPMENT))

    dispatched(book, 12, order=an_order_id())

    assert open_ones(book) == []
    assert (on(book, Shelf.IN_TRANSIT), the_demand(book).arrived) == (2, 10)


def test_supplies_for_an_order_not_heard_of_are_counted_on_their_line_alone() -> None:
    book = a_book()
    dispatched(book, order=an_order_id())
    bookings.dispatch(book, a_cause(), a_dispatch(1, order=an_order_id(2), filling_site=DEPOT))

    road.arrive(book, a_cause(), Arrival(goods(), 11, SHIPMENT))

    (line,) = book.shipments.changed_lines()
    assert (line.received, line.order) == (11, an_order_id())


def test_a_closed_shipments_rest_is_lost_and_may_turn_up_again() -> None:
    book = a_book()
    heard(book, 10)
    dispatched(book, order=an_order_id())
    road.arrive(book, a_cause(), Arrival(goods(), 3, SHIPMENT))

    road.close(book, a_cause(), book.shipments.get(SHIPMENT), {DEPOT})
    lost = the_demand(book).lost
    road.arrive(book, a_cause(), Arrival(goods(), 5, SHIPMENT))

    assert lost == 7
    assert (the_demand(book).lost, the_demand(book).arrived) == (2, 8)
    assert open_ones(book) == [("lost-in-transit", 2)]
    with pytest.raises(ShipmentClosed):
        road.close(book, a_cause(), book.shipments.get(SHIPMENT), {DEPOT})


def test_a_shipment_that_is_received_in_full_is_closed_without_loss() -> None:
    book = a_book()
    dispatched(book)
    road.arrive(book, a_cause(), Arrival(goods(), 10, SHIPMENT))

    road.close(book, a_cause(), book.shipments.get(SHIPMENT), {DEPOT})

    assert open_ones(book) == []
    (fact,) = book.shipments.tell(lines_max=10)
    assert (fact.event.closed, fact.key_seq) == (True, 1)


def test_a_dispatch_onto_a_closed_shipment_opens_it_again() -> None:
    book = a_book()
    dispatched(book)
    road.close(book, a_cause(), book.shipments.get(SHIPMENT), {DEPOT})

    bookings.dispatch(book, a_cause(), a_dispatch(1))

    assert not book.shipments.get(SHIPMENT).closed


def test_goods_that_turn_up_after_their_loss_was_resolved_are_unexplained() -> None:
    book = a_book()
    dispatched(book)
    road.close(book, a_cause(), book.shipments.get(SHIPMENT), {DEPOT})
    (lost,) = book.suspense.opened
    resolve(book, a_cause(), lost, reason="Written off.")

    road.arrive(book, a_cause(), Arrival(goods(), 10, SHIPMENT))

    assert open_ones(book) == [("over-receipt", 10)]
    assert sums(book)[goods().on(Shelf.SUSPENSE)] == -10


def test_only_as_much_goes_back_as_was_received() -> None:
    book = a_book()
    road.arrive(book, a_cause(), Arrival(goods(), 2, None))
    road.arrive(book, a_cause(), Arrival(goods(), 3, None))
    bookings.dispatch(book, a_cause(), a_dispatch(1, shipment="F-01:S-2"))

    returns = road.send_back(book, goods(), 1, shipment=None)

    assert [each.quantity for each in returns] == [1]
    assert open_ones(book) == [("unmatched-receipt", 3), ("shelf-short", 1)]


def test_a_shipments_lines_for_other_depots_are_not_this_depots() -> None:
    book = a_book()
    dispatched(book, 3)
    bookings.dispatch(book, a_cause(), a_dispatch(4, depot=OTHER_DEPOT))

    found = road.identify(book, Arrival(goods(OTHER_DEPOT), 1, SHIPMENT))
    again = road.identify(book, Arrival(goods(OTHER_DEPOT, condition=Condition.B), 4, SHIPMENT))

    assert [each.quantity for each in found] == [1]
    assert [each.quantity for each in again] == [4]
    assert goods().lot_key.stock == goods().stock


def test_a_shipment_of_the_store_is_known_with_its_lines() -> None:
    book = a_book()
    key = LineKey(SHIPMENT, DEPOT, "GEARBOX", LOT, Condition.A)
    stored = Shipment(SHIPMENT, FACTORY, book.now.date(), version=4, lines={key: Line(key, dispatched=5)})
    book.shipments.load(stored)
    book.shipments.load(Shipment(SHIPMENT, FACTORY, book.now.date()))

    bookings.dispatch(book, a_cause(), a_dispatch(1))

    assert book.shipments.find(SHIPMENT) is stored
    assert stored.lines[key].dispatched == 6
    assert [fact.key_seq for fact in book.shipments.tell(lines_max=10)] == [5]


def test_a_shipment_tells_the_lines_that_changed_in_as_many_facts_as_they_need() -> None:
    lots = [f"F-01:L-{number}" for number in range(5)]
    book = a_book(lots)
    for lot in lots:
        bookings.dispatch(book, a_cause(), a_dispatch(1, lot))

    facts = book.shipments.tell(lines_max=2)

    assert [(fact.key_seq, len(fact.event.lines)) for fact in facts] == [(1, 2), (2, 2), (3, 1)]


def test_what_came_before_a_line_was_known_to_be_for_an_order_counts_for_it() -> None:
    book = a_book()
    heard(book, 10)
    dispatched(book, 5)
    road.arrive(book, a_cause(), Arrival(goods(), 2, SHIPMENT))
    road.close(book, a_cause(), book.shipments.get(SHIPMENT), {DEPOT})

    dispatched(book, 1, order=an_order_id())

    assert (the_demand(book).arrived, the_demand(book).lost) == (2, 3)


def test_a_shipment_is_closed_once_nothing_of_it_is_expected_anywhere() -> None:
    book = a_book()
    dispatched(book, 3)
    bookings.finish(book, a_cause(), a_finish(4))
    bookings.dispatch(book, a_cause(), a_dispatch(4, depot=OTHER_DEPOT))
    shipment = book.shipments.get(SHIPMENT)

    road.close(book, a_cause(), shipment, {DEPOT})
    half_way = shipment.closed
    road.close(book, a_cause(), shipment, {OTHER_DEPOT})

    assert (half_way, shipment.closed) == (False, True)
    assert open_ones(book) == [("lost-in-transit", 3), ("lost-in-transit", 4)]
    assert book.shipments.senders() == {FACTORY}
    assert book.shipments.changed() == [shipment]

"""Goods on the road, and receipts that no consignment explains."""

import pytest

from services.inventory.domain import bookings, road
from services.inventory.domain.book import Book, Past
from services.inventory.domain.ledger import LotKey, Reason
from services.inventory.domain.resolution import resolve
from services.inventory.domain.road import Arrival
from services.inventory.domain.shipment import Line, LineKey, Shipment, ShipmentClosed, ShipmentUnknown
from services.inventory.domain.suspense import Discrepancy, DiscrepancyExplained, DiscrepancyKind, DiscrepancyUnknown
from shared.events.envelope import new_event_id
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
    a_void,
    an_order_id,
    goods,
    heard,
    on,
    sums,
    the_demand,
)


def dispatched(book: Book, quantity: int = 10, *, order: str | None = None, condition: str = "A") -> None:
    """Finish and dispatch pieces."""
    site = DEPOT if order else None
    bookings.finish(book, a_cause(), a_finish(quantity, condition=condition))
    bookings.dispatch(book, a_cause(), a_dispatch(quantity, order=order, filling_site=site, condition=condition))


def open_ones(book: Book) -> list[tuple[str, int]]:
    """List what is not explained."""
    return [(each.kind.value, each.remaining) for each in book.suspense.opened if each.remaining]


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

    road.close(book, a_cause(), book.shipments.get(SHIPMENT))
    lost = the_demand(book).lost
    road.arrive(book, a_cause(), Arrival(goods(), 5, SHIPMENT))

    assert lost == 7
    assert (the_demand(book).lost, the_demand(book).arrived) == (2, 8)
    assert open_ones(book) == [("lost-in-transit", 2)]
    with pytest.raises(ShipmentClosed):
        road.close(book, a_cause(), book.shipments.get(SHIPMENT))


def test_a_shipment_that_is_received_in_full_is_closed_without_loss() -> None:
    book = a_book()
    dispatched(book)
    road.arrive(book, a_cause(), Arrival(goods(), 10, SHIPMENT))

    road.close(book, a_cause(), book.shipments.get(SHIPMENT))

    assert open_ones(book) == []
    assert book.shipments.changed()[0].tell().closed


def test_a_dispatch_onto_a_closed_shipment_opens_it_again() -> None:
    book = a_book()
    dispatched(book)
    road.close(book, a_cause(), book.shipments.get(SHIPMENT))

    bookings.dispatch(book, a_cause(), a_dispatch(1))

    assert not book.shipments.get(SHIPMENT).closed


def test_goods_that_turn_up_after_their_loss_was_resolved_are_unexplained() -> None:
    book = a_book()
    dispatched(book)
    road.close(book, a_cause(), book.shipments.get(SHIPMENT))
    (lost,) = book.suspense.opened
    resolve(book, a_cause(), lost, reason="Written off.")

    road.arrive(book, a_cause(), Arrival(goods(), 10, SHIPMENT))

    assert open_ones(book) == [("over-receipt", 10)]
    assert sums(book)[goods().on(Shelf.SUSPENSE)] == -10


def test_a_void_dispatch_of_a_closed_shipment_was_never_lost() -> None:
    book, cause = a_book(), a_cause()
    heard(book, 10)
    bookings.finish(book, a_cause(), a_finish(10))
    bookings.dispatch(book, cause, a_dispatch(10, order=an_order_id(), filling_site=DEPOT))
    road.close(book, a_cause(), book.shipments.get(SHIPMENT))

    bookings.void(book, a_cause(), a_void(cause.id))

    assert open_ones(book) == []
    assert (on(book, Shelf.PRODUCED, FACTORY), the_demand(book).lost) == (10, 0)


def test_a_void_finish_of_goods_that_moved_on_is_a_discrepancy() -> None:
    book, cause = a_book(), a_cause()
    bookings.finish(book, cause, a_finish(10))
    bookings.dispatch(book, a_cause(), a_dispatch(4))

    bookings.void(book, a_cause(), a_void(cause.id))

    assert open_ones(book) == [("void-moved-on", 4)]
    assert on(book, Shelf.PRODUCED, FACTORY) == 0


def test_a_void_scrap_puts_the_pieces_back_and_a_void_is_done_once() -> None:
    book, cause = a_book(), a_cause()
    bookings.finish(book, a_cause(), a_finish(10))
    bookings.scrap(book, cause, a_scrap(4))

    bookings.void(book, a_cause(), a_void(cause.id))
    bookings.void(book, a_cause(), a_void(cause.id))

    assert on(book, Shelf.PRODUCED, FACTORY) == 10


def test_a_void_of_an_earlier_transaction_is_undone_from_what_it_booked() -> None:
    earlier = a_book()
    bookings.finish(earlier, a_cause(), a_finish(10))
    (finished,) = earlier.transfers
    book = a_book()
    book.load_past(finished.cause.id, Past((finished,), undone=False))

    bookings.void(book, a_cause(), a_void(finished.cause.id))

    assert [transfer.reason for transfer in book.transfers] == [Reason.COVERED, Reason.VOIDED]


def test_what_a_void_names_that_booked_nothing_changes_nothing() -> None:
    book, cause = a_book(), a_cause()
    road.arrive(book, cause, Arrival(goods(), 1, None))
    before = len(book.transfers)

    bookings.void(book, a_cause(), a_void(new_event_id()))
    bookings.void(book, a_cause(), a_void(cause.id))

    assert len(book.transfers) == before


def test_each_condition_of_a_lot_is_lost_and_found_on_its_own() -> None:
    book = a_book()
    dispatched(book, 3)
    dispatched(book, 4, condition="B")
    road.close(book, a_cause(), book.shipments.get(SHIPMENT))

    road.arrive(book, a_cause(), Arrival(goods(condition=Condition.B), 4, SHIPMENT))

    assert open_ones(book) == [("lost-in-transit", 3)]
    assert [line.lost for line in book.shipments.carrying(goods().lot_key)] == [3, 0]


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
    assert (stored.version, stored.lines[key].dispatched) == (5, 6)


def test_a_discrepancy_is_resolved_once() -> None:
    book = a_book()
    road.arrive(book, a_cause(), Arrival(goods(), 2, None))
    (unmatched,) = book.suspense.opened

    resolve(book, a_cause(), unmatched, reason="Found in the yard.")

    assert (unmatched.resolution, unmatched.resolved_by) == ("Found in the yard.", "someone")
    assert goods().on(Shelf.SUSPENSE) not in sums(book)
    with pytest.raises(DiscrepancyExplained):
        resolve(book, a_cause(), unmatched, reason="Again.")


def test_what_nobody_knows_is_not_found() -> None:
    book = a_book()

    with pytest.raises(DiscrepancyUnknown):
        book.suspense.get(new_event_id())
    with pytest.raises(ShipmentUnknown):
        book.shipments.get("F-01:S-9")


def test_discrepancies_of_the_store_are_explained_like_new_ones() -> None:
    book = a_book()
    road_account = goods().on(Shelf.IN_TRANSIT)
    found = Discrepancy(new_event_id(), DiscrepancyKind.UNMATCHED_RECEIPT, road_account, 3, 3, new_event_id(), book.now)
    book.suspense.load(found)
    book.suspense.load(found)

    dispatched(book)

    assert book.suspense.get(found.id).remaining == 0
    assert book.suspense.changed() == [found]
    assert list(book.suspense.owed(LotKey(DEPOT, "GEARBOX", LOT), Shelf.IN_TRANSIT)) == []

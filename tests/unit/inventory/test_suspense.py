"""Voided facts, and discrepancies until they are explained or resolved."""

import pytest

from services.inventory.domain import bookings, road
from services.inventory.domain.book import Past
from services.inventory.domain.ledger import LotKey, Reason
from services.inventory.domain.resolution import resolve
from services.inventory.domain.road import Arrival
from services.inventory.domain.shipment import ShipmentUnknown
from services.inventory.domain.suspense import Discrepancy, DiscrepancyExplained, DiscrepancyKind, DiscrepancyUnknown
from shared.events.envelope import new_event_id
from shared.types import Condition, Shelf
from tests.unit.inventory.makers import (
    DEPOT,
    FACTORY,
    LOT,
    SHIPMENT,
    a_book,
    a_cause,
    a_dispatch,
    a_finish,
    a_scrap,
    a_void,
    an_order_id,
    dispatched,
    goods,
    heard,
    on,
    open_ones,
    sums,
    the_demand,
)


def test_a_void_dispatch_of_a_closed_shipment_was_never_lost() -> None:
    book, cause = a_book(), a_cause()
    heard(book, 10)
    bookings.finish(book, a_cause(), a_finish(10))
    bookings.dispatch(book, cause, a_dispatch(10, order=an_order_id(), filling_site=DEPOT))
    road.close(book, a_cause(), book.shipments.get(SHIPMENT), {DEPOT})

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
    road.close(book, a_cause(), book.shipments.get(SHIPMENT), {DEPOT})

    road.arrive(book, a_cause(), Arrival(goods(condition=Condition.B), 4, SHIPMENT))

    assert open_ones(book) == [("lost-in-transit", 3)]
    assert [line.lost for line in book.shipments.carrying(goods().lot_key)] == [3, 0]


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

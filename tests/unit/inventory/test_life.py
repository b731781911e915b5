"""The last days of lots: the maker's word holds for all, a site's mark for itself."""

from datetime import date

import pytest

from services.inventory.domain import bookings, handling, road, slip
from services.inventory.domain.book import Book
from services.inventory.domain.ledger import LotKey
from services.inventory.domain.life import ExtensionTooShort, LifeNotExtendible, Mark, check_extension
from services.inventory.domain.road import Arrival
from shared.events.catalogue import LifeType
from shared.events.envelope import new_event_id
from shared.events.making import ShelfLife
from tests.unit.inventory.makers import (
    DEPOT,
    LOT,
    NOW,
    OTHER_DEPOT,
    PART,
    a_book,
    a_cause,
    a_dispatch,
    a_finish,
    a_void,
    goods,
    stocked,
)

TODAY = NOW.date()
EARLY, LATE = date(2027, 1, 1), date(2030, 1, 1)


def last_day(book: Book, site: str = DEPOT) -> date | None:
    """Say the last day of the lot at a site."""
    return book.expires_on(LotKey(site, PART, LOT))


def received(book: Book, expires_on: date | None, *, site: str = DEPOT, shipment: str | None = None) -> None:
    """Receive a piece with a mark on it."""
    cause, arrival = a_cause(), Arrival(goods(site), 1, shipment)
    road.mark(book, cause, arrival, expires_on)
    road.arrive(book, cause, arrival)


def test_a_mark_holds_at_its_own_site_until_the_maker_tells() -> None:
    book = a_book()

    received(book, EARLY)
    marked = (last_day(book), last_day(book, OTHER_DEPOT))
    bookings.finish(book, a_cause(), a_finish(5, shelf_life=ShelfLife(expires_on=LATE)))

    assert marked == (EARLY, None)
    assert (last_day(book), last_day(book, OTHER_DEPOT)) == (LATE, LATE)


def test_the_makers_word_is_the_lots_whole_state_and_can_be_taken_back() -> None:
    book, finished = a_book(), a_cause()
    bookings.finish(book, finished, a_finish(5, expires_on=LATE, shelf_life=ShelfLife(expires_on=LATE)))
    bookings.finish(book, a_cause(), a_finish(5, shelf_life=ShelfLife(expires_on=LATE)))
    told = last_day(book)

    bookings.void(book, a_cause(), a_void(finished.id).model_copy(update={"shelf_life": ShelfLife()}))

    assert (told, last_day(book)) == (LATE, None)
    assert book.lives.changed() == {(PART, LOT): None}


def test_facts_told_before_they_spoke_of_the_whole_lot_say_what_they_name() -> None:
    book, finished = a_book(), a_cause()

    bookings.finish(book, finished, a_finish(5, expires_on=LATE))
    bookings.finish(book, a_cause(), a_finish(5))
    bookings.dispatch(book, a_cause(), a_dispatch(5, expires_on=EARLY))
    bookings.void(book, a_cause(), a_void(finished.id))

    assert last_day(book) == EARLY


def test_a_later_mark_holds_and_a_reversed_receipt_takes_its_own_back() -> None:
    book, cause = a_book(), a_cause()
    received(book, EARLY)
    arrival = Arrival(goods(), 1, None)
    road.mark(book, cause, arrival, LATE)
    road.arrive(book, cause, arrival)
    later = last_day(book)

    slip.reverse(book, a_cause(), cause.id)

    assert (later, last_day(book)) == (LATE, EARLY)
    assert [mark.expires_on for _, mark in book.lives.new()] == [EARLY]


def test_goods_that_are_sent_on_take_the_senders_mark_along() -> None:
    book = a_book()
    stocked(book, 3)
    book.lives.load_marks(goods().lot_key, [Mark(new_event_id(), EARLY)])

    handling.send(book, a_cause(), goods(), 2, to=OTHER_DEPOT, shipment="D-01:S-1")
    before = last_day(book, OTHER_DEPOT)
    received(book, None, site=OTHER_DEPOT, shipment="D-01:S-1")

    assert (before, last_day(book, OTHER_DEPOT)) == (None, EARLY)


def extended(book: Book, until: date, *, site: str = DEPOT) -> None:
    """Let a site extend the lot's life."""
    book.lives.mark(LotKey(site, PART, LOT), a_cause().id, until, extends=True)


def test_an_extension_holds_at_its_site_beyond_what_the_maker_has_told() -> None:
    book = a_book()
    bookings.finish(book, a_cause(), a_finish(5, shelf_life=ShelfLife(expires_on=EARLY)))

    extended(book, LATE)

    assert (last_day(book), last_day(book, OTHER_DEPOT)) == (LATE, EARLY)


def test_a_maker_who_tells_a_later_day_than_an_extension_is_believed() -> None:
    book = a_book()
    extended(book, EARLY)
    alone = last_day(book)

    bookings.finish(book, a_cause(), a_finish(5, shelf_life=ShelfLife(expires_on=LATE)))

    assert (alone, last_day(book)) == (EARLY, LATE)


def test_a_receipt_takes_no_extension_back() -> None:
    book = a_book()
    extended(book, LATE)

    received(book, EARLY)

    assert last_day(book) == LATE
    assert book.lives.is_extended(LotKey(DEPOT, PART, LOT))


def test_an_extension_goes_along_with_goods_that_are_sent_on() -> None:
    book = a_book()
    bookings.finish(book, a_cause(), a_finish(5, shelf_life=ShelfLife(expires_on=EARLY)))
    stocked(book, 1)
    extended(book, LATE)
    handling.send(book, a_cause(), goods(), 1, to=OTHER_DEPOT, shipment="D-01:S-1")

    received(book, EARLY, site=OTHER_DEPOT, shipment="D-01:S-1")

    assert last_day(book, OTHER_DEPOT) == LATE


def test_of_two_extensions_of_one_lot_at_a_site_the_earlier_holds() -> None:
    for there, arriving in ((EARLY, LATE), (LATE, EARLY)):
        book = a_book()
        stocked(book, 1)
        extended(book, arriving)
        extended(book, there, site=OTHER_DEPOT)
        handling.send(book, a_cause(), goods(), 1, to=OTHER_DEPOT, shipment="D-01:S-1")

        received(book, None, site=OTHER_DEPOT, shipment="D-01:S-1")

        assert last_day(book, OTHER_DEPOT) == EARLY


@pytest.mark.parametrize("life_type", [LifeType.DEFINITE, None])
def test_only_an_extendible_life_is_extended(life_type: LifeType | None) -> None:
    with pytest.raises(LifeNotExtendible):
        check_extension(life_type, EARLY, LATE, TODAY)


@pytest.mark.parametrize(("last", "inspect_by"), [(EARLY, EARLY), (EARLY, TODAY), (None, TODAY)])
def test_an_extension_ends_after_today_and_after_what_it_extends(last: date | None, inspect_by: date) -> None:
    with pytest.raises(ExtensionTooShort):
        check_extension(LifeType.EXTENDIBLE, last, inspect_by, TODAY)

    check_extension(LifeType.EXTENDIBLE, last, LATE, TODAY)


def test_a_slip_that_is_reversed_takes_its_mark_back() -> None:
    book = a_book()
    received(book, EARLY)
    (lot, mark) = book.lives.new()[0]

    book.lives.withdraw(mark.cause)

    assert (book.lives.withdrawn(), book.lives.new(), last_day(book)) == ([mark.cause], [], None)
    assert book.lives.remarked() == {lot}


def test_a_lot_that_is_marked_already_keeps_its_day_where_a_receipt_says_none() -> None:
    book = a_book()
    received(book, EARLY)

    received(book, None)

    assert last_day(book) == EARLY

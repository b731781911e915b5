"""What stays at a site for its own orders, whatever other depots ask of it."""

import pytest

from services.inventory.domain.book import Book
from services.inventory.domain.ledger import StockKey
from shared.types import Condition, Shelf
from tests.unit.inventory.makers import (
    DEPOT,
    OTHER_DEPOT,
    PART,
    a_book,
    a_demand,
    allocated,
    goods,
    heard,
    on,
    stocked,
    the_demand,
)

STOCK = StockKey(DEPOT, PART)
LOTS = ("F-01:L-1", "F-01:L-2")


def a_protected_book(minimum: int) -> Book:
    """Make a book in which so much is protected."""
    book = a_book(LOTS)
    book.minimums.load(STOCK, minimum)
    return book


@pytest.mark.parametrize(("asked", "got"), [(3, 3), (4, 0)])
def test_another_depot_takes_only_what_lies_beyond_the_minimum(asked: int, got: int) -> None:
    book = a_protected_book(2)
    stocked(book, 5)
    heard(book, asked, 1, ordered_by=OTHER_DEPOT, partial=False)

    allocated(book)

    assert the_demand(book).reserved == got


def test_one_that_takes_a_part_takes_it_up_to_the_minimum() -> None:
    book = a_protected_book(2)
    stocked(book, 5)
    heard(book, 5, 1, ordered_by=OTHER_DEPOT)

    allocated(book)

    assert (the_demand(book).reserved, on(book, Shelf.ON_HAND)) == (3, 2)


def test_the_site_s_own_orders_may_use_the_minimum_up() -> None:
    book = a_protected_book(2)
    stocked(book, 5)
    heard(book, 5, 1)

    allocated(book)

    assert the_demand(book).reserved == 5


def test_the_minimum_counts_all_good_stock_not_only_what_the_other_depot_accepts() -> None:
    book = a_protected_book(2)
    stocked(book, 3, at=goods(lot=LOTS[0]))
    stocked(book, 2, at=goods(lot=LOTS[1], condition=Condition.C))
    heard(book, 3, 1, ordered_by=OTHER_DEPOT, partial=False, conditions=[Condition.A])

    allocated(book)

    assert the_demand(book).reserved == 3


@pytest.mark.parametrize(("minimum", "got"), [(0, 4), (1, 4), (2, 0)])
def test_another_depot_s_urgent_order_leaves_the_minimum_to_those_who_hold_it(minimum: int, got: int) -> None:
    book = a_protected_book(minimum)
    stocked(book, 5)
    heard(book, 5, 1, priority=13)
    allocated(book)

    heard(book, 4, 2, priority=1, ordered_by=OTHER_DEPOT, partial=False)
    allocated(book)

    assert [the_demand(book, number).reserved for number in (1, 2)] == [5 - got, got]


def test_a_part_of_an_urgent_order_is_taken_up_to_the_minimum() -> None:
    book = a_protected_book(2)
    stocked(book, 5)
    heard(book, 4, 1, priority=13)
    allocated(book)

    heard(book, 5, 2, priority=1, ordered_by=OTHER_DEPOT)
    allocated(book)

    assert [the_demand(book, number).reserved for number in (1, 2)] == [2, 3]


def test_only_the_minimum_of_stock_that_another_depot_waits_for_is_looked_up() -> None:
    book = a_protected_book(2)
    own, known = a_demand(1, 1), a_demand(1, 2, ordered_by=OTHER_DEPOT)
    elsewhere = a_demand(1, 3, ordered_by=DEPOT, site=OTHER_DEPOT)

    assert book.minimums.unknown([own, known, elsewhere]) == {elsewhere.stock}


def test_another_depot_of_a_higher_band_takes_from_other_depots_and_leaves_what_is_protected() -> None:
    book = a_protected_book(1)
    stocked(book, 3)
    heard(book, 3, 1, ordered_by=OTHER_DEPOT, priority=13)
    allocated(book)

    heard(book, 3, 2, ordered_by=OTHER_DEPOT, priority=2)
    allocated(book)

    assert (the_demand(book, 1).reserved, the_demand(book, 2).reserved, on(book, Shelf.ON_HAND)) == (0, 2, 1)


def test_another_depot_takes_from_others_before_it_takes_from_the_last_in_turn_here() -> None:
    book = a_protected_book(2)
    stocked(book, 4)
    heard(book, 2, 1, ordered_by=OTHER_DEPOT, priority=13)
    heard(book, 2, 2, priority=14)
    allocated(book)

    heard(book, 2, 3, ordered_by=OTHER_DEPOT, priority=1, partial=False)
    allocated(book)

    assert [the_demand(book, number).reserved for number in (1, 2, 3)] == [0, 2, 2]

"""Goods that come back: what was issued of the lot and on the order, and what nobody can explain."""

import pytest

from services.inventory.domain import issue, slip
from services.inventory.domain.issue import OrderOfOtherStock
from services.inventory.domain.outside import Issued
from shared.types import Condition, Shelf
from tests.unit.inventory.makers import (
    OTHER_DEPOT,
    a_book,
    a_cause,
    allocated,
    an_order_id,
    goods,
    heard,
    held,
    on,
    open_ones,
    stocked,
    sums,
    the_demand,
)


def test_what_comes_back_beyond_what_was_issued_is_unexplained() -> None:
    book = a_book()
    held(book)
    issue.issue(book, a_cause(), an_order_id(), 3)

    issue.give_back(book, a_cause(), goods(condition=Condition.F), 2, order=an_order_id())
    issue.give_back(book, a_cause(), goods(), 2, order=None)
    issue.give_back(book, a_cause(), goods(), 1, order=an_order_id())

    assert (on(book, Shelf.ON_HAND), on(book, Shelf.ON_HAND, condition=Condition.F)) == (3, 2)
    assert open_ones(book) == [("unissued-return", 1), ("unissued-return", 1)]
    assert the_demand(book).returned == 2
    assert sums(book).get(goods().on(Shelf.ISSUED), 0) == 0
    with pytest.raises(OrderOfOtherStock):
        issue.give_back(book, a_cause(), goods(OTHER_DEPOT), 1, order=an_order_id())


def test_another_lot_than_was_issued_on_the_order_is_unexplained() -> None:
    book = a_book(("F-01:L-1", "F-01:L-2"))
    held(book)
    issue.issue(book, a_cause(), an_order_id(), 3)

    issue.give_back(book, a_cause(), goods(lot="F-01:L-2"), 3, order=an_order_id())

    assert open_ones(book) == [("unissued-return", 3)]
    assert the_demand(book).returned == 0


def test_what_was_issued_in_the_condition_that_comes_back_comes_back_first() -> None:
    book = a_book()
    for condition in (Condition.A, Condition.C):
        stocked(book, 2, at=goods(condition=condition))
    heard(book, 4)
    allocated(book)
    issue.issue(book, a_cause(), an_order_id(), 4)

    issue.give_back(book, a_cause(), goods(condition=Condition.C), 1, order=an_order_id())

    outside = {each: sums(book)[goods(condition=each).on(Shelf.ISSUED)] for each in (Condition.A, Condition.C)}
    assert outside == {Condition.A: 2, Condition.C: 1}
    assert open_ones(book) == []


def test_each_of_two_unexplained_returns_can_be_undone() -> None:
    book, second = a_book(), a_cause()
    for cause in (a_cause(), second):
        issue.give_back(book, cause, goods(), 2, order=None)

    slip.reverse(book, a_cause(), second.id)

    assert on(book, Shelf.ON_HAND) == 2
    assert [each for each in open_ones(book) if each[1]] == [("unissued-return", 2)]


def test_what_was_issued_in_an_earlier_batch_can_come_back() -> None:
    book = a_book()
    book.outside.load(Issued(goods().on(Shelf.ISSUED), None), 2)

    issue.give_back(book, a_cause(), goods(), 3, order=None)

    assert on(book, Shelf.ON_HAND) == 3
    assert open_ones(book) == [("unissued-return", 1)]

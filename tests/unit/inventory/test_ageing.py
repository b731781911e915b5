"""Stock ages on the book: what an order accepts stays its own, the rest is free, and no step is taken twice."""

from datetime import timedelta

import pytest

from services.inventory.domain import ageing, handling, slip
from services.inventory.domain.book import Book
from services.inventory.domain.condition_rule import STANDARD
from services.inventory.domain.course import Life
from services.inventory.domain.ledger import Cause, Holding, LotKey, Reason, StockKey
from services.inventory.domain.life import Mark
from services.inventory.domain.slip import GoodsGone
from shared.events.catalogue import LifeType
from shared.events.stock import LossReason, ReservationLost
from shared.types import Condition
from tests.unit.inventory.makers import (
    DEPOT,
    LOT,
    NOW,
    PART,
    a_book,
    a_cause,
    allocated,
    goods,
    heard,
    stocked,
    sums,
    the_demand,
)

A, B, C, H, J = Condition.A, Condition.B, Condition.C, Condition.H, Condition.J
TODAY = NOW.date()
HERE = LotKey(DEPOT, PART, LOT)


def last_day(book: Book, days: int, life: Life | None = None) -> None:
    """Let the lot's last day be so many days from now."""
    book.lives.load_told(PART, LOT, TODAY + timedelta(days=days))
    book.load_life(StockKey(DEPOT, PART), life or Life(LifeType.DEFINITE))


def tick(book: Book) -> int:
    """Take all steps that are due, as the clock does."""
    taken = 0
    while due := ageing.due(book, [HERE]):
        for each in due:
            ageing.age(book, a_cause(), each.goods, each.step.becomes)
        allocated(book)
        taken += 1
    return taken


def in_condition(book: Book) -> dict[Condition, int]:
    """Say how much stands in each condition."""
    stands = {each: book.stands(Holding(*HERE, each)) for each in (A, B, C, H, J)}
    return {each: quantity for each, quantity in stands.items() if quantity}


def losses(book: Book) -> list[tuple[str, int, LossReason]]:
    facts = [each.event for each in book.demands.told() if isinstance(each.event, ReservationLost)]
    return [(fact.order, fact.taken, fact.reason) for fact in facts]


@pytest.mark.parametrize(("days", "condition"), [(200, A), (120, B), (30, C), (0, C), (-1, H)], ids=str)
def test_free_stock_moves_to_what_its_life_left_asks_for(days: int, condition: Condition) -> None:
    book = a_book()
    stocked(book, 5)
    last_day(book, days)

    tick(book)

    assert in_condition(book) == {condition: 5}
    assert sum(sums(book).values()) == 0


def test_the_clock_moves_nothing_twice() -> None:
    book = a_book()
    stocked(book, 5)
    last_day(book, 120)
    tick(book)
    booked = len(book.transfers)

    assert tick(book) == 0
    assert len(book.transfers) == booked


def test_a_lot_without_a_last_day_does_not_age() -> None:
    book = a_book()
    stocked(book, 5)

    assert tick(book) == 0


def test_an_order_keeps_what_it_holds_if_it_accepts_the_new_condition() -> None:
    book = a_book()
    stocked(book, 5)
    heard(book, 3, conditions=[A, B])
    allocated(book)
    last_day(book, 120)

    tick(book)

    assert book.demands.held_by(the_demand(book).order) == {goods(condition=A): 0, goods(condition=B): 3}
    assert losses(book) == []
    assert the_demand(book).reserved == 3


def test_an_order_loses_what_it_does_not_accept_and_who_does_gets_it() -> None:
    book = a_book()
    stocked(book, 3)
    loser, winner = heard(book, 3), heard(book, 3, number=2, conditions=[B])
    allocated(book)
    last_day(book, 120)

    tick(book)

    assert losses(book) == [(loser.order, 3, LossReason.CONDITION_CHANGED)]
    assert the_demand(book, 2).reserved == 3
    assert book.demands.held_by(winner.order) == {goods(condition=B): 3}


@pytest.mark.parametrize(("type_", "end"), [(LifeType.DEFINITE, H), (LifeType.EXTENDIBLE, J), (None, J)])
def test_at_the_end_nobody_holds_it_any_more(type_: LifeType | None, end: Condition) -> None:
    book = a_book()
    stocked(book, 3)
    order = heard(book, 3, conditions=[A, B, C]).order
    allocated(book)
    last_day(book, -1, Life(type_))

    steps = tick(book)

    assert steps == 3
    assert in_condition(book) == {end: 3}
    assert losses(book) == [(order, 3, LossReason.EXPIRED)]


def test_of_several_steps_that_are_due_the_earliest_is_taken_first() -> None:
    book = a_book()
    stocked(book, 2)
    stocked(book, 1, at=goods(condition=C))
    last_day(book, -1, Life(LifeType.DEFINITE, STANDARD))

    assert [(each.goods.condition, each.step.becomes) for each in ageing.due(book, [HERE])] == [(A, B)]


def test_what_is_put_on_the_shelf_goes_at_once_to_the_condition_of_its_life() -> None:
    book = a_book()
    stocked(book, 5)
    last_day(book, 30)

    ageing.settle_in(book, a_cause(), ageing.laid(book))

    assert in_condition(book) == {C: 5}
    assert [each.reason for each in book.transfers] == [Reason.OPENED, Reason.AGED]
    ageing.settle_in(book, a_cause(), ageing.laid(book))
    assert in_condition(book) == {C: 5}


def test_what_is_reserved_waits_for_the_clock_which_asks_its_order() -> None:
    book = a_book()
    stocked(book, 5)
    heard(book, 3)
    allocated(book)
    last_day(book, 30)

    ageing.settle_in(book, a_cause(), ageing.laid(book))

    assert in_condition(book) == {A: 3, C: 2}


def test_what_the_clock_has_moved_is_not_settled_in_again() -> None:
    book = a_book()
    last_day(book, -1)
    stands = stocked(book, 2)
    book.transfers.clear()

    ageing.age(book, a_cause(), stands, B)

    assert ageing.laid(book) == set()


def test_a_day_that_is_marked_counts_at_once() -> None:
    book = a_book()
    stocked(book, 5)
    book.transfers.clear()
    book.load_life(StockKey(DEPOT, PART), Life())
    book.lives.mark(HERE, a_cause().id, TODAY + timedelta(days=30))

    ageing.settle_in(book, a_cause(), ageing.laid(book))

    assert in_condition(book) == {C: 5}


def test_undoing_what_has_aged_since_takes_it_from_where_the_clock_has_moved_it() -> None:
    book, changed = a_book(), a_cause()
    stocked(book, 5, at=goods(condition=J))
    handling.change_condition(book, changed, goods(condition=J), 5, condition=A)
    last_day(book, 120)
    tick(book)

    slip.reverse(book, a_cause(), changed.id)

    assert in_condition(book) == {J: 5}


def test_undoing_takes_the_rest_from_where_the_clock_has_moved_it_to_in_the_end() -> None:
    book, changed = a_book(), a_cause()
    stocked(book, 5, at=goods(condition=J))
    handling.change_condition(book, changed, goods(condition=J), 5, condition=A)
    last_day(book, -1)
    tick(book)
    passed_through = in_condition(book)

    slip.reverse(book, a_cause(), changed.id)

    assert (passed_through, in_condition(book)) == ({H: 5}, {J: 5})


def test_undoing_refuses_what_neither_stands_there_nor_has_aged() -> None:
    book, changed = a_book(), a_cause()
    stocked(book, 5, at=goods(condition=J))
    handling.change_condition(book, changed, goods(condition=J), 5, condition=A)
    last_day(book, 120)
    tick(book)
    handling.scrap(book, a_cause(), goods(condition=B), 1)

    with pytest.raises(GoodsGone):
        slip.reverse(book, a_cause(), changed.id)

    assert in_condition(book) == {B: 4}


def test_the_cause_of_every_step_is_the_clocks_own() -> None:
    book, clock = a_book(), Cause(a_cause().id, NOW, ageing.CLOCK)
    stands = stocked(book, 1)

    ageing.age(book, clock, stands, B)

    assert [(each.cause.actor, each.reason) for each in book.caused(clock.id)] == [("clock", Reason.AGED)]


def test_a_corrected_mark_brings_back_what_the_clock_has_moved_and_nothing_else() -> None:
    book = a_book()
    stocked(book, 2, at=goods(condition=J))
    stocked(book, 3)
    book.lives.mark(HERE, a_cause().id, TODAY - timedelta(days=1))
    tick(book)
    over = in_condition(book)

    book.lives.mark(HERE, a_cause().id, TODAY + timedelta(days=120))
    ageing.take_back(book, a_cause(), {goods(condition=J): 0, goods(condition=A): -3})
    ageing.settle_in(book, a_cause(), ageing.laid(book))

    assert (over, in_condition(book)) == ({J: 5}, {J: 2, B: 3})


def test_what_the_clock_had_moved_before_comes_back_as_far_as_it_is_free() -> None:
    book = a_book()
    stocked(book, 2, at=goods(condition=C))
    book.lives.mark(HERE, a_cause().id, None)

    ageing.take_back(book, a_cause(), {goods(condition=C): 5})

    assert in_condition(book) == {A: 2}


def test_a_mark_that_is_taken_back_says_another_day_too() -> None:
    book, cause = a_book(), a_cause()
    book.lives.load_marks(HERE, [Mark(cause.id, TODAY)])
    untouched = book.lives.remarked()

    book.lives.withdraw(a_cause().id)
    still_untouched = book.lives.remarked()
    book.lives.withdraw(cause.id)

    assert (untouched, still_untouched, book.lives.remarked()) == (set(), set(), {HERE})

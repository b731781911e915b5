"""A higher band takes what lower bands hold and were not issued; within a band nobody takes from anybody."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.inventory.domain.book import Book
from services.inventory.domain.demand import Demand, band
from services.inventory.domain.issue import issue
from services.inventory.domain.ledger import StockKey
from services.inventory.domain.preemption import Contest, first_waiting, is_contested, last_holding
from shared.events.stock import LossReason, ReservationLost
from shared.types import Condition, Shelf
from tests.unit.inventory.makers import (
    DEPOT,
    NOW,
    PART,
    a_book,
    a_cause,
    a_demand,
    allocated,
    an_order_id,
    goods,
    heard,
    on,
    stocked,
    the_demand,
)

LOTS = ("F-01:L-1", "F-01:L-2", "F-01:L-3")
STOCK = StockKey(DEPOT, PART)


def reserved(book: Book, *numbers: int) -> list[int]:
    """Say what orders hold."""
    return [the_demand(book, number).reserved for number in numbers]


def losses(book: Book) -> list[ReservationLost]:
    """List the losses told."""
    return [fact.event for fact in book.demands.told() if isinstance(fact.event, ReservationLost)]


def test_bands_are_those_of_the_time_standards() -> None:
    assert [band(priority) for priority in range(1, 16)] == [1] * 3 + [2] * 5 + [3] * 7


def test_a_higher_band_takes_from_the_last_in_turn() -> None:
    book = a_book()
    stocked(book, 5)
    heard(book, 2, 1, priority=13)
    heard(book, 3, 2, priority=14)
    allocated(book)

    heard(book, 4, 3, priority=2)
    allocated(book)

    assert reserved(book, 1, 2, 3) == [1, 0, 4]
    assert [(loss.order, loss.taken, loss.winner) for loss in losses(book)] == [
        (an_order_id(2), 3, an_order_id(3)),
        (an_order_id(1), 1, an_order_id(3)),
    ]
    assert {loss.reason for loss in losses(book)} == {LossReason.PRE_EMPTED}


@pytest.mark.parametrize(("holder", "asker"), [(3, 1), (8, 4), (15, 9), (1, 15)])
def test_nobody_takes_within_a_band_or_from_a_higher_one(holder: int, asker: int) -> None:
    book = a_book()
    stocked(book, 2)
    heard(book, 2, 1, priority=holder)
    allocated(book)

    heard(book, 1, 2, priority=asker)
    allocated(book)

    assert reserved(book, 1, 2) == [2, 0]
    assert losses(book) == []


def test_what_was_issued_is_not_taken() -> None:
    book = a_book()
    stocked(book, 3)
    heard(book, 3, 1, priority=13)
    allocated(book)
    issue(book, a_cause(), an_order_id(1), 2)

    heard(book, 3, 2, priority=1)
    allocated(book)

    assert reserved(book, 1, 2) == [0, 1]
    assert the_demand(book, 1).issued == 2


def test_one_that_takes_all_or_nothing_takes_nothing_if_all_is_not_there() -> None:
    book = a_book()
    stocked(book, 3)
    heard(book, 3, 1, priority=13)
    allocated(book)

    heard(book, 4, 2, priority=1, partial=False)
    allocated(book)
    heard(book, 3, 3, priority=1, partial=False)
    allocated(book)

    assert reserved(book, 1, 2, 3) == [0, 0, 3]


def test_one_that_takes_all_or_nothing_loses_all_and_the_rest_goes_to_who_waits() -> None:
    book = a_book()
    stocked(book, 4)
    heard(book, 4, 1, priority=13, partial=False)
    allocated(book)
    heard(book, 2, 2, priority=15)
    allocated(book)

    heard(book, 1, 3, priority=2)
    allocated(book)

    assert reserved(book, 1, 2, 3) == [0, 2, 1]
    assert on(book, Shelf.ON_HAND) == 1
    assert [(loss.order, loss.taken) for loss in losses(book)] == [(an_order_id(1), 4)]


def test_who_loses_to_a_higher_band_may_take_from_a_lower_one() -> None:
    book = a_book()
    stocked(book, 4)
    heard(book, 2, 1, priority=5)
    heard(book, 2, 2, priority=13)
    allocated(book)

    heard(book, 4, 3, priority=1)
    allocated(book)
    assert reserved(book, 1, 2, 3) == [0, 0, 4]

    stocked(book, 2)
    heard(book, 1, 4, priority=15)
    allocated(book)

    assert reserved(book, 1, 2, 3, 4) == [2, 0, 4, 0]


def test_a_loser_of_the_middle_band_is_served_in_the_same_breath() -> None:
    book = a_book(LOTS)
    stocked(book, 2, at=goods(lot=LOTS[0], condition=Condition.B))
    stocked(book, 2, at=goods(lot=LOTS[1]))
    heard(book, 2, 1, priority=5, conditions=[Condition.A, Condition.B])
    heard(book, 2, 2, priority=13)
    allocated(book)
    assert on(book, Shelf.RESERVED, lot=LOTS[0], condition=Condition.B) == 2

    heard(book, 2, 3, priority=1, conditions=[Condition.B])
    allocated(book)

    assert reserved(book, 1, 2, 3) == [2, 0, 2]


def test_what_one_that_takes_all_or_nothing_gives_up_goes_to_who_is_next_in_turn() -> None:
    book = a_book(LOTS)
    stocked(book, 3, at=goods(lot=LOTS[0]))
    stocked(book, 1, at=goods(lot=LOTS[1], condition=Condition.C))
    heard(book, 3, 1, priority=8, partial=False, conditions=[Condition.A])
    heard(book, 1, 2, priority=15, conditions=[Condition.C])
    allocated(book)
    heard(book, 2, 3, priority=4, conditions=[Condition.A])
    heard(book, 3, 4, priority=5, partial=False)
    heard(book, 1, 5, priority=1, conditions=[Condition.A])
    allocated(book)

    assert reserved(book, 1, 2, 3, 4, 5) == [0, 1, 2, 0, 1]


def test_only_goods_that_the_winner_accepts_and_that_are_good_are_taken() -> None:
    book = a_book(LOTS)
    stocked(book, 1, at=goods(lot=LOTS[0], condition=Condition.C))
    stocked(book, 1, at=goods(lot=LOTS[1]))
    stocked(book, 1, at=goods(lot=LOTS[2]))
    heard(book, 3, 1, priority=13)
    allocated(book)
    book.lives.tell(PART, LOTS[1], NOW.date() - timedelta(days=1))

    heard(book, 3, 2, priority=1, conditions=[Condition.A])
    allocated(book)

    assert reserved(book, 1, 2) == [2, 1]
    assert on(book, Shelf.RESERVED, lot=LOTS[2]) == 1


def test_a_raised_priority_takes_what_it_could_not_take_before() -> None:
    book = a_book()
    stocked(book, 1)
    heard(book, 1, 1, priority=13)
    heard(book, 1, 2, priority=14)
    allocated(book)

    book.demands.amend(the_demand(book, 2).reprioritise(2))
    allocated(book)

    assert reserved(book, 1, 2) == [0, 1]


def test_pages_of_those_who_wait_are_settled_in_their_turns() -> None:
    book = a_book()
    stocked(book, 3)
    heard(book, 3, 9, priority=13)
    allocated(book)
    stored = [a_demand(1, number, priority=priority).reserve(0)[0] for number, priority in ((1, 1), (2, 2), (3, 4))]
    contest = Contest(STOCK)

    first = contest.open(book, stored[:2], is_last=False)
    contest.settle(book)
    second = contest.open(book, stored[2:], is_last=True)
    contest.settle(book)

    assert (first, second) == (4, 2)
    assert reserved(book, 1, 2, 3, 9) == [1, 1, 1, 0]
    assert contest.is_done


def test_a_contest_needs_somebody_who_waits_above_somebody_who_holds() -> None:
    assert is_contested([None, 3], [9, None])
    assert not is_contested([9], [15])
    assert not is_contested([None], [15])
    assert not is_contested([3], [None])


wants = st.lists(
    st.tuples(st.integers(1, 5), st.booleans(), st.integers(1, 15), st.sampled_from(["A", "AC", "C"])), max_size=8
)
stocks = st.dictionaries(st.tuples(st.sampled_from(LOTS), st.sampled_from("AC")), st.integers(1, 6))


@settings(max_examples=300, deadline=None)
@given(stocks, wants)
def test_in_the_end_no_higher_band_waits_for_what_a_lower_one_holds(
    stock: dict[tuple[str, str], int], asked: list[tuple[int, bool, int, str]]
) -> None:
    book = a_book(LOTS)
    for (lot, condition), quantity in stock.items():
        stocked(book, quantity, at=goods(lot=lot, condition=Condition(condition)))
    for number, (quantity, partial, priority, conditions) in enumerate(asked, start=1):
        heard(book, quantity, number, partial=partial, priority=priority, conditions=list(conditions))
        allocated(book)

    served = [the_demand(book, number) for number in range(1, len(asked) + 1)]
    assert sum(demand.reserved for demand in served) <= sum(stock.values())
    for demand in served:
        assert sum(book.demands.held_by(demand.order).values()) == demand.reserved
        assert demand.partial or demand.reserved in {0, demand.quantity}
        for rival in served if demand.short and demand.partial else ():
            assert band(rival.priority) <= band(demand.priority) or not _suits(book, demand, rival)


def _suits(book: Book, demand: Demand, rival: Demand) -> bool:
    held = book.demands.held_by(rival.order)
    return any(quantity and each.condition in demand.conditions for each, quantity in held.items())


def test_a_contest_is_told_by_what_the_book_knows() -> None:
    book = a_book()
    assert (first_waiting(book, STOCK), last_holding(book, STOCK)) == (None, None)
    stocked(book, 1)
    heard(book, 2, 1, priority=13)
    allocated(book)

    assert (first_waiting(book, STOCK), last_holding(book, STOCK)) == (13, 13)

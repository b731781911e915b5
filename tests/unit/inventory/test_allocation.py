"""Which free stock goes to which demand, and who gives up what is gone."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.inventory.domain.allocation import Queue, allocate, offers, release, take
from services.inventory.domain.book import Book
from services.inventory.domain.demand import Demand
from services.inventory.domain.ledger import Holding, Reason, StockKey, Transfer
from shared.events.stock import LossReason
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

LOTS = ("F-01:L-1", "F-01:L-2", "F-01:L-3", "F-01:L-4")
STOCK = StockKey(DEPOT, PART)


def test_the_first_to_expire_goes_first_then_the_short_lived_then_the_lower_lot() -> None:
    book = a_book(LOTS)
    for holding in (
        goods(lot=LOTS[0]),
        goods(lot=LOTS[1]),
        goods(lot=LOTS[2], condition=Condition.C),
        goods(lot=LOTS[3]),
    ):
        stocked(book, 1, at=holding)
    book.lives.tell(PART, LOTS[3], NOW.date() + timedelta(days=1))

    order = [offer.holding.lot for offer in offers(book, STOCK)]

    assert order == [LOTS[3], LOTS[2], LOTS[0], LOTS[1]]


def test_what_is_expired_or_unserviceable_is_not_offered() -> None:
    book = a_book(LOTS)
    stocked(book, 1, at=goods(lot=LOTS[0], condition=Condition.F))
    stocked(book, 1, at=goods(lot=LOTS[1]))
    stocked(book, 1, at=goods(lot=LOTS[2]))
    book.lives.tell(PART, LOTS[1], NOW.date() - timedelta(days=1))
    book.lives.tell(PART, LOTS[2], NOW.date())

    assert [offer.holding.lot for offer in offers(book, STOCK)] == [LOTS[2]]


def test_demand_is_served_by_priority_then_day_of_need_then_age() -> None:
    book = a_book()
    stocked(book, 3)
    heard(book, 1, 1)
    heard(book, 1, 2)
    heard(book, 1, 3, required_by=date(2026, 6, 20))
    heard(book, 1, 4, priority=1)

    allocated(book)

    assert [the_demand(book, number).reserved for number in (1, 2, 3, 4)] == [1, 0, 1, 1]


def test_one_that_takes_all_or_nothing_does_not_hold_up_those_behind_it() -> None:
    book = a_book()
    stocked(book, 3)
    heard(book, 5, 1, partial=False)
    heard(book, 2, 2)

    allocated(book)

    assert (the_demand(book, 1).reserved, the_demand(book, 2).reserved) == (0, 2)
    assert on(book, Shelf.ON_HAND) == 1


def test_condition_b_goes_only_to_orders_that_accept_it() -> None:
    book = a_book()
    stocked(book, 2, at=goods(condition=Condition.B))
    heard(book, 1, 1)
    heard(book, 1, 2, conditions=[Condition.A, Condition.B])

    allocated(book)

    assert (the_demand(book, 1).reserved, the_demand(book, 2).reserved) == (0, 1)


def test_an_order_that_says_nothing_accepts_a_and_c_alone() -> None:
    assert a_demand(conditions=[]).conditions == {Condition.A, Condition.C}
    assert a_demand(conditions=[Condition.F, Condition.B]).conditions == {Condition.B}


def test_every_order_is_told_of_once_even_if_it_gets_nothing() -> None:
    book = a_book()
    heard(book, 5)

    allocated(book)
    book.demands.announce()

    (fact,) = book.demands.told()
    assert (fact.event.TYPE, fact.key_seq, fact.event.short) == ("jvtrack.stock.demand-reserved.v1", 1, 5)


def test_release_frees_the_longest_lived_first() -> None:
    book = a_book(LOTS)
    stocked(book, 1, at=goods(lot=LOTS[0]))
    stocked(book, 1, at=goods(lot=LOTS[1]))
    book.lives.tell(PART, LOTS[0], NOW.date() + timedelta(days=5))
    heard(book, 2)
    allocated(book)

    release(book, a_cause(), an_order_id(), 1)

    assert (on(book, Shelf.RESERVED, lot=LOTS[0]), on(book, Shelf.ON_HAND, lot=LOTS[1])) == (1, 1)


def test_what_is_taken_comes_from_the_free_stock_then_from_the_last_in_turn() -> None:
    book = a_book()
    holding = stocked(book, 7)
    for number, priority in ((1, 5), (2, 9), (3, 1)):
        heard(book, 2, number, priority=priority)
    allocated(book)

    scrapped = Transfer(a_cause(), holding.on(Shelf.ON_HAND), holding.on(Shelf.SCRAPPED), 4, Reason.SCRAPPED)
    take(book, scrapped, LossReason.SCRAPPED)

    assert [the_demand(book, number).reserved for number in (1, 2, 3)] == [1, 0, 2]
    losses = [fact.event for fact in book.demands.told() if fact.event.TYPE.endswith("reservation-lost.v1")]
    assert [(loss.order, loss.model_dump()["taken"]) for loss in losses] == [(an_order_id(2), 2), (an_order_id(1), 1)]


def test_pages_of_waiting_demand_are_served_with_the_new_ones_in_between() -> None:
    book = a_book()
    stocked(book, 3)
    stored = [a_demand(1, number).reserve(0)[0] for number in (1, 3, 5, 7)]
    heard(book, 1, 2)
    queue = Queue(STOCK, offers(book, STOCK))

    queue.serve(book, stored[:2], is_last=False)
    queue.serve(book, stored[2:], is_last=True)

    held = {number: the_demand(book, number).reserved for number in (1, 2, 3, 5, 7)}
    assert held == {1: 1, 2: 1, 3: 1, 5: 0, 7: 0}
    assert queue.is_done
    assert queue.conditions == []


demands = st.builds(
    lambda quantity, partial, priority, day: (quantity, partial, priority, day),
    st.integers(1, 6),
    st.booleans(),
    st.integers(1, 3),
    st.dates(date(2026, 7, 1), date(2026, 7, 3)),
)
holdings = st.dictionaries(
    st.builds(
        Holding, st.just(DEPOT), st.just(PART), st.sampled_from(LOTS), st.sampled_from([Condition.A, Condition.C])
    ),
    st.integers(1, 9),
)


@settings(max_examples=200, deadline=None)
@given(holdings, st.lists(demands, max_size=8))
def test_allocation_never_exceeds_the_stock_and_keeps_the_order(
    stock: dict[Holding, int], wants: list[tuple[int, bool, int, date]]
) -> None:
    book = _stocked_with(stock)
    rows = [
        heard(book, quantity, number, partial=partial, priority=priority, required_by=day)
        for number, (quantity, partial, priority, day) in enumerate(wants, start=1)
    ]

    allocate(book, offers(book, STOCK), sorted(rows, key=lambda row: row.turn))

    served = [demand for row in rows if (demand := book.demands.find(row.order)) is not None]
    assert sum(demand.reserved for demand in served) <= sum(stock.values())
    assert all(demand.partial or demand.reserved in {0, demand.quantity} for demand in served)
    assert all(sum(book.demands.held_by(demand.order).values()) == demand.reserved for demand in served)
    left = sum(stock.values()) - sum(demand.reserved for demand in served)
    _nobody_was_passed_over(served, left)


def _stocked_with(stock: dict[Holding, int]) -> Book:
    book = a_book(LOTS)
    for holding, quantity in stock.items():
        stocked(book, quantity, at=holding)
    return book


def _nobody_was_passed_over(served: list[Demand], left: int) -> None:
    """Whoever got less than he wants would not have been served by what is left; and who came later got the rest."""
    for demand in served:
        if demand.short:
            assert left == 0 or (not demand.partial and left < demand.short)
    partial = sorted((demand for demand in served if demand.partial), key=lambda each: each.turn)
    first_short = next((index for index, demand in enumerate(partial) if demand.short), len(partial))
    assert all(demand.reserved == 0 for demand in partial[first_short + 1 :])

"""The course of work orders: when each came to its end, by the days of facts alone."""

from dataclasses import replace
from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from services.orders.domain.course import follow
from services.orders.domain.order import Arrival, Order
from shared.events.production import WorkOrderQuantityChanged, WorkOrderReduced, WorkOrderRefused
from shared.events.stock import DemandSupplied
from tests.unit.orders.makers import SCRAPPED, a_work_order, an_order, reported, said


def day(n: int) -> date:
    return date(2026, 12, n)


def arrive(order: Order, arrived: int, on: date, *, lost: int = 0) -> Order:
    fact = said(DemandSupplied, quantity=order.quantity, arrived=arrived, lost=lost)
    return follow(order, order.hear_demand(fact, order.demand.heard + 1), on)


def ends(order: Order) -> list[date | None]:
    return [work.ended_on for work in order.work_orders]


def test_a_work_order_ends_on_the_day_on_which_all_of_it_had_arrived() -> None:
    order = arrive(an_order(work_orders=(a_work_order(quantity=5),)), 2, day(1))

    assert ends(order) == [None]
    assert ends(arrive(order, 5, day(4))) == [day(4)]


def test_who_was_asked_first_is_taken_to_have_come_first() -> None:
    order = an_order(work_orders=(a_work_order(1, quantity=2), a_work_order(2, quantity=3, due=date(2026, 12, 1))))

    order = arrive(arrive(order, 2, day(3)), 5, day(9))

    assert ends(order) == [day(3), day(9)]


def test_of_several_sources_nobody_says_who_has_brought_what() -> None:
    order = an_order(work_orders=(a_work_order(1, quantity=2), a_work_order(2, quantity=3, source="F-02")))

    assert ends(arrive(order, 5, day(3))) == [None, None]


def test_what_was_refused_or_given_back_ends_on_that_day_and_leaves_the_other_alone() -> None:
    works = (a_work_order(1, quantity=2), a_work_order(2, quantity=3, source="F-02", asked=3))
    order = an_order(work_orders=works)

    given_back = order.hear_work_order(reported(WorkOrderReduced, n=2, quantity=0, asked=3, given=3))
    order = follow(order, given_back, day(5))

    assert ends(order) == [None, day(5)]
    assert ends(arrive(order, 2, day(8))) == [day(8), day(5)]


def test_a_refusal_that_is_undone_ends_nothing() -> None:
    order = an_order(work_orders=(a_work_order(quantity=5),))
    refused = follow(order, order.hear_work_order(reported(WorkOrderRefused, quantity=0, reason="No.")), day(2))

    again = refused.hear_work_order(reported(WorkOrderQuantityChanged, quantity=5, cause=SCRAPPED))

    assert ends(refused) == [day(2)]
    assert ends(follow(refused, again, day(3))) == [None]


def test_goods_that_turn_out_not_to_have_come_end_nothing() -> None:
    order = arrive(an_order(work_orders=(a_work_order(quantity=5),)), 5, day(1))

    order = arrive(order, 4, day(2))

    assert ends(order) == [None]
    assert ends(arrive(order, 5, day(6))) == [day(6)]


def test_goods_lost_on_the_road_did_not_come() -> None:
    assert ends(arrive(an_order(work_orders=(a_work_order(quantity=5),)), 4, day(1), lost=1)) == [None]


def test_of_one_day_the_last_word_is_kept() -> None:
    order = an_order(work_orders=(a_work_order(quantity=5),))
    for arrived in (1, 3, 2):
        order = arrive(order, arrived, day(1))

    assert order.arrivals == (Arrival(day(1), 2),)


def test_a_fact_heard_twice_changes_nothing() -> None:
    order = arrive(an_order(work_orders=(a_work_order(quantity=5),)), 5, day(1))

    assert follow(order, order, day(9)) is order


arrivals = st.lists(st.integers(0, 6), min_size=1, max_size=6)
quantities = st.lists(st.integers(0, 6), min_size=1, max_size=4)


@given(arrivals, quantities, st.randoms())
def test_what_is_heard_first_of_two_streams_makes_no_difference(
    arrived: list[int], quantity: list[int], random: Random
) -> None:
    begun = an_order(quantity=9, work_orders=(a_work_order(quantity=5),))
    stock = [("stock", total, day(n)) for n, total in enumerate(arrived, 1)]
    factory = [("factory", total, day(n)) for n, total in enumerate(quantity, 10)]

    def heard(facts: list[tuple[str, int, date]]) -> Order:
        order = begun
        for stream, total, on in facts:
            if stream == "stock":
                order = arrive(order, total, on)
            else:
                fact = reported(WorkOrderQuantityChanged, quantity=total, cause=SCRAPPED)
                order = follow(order, order.hear_work_order(fact), on)
        return order

    mixed, left = list[tuple[str, int, date]](), [list(stock), list(factory)]
    while any(left):
        mixed.append(random.choice([each for each in left if each]).pop(0))

    plain = [replace(heard(facts), demand=begun.demand) for facts in (stock + factory, factory + stock, mixed)]
    assert plain[0] == plain[1] == plain[2]

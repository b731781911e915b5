"""When an order is foreseen to be there, its source being silent beyond the promised day or not."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.orders.domain.foresight import foreseen, last_to_come, silent
from services.orders.domain.lead_time import Prior, Seen, learn
from services.orders.domain.order import Order
from services.orders.domain.promise import Promise
from services.orders.domain.sourcing import Sourcing
from tests.unit.orders.makers import TODAY, a_market, a_source, a_work_order, an_order

LEARNED = learn(30, Seen(at_least=[90]), Prior())
KNOWN = a_market(a_source("F-01", LEARNED.days, lead_time=LEARNED))
UNKNOWN = a_market(a_source("F-01"))
EXPECTED = TODAY + timedelta(days=LEARNED.remaining_days(90))


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def a_work(n: int, days: int, quantity: int = 5, source: str = "F-01") -> Sourcing:
    """Make a work order that was asked for 90 days ago, and is due in so many days."""
    asked_on = in_days(-90)
    return a_work_order(n, quantity, source=source, due=in_days(days), due_asked=in_days(days), asked_on=asked_on)


def an_order_promised(days: int, *works: Sourcing, quantity: int = 5, **demand: int) -> Order:
    promise = Promise(in_days(days), "accepted by F-01")
    return replace(an_order(quantity, work_orders=works, **demand), promise=promise, promises=1)


def day_of(order: Order, market: object = KNOWN) -> date | None:
    assert market in (KNOWN, UNKNOWN)
    return foreseen(order, silent(order, KNOWN if market is KNOWN else UNKNOWN, TODAY), TODAY)


def test_what_is_not_due_yet_is_foreseen_as_promised() -> None:
    order = an_order_promised(20, a_work(1, 20))

    assert day_of(order) == in_days(20)
    assert silent(order, KNOWN, TODAY) == {}


def test_what_is_overdue_is_foreseen_when_half_of_those_come_that_are_out_as_long() -> None:
    assert day_of(an_order_promised(-9, a_work(1, -9))) == EXPECTED > TODAY


@pytest.mark.parametrize(
    ("market", "work"),
    [(UNKNOWN, a_work(1, -9)), (KNOWN, a_work(1, -9, source="F-02")), (KNOWN, replace(a_work(1, -9), asked_on=None))],
    ids=["nothing learned", "no terms any more", "asked on a day that was not kept"],
)
def test_nobody_can_say_when_what_is_overdue_comes_of_which_nothing_is_known(market: object, work: Sourcing) -> None:
    assert day_of(an_order_promised(-9, work), market) is None


def test_a_promise_that_stands_is_later_where_a_work_order_before_its_last_is_silent() -> None:
    order = an_order_promised(2, a_work(1, -9), a_work(2, 2), quantity=10)

    last = last_to_come(order, silent(order, KNOWN, TODAY))

    assert day_of(order) == EXPECTED
    assert last is not None
    assert (last.work.n, last.on) == (1, EXPECTED)


def test_what_is_silent_and_not_needed_any_more_delays_nothing() -> None:
    assert day_of(an_order_promised(-9, a_work(1, -9), a_work(2, 2))) == in_days(2)


def test_what_has_arrived_is_not_waited_for() -> None:
    order = an_order_promised(20, a_work(1, -9), a_work(2, 20), quantity=10, arrived=5, reserved=5)

    assert day_of(order) == in_days(20)


def test_what_is_held_since_a_day_that_is_past_is_there_today() -> None:
    held = an_order_promised(-9, reserved=5)

    assert day_of(held) == TODAY
    assert last_to_come(held, {}) is None


def test_without_a_promise_nothing_is_foreseen() -> None:
    assert day_of(an_order(5, heard=1)) is None
    assert day_of(replace(an_order_promised(-9), promise=Promise(None, "neither stock nor source"))) is None

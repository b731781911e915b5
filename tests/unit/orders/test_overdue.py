"""Promises whose day has passed: told once of each, and only while something is still to come."""

from dataclasses import replace
from datetime import date, timedelta

from services.orders.domain.explaining import ReasonKind, why_not_promised_earlier
from services.orders.domain.order import Order
from services.orders.domain.overdue import tell_overdue
from services.orders.domain.plan import plan
from services.orders.domain.promise import Promise
from shared.events.orders import OrderPromiseOverdue
from tests.unit.orders.makers import TODAY, a_market, a_work_order, an_order

NOBODY = a_market()
DUE = date(2027, 1, 1)
AFTER = DUE + timedelta(days=1)


def a_promised_order() -> Order:
    """Make an order that holds two, and is promised the other three for the first of January."""
    return plan(an_order(quantity=5, reserved=2, work_orders=(a_work_order(quantity=3),)), NOBODY, TODAY).order


def test_a_promise_that_was_not_kept_is_told_with_what_is_missing() -> None:
    order = a_promised_order()

    told = tell_overdue(order, AFTER)

    (fact,) = told.facts
    assert isinstance(fact, OrderPromiseOverdue)
    assert (fact.number, fact.promised_for, fact.first, fact.missing) == (1, DUE, DUE, 3)
    assert (told.order.version, told.order.is_overdue) == (order.version + 1, True)


def test_it_is_told_once_however_late_and_often_one_looks() -> None:
    once = tell_overdue(a_promised_order(), AFTER).order

    again = tell_overdue(once, AFTER + timedelta(days=400))

    assert (again.order, again.facts) == (once, ())


def test_a_promise_holds_until_its_day_is_over() -> None:
    assert tell_overdue(a_promised_order(), DUE).facts == ()


def test_each_later_promise_may_be_overdue_in_its_turn() -> None:
    once = tell_overdue(a_promised_order(), AFTER).order
    later = replace(once.work_orders[0], due=AFTER + timedelta(days=9), due_reason="delayed by F-01")

    moved = plan(once.with_work(later), NOBODY, AFTER).order
    told = tell_overdue(moved, AFTER + timedelta(days=10))

    assert (moved.promises, moved.is_overdue) == (2, False)
    assert [fact.number for fact in told.facts if isinstance(fact, OrderPromiseOverdue)] == [2]
    assert told.order.first_promised_for == DUE


def test_what_was_there_in_time_is_not_overdue_however_late_it_is_issued() -> None:
    held = plan(an_order(quantity=5, reserved=5), NOBODY, TODAY).order

    assert tell_overdue(held, TODAY + timedelta(days=90)).facts == ()


def test_a_promise_that_was_withdrawn_or_never_made_is_not_overdue() -> None:
    withdrawn = replace(a_promised_order(), promise=Promise(None, "neither stock nor source"), promises=2)

    assert tell_overdue(withdrawn, AFTER).facts == ()
    assert tell_overdue(an_order(), AFTER).facts == ()


def test_nothing_is_told_on_a_word_of_inventory_that_was_never_true() -> None:
    order = a_promised_order()

    unsettled = replace(order, demand=replace(order.demand, unsettled=True))

    assert tell_overdue(unsettled, AFTER).facts == ()


def test_an_overdue_promise_stops_being_overdue_when_the_goods_have_come() -> None:
    overdue = tell_overdue(a_promised_order(), AFTER).order

    came = plan(replace(overdue, demand=replace(overdue.demand, reserved=5, arrived=3)), NOBODY, AFTER).order

    assert (came.is_overdue, came.promises) == (False, 2)


def test_the_explanation_says_that_the_day_has_passed_and_what_is_still_to_come() -> None:
    overdue = tell_overdue(a_promised_order(), AFTER).order

    told = why_not_promised_earlier(overdue, [])

    assert [(each.kind, each.quantity, each.day) for each in told] == [
        (ReasonKind.PROMISED, None, DUE),
        (ReasonKind.OVERDUE, 3, DUE),
    ]
    assert told[1].text == "the day promised, 2027-01-01, has passed, and 3 of 5 are still to come"

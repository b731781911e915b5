"""The sourcing plan and the promise that follows from it."""

from dataclasses import replace
from datetime import date, timedelta

from services.orders.domain import asking
from services.orders.domain.order import Demand, Order
from services.orders.domain.plan import WORK_ORDERS_MAX, plan
from services.orders.domain.promise import IN_STOCK, NO_SOURCE, Promise
from services.orders.domain.sourcing import WorkState
from shared.events.orders import OrderPromised, OrderSourced, OrderSourcingReduced
from tests.unit.orders.makers import FACTORY, ORDER, TODAY, a_market, a_source, a_work_order, an_order, asked

SOURCES = a_market(a_source("F-02", 30), a_source("F-01", 30), a_source("F-03", 10))
NOBODY = a_market()
ONE = a_market(a_source("F-02", 30))


def asked_back(order: Order) -> list[tuple[int, int]]:
    facts = asked(order, SOURCES)
    assert all(isinstance(fact, OrderSourcingReduced) for fact in facts)
    return [(int(fact.work_order[-1]), fact.quantity) for fact in facts if isinstance(fact, OrderSourcingReduced)]


def test_what_is_missing_goes_to_the_source_with_the_shortest_lead_time() -> None:
    decided = plan(an_order(quantity=5, reserved=2), SOURCES, TODAY)

    fact, promised = decided.facts
    told = {"order", "site", "part", "ordered_by", "work_order", "source", "quantity", "priority", "due", "required_by"}
    assert fact.model_dump(include=told) == {
        "order": ORDER,
        "site": "D-01",
        "part": "ROTOR-BLADE",
        "ordered_by": "D-01",
        "work_order": f"{ORDER}-W1",
        "source": "F-03",
        "quantity": 3,
        "priority": 4,
        "due": TODAY + timedelta(days=10),
        "required_by": date(2026, 12, 20),
    }
    assert isinstance(promised, OrderPromised)
    assert (decided.order.sourced, decided.order.open, decided.order.version) == (3, 0, 3)


def test_of_equal_lead_times_the_first_site_is_chosen() -> None:
    (fact,) = asked(an_order(reserved=2), a_market(*SOURCES.sources[:2]))

    assert isinstance(fact, OrderSourced)
    assert fact.source == "F-01"


def test_a_source_that_refused_the_order_is_not_asked_again() -> None:
    refused = a_work_order(quantity=0, source="F-03", state=WorkState.REFUSED)

    (fact,) = asked(an_order(reserved=2, work_orders=(refused,)), SOURCES)

    assert isinstance(fact, OrderSourced)
    assert (fact.source, fact.work_order) == ("F-01", f"{ORDER}-W2")


def test_without_a_source_the_rest_stays_open() -> None:
    decided = plan(an_order(quantity=5, reserved=2), NOBODY, TODAY)

    assert decided.facts == ()
    assert decided.order.open == 3


def test_nothing_is_planned_before_inventory_has_answered() -> None:
    order = an_order(quantity=5)

    assert plan(order, SOURCES, TODAY).order == order


def test_nothing_is_planned_on_totals_that_inventory_has_not_finished_telling() -> None:
    order = an_order(quantity=5, arrived=5, unsettled=True, work_orders=(a_work_order(quantity=5),))

    assert plan(order, SOURCES, TODAY).order == order


def test_an_order_has_so_many_work_orders_and_no_more() -> None:
    order = replace(an_order(reserved=2), work_orders=(a_work_order(quantity=0),) * WORK_ORDERS_MAX)

    assert plan(order, SOURCES, TODAY).facts == ()


def test_supplies_that_arrived_for_others_are_sourced_again() -> None:
    order = an_order(quantity=5, arrived=3, lost=1, work_orders=(a_work_order(quantity=5),))

    (fact,) = asked(order, SOURCES)

    assert isinstance(fact, OrderSourced)
    assert fact.quantity == 4


def test_a_surplus_is_asked_back_latest_promise_first() -> None:
    works = (
        a_work_order(1, quantity=3),
        a_work_order(2, quantity=2),
        a_work_order(3, quantity=4, due=date(2026, 12, 1)),
    )

    assert asked_back(an_order(quantity=9, reserved=5, work_orders=works)) == [(2, 2), (1, 3)]


def test_what_is_asked_back_already_is_not_asked_back_twice() -> None:
    works = (a_work_order(1, quantity=3), a_work_order(2, quantity=2, asked=2))

    assert asked_back(an_order(quantity=5, reserved=3, work_orders=works)) == [(1, 1)]


def test_a_work_order_that_gave_less_than_asked_is_left_alone() -> None:
    works = (a_work_order(1, quantity=3), a_work_order(2, quantity=2, asked=2, answered=2, given=1))

    assert asked_back(an_order(quantity=5, reserved=3, work_orders=works)) == [(1, 3)]


def test_nothing_is_asked_back_of_an_order_without_surplus() -> None:
    assert asked_back(an_order(quantity=5, reserved=2, work_orders=(a_work_order(quantity=3),))) == []


def test_a_fact_that_asks_back_says_how_much_in_all() -> None:
    work = a_work_order(quantity=5, asked=1, answered=1, given=1)

    (fact,) = asked(an_order(quantity=5, reserved=3, work_orders=(work,)), SOURCES)

    assert isinstance(fact, OrderSourcingReduced)
    assert (fact.quantity, fact.asked, fact.source) == (3, 4, FACTORY)


def test_nothing_more_is_sourced_while_a_cancel_waits_for_its_answer() -> None:
    order = asking.cancel(an_order(quantity=5, reserved=2)).order

    assert plan(order, SOURCES, TODAY).facts == ()


def test_nothing_is_sourced_beyond_a_reduction_that_waits_for_its_answer() -> None:
    order = asking.reduce(an_order(quantity=5, reserved=2), 3).order

    (fact,) = asked(order, SOURCES)

    assert isinstance(fact, OrderSourced)
    assert fact.quantity == 1


def test_a_closed_order_asks_everything_back() -> None:
    order = an_order(quantity=5, cancelled=5, closed=True, work_orders=(a_work_order(quantity=5),))

    assert asked_back(order) == [(1, 5)]


def test_what_is_reserved_in_full_is_promised_for_today() -> None:
    order = plan(an_order(quantity=5, reserved=5), NOBODY, TODAY).order

    assert order.promise == Promise(TODAY, IN_STOCK)
    assert (order.promises, order.first_promised_for) == (1, TODAY)


def test_a_promise_from_stock_keeps_its_day() -> None:
    order = plan(an_order(quantity=5, reserved=5), NOBODY, TODAY).order

    later = plan(order, NOBODY, TODAY + timedelta(days=3)).order

    assert later == order


def test_what_is_to_be_made_is_promised_for_when_it_will_do() -> None:
    works = (
        a_work_order(1, quantity=2, due=date(2027, 1, 9), due_reason="accepted by F-01"),
        a_work_order(2, quantity=1, due=date(2027, 1, 5)),
        a_work_order(3, quantity=4, due=date(2027, 3, 1), asked=4, answered=4, given=0),
    )

    order = plan(an_order(quantity=5, reserved=2, work_orders=works), NOBODY, TODAY).order

    assert order.promise == Promise(date(2027, 1, 9), "accepted by F-01")


def test_what_came_in_already_is_no_longer_waited_for() -> None:
    works = (a_work_order(1, quantity=2), a_work_order(2, quantity=3))

    order = plan(an_order(quantity=5, reserved=2, arrived=2, work_orders=works), NOBODY, TODAY).order

    assert order.promise == Promise(date(2027, 1, 2), "lead time of F-01")


def test_a_delay_moves_the_promise_and_the_first_one_is_kept() -> None:
    order = plan(an_order(quantity=5, work_orders=(a_work_order(quantity=5),)), NOBODY, TODAY).order
    delayed = replace(order.work_orders[0], due=date(2027, 6, 1), due_reason="delayed by F-01: furnace")

    moved = plan(order.with_work(delayed), NOBODY, TODAY).order

    assert moved.promise == Promise(date(2027, 6, 1), "delayed by F-01: furnace")
    assert (moved.promises, moved.first_promised_for) == (2, date(2027, 1, 1))


def test_nothing_is_promised_while_something_is_open() -> None:
    order = plan(an_order(quantity=5, reserved=2), NOBODY, TODAY).order

    assert (order.promise, order.promises) == (None, 0)


def test_a_promise_is_withdrawn_when_its_stock_or_source_is_gone() -> None:
    promised = plan(an_order(quantity=5, reserved=5), NOBODY, TODAY).order

    lost = plan(replace(promised, demand=Demand(heard=2, reserved=2)), NOBODY, TODAY).order
    found = plan(replace(lost, demand=Demand(heard=3, reserved=5)), NOBODY, TODAY + timedelta(days=1)).order

    assert lost.promise == Promise(None, NO_SOURCE)
    assert found.promise == Promise(TODAY + timedelta(days=1), IN_STOCK)
    assert (found.promises, found.first_promised_for) == (3, TODAY)


def test_the_first_day_promised_is_the_first_that_was_a_day() -> None:
    withdrawn = replace(an_order(quantity=5, reserved=5), promise=Promise(None, NO_SOURCE), promises=1)

    order = plan(withdrawn, NOBODY, TODAY).order

    assert order.first_promised_for == TODAY


def test_an_order_that_is_settled_keeps_its_last_promise() -> None:
    promised = plan(an_order(quantity=5, reserved=5), NOBODY, TODAY).order

    issued = plan(replace(promised, demand=Demand(heard=2, issued=5)), NOBODY, TODAY + timedelta(days=2)).order

    assert issued.promise == promised.promise
    assert issued.promises == 1


def test_an_order_that_needs_nothing_is_promised_nothing_new() -> None:
    order = an_order(quantity=5, cancelled=5, closed=True)

    assert plan(order, SOURCES, TODAY).order.promise is None


def test_while_more_has_come_than_production_has_told_of_its_word_is_waited_for() -> None:
    order = an_order(quantity=5, arrived=3, work_orders=(a_work_order(quantity=2, sourced=5),))

    waiting = plan(order, SOURCES, TODAY)
    told = plan(order.with_work(a_work_order(quantity=3)), SOURCES, TODAY)

    assert (waiting.order.open, waiting.facts) == (5, ())
    assert [fact.quantity for fact in told.facts if isinstance(fact, OrderSourced)] == [5]


def test_a_promise_is_told_with_the_day_before_and_the_first() -> None:
    first = plan(an_order(quantity=5, reserved=2), ONE, TODAY).order
    (work,) = first.work_orders
    delayed = replace(work, due=date(2027, 3, 1), due_reason="delayed by F-02: furnace")

    (told,) = plan(first.with_work(delayed), ONE, TODAY).facts

    assert told == OrderPromised(
        order=ORDER,
        site="D-01",
        part="ROTOR-BLADE",
        ordered_by="D-01",
        number=2,
        promised_for=date(2027, 3, 1),
        reason="delayed by F-02: furnace",
        before=TODAY + timedelta(days=30),
        first=TODAY + timedelta(days=30),
    )


def test_a_promise_that_is_withdrawn_is_told_without_a_day() -> None:
    first = plan(an_order(quantity=5, reserved=5), NOBODY, TODAY).order
    lost = replace(first, demand=replace(first.demand, reserved=4))

    (told,) = plan(lost, NOBODY, TODAY).facts

    assert isinstance(told, OrderPromised)
    assert (told.number, told.promised_for, told.before, told.first, told.reason) == (2, None, TODAY, TODAY, NO_SOURCE)


def test_a_promise_that_stays_is_not_told_again() -> None:
    first = plan(an_order(quantity=5, reserved=5), NOBODY, TODAY).order

    assert plan(first, NOBODY, TODAY + timedelta(days=1)).facts == ()

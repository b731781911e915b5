"""An order: placed, and what it hears."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from services.orders.domain import asking
from services.orders.domain.asking import (
    RequiredByPast,
)
from services.orders.domain.catalogue import CatalogueBehind
from services.orders.domain.order import DemandContradictory, Order, OrderState, WorkOrderUnknown
from services.orders.domain.placement import QuantityAbsurd, placed_at, refuse_absurd
from services.orders.domain.promise import Promise, of_earlier_books
from services.orders.domain.sourcing import WorkState
from shared.events.production import (
    DelayReported,
    WorkOrderAccepted,
    WorkOrderOpened,
    WorkOrderQuantityChanged,
    WorkOrderReduced,
    WorkOrderRefused,
)
from shared.events.stock import DemandClosed, DemandReduced, DemandReserved
from tests.unit.orders.makers import NOW, ORDER, SCRAPPED, TODAY, a_placed_order, a_work_order, an_order, reported, said


def test_a_placed_order_waits_with_all_of_it_open() -> None:
    order, fact = a_placed_order(quantity=5)

    assert (order.state, order.open, order.version) == (OrderState.PLACED, 5, 1)
    assert (fact.key, fact.quantity, fact.priority) == (f"order:{ORDER}", 5, 4)


def test_an_order_cannot_be_required_by_a_day_that_has_passed() -> None:
    with pytest.raises(RequiredByPast):
        a_placed_order(required_by=TODAY - timedelta(days=1))


@pytest.mark.parametrize(("scale", "most"), [(0, 100), (3, 100_000)])
def test_an_order_holds_as_many_units_of_issue_as_are_allowed_and_no_more(scale: int, most: int) -> None:
    refuse_absurd(most, scale=scale, units_max=100)

    with pytest.raises(QuantityAbsurd) as refused:
        refuse_absurd(most + 1, scale=scale, units_max=100)

    assert refused.value.facts == {"quantity": most + 1, "quantity_max": most}


def test_of_an_order_from_earlier_books_the_day_of_placing_and_what_was_promised_are_kept() -> None:
    assert placed_at(TODAY, NOW) == datetime.combine(TODAY, time(), UTC)
    assert placed_at(None, NOW) == NOW
    assert of_earlier_books(TODAY) == Promise(TODAY, "as promised in earlier books")


def test_an_order_may_be_required_today() -> None:
    order, _ = a_placed_order(required_by=TODAY)

    assert order.required_by == TODAY


@pytest.mark.parametrize(
    ("order", "state"),
    [
        (an_order(), OrderState.PLACED),
        (an_order(reserved=2), OrderState.OPEN),
        (an_order(reserved=2, work_orders=(a_work_order(quantity=3),)), OrderState.SOURCED),
        (an_order(reserved=2, work_orders=(a_work_order(quantity=2),)), OrderState.OPEN),
        (an_order(reserved=3, issued=2), OrderState.RESERVED),
        (an_order(issued=5), OrderState.ISSUED),
        (an_order(issued=2, cancelled=3), OrderState.ISSUED),
        (an_order(cancelled=5, closed=True), OrderState.CANCELLED),
        (replace(an_order(cancelled=2, arrived=2), for_stock=True), OrderState.OPEN),
        (replace(an_order(cancelled=5, arrived=5), for_stock=True), OrderState.STOCKED),
        (replace(an_order(cancelled=5, closed=True), for_stock=True), OrderState.CANCELLED),
    ],
    ids=lambda value: value.name if isinstance(value, OrderState) else "",
)
def test_the_worst_news_names_the_state(order: Order, state: OrderState) -> None:
    assert order.state is state


def test_the_last_answer_to_reductions_says_how_much_is_wanted() -> None:
    asked = asking.reduce(asking.reduce(an_order(issued=2), 4).order, 1).order

    first = asked.hear_demand(said(DemandReduced, issued=2, cancelled=1), 2)
    last = first.hear_demand(said(DemandReduced, issued=2, cancelled=3), 3)

    assert (first.wanted, first.reductions) == (1, 1)
    assert (last.wanted, last.reductions) == (2, 0)


def test_a_closed_order_wants_nothing_whatever_a_late_answer_says() -> None:
    asked = asking.reduce(an_order(reserved=5), 4).order

    closed = asked.hear_demand(said(DemandReduced, cancelled=5, closed=True), 2)

    assert closed.wanted == 4
    assert closed.open == 0


def test_inventory_s_totals_are_taken_over_as_they_are() -> None:
    order = an_order(reserved=5, arrived=4)

    heard = order.hear_demand(said(DemandReserved, reserved=1, issued=2, arrived=3, lost=1, released=1), 9)

    demand = heard.demand
    assert (demand.heard, demand.reserved, demand.issued, demand.arrived) == (9, 1, 2, 3)
    assert (demand.lost, demand.released, demand.closed) == (1, 1, False)


def test_a_closed_demand_leaves_what_was_issued() -> None:
    heard = an_order(reserved=3, issued=2).hear_demand(said(DemandClosed, issued=2, cancelled=3, closed=True), 4)

    assert (heard.state, heard.need, heard.open) == (OrderState.ISSUED, 0, 0)


def test_totals_beyond_what_was_ordered_are_refused() -> None:
    with pytest.raises(DemandContradictory):
        an_order(quantity=5).hear_demand(said(DemandReserved, reserved=4, issued=2), 1)


def test_a_work_order_that_was_never_asked_for_is_refused() -> None:
    order = an_order(work_orders=(a_work_order(1),))

    with pytest.raises(WorkOrderUnknown):
        order.hear_work_order(reported(WorkOrderOpened, n=2))


@pytest.mark.parametrize(
    ("kind", "more", "state"),
    [
        (WorkOrderOpened, {}, WorkState.OPEN),
        (WorkOrderAccepted, {}, WorkState.ACCEPTED),
        (WorkOrderRefused, {"reason": "no capacity"}, WorkState.REFUSED),
        (WorkOrderQuantityChanged, {"cause": SCRAPPED}, WorkState.OPEN),
        (DelayReported, {"cause": "furnace"}, WorkState.OPEN),
    ],
)
def test_a_work_order_is_as_production_says(kind: type[Any], more: dict[str, Any], state: WorkState) -> None:
    order = an_order(work_orders=(a_work_order(1, state=WorkState.ASKED), a_work_order(2)))
    fact = reported(kind, n=1, quantity=3, due=date(2027, 3, 1), **more)

    changed, other = order.hear_work_order(fact).work_orders

    assert (changed.state, changed.quantity, changed.due) == (state, 3, date(2027, 3, 1))
    assert other == a_work_order(2)


def test_an_accepted_work_order_stays_accepted_when_its_quantity_changes() -> None:
    order = an_order(work_orders=(a_work_order(state=WorkState.ACCEPTED),))

    heard = order.hear_work_order(reported(WorkOrderQuantityChanged, quantity=4, cause=SCRAPPED))

    assert heard.work_orders[0].state is WorkState.ACCEPTED


@pytest.mark.parametrize(("quantity", "state"), [(5, WorkState.OPEN), (0, WorkState.REFUSED)])
def test_a_refusal_that_was_voided_is_one_no_more(quantity: int, state: WorkState) -> None:
    order = an_order(work_orders=(a_work_order(quantity=0, state=WorkState.REFUSED),))

    heard = order.hear_work_order(reported(WorkOrderQuantityChanged, quantity=quantity, cause=SCRAPPED))

    assert heard.work_orders[0].state is state


def test_a_work_order_that_gave_less_than_asked_is_kept() -> None:
    order = an_order(work_orders=(a_work_order(quantity=5, asked=2),))

    (work,) = order.hear_work_order(reported(WorkOrderReduced, quantity=4, asked=2, given=1)).work_orders

    assert (work.quantity, work.pending, work.kept) == (4, 0, True)


def test_a_work_order_that_gave_what_was_asked_may_be_asked_again() -> None:
    order = an_order(work_orders=(a_work_order(quantity=5, asked=2),))

    (work,) = order.hear_work_order(reported(WorkOrderReduced, quantity=3, asked=2, given=2)).work_orders

    assert (work.quantity, work.pending, work.kept) == (3, 0, False)


def test_who_takes_a_work_order_on_says_when_and_why() -> None:
    order = an_order(work_orders=(a_work_order(),))

    accepted = order.hear_work_order(reported(WorkOrderAccepted))
    delayed = accepted.hear_work_order(reported(DelayReported, cause="furnace"))

    assert accepted.work_orders[0].due_reason == "accepted by F-01"
    assert delayed.work_orders[0].due_reason == "delayed by F-01: furnace"


def test_a_catalogue_that_is_behind_names_what_it_lacks_and_keeps_lines_apart() -> None:
    behind = CatalogueBehind(unknown=1, errors=[{"field": "line 2: part"}])

    assert behind.detail() == "unknown: 1"

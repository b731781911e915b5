"""Lateral supply: the order counts on another depot once that one holds all, and no longer than it does."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.orders.domain import lending
from services.orders.domain.asking import OrderAlreadyIssued, OrderCancelled, OrderUnanswered
from services.orders.domain.lending import (
    Lending,
    LentBeyondNeed,
    LentToItself,
    OrderNotLendable,
    SuffixesUsed,
    name_lateral,
    suffixed,
)
from services.orders.domain.order import Decision, Demand, Order
from services.orders.domain.plan import needs_source, plan
from services.orders.domain.sourcing import WorkState
from shared.errors import Refusal
from shared.events.expediting import OrderLent, OrderLentAsked
from shared.events.orders import OrderCancelRequested, OrderPromised, OrderSourced, OrderSourcingReduced
from tests.unit.orders.makers import ORDER, TODAY, a_market, a_placed_order, a_source, a_work_order, an_order

LATERAL = f"{ORDER}-Z"
ASKED = Lending(depot="D-02", quantity=2, road_days=3, by="depot@D-01", reason="Grounded.")
THERE = TODAY + timedelta(days=3)


def a_lateral(quantity: int = 2, **demand: Any) -> Order:
    """Make a lateral order of which D-02 has said this."""
    order, _ = a_placed_order(
        order_id=LATERAL, site="D-02", quantity=quantity, partial=False, supplies=ORDER, road_days=3
    )
    return replace(order, demand=Demand(**({"heard": 1} | demand)))


def sourced() -> Order:
    return plan(an_order(5, work_orders=(a_work_order(),)), a_market(), TODAY).order


def lent() -> Order:
    return lending.follow(sourced(), a_lateral(reserved=2), TODAY).order


def test_asking_another_depot_is_noted_with_actor_reason_and_how_it_was_and_changes_nothing_yet() -> None:
    order = sourced()

    decided = lending.ask(order, LATERAL, ASKED)

    (fact,) = decided.facts
    assert isinstance(fact, OrderLentAsked)
    assert (fact.lateral, fact.depot, fact.quantity, fact.road_days) == (LATERAL, "D-02", 2, 3)
    assert (fact.reason, fact.asked_by) == ("Grounded.", "depot@D-01")
    assert (fact.sourced_before, fact.promised_before) == (5, order.work_orders[0].due)
    assert decided.order == replace(order, version=order.version + 1)


def test_asking_for_an_order_without_a_promise_says_that_there_was_none() -> None:
    (fact,) = lending.ask(an_order(5, reserved=3), LATERAL, ASKED).facts

    assert isinstance(fact, OrderLentAsked)
    assert fact.promised_before is None


def test_a_lateral_order_says_that_it_supplies_another_and_is_all_or_nothing() -> None:
    _, fact = a_placed_order(order_id=LATERAL, site="D-02", partial=False, supplies=ORDER, road_days=3)

    assert (fact.supplies, fact.ordered_by, fact.site, fact.partial) == (ORDER, "D-01", "D-02", False)


def test_the_order_counts_on_the_other_depot_once_it_holds_all_and_asks_the_same_back_from_its_source() -> None:
    decided = lending.follow(sourced(), a_lateral(reserved=2), TODAY)

    (fact,) = decided.facts
    assert isinstance(fact, OrderLent)
    assert (fact.n, fact.lateral, fact.depot, fact.quantity, fact.due) == (2, LATERAL, "D-02", 2, THERE)
    work = decided.order.work_orders[1]
    assert (work.source, work.lateral, work.state) == ("D-02", LATERAL, WorkState.OPEN)
    assert work.due_reason == "held at D-02, 3 days on the road"
    planned = plan(decided.order, a_market(a_source()), TODAY)
    reduced = planned.facts[0]
    assert isinstance(reduced, OrderSourcingReduced)
    assert (reduced.work_order, reduced.quantity) == (f"{ORDER}-W1", 2)


def test_what_another_depot_ships_is_never_asked_back_from_it_as_from_a_factory() -> None:
    order = replace(lent(), demand=Demand(heard=2, reserved=5))

    planned = plan(order, a_market(), TODAY)

    asked = [fact.work_order for fact in planned.facts if isinstance(fact, OrderSourcingReduced)]
    assert asked == [f"{ORDER}-W1"]


@pytest.mark.parametrize(
    "lateral",
    [
        pytest.param(a_lateral(heard=0), id="unanswered"),
        pytest.param(a_lateral(), id="holds nothing"),
        pytest.param(a_lateral(reserved=2, unsettled=True), id="in the same breath"),
        pytest.param(a_lateral(cancelled=2, closed=True), id="declined"),
        pytest.param(replace(a_lateral(reserved=2), cancel_requested=True), id="about to be cancelled"),
    ],
)
def test_the_order_does_not_count_on_what_the_other_depot_does_not_hold(lateral: Order) -> None:
    order = sourced()

    assert lending.follow(order, lateral, TODAY) == Decision(order)
    assert not lending.is_unwanted(order, lateral)


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(an_order(5, reserved=5), id="served meanwhile"),
        pytest.param(replace(sourced(), cancel_requested=True), id="about to be cancelled"),
        pytest.param(an_order(5, cancelled=5, closed=True), id="cancelled"),
    ],
)
def test_an_order_that_lacks_nothing_any_more_lets_the_other_depot_go(order: Order) -> None:
    held = a_lateral(reserved=2)

    assert lending.follow(order, held, TODAY).facts == ()
    assert lending.is_unwanted(order, held)
    assert not lending.is_unwanted(order, a_lateral(issued=2))


def test_a_lateral_order_whose_depot_holds_less_than_all_is_withdrawn_and_nothing_is_made_for_it() -> None:
    short = a_lateral()

    decided = plan(short, a_market(a_source()), TODAY)

    (fact,) = decided.facts
    assert isinstance(fact, OrderCancelRequested)
    assert fact.reason == "D-02 does not have so much beyond what it keeps"
    assert not needs_source(short)
    assert plan(decided.order, a_market(a_source()), TODAY).facts == ()


def test_a_lateral_order_that_holds_all_is_promised_from_stock() -> None:
    (fact,) = plan(a_lateral(reserved=2), a_market(a_source()), TODAY).facts

    assert isinstance(fact, OrderPromised)


def test_the_days_on_the_road_begin_anew_on_the_day_of_shipping_and_only_once() -> None:
    later = TODAY + timedelta(days=7)

    shipped = lending.follow(lent(), a_lateral(issued=2), later).order
    again = lending.follow(shipped, a_lateral(issued=2), later + timedelta(days=1)).order

    work = shipped.work_orders[1]
    assert (work.due, work.state) == (later + timedelta(days=3), WorkState.ACCEPTED)
    assert work.due_reason == f"shipped by D-02 on {later}"
    assert again == shipped


def test_told_twice_that_the_other_depot_holds_all_the_order_counts_on_it_once() -> None:
    assert lending.follow(lent(), a_lateral(reserved=2), TODAY + timedelta(days=1)) == Decision(lent())


def test_a_depot_that_declines_after_all_leaves_the_order_to_be_sourced_anew() -> None:
    order = lending.follow(lent(), a_lateral(cancelled=2, closed=True), TODAY).order
    order = replace(order, work_orders=(replace(order.work_orders[0], quantity=3), order.work_orders[1]))

    planned = plan(order, a_market(a_source()), TODAY)

    assert order.work_orders[1].quantity == 0
    assert order.work_orders[1].state is WorkState.REFUSED
    fact = planned.facts[0]
    assert isinstance(fact, OrderSourced)
    assert (fact.source, fact.quantity, fact.work_order) == ("F-01", 2, f"{ORDER}-W3")


def test_a_lateral_order_that_was_reduced_brings_what_is_still_wanted_of_it() -> None:
    reduced = a_lateral(3, reserved=2, cancelled=1)

    assert lending.follow(sourced(), reduced, TODAY).order.work_orders[1].quantity == 2
    assert lending.follow(lent(), reduced, TODAY).order.work_orders[1].quantity == 2


@pytest.mark.parametrize(
    ("order", "depot", "quantity", "already", "refusal"),
    [
        pytest.param(sourced(), "D-01", 1, 0, LentToItself, id="its own depot"),
        pytest.param(sourced(), "D-02", 6, 0, LentBeyondNeed, id="more than it waits for"),
        pytest.param(sourced(), "D-02", 3, 3, LentBeyondNeed, id="others are asked"),
        pytest.param(lent(), "D-03", 4, 0, LentBeyondNeed, id="another ships two"),
        pytest.param(a_lateral(), "D-03", 1, 0, OrderNotLendable, id="a lateral order"),
        pytest.param(replace(sourced(), cancel_requested=True), "D-02", 1, 0, OrderCancelled, id="cancelled"),
        pytest.param(an_order(5, issued=5), "D-02", 1, 0, OrderAlreadyIssued, id="issued"),
        pytest.param(an_order(5), "D-02", 1, 0, OrderUnanswered, id="unanswered"),
    ],
)
def test_what_another_depot_cannot_be_asked_for_is_refused(
    order: Order, depot: str, quantity: int, already: int, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        lending.refuse_unlendable(order, depot, quantity, asked_already=already)


def test_what_another_depot_ships_already_leaves_the_rest_to_be_asked_for() -> None:
    lending.refuse_unlendable(lent(), "D-03", 3, asked_already=0)


def test_lateral_orders_carry_the_order_s_number_and_the_last_suffix_that_is_free() -> None:
    assert name_lateral(ORDER, []) == LATERAL
    assert name_lateral(f"{ORDER}-A", [LATERAL]) == f"{ORDER}-Y"
    with pytest.raises(SuffixesUsed):
        name_lateral(ORDER, suffixed(ORDER))

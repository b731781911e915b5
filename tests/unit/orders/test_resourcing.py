"""Sourcing anew when a source slips: what is asked back, of whom, and when it is left where it is."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.orders.domain.lead_time import Prior, Seen, learn
from services.orders.domain.order import Order
from services.orders.domain.plan import looks_at_market, plan
from services.orders.domain.ranking import Market, Resourcing, Weights
from services.orders.domain.resourcing import AskedBackAlready, NothingSooner, proposals, resource_by_hand
from services.orders.domain.source import Source, Span
from services.orders.domain.sourcing import Sourcing
from shared.events.orders import OrderSourced, OrderSourcingReduced
from shared.events.production import DelayReported, WorkOrderReduced
from tests.unit.orders.makers import TODAY, a_market, a_source, a_supplier, a_work_order, an_order, asked, reported

AUTOMATIC = Weights(resourcing=Resourcing.AUTOMATIC, resourcing_days=14)
ASKED_ON = TODAY - timedelta(days=10)
DUE = TODAY + timedelta(days=20)


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def a_course(n: int = 1, quantity: int = 5, **changes: Any) -> Sourcing:
    values = {"asked_on": ASKED_ON, "due_asked": DUE, "due": DUE}
    return a_work_order(n, quantity, **(values | changes))


def a_slip(days: int = 90, **changes: Any) -> Order:
    """Make an order whose one source comes so many days later than it was asked for."""
    return an_order(work_orders=(a_course(due=DUE + timedelta(days=days), **changes),))


def market(*others: Source, weights: Weights = AUTOMATIC) -> Market:
    return a_market(a_source("F-01", 30), *others, weights=weights)


OTHER = a_supplier("S-10", 60)


def test_what_has_slipped_is_asked_back_where_another_source_is_clearly_sooner() -> None:
    (fact,) = asked(a_slip(), market(OTHER))

    assert isinstance(fact, OrderSourcingReduced)
    assert (fact.work_order[-2:], fact.quantity, fact.asked, fact.asked_by) == ("W1", 5, 5, None)
    assert (fact.due, fact.instead) == (in_days(110), in_days(60))
    assert fact.reason == (
        f"F-01 has slipped from {DUE} to {in_days(110)}; S-10 would bring it on {in_days(60)}, 50 days sooner"
    )
    assert [(each.site, each.excluded) for each in fact.candidates] == [("S-10", None), ("F-01", "has-slipped")]
    assert fact.weighing is not None


def test_what_was_given_back_is_sourced_anew_and_the_promise_says_why() -> None:
    order = plan(a_slip(), market(OTHER), TODAY).order
    given = order.hear_work_order(reported(WorkOrderReduced, quantity=0, asked=5, given=5, due=in_days(110)))

    decided = plan(given, market(OTHER), TODAY)

    sourced = decided.facts[0]
    assert isinstance(sourced, OrderSourced)
    assert (sourced.source, sourced.quantity) == ("S-10", 5)
    assert decided.order.promise is not None
    assert decided.order.promise.reason == "lead time of S-10, asked instead of F-01, which had slipped"
    assert decided.order.outstanding == decided.order.need == 5


def test_what_could_not_be_given_back_is_kept_and_not_asked_again() -> None:
    order = plan(a_slip(), market(OTHER), TODAY).order

    kept = order.hear_work_order(reported(WorkOrderReduced, quantity=5, asked=5, given=0, due=in_days(110)))

    assert asked(kept, market(OTHER)) == ()


def test_of_what_was_given_back_in_part_only_that_is_sourced_anew() -> None:
    order = plan(a_slip(), market(OTHER), TODAY).order
    part = order.hear_work_order(reported(WorkOrderReduced, quantity=3, asked=5, given=2, due=in_days(110)))

    (fact,) = asked(part, market(OTHER))

    assert isinstance(fact, OrderSourced)
    assert fact.quantity == 2


def test_a_slip_told_twice_is_asked_back_once() -> None:
    delayed = reported(DelayReported, due=in_days(110), cause="Furnace.")
    order = an_order(work_orders=(a_course(),)).hear_work_order(delayed)

    once = plan(order, market(OTHER), TODAY)
    twice = plan(once.order.hear_work_order(delayed), market(OTHER), TODAY)

    assert any(isinstance(fact, OrderSourcingReduced) for fact in once.facts)
    assert twice.facts == ()


@pytest.mark.parametrize(
    ("order", "found"),
    [
        pytest.param(a_slip(0), market(a_source("F-02", 1)), id="nothing has slipped"),
        pytest.param(a_slip(), market(a_source("F-02", 97)), id="the gain is below what the nation states"),
        pytest.param(a_slip(), market(a_source("F-02", 5, approval=Span())), id="the other is not approved"),
        pytest.param(a_slip(), market(a_supplier("S-10", 5, acceptance=Span())), id="the other is not accepted"),
        pytest.param(a_slip(), market(), id="there is no other"),
        pytest.param(a_slip(), a_market(a_source("F-01", 30, named=True), OTHER, weights=AUTOMATIC), id="it was named"),
        pytest.param(a_slip(asked=5, answered=5, given=1), market(OTHER), id="it has kept it"),
        pytest.param(a_slip(asked=1), market(OTHER), id="something is being asked back"),
        pytest.param(a_slip(due_asked=None), market(OTHER), id="nobody knows when it was to come"),
        pytest.param(a_slip(), market(OTHER, weights=Weights()), id="the nation decides by hand"),
    ],
)
def test_it_is_left_where_it_is(order: Order, found: Market) -> None:
    assert asked(order, found) == ()


def test_a_source_that_makes_no_reference_the_order_accepts_is_nothing_to_ask_work_back_for() -> None:
    order = replace(a_slip(), accepted=("3VK1Y/X/B",))
    other = replace(OTHER, makes=frozenset({"3VK1Y/X/A"}))

    assert asked(order, market(other)) == ()
    assert proposals(order, market(other), TODAY) == []


def test_the_gain_that_is_stated_is_enough() -> None:
    assert asked(a_slip(), market(a_source("F-02", 96))) != ()


def test_what_has_come_is_not_asked_back() -> None:
    late = DUE + timedelta(days=90)

    order = an_order(reserved=2, arrived=2, work_orders=(a_course(due=late),))

    (fact,) = asked(order, market(OTHER))
    assert isinstance(fact, OrderSourcingReduced)
    assert fact.quantity == 3


def test_a_source_is_not_asked_again_for_an_order_that_it_has_slipped_on_unless_nobody_else_may_be() -> None:
    gone = a_course(quantity=0, sourced=5, asked=5, answered=5, given=5, resourced=True)
    order = an_order(work_orders=(gone,))

    (elsewhere,) = asked(order, market(a_source("F-02", 300)))
    (again,) = asked(order, market())

    assert isinstance(elsewhere, OrderSourced)
    assert isinstance(again, OrderSourced)
    assert (elsewhere.source, again.source) == ("F-02", "F-01")


def test_two_that_slip_in_turn_do_not_pass_an_order_to_and_fro() -> None:
    gone = a_course(1, quantity=0, sourced=5, asked=5, answered=5, given=5, resourced=True)
    late = a_course(2, source="F-02", due=DUE + timedelta(days=200))

    assert asked(an_order(work_orders=(gone, late)), market(a_source("F-02", 30))) == ()


def test_silence_beyond_the_promised_day_is_reckoned_with_as_others_took_that_were_out_so_long() -> None:
    due = TODAY - timedelta(days=60)
    silent = a_course(asked_on=TODAY - timedelta(days=90), due=due, due_asked=due)
    learned = learn(30, Seen(at_least=[90]), Prior())
    slow = a_source("F-01", learned.days, lead_time=learned)

    (proposal,) = proposals(
        an_order(work_orders=(silent,)), a_market(slow, a_source("F-02", 5), weights=AUTOMATIC), TODAY
    )

    assert proposal.silent
    assert proposal.foreseen == in_days(learned.remaining_days(90))
    assert proposal.reason.startswith(f"F-01 is silent since {due}, and expected on {proposal.foreseen}; F-02 would")


def test_who_is_no_source_any_more_is_expected_today_at_the_earliest() -> None:
    silent = a_course(due=TODAY - timedelta(days=1), due_asked=TODAY - timedelta(days=1))

    assert proposals(an_order(work_orders=(silent,)), a_market(a_source("F-02", 0), weights=AUTOMATIC), TODAY) == []


def test_what_was_asked_back_for_another_reason_first_is_not_weighed() -> None:
    order = an_order(reserved=5, work_orders=(a_course(due=DUE + timedelta(days=90)),))

    (fact,) = asked(order, market(OTHER))

    assert isinstance(fact, OrderSourcingReduced)
    assert fact.reason is None


def test_a_person_may_ask_back_what_others_would_bring_a_day_sooner() -> None:
    by_hand = market(a_source("F-02", 109), weights=Weights())

    decided = resource_by_hand(a_slip(), by_hand, TODAY, asked_by="planner@IND", reason="Two aircraft wait.")

    (fact,) = decided.facts
    assert isinstance(fact, OrderSourcingReduced)
    assert (fact.asked_by, fact.note) == ("planner@IND", "Two aircraft wait.")
    assert decided.order.work_orders[0].resourced


def test_the_greatest_gain_is_followed_first() -> None:
    late = [a_course(n, 2, due=DUE + timedelta(days=days)) for n, days in ((1, 60), (2, 90))]

    found = proposals(an_order(4, work_orders=tuple(late)), market(OTHER), TODAY)

    assert [(each.work.n, each.days) for each in found] == [(2, 50), (1, 20)]


def test_several_that_would_bring_it_together_are_counted_in_the_reason() -> None:
    busy = [a_source(site, 20, capacity_per_week=1) for site in ("F-02", "F-03")]
    order = replace(a_slip(), required_by=in_days(40))

    (proposal,) = proposals(order, market(*busy), TODAY)

    assert "; F-02 and 1 more would bring it on" in proposal.reason


def test_nothing_is_asked_back_by_hand_where_nobody_is_sooner_or_the_source_has_not_answered() -> None:
    with pytest.raises(NothingSooner):
        resource_by_hand(a_slip(0), market(OTHER), TODAY, asked_by="planner@IND", reason="Hurry.")
    with pytest.raises(AskedBackAlready):
        resource_by_hand(a_slip(asked=1), market(OTHER), TODAY, asked_by="planner@IND", reason="Hurry.")


def test_nothing_is_proposed_on_totals_that_were_never_true() -> None:
    order = a_slip()

    assert proposals(replace(order, demand=replace(order.demand, unsettled=True)), market(OTHER), TODAY) == []


def test_planning_looks_at_the_market_for_what_lacks_a_source_or_is_late() -> None:
    assert looks_at_market(an_order(reserved=2), TODAY)
    assert looks_at_market(a_slip(), TODAY)
    assert not looks_at_market(a_slip(0), TODAY)
    assert not looks_at_market(a_slip(asked=1), TODAY)

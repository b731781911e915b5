"""Expediting: a source is hurried and promises nothing by it; a need is split over a second source."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.orders.domain import asking, expediting
from services.orders.domain.asking import (
    Need,
    OrderAlreadyIssued,
    OrderCancelled,
    OrderUnanswered,
    RequiredByPast,
    StockOrderFixed,
)
from services.orders.domain.catalogue import SourceUnknown
from services.orders.domain.expediting import (
    Actor,
    EmergencyUseUnapproved,
    HurryNotSooner,
    NeededNoEarlier,
    NothingNewAccepted,
    NothingToHurry,
    Portion,
    RaiseNotHigher,
    SourceNotSuitable,
    SplitBeyondNeed,
    SplitNotSooner,
    WantedByPast,
    WorkOrdersUsed,
)
from services.orders.domain.order import Decision, Order, WorkOrderUnknown
from services.orders.domain.plan import plan
from services.orders.domain.ranking import Market
from services.orders.domain.sourcing import Price, WorkState
from shared.errors import Refusal
from shared.events.expediting import OrderEmergencyUseAllowed, OrderSourceHurried, OrderSplit, WorkOrderHurried
from shared.events.orders import OrderPromised, OrderSourced, OrderSourcingReduced
from shared.events.production import DelayReported
from shared.types import Condition, Urgency
from tests.unit.orders.makers import ORDER, TODAY, a_market, a_source, a_work_order, an_order, reported

ACTOR = Actor("planner@IND", "ZP-5104 stands still for it.")
SOON = TODAY + timedelta(days=10)
FAST = a_market(a_source(), a_source("F-02", lead_time_days=5))


def sourced(**changes: object) -> Order:
    return replace(an_order(5, work_orders=(a_work_order(),)), **changes)  # type: ignore[arg-type]  # any of its fields


def hurried(order: Order, day: date = SOON, work_order: str = f"{ORDER}-W1") -> Decision:
    return expediting.hurry(order, work_order, day, today=TODAY, actor=ACTOR)


def split(order: Order, market: Market = FAST, source: str = "F-02", quantity: int = 2) -> Decision:
    return expediting.split(order, market, Portion(source, quantity), today=TODAY, actor=ACTOR)


def test_a_source_is_hurried_with_actor_reason_and_the_day_before_and_nothing_is_promised_by_it() -> None:
    order = sourced()

    decided = hurried(order)

    (fact,) = decided.facts
    assert isinstance(fact, OrderSourceHurried)
    assert (fact.work_order, fact.source, fact.wanted_by, fact.before) == (f"{ORDER}-W1", "F-01", SOON, None)
    assert (fact.due, fact.reason, fact.asked_by) == (date(2027, 1, 1), ACTOR.reason, ACTOR.by)
    assert decided.order.version == order.version + 1
    assert decided.order.promise == order.promise
    assert decided.order.work_orders[0].due == date(2027, 1, 1)


def test_hurrying_to_the_same_day_again_changes_nothing_and_to_another_says_what_was_wanted_before() -> None:
    once = hurried(sourced()).order

    assert hurried(once).facts == ()
    (fact,) = hurried(once, TODAY).facts
    assert isinstance(fact, OrderSourceHurried)
    assert fact.before == SOON


def test_the_promise_moves_once_the_hurried_source_answers_and_it_stays_known_that_it_was_hurried() -> None:
    order = plan(hurried(sourced()).order, a_market(), TODAY).order
    passed_on = order.hear_work_order(reported(WorkOrderHurried, wanted_by=SOON, reason="x"))

    answered = passed_on.hear_work_order(reported(DelayReported, due=SOON, cause="a second shift"))
    decided = plan(answered, a_market(), TODAY)

    assert plan(passed_on, a_market(), TODAY).facts == ()
    (fact,) = decided.facts
    assert isinstance(fact, OrderPromised)
    assert fact.promised_for == SOON
    assert decided.order.work_orders[0].wanted_by == SOON


@pytest.mark.parametrize(
    ("order", "day", "work_order", "refusal"),
    [
        pytest.param(sourced(), SOON, f"{ORDER}-W2", WorkOrderUnknown, id="none of its work orders"),
        pytest.param(sourced(), date(2027, 1, 1), f"{ORDER}-W1", HurryNotSooner, id="no sooner"),
        pytest.param(sourced(), TODAY - timedelta(days=1), f"{ORDER}-W1", WantedByPast, id="past"),
        pytest.param(sourced(cancel_requested=True), SOON, f"{ORDER}-W1", OrderCancelled, id="cancelled"),
        pytest.param(an_order(5, issued=5), SOON, f"{ORDER}-W1", OrderAlreadyIssued, id="issued"),
        pytest.param(
            an_order(5, work_orders=(a_work_order(quantity=0),)), SOON, f"{ORDER}-W1", NothingToHurry, id="refused"
        ),
        pytest.param(
            an_order(5, work_orders=(a_work_order(lateral="X"),)), SOON, f"{ORDER}-W1", NothingToHurry, id="a depot's"
        ),
    ],
)
def test_what_cannot_be_hurried_is_refused(order: Order, day: date, work_order: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        hurried(order, day, work_order)


def test_a_source_whose_day_has_passed_may_be_hurried_to_any_day_from_today_on() -> None:
    late = an_order(5, work_orders=(a_work_order(due=TODAY - timedelta(days=3)),))
    due_today = an_order(5, work_orders=(a_work_order(due=TODAY),))

    (fact,) = hurried(late, SOON).facts

    assert isinstance(fact, OrderSourceHurried)
    assert fact.wanted_by == SOON
    with pytest.raises(HurryNotSooner):
        hurried(due_today, TODAY)


def test_a_split_gives_a_second_source_its_share_and_planning_asks_the_same_back_from_the_last() -> None:
    decided = split(sourced())

    said, asked = decided.facts
    assert isinstance(said, OrderSplit)
    assert (said.work_order, said.source, said.quantity) == (f"{ORDER}-W2", "F-02", 2)
    assert (said.sourced_before, said.reason, said.asked_by) == (5, ACTOR.reason, ACTOR.by)
    assert isinstance(asked, OrderSourced)
    assert (asked.work_order, asked.source, asked.due) == (f"{ORDER}-W2", "F-02", TODAY + timedelta(days=5))
    (reduced,) = [fact for fact in plan(decided.order, FAST, TODAY).facts if isinstance(fact, OrderSourcingReduced)]
    assert (reduced.work_order, reduced.quantity) == (f"{ORDER}-W1", 2)


def test_a_split_says_which_day_was_promised_before() -> None:
    order = plan(sourced(), a_market(), TODAY).order

    said, _ = split(order).facts

    assert isinstance(said, OrderSplit)
    assert said.promised_before == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("terms", "price"),
    [
        ({"unit_cost": Decimal("12.50"), "currency": "INR"}, Price(Decimal("12.50"), "INR")),
        ({"unit_cost": Decimal("12.50")}, None),
        ({}, None),
    ],
)
def test_a_share_keeps_the_price_that_its_source_asks(terms: dict[str, Any], price: Price | None) -> None:
    market = a_market(a_source(), a_source("F-02", lead_time_days=5, **terms))

    assert split(sourced(), market).order.work_orders[-1].price == price


def test_what_has_no_source_yet_may_be_given_to_a_second_source_that_is_later() -> None:
    order = an_order(5, work_orders=(a_work_order(quantity=3),))
    slow = a_market(a_source("F-02", lead_time_days=300))

    assert len(split(order, slow, quantity=2).facts) == 2
    with pytest.raises(SplitNotSooner):
        split(order, slow, quantity=3)


@pytest.mark.parametrize(
    ("order", "portion", "refusal"),
    [
        pytest.param(sourced(), ("F-02", 6), SplitBeyondNeed, id="more than it waits for"),
        pytest.param(sourced(), ("F-09", 1), SourceUnknown, id="no source"),
        pytest.param(sourced(), ("F-03", 1), SourceNotSuitable, id="not approved"),
        pytest.param(
            an_order(5, work_orders=(a_work_order(), a_work_order(2, 0, source="F-02", state=WorkState.REFUSED))),
            ("F-02", 1),
            SourceNotSuitable,
            id="has refused",
        ),
        pytest.param(sourced(accepted=("3VK1Y/X/B",)), ("F-04", 1), SourceNotSuitable, id="makes what is not accepted"),
        pytest.param(sourced(cancel_requested=True), ("F-02", 1), OrderCancelled, id="cancelled"),
        pytest.param(an_order(5, issued=5), ("F-02", 1), OrderAlreadyIssued, id="issued"),
        pytest.param(an_order(5), ("F-02", 1), OrderUnanswered, id="unanswered"),
        pytest.param(
            an_order(5, work_orders=tuple(replace(a_work_order(), n=n) for n in range(1, 10_000))),
            ("F-02", 1),
            WorkOrdersUsed,
            id="no number left",
        ),
    ],
)
def test_what_cannot_be_split_is_refused(order: Order, portion: tuple[str, int], refusal: type[Refusal]) -> None:
    other = a_source("F-04", lead_time_days=5, makes=frozenset({"3VK1Y/X/A"}))
    market = a_market(*FAST.sources, a_source("F-03", approved=False), other)

    with pytest.raises(refusal):
        split(order, market, *portion)


@pytest.mark.parametrize(("urgency", "priority"), [(Urgency.B, 4), (Urgency.C, 11)], ids=["as it is", "lower"])
def test_an_order_is_raised_to_a_higher_priority_and_to_no_other(urgency: Urgency, priority: int) -> None:
    order = an_order(5)
    expediting.refuse_no_higher(order, Need(Urgency.A, 1))

    with pytest.raises(RaiseNotHigher) as refused:
        expediting.refuse_no_higher(order, Need(urgency, priority))

    assert refused.value.facts == {"urgency": urgency.value, "priority": priority, "priority_before": 4}


def test_a_need_is_brought_forward_to_a_day_before_the_one_that_it_has_and_not_past() -> None:
    order = an_order(5)
    expediting.refuse_no_earlier(order, TODAY, TODAY)

    with pytest.raises(NeededNoEarlier) as refused:
        expediting.refuse_no_earlier(order, order.required_by, TODAY)
    with pytest.raises(RequiredByPast):
        expediting.refuse_no_earlier(order, TODAY - timedelta(days=1), TODAY)

    assert refused.value.facts == {"required_by": order.required_by, "required_by_before": order.required_by}


def test_an_order_accepts_more_beside_what_it_accepts_and_one_that_accepts_any_nothing_more() -> None:
    order = replace(an_order(5), accepted=("B/2/-",))

    assert expediting.widened(order, ["A/1/-", "B/2/-"]) == ("A/1/-", "B/2/-")
    for accepts_it, accepts in ((order, "B/2/-"), (replace(order, accepted=()), "any")):
        with pytest.raises(NothingNewAccepted) as refused:
            expediting.widened(accepts_it, ["B/2/-"])
        assert refused.value.facts["accepts"] == accepts
    with pytest.raises(StockOrderFixed):
        expediting.widened(replace(order, for_stock=True), ["A/1/-"])


def test_goods_for_emergency_use_are_allowed_an_order_by_an_approver_once_and_by_name() -> None:
    order = an_order(5)
    allowed = asking.allow_emergency_use(order, "planner@IND", "The sortie is at dawn.")
    expediting.refuse_emergency_use(order, "planner@IND", may_approve=True)

    (fact,) = allowed.facts
    assert isinstance(fact, OrderEmergencyUseAllowed)
    assert (fact.allowed_by, fact.reason) == ("planner@IND", "The sortie is at dawn.")
    assert allowed.order.conditions == (*order.conditions, Condition.N)
    with pytest.raises(EmergencyUseUnapproved):
        expediting.refuse_emergency_use(order, "clerk@D-01", may_approve=False)
    with pytest.raises(NothingNewAccepted):
        expediting.refuse_emergency_use(allowed.order, "planner@IND", may_approve=True)
    with pytest.raises(StockOrderFixed):
        expediting.refuse_emergency_use(replace(order, for_stock=True), "planner@IND", may_approve=True)

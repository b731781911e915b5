"""Why one source was asked and an earlier one was not: the recorded decisions, and the market as it is today."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from services.orders.domain.alternatives import why_no_earlier_source, why_this_source
from services.orders.domain.explaining import ReasonKind
from services.orders.domain.lead_time import Prior, Seen, learn
from services.orders.domain.order import Order
from services.orders.domain.plan import plan
from services.orders.domain.ranking import Market, Weights
from services.orders.domain.source import Span
from services.orders.domain.sourcing import WorkState
from shared.events.orders import OrderSourced, OrderSourceOverridden, OrderSourcingReduced
from tests.unit.orders.makers import ORDER, TODAY, a_market, a_source, a_supplier, a_work_order, an_order

DEAR = Weights(cost=Decimal(1), valid_from=TODAY)


def decided(market: Market, quantity: int = 5) -> tuple[Order, list[OrderSourced]]:
    decision = plan(an_order(quantity=quantity, reserved=0), market, TODAY)
    return decision.order, [fact for fact in decision.facts if isinstance(fact, OrderSourced)]


def test_who_was_asked_is_told_with_the_reason_and_the_weights_of_the_decision() -> None:
    market = a_market(a_source("F-01", 30), a_source("F-02", 40), weights=DEAR)
    order, facts = decided(market)

    (told,) = why_this_source(order, facts, [])

    assert (told.kind, told.quantity, told.site, told.day) == (
        ReasonKind.SOURCED,
        5,
        "F-01",
        TODAY + timedelta(days=30),
    )
    assert told.text == (
        "F-01 was asked for 5, to be there on 2026-12-23: F-01 has the fewest points of 2, 0.00 to 10.00 "
        "(1 points a day, 1 a percent of price, 0 a percent imported, as stated from 2026-11-23)"
    )


def test_what_has_changed_since_the_decision_is_told_with_it() -> None:
    order, facts = decided(a_market(a_source("F-01", 30)))
    slipped = replace(order.work_orders[0], due=TODAY + timedelta(days=60), due_reason="delayed by F-01: furnace")

    (told,) = why_this_source(order.with_work(slipped), facts, [])

    assert told.day == TODAY + timedelta(days=60)
    assert told.text.endswith("; now 5, to be there on 2027-01-22: delayed by F-01: furnace")


def test_a_decision_told_without_its_reason_is_explained_all_the_same() -> None:
    order, (fact,) = decided(a_market(a_source("F-01", 30)))
    bare = fact.model_copy(update={"reason": None, "weighing": None, "candidates": ()})

    assert [each.text for each in why_this_source(order, [bare], [])] == [
        "F-01 was asked for 5, to be there on 2026-12-23"
    ]


def test_a_named_source_is_told_with_who_named_it_and_why() -> None:
    fact = OrderSourceOverridden(
        order=ORDER, site="D-01", part="ROTOR-BLADE", source="S-01", overridden="not-approved", reason="Only one.",
        named_by="planner",
    )  # fmt: skip

    (told,) = why_this_source(an_order(), [], [fact])

    assert (told.kind, told.site) == (ReasonKind.OVERRIDDEN, "S-01")
    assert told.text == "planner named S-01 in spite of not-approved: Only one."


def test_what_comes_from_stock_needs_no_source_and_what_has_neither_says_nothing() -> None:
    assert [each.kind for each in why_this_source(an_order(reserved=5), [], [])] == [ReasonKind.FROM_STOCK]
    assert why_this_source(an_order(reserved=0), [], []) == []


def test_a_decision_of_which_nothing_comes_any_more_is_left_out() -> None:
    order, facts = decided(a_market(a_source("F-01", 30)))
    refused = order.with_work(replace(order.work_orders[0], quantity=0, state=WorkState.REFUSED))

    assert why_this_source(refused, facts, []) == []
    assert [(each.kind, each.text) for each in why_no_earlier_source(refused, facts, a_market(), TODAY)] == [
        (ReasonKind.REFUSED, "F-01 has refused 5"),
        (ReasonKind.NO_SOURCE, "no factory or supplier of ROTOR-BLADE is known"),
    ]


def test_an_earlier_source_that_could_not_be_asked_is_named_with_what_it_lacked() -> None:
    market = a_market(a_source("F-01", 30), a_supplier("S-01", 10, acceptance=Span()), a_source("S-09", 90))
    order, facts = decided(market)

    told = why_no_earlier_source(order, facts, market, TODAY)

    assert [(each.kind, each.site, each.text) for each in told] == [
        (
            ReasonKind.EXCLUDED,
            "S-01",
            "S-01 would have been there on 2026-12-03, and has no technical acceptance",
        )
    ]


def test_an_earlier_source_that_was_dearer_is_named_with_both_sums_of_points() -> None:
    cheap = a_source("F-01", 30, unit_cost=Decimal(50), currency="INR")
    dear = a_source("F-02", 10, unit_cost=Decimal(100), currency="INR")
    market = a_market(cheap, dear, weights=DEAR)
    order, facts = decided(market)

    (told,) = why_no_earlier_source(order, facts, market, TODAY)

    assert (told.kind, told.day) == (ReasonKind.OUTWEIGHED, TODAY + timedelta(days=10))
    assert told.text == "F-02 would have been there on 2026-12-03, and has 50.00 points where F-01 has 20.00"


def test_a_source_that_had_more_to_do_than_a_week_takes_is_named_with_the_wait() -> None:
    busy = a_market(a_source("F-01", 30, capacity_per_week=10, load=30))
    order, facts = decided(busy)

    (told,) = why_no_earlier_source(order, facts, busy, TODAY)

    assert (told.kind, told.quantity, told.site) == (ReasonKind.NO_CAPACITY, 5, "F-01")
    assert told.text == "F-01 makes 10 of ROTOR-BLADE a week, and had more to make: 5 wait 18 days for it"


def test_what_a_source_was_asked_for_later_delays_nobody_who_was_there_before() -> None:
    order, facts = decided(a_market(a_source("F-01", 30, capacity_per_week=10)))
    busier = a_market(a_source("F-01", 30, capacity_per_week=10, load=30))

    assert why_no_earlier_source(order, facts, busier, TODAY) == []


def test_what_another_depot_does_not_ship_any_more_was_refused_by_nobody() -> None:
    lent = a_work_order(1, 2, source="D-02", lateral=f"{ORDER}-Z")
    order = an_order(5, work_orders=(replace(lent, quantity=0, state=WorkState.REFUSED),))

    (told, *_) = why_no_earlier_source(order, [], a_market(), TODAY)

    assert (told.kind, told.site, told.order) == (ReasonKind.LATERAL, "D-02", f"{ORDER}-Z")
    assert told.text == f"D-02 does not ship the 2 any more that it held as {ORDER}-Z"


@pytest.mark.parametrize(
    ("source", "lacks"),
    [
        (a_source("F-01", approved=False), "is not approved"),
        (a_source("F-01", approval=Span(TODAY, TODAY - timedelta(days=1))), "has an approval that has ended"),
        (a_source("F-01", minimum_lot=9), "makes no lot so small"),
    ],
)
def test_what_is_open_is_told_with_every_source_that_cannot_be_asked_today(source: object, lacks: str) -> None:
    (told,) = why_no_earlier_source(an_order(reserved=2), [], a_market(source), TODAY)  # type: ignore[arg-type]

    assert (told.kind, told.quantity) == (ReasonKind.EXCLUDED, 3)
    assert told.text == f"F-01 could be there on 2026-12-23, and {lacks}"


def test_who_has_refused_is_told_once() -> None:
    refused = a_work_order(quantity=0, sourced=5, state=WorkState.REFUSED)

    told = why_no_earlier_source(an_order(work_orders=(refused,)), [], a_market(a_source()), TODAY)

    assert [each.kind for each in told] == [ReasonKind.REFUSED]


def test_before_inventory_has_answered_no_source_is_spoken_of() -> None:
    assert why_no_earlier_source(an_order(), [], a_market(), TODAY) == []


def test_what_deliveries_say_of_a_source_at_work_is_told_with_what_it_states() -> None:
    lead_time = learn(30, Seen([60, 60], [90]), Prior())
    market = a_market(
        a_source("F-01", lead_time.days, lead_time=lead_time),
        a_source("F-02", 400, lead_time=learn(400, Seen(), Prior())),
    )
    order, facts = decided(market)

    told = [each for each in why_no_earlier_source(order, facts, market, TODAY) if each.kind is ReasonKind.LEARNED]

    late = f"half come within {lead_time.days} and nine of ten within {lead_time.late_days}"
    assert [(each.site, each.text) for each in told] == [
        ("F-01", f"F-01 states 30 days; by 2 deliveries and 1 late ones, {late}")
    ]


def test_what_was_asked_back_for_a_slip_is_told_with_who_decided_it() -> None:
    order = an_order(work_orders=(a_work_order(quantity=5),))
    slip = {"reason": "F-01 has slipped", "asked_by": "planner@IND", "note": "Two aircraft wait."}
    about = {**order.about, "work_order": f"{ORDER}-W1", "source": "F-01", "quantity": 5, "asked": 5}
    facts = [OrderSourcingReduced.model_validate({**about, **more}) for more in (slip, {"reason": "by rule"}, {})]

    told = why_this_source(order, [], [], facts)

    assert [(each.kind, each.text) for each in told] == [
        (ReasonKind.TAKEN_BACK, "5 were asked back by planner@IND: F-01 has slipped (Two aircraft wait.)"),
        (ReasonKind.TAKEN_BACK, "5 were asked back: by rule"),
    ]

"""What a source offers is taken, the rest sourced of somebody else, and only a person says no."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.orders.domain.asking import Ask, OrderAlreadyIssued, OrderCancelled, cancel
from services.orders.domain.coming_along import what_sources_say
from services.orders.domain.explaining import ReasonKind
from services.orders.domain.offers import NothingOffered, decline_offer
from services.orders.domain.order import Order, WorkOrderUnknown
from services.orders.domain.plan import plan
from services.orders.domain.sourcing import Price, WorkState
from shared.events.making import Making, MissingKit
from shared.events.orders import OrderPromised, OrderSourced, OrderSourcingReduced
from shared.events.production import WorkOrderAccepted, WorkOrderQuantityChanged, WorkOrderReduced
from shared.events.progress import KitArrived, KitMissing, WorkOrderCountered
from tests.unit.orders.makers import (
    FACTORY,
    ORDER,
    TODAY,
    a_market,
    a_source,
    a_work_order,
    an_order,
    asked,
    reported,
)

LATER = date(2027, 6, 1)
MARKET = a_market(
    a_source(FACTORY, 30, unit_cost=Decimal(10), currency="INR"), a_source("F-02", 60), a_source("F-03", 90)
)
NO = Ask("planner@IND", "half does not raise it")


def countered(quantity: int = 3, **changes: Any) -> Order:
    """Make an order of five whose only work order its source has countered."""
    values: dict[str, Any] = {"offered": quantity, "reason": "spars", "making": Making(offered=quantity)}
    return an_order(5, work_orders=(a_work_order(1, 5),)).hear_work_order(
        reported(WorkOrderCountered, quantity=quantity, **(values | changes))
    )


def test_what_is_offered_is_expected_and_the_rest_asked_of_the_next_source() -> None:
    order = countered(3)

    facts = asked(order, MARKET)

    assert [(type(fact), fact.source, fact.quantity) for fact in facts if isinstance(fact, OrderSourced)] == [
        (OrderSourced, "F-02", 2)
    ]
    assert order.work_orders[0].state is WorkState.COUNTERED


def test_the_rest_is_open_where_nobody_else_may_be_asked() -> None:
    order = plan(countered(3), a_market(a_source(FACTORY)), TODAY).order

    assert (order.sourced, order.open) == (3, 2)


def test_another_day_that_is_offered_is_promised_with_its_reason() -> None:
    told = plan(countered(5, due=LATER, making=Making(offered=5)), MARKET, TODAY).facts

    assert [(fact.promised_for, fact.reason) for fact in told if isinstance(fact, OrderPromised)] == [
        (LATER, "offered by F-01: spars")
    ]


def test_who_offers_all_on_another_day_may_be_asked_again() -> None:
    order = countered(5, making=Making(offered=5))

    assert not order.work_orders[0].offers_less
    assert a_work_order(1, 5).offers_less is False


def test_an_offer_taken_back_is_none() -> None:
    order = countered(3).hear_work_order(reported(WorkOrderQuantityChanged, quantity=5, cause="corrected"))

    assert (order.work_orders[0].state, order.work_orders[0].making) == (WorkState.OPEN, None)


def test_an_accepted_offer_is_not_asked_for_more() -> None:
    order = countered(3).hear_work_order(reported(WorkOrderAccepted, quantity=3, making=Making(offered=3)))

    assert order.work_orders[0].state is WorkState.ACCEPTED
    assert [fact.source for fact in asked(order, MARKET) if isinstance(fact, OrderSourced)] == ["F-02"]


def test_an_offer_stands_while_its_kits_are_waited_for() -> None:
    said = Making(offered=3, kits_missing=(MissingKit(kit="K"),))
    order = countered(3).hear_work_order(reported(KitMissing, quantity=3, kit="K", making=said))

    assert order.work_orders[0].state is WorkState.COUNTERED


def test_no_asks_the_whole_work_order_back_and_says_who_and_why() -> None:
    decided = decline_offer(countered(3), f"{ORDER}-W1", NO)

    (fact,) = decided.facts
    assert isinstance(fact, OrderSourcingReduced)
    assert (fact.quantity, fact.asked, fact.asked_by, fact.note) == (3, 3, NO.by, NO.reason)
    assert fact.reason == "F-01 has offered 3 of 5, and was told no"
    assert decided.order.work_orders[0].declined
    assert decline_offer(decided.order, f"{ORDER}-W1", NO).facts == ()


def test_what_a_declined_source_gives_back_is_asked_of_somebody_else() -> None:
    declined = decline_offer(countered(5, due=LATER, making=Making(offered=5)), f"{ORDER}-W1", NO).order
    waiting = asked(declined, MARKET)
    given = declined.hear_work_order(reported(WorkOrderReduced, quantity=0, asked=5, given=5))

    assert waiting == ()
    assert [(fact.source, fact.quantity) for fact in asked(given, MARKET) if isinstance(fact, OrderSourced)] == [
        ("F-02", 5)
    ]


@pytest.mark.parametrize(
    ("order", "work_order", "refusal"),
    [
        (countered(3), f"{ORDER}-W2", WorkOrderUnknown),
        (countered(3), f"{ORDER}-W0", WorkOrderUnknown),
        (countered(3), "7201YA6327A009-2026-W1", WorkOrderUnknown),
        (an_order(5, work_orders=(a_work_order(1, 5),)), f"{ORDER}-W1", NothingOffered),
        (countered(3, making=Making(kits_missing=(MissingKit(kit="K"),))), f"{ORDER}-W1", NothingOffered),
        (countered(0, making=Making(offered=3)), f"{ORDER}-W1", NothingOffered),
        (cancel(countered(3)).order, f"{ORDER}-W1", OrderCancelled),
        (an_order(5, work_orders=countered(3).work_orders, issued=5), f"{ORDER}-W1", OrderAlreadyIssued),
    ],
)
def test_there_must_be_an_offer_to_say_no_to(order: Order, work_order: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        decline_offer(order, work_order, NO)


def test_a_delay_for_a_kit_is_promised_with_the_kit_as_its_reason() -> None:
    order = an_order(5, work_orders=(a_work_order(1, 5),))
    kit = reported(KitMissing, kit="KIT-7", supplier="VR-Tekhnika", due=LATER)
    nameless = reported(KitMissing, kit="KIT-7", due=LATER)
    undelayed = reported(KitMissing, kit="KIT-7", due=date(2027, 1, 1))

    reasons = [order.hear_work_order(each).work_orders[0].due_reason for each in (kit, nameless, undelayed)]

    assert reasons == ["F-01 waits for kit KIT-7 from VR-Tekhnika", "F-01 waits for kit KIT-7", "lead time of F-01"]


@pytest.mark.parametrize(
    ("arrived", "reason"),
    [
        ("KIT-7", "F-01 waited for kit KIT-7 from VR-Tekhnika, which has come"),
        ("KIT", "F-01 waits for kit KIT-7 from VR-Tekhnika"),
    ],
)
def test_a_promise_says_of_a_kit_that_has_come_that_it_was_waited_for(arrived: str, reason: str) -> None:
    order = an_order(5, work_orders=(a_work_order(1, 5),))
    waiting = order.hear_work_order(reported(KitMissing, kit="KIT-7", supplier="VR-Tekhnika", due=LATER))

    (work,) = waiting.hear_work_order(reported(KitArrived, kit=arrived, due=LATER)).work_orders

    assert (work.due, work.due_reason) == (LATER, reason)


def test_a_kit_that_has_come_changes_no_other_reason() -> None:
    order = an_order(5, work_orders=(a_work_order(1, 5, due_reason="delayed by F-01: furnace"),))

    (work,) = order.hear_work_order(reported(KitArrived, kit="KIT-7", due=LATER)).work_orders

    assert work.due_reason == "delayed by F-01: furnace"


def test_a_source_is_asked_at_the_price_that_it_states() -> None:
    order = plan(an_order(5, reserved=0), MARKET, TODAY).order
    unpriced = plan(an_order(5, reserved=0), a_market(a_source()), TODAY).order

    assert order.work_orders[0].price == Price(Decimal(10), "INR")
    assert unpriced.work_orders[0].price is None


def test_an_explanation_says_what_sources_say() -> None:
    making = Making(
        offered=3,
        kits_missing=(MissingKit(kit="A", supplier="VR-Tekhnika", expected_on=LATER), MissingKit(kit="B")),
        for_stock=1,
        scrapped=2,
    )
    order = an_order(5, work_orders=(a_work_order(1, 3, sourced=5, making=making), a_work_order(2, 2)))

    said = what_sources_say(order)

    assert [(each.kind, each.text) for each in said] == [
        (ReasonKind.OFFERED, "F-01 has offered 3 of 5"),
        (ReasonKind.KIT_MISSING, "F-01 waits for kit A from VR-Tekhnika, expected on 2027-06-01"),
        (ReasonKind.KIT_MISSING, "F-01 waits for kit B"),
        (ReasonKind.IN_PROGRESS, "of what was asked back at F-01, 1 in work are finished for stock"),
        (ReasonKind.IN_PROGRESS, "of what was asked back at F-01, 2 in work are scrapped"),
    ]


def test_what_was_declined_is_said_and_kits_of_nothing_are_not() -> None:
    making = Making(offered=3, kits_missing=(MissingKit(kit="A"),), reused=2)
    order = an_order(5, work_orders=(a_work_order(1, 0, sourced=5, making=making, declined=True),))

    assert [each.text for each in what_sources_say(order)] == [
        "F-01 has offered 3 of 5, and was told no",
        "of what was asked back at F-01, 2 in work go on as another work order's",
    ]

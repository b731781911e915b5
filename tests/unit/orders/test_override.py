"""Naming a source for one order in spite of what it lacks."""

from datetime import date

import pytest

from services.orders.domain import asking
from services.orders.domain.asking import OrderAlreadyIssued, OrderCancelled
from services.orders.domain.order import Decision, Order
from services.orders.domain.override import Naming, OverrideNotNeeded, SourceHasRefused, name_source
from services.orders.domain.source import Source, Span
from services.orders.domain.sourcing import WorkState
from shared.errors import Refusal
from shared.events.orders import OrderSourced, OrderSourceOverridden
from tests.unit.orders.makers import ORDER, TODAY, a_market, a_source, a_supplier, a_work_order, an_order, asked

NAMING = Naming("planner@IND", "aircraft on ground")


def named(order: Order, source: Source) -> Decision:
    return name_source(order, source, NAMING, TODAY)


@pytest.mark.parametrize(
    ("source", "overridden"),
    [
        (a_supplier(approved=False), "not-approved"),
        (a_supplier(approval=Span(date(2020, 1, 1), date(2024, 1, 1))), "approval-ended"),
        (a_supplier(acceptance=Span()), "not-accepted"),
        (a_supplier(minimum_lot=50), "minimum-lot"),
    ],
)
def test_who_named_a_source_why_and_what_it_lacks_is_told(source: Source, overridden: str) -> None:
    decided = named(an_order(reserved=2), source)

    assert decided.facts == (
        OrderSourceOverridden(
            order=ORDER,
            site="D-01",
            part="ROTOR-BLADE",
            ordered_by="D-01",
            source="S-01",
            overridden=overridden,
            reason="aircraft on ground",
            named_by="planner@IND",
        ),
    )
    assert decided.order.version == 2


def test_naming_it_again_changes_nothing() -> None:
    order = an_order(reserved=2)

    assert named(order, a_supplier(approved=False, named=True)) == Decision(order)


@pytest.mark.parametrize(
    ("order", "source", "refusal"),
    [
        (an_order(reserved=2), a_source(), OverrideNotNeeded),
        (an_order(issued=5), a_supplier(approved=False), OrderAlreadyIssued),
        (asking.cancel(an_order(reserved=2)).order, a_supplier(approved=False), OrderCancelled),
        (
            an_order(work_orders=(a_work_order(quantity=0, source="S-01", state=WorkState.REFUSED),)),
            a_supplier(approved=False),
            SourceHasRefused,
        ),
    ],
)
def test_nothing_is_overridden_in_vain(order: Order, source: Source, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        named(order, source)


def test_the_order_is_given_to_the_source_that_was_named() -> None:
    market = a_market(a_source("F-01", 5), a_supplier(approved=False, named=True))

    (fact,) = asked(an_order(reserved=2), market)

    assert isinstance(fact, OrderSourced)
    assert (fact.source, fact.quantity, fact.reason) == ("S-01", 3, "S-01 was named for this order")

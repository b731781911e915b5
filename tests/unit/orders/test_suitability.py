"""First articles of a joint venture: whom orders ask while the gate of their part is closed."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.orders.domain import expediting
from services.orders.domain.alternatives import why_no_earlier_source
from services.orders.domain.expediting import Actor, Portion, SourceNotSuitable
from services.orders.domain.order import Order
from services.orders.domain.override import Naming, SourceHoldsBack, name_source
from services.orders.domain.plan import plan
from services.orders.domain.resourcing import proposals
from services.orders.domain.source import Inspected, Source, Span, Standing
from shared.events.orders import OrderSourced
from tests.unit.orders.makers import TODAY, a_market, a_source, a_supplier, a_work_order, an_order, asked

YESTERDAY = TODAY - timedelta(days=1)
UNSEEN = Inspected()
ENDED = Inspected(ended_on=YESTERDAY)
PASSED = Inspected(passed_on=YESTERDAY)
JUST_PASSED = Inspected(passed_on=TODAY, just_passed=True)
OTHER = a_source("F-02", lead_time_days=90)


def a_gated_source(inspected: Inspected = UNSEEN, **changes: Any) -> Source:
    """Make a factory that makes a part which asks for a first article."""
    return a_source(gated=True, inspected=inspected, acceptance=inspected.accept(Span()), **changes)


def an_order_with_arrivals(arrived: int = 5) -> Order:
    """Make an order of five for which so many have arrived from the factory, and none could be reserved."""
    return an_order(5, work_orders=(a_work_order(quantity=5),), arrived=arrived)


@pytest.mark.parametrize(
    ("source", "standing"),
    [
        pytest.param(a_gated_source(), Standing.APPROVED, id="its first lot is to be inspected"),
        pytest.param(a_gated_source(PASSED), Standing.APPROVED, id="passed"),
        pytest.param(a_gated_source(ENDED), Standing.FIRST_ARTICLE, id="failed, lapsed or reopened"),
        pytest.param(a_source(inspected=ENDED, acceptance=ENDED.accept(Span())), Standing.APPROVED, id="not asked for"),
        pytest.param(
            a_source(gated=True, inspected=ENDED, acceptance=ENDED.accept(Span(TODAY))),
            Standing.APPROVED,
            id="accepted on a later day",
        ),
        pytest.param(a_gated_source(ENDED, approved=False), Standing.NOT_APPROVED, id="not approved either"),
        pytest.param(
            a_supplier(gated=True, inspected=ENDED, acceptance=ENDED.accept(Span(date(2024, 1, 1)))),
            Standing.ACCEPTANCE_ENDED,
            id="no joint venture",
        ),
        pytest.param(
            a_source(gated=True, acceptance=Span(date(2024, 1, 1), date(2025, 1, 1))),
            Standing.APPROVED,
            id="a stated acceptance that has run out was never needed",
        ),
    ],
)
def test_a_factory_whose_first_article_no_longer_stands_is_not_asked(source: Source, standing: Standing) -> None:
    assert source.standing(TODAY) is standing


def test_what_a_gate_holds_back_is_sourced_elsewhere() -> None:
    decided = plan(an_order_with_arrivals(), a_market(a_gated_source(), OTHER), TODAY)

    sourced = decided.facts[0]
    assert isinstance(sourced, OrderSourced)
    assert (sourced.source, sourced.quantity) == ("F-02", 5)
    assert [(each.site, each.excluded) for each in sourced.candidates] == [("F-02", None), ("F-01", "first-article")]


@pytest.mark.parametrize("inspected", [UNSEEN, JUST_PASSED], ids=["none has passed", "it may not be let through yet"])
def test_who_has_brought_what_a_gate_holds_back_is_not_asked_for_the_same_again(inspected: Inspected) -> None:
    assert asked(an_order_with_arrivals(), a_market(a_gated_source(inspected))) == ()


@pytest.mark.parametrize(
    ("order", "source"),
    [
        pytest.param(an_order_with_arrivals(), a_gated_source(PASSED), id="passed"),
        pytest.param(an_order_with_arrivals(), a_source(), id="no gate"),
        pytest.param(an_order_with_arrivals(), a_source(inspected=JUST_PASSED), id="no gate, and just passed"),
        pytest.param(an_order(5, reserved=0), a_gated_source(), id="nothing brought"),
        pytest.param(
            an_order(5, work_orders=(a_work_order(quantity=5),), lost=5), a_gated_source(), id="lost on the road"
        ),
        pytest.param(
            an_order(5, work_orders=(a_work_order(quantity=5, source="F-02"),), arrived=5),
            a_gated_source(),
            id="brought by another",
        ),
    ],
)
def test_who_holds_nothing_back_is_asked_as_ever(order: Order, source: Source) -> None:
    (sourced,) = asked(order, a_market(source))

    assert isinstance(sourced, OrderSourced)
    assert (sourced.source, sourced.quantity) == ("F-01", 5)


def test_naming_a_source_does_not_open_its_gate() -> None:
    held, source = an_order_with_arrivals(), a_gated_source()

    with pytest.raises(SourceHoldsBack):
        name_source(held, source, Naming("planner@IND", "It is near."), TODAY)
    assert asked(held, a_market(replace(source, named=True))) == ()


def test_a_factory_without_a_first_article_that_stands_may_be_named() -> None:
    (fact,) = name_source(an_order(5, reserved=0), a_gated_source(ENDED), Naming("planner@IND", "Lot 1."), TODAY).facts

    assert fact.model_dump()["overridden"] == "first-article"


def test_neither_a_split_nor_sourcing_anew_asks_who_holds_back() -> None:
    order = an_order(9, work_orders=(a_work_order(quantity=5), a_work_order(2, 4, source="F-03")), arrived=5)
    late = a_work_order(2, 4, source="F-03", due=TODAY + timedelta(days=200), due_asked=TODAY)
    market = a_market(a_gated_source(), a_source("F-03"))

    with pytest.raises(SourceNotSuitable):
        expediting.split(order, market, Portion("F-01", 4), today=TODAY, actor=Actor("planner@IND", "Sooner."))
    assert proposals(order.with_work(late), market, TODAY) == []


def test_the_explanation_says_what_holds_it_back() -> None:
    reasons = why_no_earlier_source(an_order_with_arrivals(), (), a_market(a_gated_source()), TODAY)

    assert [each.text for each in reasons] == [
        f"F-01 could be there on {TODAY + timedelta(days=30)}, and has no first article that stands"
    ]

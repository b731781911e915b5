"""Why a source was asked, told so that the decision can be made again from what was told."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.orders.domain.lead_time import Prior, Seen, learn
from services.orders.domain.plan import plan
from services.orders.domain.ranking import Market, Weights
from services.orders.domain.source import Source, Span
from shared.events.orders import OrderSourced
from shared.events.weighing import CANDIDATES_TOLD_MAX, Candidate
from tests.unit.orders.makers import TODAY, a_market, a_source, a_supplier, an_order, asked


def sourced(market: Market) -> OrderSourced:
    (fact,) = asked(an_order(quantity=5, reserved=2), market)
    assert isinstance(fact, OrderSourced)
    return fact


def test_a_decision_tells_every_source_that_was_weighed_and_why_the_others_were_not_asked() -> None:
    chosen = a_source("F-01", 30, unit_cost=Decimal("12.50"), currency="INR", import_content=Decimal("0.3600"))

    fact = sourced(a_market(a_supplier(acceptance=Span()), chosen))

    assert fact.candidates == (
        Candidate(
            site="F-01",
            rank=1,
            expected_on=TODAY + timedelta(days=30),
            load=0,
            lead_time_days=30,
            unit_cost="12.50",
            currency="INR",
            compared_cost="12.50",
            import_content="0.3600",
            points="0.00",
        ),
        Candidate(
            site="S-01", excluded="not-accepted", expected_on=TODAY + timedelta(days=30), load=0, lead_time_days=30
        ),
    )
    assert fact.reason == "F-01 is the only source that may be asked"


def test_a_decision_tells_how_sources_were_weighed() -> None:
    weights = Weights(cost=Decimal("0.5"), valid_from=TODAY)

    weighing = sourced(a_market(a_source(), weights=weights)).weighing

    assert weighing is not None
    assert weighing.model_dump() == {"day": "1", "cost": "0.5", "import_content": "0", "valid_from": TODAY}


def test_the_reason_names_the_points_or_what_parts_equal_ones() -> None:
    later = sourced(a_market(a_source("F-01", 40), a_source("F-02", 30)))
    equal = sourced(a_market(a_source("F-01", 30), a_source("F-02", 30)))

    assert later.reason == "F-02 has the fewest points of 2, 0.00 to 10.00"
    assert equal.reason == "F-01 is first of 2 by day, price, imported share and name"


def test_the_day_says_how_long_the_work_waits_for_capacity() -> None:
    order = plan(an_order(quantity=5, reserved=2), a_market(a_source("F-01", 30, capacity_per_week=1)), TODAY).order

    assert order.work_orders[0].due == TODAY + timedelta(days=44)
    assert order.work_orders[0].due_reason == "lead time of F-01, and 14 days for its capacity"


def test_the_day_and_the_candidates_say_what_was_learned_and_what_is_stated() -> None:
    lead_time = learn(30, Seen(came=[60, 60, 60, 60]), Prior())
    source = a_source("F-01", lead_time.days, lead_time=lead_time)

    order = plan(an_order(quantity=5, reserved=2), a_market(source), TODAY).order

    assert order.work_orders[0].due_reason == "lead time of F-01, 43 days as learned (30 stated)"
    (told,) = sourced(a_market(source)).candidates
    assert (told.lead_time_days, told.stated_days) == (43, 30)


def test_a_decision_tells_of_the_best_sources_and_of_no_more_than_it_may() -> None:
    many = [a_source(f"F-{number:02}", number) for number in range(1, CANDIDATES_TOLD_MAX + 5)]

    assert [each.site for each in sourced(a_market(*reversed(many))).candidates] == [
        f"F-{number:02}" for number in range(1, CANDIDATES_TOLD_MAX + 1)
    ]


points = st.decimals(0, 9, places=1)
shares = st.none() | st.decimals(0, 1, places=2)
weights = st.builds(Weights, day=points, cost=points, import_content=points)


@st.composite
def sources(draw: st.DrawFn, site: str) -> Source:
    terms: dict[str, Any] = {
        "lead_time_days": draw(st.integers(0, 60)),
        "approved": draw(st.booleans()),
        "unit_cost": draw(st.none() | st.decimals(0, 99, places=2)),
        "currency": draw(st.sampled_from(["INR", "EUR"])),
        "import_content": draw(shares),
        "capacity_per_week": draw(st.none() | st.integers(1, 4)),
        "minimum_lot": draw(st.none() | st.integers(1, 6)),
        "load": draw(st.integers(0, 9)),
    }
    return a_source(site, **terms) if draw(st.booleans()) else a_supplier(site, **terms)


markets = st.builds(
    lambda found, weighed: a_market(*found, weights=weighed),
    st.tuples(*(sources(f"F-0{number}") for number in range(1, 5))),
    weights,
)


@given(markets)
def test_what_was_told_is_enough_to_decide_the_same_again(market: Market) -> None:
    facts = asked(an_order(quantity=5, reserved=2), market)
    for fact in facts[:1]:
        assert isinstance(fact, OrderSourced)
        ranked = [each for each in fact.candidates if each.rank is not None]
        highest = max((Decimal(each.compared_cost) for each in ranked if each.compared_cost), default=Decimal(0))

        again = min(ranked, key=lambda each: _weighed(each, ranked, fact, highest))

        assert again.rank == 1
        if len(facts) == 1:
            assert (again.site, again.expected_on) == (fact.source, fact.due)


def _weighed(each: Candidate, ranked: list[Candidate], fact: OrderSourced, highest: Decimal) -> tuple[object, ...]:
    """Weigh a candidate from the words of the fact alone."""
    assert fact.weighing is not None
    costs = [_cost(other, highest) for other in ranked]
    dearer = (_cost(each, highest) - min(costs)) / highest if highest else Decimal(0)
    days = (_day(each) - min(map(_day, ranked))).days
    imported = _imported(each) - min(map(_imported, ranked))
    weighing = fact.weighing
    made = Decimal(weighing.cost) * dearer + Decimal(weighing.import_content) * imported
    total = (Decimal(weighing.day) * days + 100 * made).quantize(Decimal("0.01"))
    return total, _day(each), _cost(each, highest), _imported(each), each.site


def _cost(each: Candidate, highest: Decimal) -> Decimal:
    return highest if each.compared_cost is None else Decimal(each.compared_cost)


def _imported(each: Candidate) -> Decimal:
    return Decimal(1 if each.import_content is None else each.import_content)


def _day(each: Candidate) -> Any:
    return each.expected_on


@given(markets)
def test_a_source_that_lacks_approval_or_acceptance_is_never_chosen(market: Market) -> None:
    for fact in asked(an_order(quantity=5, reserved=2), market):
        assert isinstance(fact, OrderSourced)
        (chosen,) = (source for source in market.sources if source.site == fact.source)
        assert chosen.standing(TODAY) == "approved"
        assert fact.quantity >= (chosen.minimum_lot or 0)

"""A sourcing decision is decided again from its fact alone, and comes out the same."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.orders.domain.plan import plan
from services.orders.domain.ranking import Ask, Market, Weights
from services.orders.domain.source import Source
from services.orders.domain.splitting import share_out
from shared.events.orders import OrderSourced
from shared.events.weighing import Candidate, Weighing
from tests.unit.orders.makers import TODAY, a_market, a_source, an_order

prices = st.none() | st.integers(1, 5).map(Decimal)
sources = st.builds(
    a_source,
    st.sampled_from(["F-01", "F-02", "F-03", "F-04"]),
    st.integers(0, 40),
    approved=st.sampled_from([True, True, True, False]),
    capacity_per_week=st.none() | st.integers(1, 5),
    minimum_lot=st.none() | st.integers(1, 6),
    load=st.integers(0, 20),
    unit_cost=prices,
    currency=st.just("INR"),
    import_content=st.none() | st.sampled_from([Decimal("0.25"), Decimal(1)]),
    named=st.sampled_from([False, False, False, True]),
)
several = st.lists(sources, min_size=1, max_size=4, unique_by=lambda source: source.site)
weights = st.builds(Weights, day=st.integers(0, 3).map(Decimal), cost=st.integers(0, 3).map(Decimal))


@given(
    found=several,
    weights=weights,
    quantity=st.integers(1, 30),
    stands_still=st.booleans(),
    within=st.integers(0, 90),
)
def test_what_was_decided_follows_from_what_the_fact_says_of_it(
    found: Sequence[Source], weights: Weights, quantity: int, *, stands_still: bool, within: int
) -> None:
    needed = TODAY + timedelta(days=within)
    market = Market(found, weights, stands_still=stands_still)
    order = replace(an_order(quantity, reserved=0), required_by=needed)
    facts = plan(order, market, TODAY).facts

    decided = [fact for fact in facts if isinstance(fact, OrderSourced)]

    told = [(fact.source, fact.quantity, fact.due, fact.waiting_days) for fact in decided]
    for fact in decided:
        assert again(fact) == told


def again(fact: OrderSourced) -> list[tuple[str, int, object, int]]:
    """Decide again by nothing but the fact."""
    assert fact.weighing is not None
    assert fact.need is not None
    assert fact.asked_on is not None
    assert fact.required_by is not None
    suitable = [a_candidate(each) for each in fact.candidates if each.excluded is None]
    needed = fact.asked_on if fact.stands_still else fact.required_by
    market = a_market(*suitable, weights=stated(fact.weighing))
    shares = share_out(market, Ask(quantity=fact.need, day=fact.asked_on), needed)
    return [
        (
            share.offer.source.site,
            share.quantity,
            share.offer.expected_on,
            (share.offer.expected_on - fact.asked_on).days - share.offer.source.lead_time_days,
        )
        for share in shares.chosen
    ]


def stated(weighing: Weighing) -> Weights:
    """Read how sources were weighed."""
    return Weights(
        day=Decimal(weighing.day), cost=Decimal(weighing.cost), import_content=Decimal(weighing.import_content)
    )


def a_candidate(told: Candidate) -> Source:
    """Read a source as it was weighed; what it was to be paid is compared already."""
    assert told.lead_time_days is not None
    assert told.load is not None
    return a_source(
        told.site,
        told.lead_time_days,
        load=told.load,
        capacity_per_week=told.capacity_per_week,
        minimum_lot=told.minimum_lot,
        named=told.named,
        unit_cost=None if told.compared_cost is None else Decimal(told.compared_cost),
        currency="INR",
        import_content=None if told.import_content is None else Decimal(told.import_content),
    )

"""What holds of every plan, whatever the order and its sources."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.orders.domain.order import Order
from services.orders.domain.plan import missing, plan
from services.orders.domain.ranking import Market
from services.orders.domain.sourcing import Sourcing, WorkState
from shared.events.orders import OrderSourcingReduced
from tests.unit.orders.makers import TODAY, a_market, a_source, a_work_order, an_order

quantities = st.integers(min_value=0, max_value=6)


@st.composite
def works(draw: st.DrawFn, n: int) -> Sourcing:
    quantity, answered = draw(quantities), draw(quantities)
    return a_work_order(
        n,
        quantity=quantity,
        sourced=draw(st.integers(1, 6)),
        answered=answered,
        asked=answered + draw(st.integers(0, quantity)),
        given=draw(st.integers(0, answered)),
        due=TODAY + timedelta(days=draw(st.integers(0, 9))),
        state=draw(st.sampled_from(WorkState)),
    )


@st.composite
def orders(draw: st.DrawFn) -> Order:
    reserved, issued, cancelled, short = draw(quantities), draw(quantities), draw(quantities), draw(quantities)
    order = an_order(
        quantity=max(1, reserved + issued + cancelled + short),
        reserved=reserved,
        issued=issued,
        cancelled=cancelled,
        arrived=draw(quantities),
        lost=draw(quantities),
        work_orders=tuple(draw(works(n)) for n in range(1, draw(st.integers(1, 4)))),
    )
    wanted = draw(st.integers(1, order.quantity))
    return replace(order, wanted=wanted, cancel_requested=draw(st.booleans()), demand=replace(order.demand, heard=1))


sites = st.sampled_from(["F-01", "F-02", "F-03"])
sources = st.lists(
    st.builds(a_source, sites, st.integers(0, 90), capacity_per_week=st.none() | st.integers(1, 3)),
    max_size=3,
    unique_by=lambda source: source.site,
).map(lambda found: a_market(*found))


@given(orders(), sources)
def test_the_quantity_always_adds_up(order: Order, available: Market) -> None:
    planned = plan(order, available, TODAY).order

    demand = planned.demand
    parts = (demand.reserved, planned.sourced, demand.issued, demand.cancelled, planned.open)
    assert sum(parts) == planned.quantity
    assert min(parts) >= 0


@given(orders(), sources)
def test_planning_twice_is_planning_once(order: Order, available: Market) -> None:
    planned = plan(order, available, TODAY).order

    again = plan(planned, available, TODAY)

    assert again.order == planned
    assert again.facts == ()


@given(orders())
def test_nothing_is_left_missing_while_a_source_is_willing(order: Order) -> None:
    planned = plan(order, a_market(a_source("F-09", 5)), TODAY).order

    assert missing(planned) <= 0


@given(orders(), sources)
def test_never_more_is_asked_back_than_is_too_much_or_than_a_work_order_brings(order: Order, available: Market) -> None:
    decided = plan(order, available, TODAY)

    asked = sum(fact.quantity for fact in decided.facts if isinstance(fact, OrderSourcingReduced))
    assert asked <= max(0, order.outstanding - order.need)
    for before, after in zip(order.work_orders, decided.order.work_orders, strict=False):
        assert after.pending <= max(before.pending, before.quantity)
        assert after.asked == before.asked or not before.kept


@given(orders(), sources)
def test_every_fact_is_a_version(order: Order, available: Market) -> None:
    decided = plan(order, available, TODAY)

    assert decided.order.version == order.version + len(decided.facts)
    assert [version for version, _ in decided.numbered()] == list(range(order.version + 1, decided.order.version + 1))

"""What sources are making that an order does not accept any more."""

from dataclasses import replace

from services.orders.domain.plan import withdraw
from shared.events.orders import OrderSourcingReduced
from tests.unit.orders.makers import a_market, a_source, a_work_order, an_order


def test_what_is_of_no_reference_accepted_is_asked_back_from_who_makes_it() -> None:
    works = (
        a_work_order(1, 3, source="F-01"),
        a_work_order(2, 2, source="F-02"),
        a_work_order(3, 2, source="F-03"),
        a_work_order(4, 1, source="F-04", asked=1, answered=1),
        a_work_order(5, 1, source="F-05"),
    )
    order = replace(an_order(9, work_orders=works, arrived=1), accepted=("3VK1Y/X/A",))
    other, mine = frozenset({"3VK1Y/X/B"}), frozenset({"3VK1Y/X/A"})
    market = a_market(
        a_source("F-01", makes=other),
        a_source("F-02", makes=mine),
        a_source("F-03", makes=other, named=True),
        a_source("F-04", makes=other),
    )

    decided = withdraw(order, market)

    (fact,) = decided.facts
    assert isinstance(fact, OrderSourcingReduced)
    assert (fact.source, fact.quantity, decided.order.work_orders[0].pending) == ("F-01", 2, 2)
    assert withdraw(decided.order, market).facts == ()

"""What is asked of an order: less of it, on another day, more urgently, or none of it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.orders.domain import asking
from services.orders.domain.asking import (
    Ask,
    Need,
    OrderAlreadyIssued,
    OrderCancelled,
    OrderNotDeclinable,
    QuantityRaised,
    RequiredByFar,
    RequiredByPast,
    StockOrderFixed,
)
from services.orders.domain.days import DAYS_AHEAD_MAX
from services.orders.domain.order import Demand
from shared.errors import VersionStale
from shared.events.orders import (
    OrderCancelRequested,
    OrderReductionRequested,
    OrderReferencesChanged,
    OrderReprioritised,
    OrderRescheduled,
)
from shared.events.references import reference_key
from shared.types import Urgency
from tests.unit.orders.makers import ORDER, TODAY, a_placed_order, an_order


def test_cancelling_asks_inventory_and_changes_nothing_yet() -> None:
    order = an_order(reserved=5)

    decided = asking.cancel(order, Ask(reason="written off"))

    assert decided.numbered() == [
        (2, OrderCancelRequested(order=ORDER, site="D-01", part="ROTOR-BLADE", ordered_by="D-01", reason="written off"))
    ]
    assert decided.order.demand == order.demand
    assert decided.order.cancel_requested


def test_cancelling_again_changes_nothing() -> None:
    order = asking.cancel(an_order(reserved=5)).order

    again = asking.cancel(order, Ask(reason="still"))

    assert again.order == order
    assert again.facts == ()


def test_declining_is_a_cancel_asked_by_the_filling_depot() -> None:
    placed, _ = a_placed_order(ordered_by="D-02", partial=False)

    declined = asking.decline(placed, Ask(reason="Held for our own."))

    (fact,) = declined.facts
    assert declined.order == asking.cancel(placed).order
    assert isinstance(fact, OrderCancelRequested)
    assert (fact.declined_by, fact.reason) == ("D-01", "Held for our own.")
    assert asking.decline(declined.order, Ask(reason="Still.")).facts == ()


def test_an_order_s_own_depot_does_not_decline_it() -> None:
    with pytest.raises(OrderNotDeclinable):
        asking.decline(an_order(), Ask(reason="No."))


def test_what_was_issued_in_full_is_not_declined() -> None:
    placed, _ = a_placed_order(ordered_by="D-02", partial=False)

    with pytest.raises(OrderAlreadyIssued):
        asking.decline(replace(placed, demand=Demand(heard=1, issued=5)), Ask(reason="Too late."))


def test_an_order_issued_in_full_cannot_be_cancelled() -> None:
    with pytest.raises(OrderAlreadyIssued):
        asking.cancel(an_order(issued=5))


def test_a_reduction_asks_inventory_to_want_less() -> None:
    decided = asking.reduce(an_order(reserved=5), 3)

    assert decided.facts == (
        OrderReductionRequested(order=ORDER, site="D-01", part="ROTOR-BLADE", ordered_by="D-01", quantity=3, before=5),
    )
    assert (decided.order.wanted, decided.order.reductions, decided.order.version) == (3, 1, 2)


def test_a_reduction_to_what_is_wanted_already_changes_nothing() -> None:
    order = an_order(reserved=5)

    assert asking.reduce(order, 5).order == order


def test_an_order_for_stock_is_neither_reduced_nor_hurried() -> None:
    order = replace(an_order(), for_stock=True)

    with pytest.raises(StockOrderFixed):
        asking.reduce(order, 3)
    with pytest.raises(StockOrderFixed):
        asking.reprioritise(order, Need(Urgency.B, 4, "a@IND"), Ask(reason="Sooner."))
    assert asking.cancel(order).facts


def test_an_order_s_quantity_only_goes_down() -> None:
    reduced = asking.reduce(an_order(reserved=5), 3).order

    with pytest.raises(QuantityRaised):
        asking.reduce(reduced, 4)


def test_a_cancelled_order_is_not_reduced() -> None:
    with pytest.raises(OrderCancelled):
        asking.reduce(asking.cancel(an_order(reserved=5)).order, 3)


def test_an_order_issued_in_full_is_not_reduced() -> None:
    with pytest.raises(OrderAlreadyIssued):
        asking.reduce(an_order(issued=5), 3)


def test_an_order_is_wanted_on_another_day() -> None:
    decided = asking.reschedule(an_order(reserved=5), date(2027, 2, 1), TODAY)

    assert decided.order.required_by == date(2027, 2, 1)
    assert decided.facts == (
        OrderRescheduled(
            order=ORDER,
            site="D-01",
            part="ROTOR-BLADE",
            ordered_by="D-01",
            required_by=date(2027, 2, 1),
            before=date(2026, 12, 20),
        ),
    )


def test_the_same_day_again_is_no_change() -> None:
    order = an_order(reserved=5)

    assert asking.reschedule(order, order.required_by, TODAY).order == order


def test_a_day_that_has_passed_is_no_day_to_want_an_order_on() -> None:
    with pytest.raises(RequiredByPast):
        asking.reschedule(an_order(reserved=5), TODAY - timedelta(days=1), TODAY)


def test_an_order_is_wanted_within_ten_years() -> None:
    last = TODAY + timedelta(days=DAYS_AHEAD_MAX)

    assert asking.reschedule(an_order(reserved=5), last, TODAY).order.required_by == last
    with pytest.raises(RequiredByFar):
        asking.reschedule(an_order(reserved=5), last + timedelta(days=1), TODAY)


def test_a_state_and_its_facts_are_numbered_alike() -> None:
    order = replace(an_order(reserved=5), version=7)

    decided = asking.reduce(order, 2)

    assert [version for version, _ in decided.numbered()] == [decided.order.version] == [8]


def test_a_more_urgent_order_is_told_with_what_it_was_and_who_approved() -> None:
    order = an_order(reserved=2)
    need = Need(Urgency.A, 1, approved_by="wg-cdr.rao")

    decided = asking.reprioritise(order, need, Ask("wg-cdr.rao", "It stands still for it."))

    assert (decided.order.urgency, decided.order.priority, decided.order.approved_by) == (Urgency.A, 1, "wg-cdr.rao")
    (fact,) = decided.facts
    assert isinstance(fact, OrderReprioritised)
    assert (fact.urgency_before, fact.priority_before, fact.urgency, fact.priority) == (Urgency.B, 4, Urgency.A, 1)
    assert (fact.approved_by, fact.asked_by, fact.reason) == ("wg-cdr.rao", "wg-cdr.rao", "It stands still for it.")


def test_an_order_as_urgent_as_before_tells_nothing() -> None:
    order = an_order(reserved=2)

    assert asking.reprioritise(order, Need(Urgency.B, 4, "another"), Ask("another", "Again.")).order == order


def test_a_cancelled_or_an_issued_order_becomes_no_more_urgent() -> None:
    with pytest.raises(OrderCancelled):
        asking.reprioritise(asking.cancel(an_order(reserved=5)).order, Need(Urgency.A, 1, "x"), Ask("x", "y"))
    with pytest.raises(OrderAlreadyIssued):
        asking.reprioritise(an_order(issued=5), Need(Urgency.A, 1, "x"), Ask("x", "y"))


REFERENCES = ("3VK1Y/VKR-1/B", "S1KH4/BP-1/-")


def test_a_substitute_is_allowed_with_who_asked_why_and_what_was_accepted_before() -> None:
    order = replace(an_order(reserved=1), accepted=REFERENCES[1:])

    decided = asking.accept(order, REFERENCES, Ask("depot@D-01", "the original is late"))

    (fact,) = decided.facts
    assert isinstance(fact, OrderReferencesChanged)
    assert [reference_key(each) for each in fact.references] == list(REFERENCES)
    assert [reference_key(each) for each in fact.before] == list(REFERENCES[1:])
    assert (fact.asked_by, fact.reason) == ("depot@D-01", "the original is late")
    assert (decided.order.accepted, decided.order.version) == (REFERENCES, order.version + 1)
    assert asking.accept(decided.order, REFERENCES, Ask("other", "again")).facts == ()


def test_references_of_what_is_cancelled_or_issued_do_not_change() -> None:
    with pytest.raises(OrderCancelled):
        asking.accept(asking.cancel(an_order(reserved=5)).order, REFERENCES, Ask())
    with pytest.raises(OrderAlreadyIssued):
        asking.accept(an_order(issued=5), REFERENCES, Ask())


def test_who_saw_another_version_is_refused_and_told_how_it_stands() -> None:
    seen = replace(an_order(reserved=5), version=4)
    changed = asking.reduce(seen, 3).order

    with pytest.raises(VersionStale) as refused:
        asking.refuse_stale(seen, changed, 3)

    assert refused.value.facts == {
        "seen": 3,
        "version": 4,
        "quantity": 5,
        "required_by": seen.required_by,
        "urgency": "B",
        "references": "any",
    }


@pytest.mark.parametrize("version", [None, 4])
def test_who_saw_this_version_or_does_not_care_is_not_refused(version: int | None) -> None:
    seen = replace(an_order(reserved=5), version=4)

    asking.refuse_stale(seen, asking.reduce(seen, 3).order, version)


def test_who_asks_for_what_is_so_already_need_not_have_seen_it() -> None:
    seen = replace(an_order(reserved=5), version=4)

    asking.refuse_stale(seen, asking.reduce(seen, 5).order, 1)

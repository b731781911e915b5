"""What an order's demand becomes, and what is told of it."""

from datetime import date

import pytest

from services.inventory.domain.demand import Demand, OrderUnknown, hear
from shared.events.stock import DemandEvent, LossReason
from shared.types import Condition
from tests.unit.inventory.makers import (
    a_book,
    a_cause,
    a_demand,
    allocated,
    an_order,
    an_order_id,
    heard,
    stocked,
    the_demand,
)


def reserved(quantity: int = 5, held: int = 5) -> Demand:
    """Make a demand that holds something."""
    return a_demand(quantity).reserve(held)[0]


@pytest.mark.parametrize(
    ("change", "totals"),
    [
        (lambda: reserved(5, 3).issue(2), {"reserved": 1, "issued": 2, "short": 2}),
        (lambda: reserved(5, 3).close(), {"reserved": 0, "released": 3, "cancelled": 5, "short": 0, "closed": True}),
        (lambda: reserved(5, 3).reduce(4), {"reserved": 3, "cancelled": 1, "released": 0, "short": 1}),
        (lambda: reserved(5, 5).reduce(2), {"reserved": 2, "cancelled": 3, "released": 3, "short": 0}),
        (lambda: reserved().issue(3)[0].reduce(1), {"reserved": 0, "cancelled": 2, "released": 2, "issued": 3}),
        (lambda: reserved().reduce(2)[0].reduce(4), {"cancelled": 3, "reserved": 2}),
        (lambda: reserved().lose(2, LossReason.COUNTED), {"reserved": 3, "short": 2, "taken": 2, "reason": "counted"}),
        (lambda: reserved().supply(arrived=4, lost=1), {"arrived": 4, "lost": 1, "reserved": 5}),
        (lambda: reserved().issue(3)[0].undo_issue(2, held=1), {"issued": 1, "reserved": 3, "short": 1}),
        (lambda: reserved().issue(3)[0].close()[0].undo_issue(2, held=0), {"issued": 1, "cancelled": 4, "short": 0}),
    ],
)
def test_a_change_is_told_with_absolute_totals(change: object, totals: dict[str, object]) -> None:
    demand, fact = change()  # type: ignore[operator]  # each case is a change

    told = fact.model_dump()
    assert isinstance(fact, DemandEvent)
    assert {name: told[name] for name in totals} == totals
    assert demand.short == fact.short


@pytest.mark.parametrize(
    ("arrived", "told"),
    [
        ([2], {"arrived": 2, "cancelled": 2, "short": 3}),
        ([2, 3], {"arrived": 5, "cancelled": 5, "short": 0}),
        ([7], {"arrived": 7, "cancelled": 5, "short": 0}),
        ([7, -1], {"arrived": 6, "cancelled": 5, "short": 0}),
        ([5, -2], {"arrived": 3, "cancelled": 3, "short": 2}),
    ],
)
def test_what_arrives_for_the_shelf_is_no_longer_wanted_until_it_did_not_arrive(
    arrived: list[int], told: dict[str, int]
) -> None:
    demand = a_demand(5, for_stock=True, conditions=[])
    for each in arrived:
        demand = demand.supply(arrived=each)[0]

    assert {name: getattr(demand, name) for name in told} == told
    assert not demand.closed


def test_a_cancelled_order_for_stock_wants_nothing_whatever_arrives() -> None:
    demand = a_demand(5, for_stock=True, conditions=[]).supply(arrived=2)[0].close()[0].supply(arrived=1)[0]

    assert (demand.arrived, demand.cancelled, demand.short) == (3, 5, 0)


def test_what_arrived_for_the_shelf_before_its_order_was_heard_is_counted() -> None:
    placed = an_order(5, for_stock=True, conditions=[])

    assert hear(placed, arrived=2, lost=1).cancelled == 2
    assert hear(an_order(5), arrived=2, lost=1).cancelled == 0


def test_an_order_for_stock_takes_nothing_that_is_there_and_leaves_it_to_who_waits() -> None:
    book = a_book()
    stocked(book, 5)
    heard(book, 5, for_stock=True, conditions=[], priority=1)
    heard(book, 3, number=2, priority=15)

    allocated(book)

    assert [the_demand(book, number).reserved for number in (1, 2)] == [0, 3]


def test_every_change_is_one_version() -> None:
    assert [reserved().version, reserved().issue(1)[0].version, reserved().issue(1)[0].close()[0].version] == [1, 2, 3]


def test_another_day_of_need_is_nobody_elses_concern() -> None:
    moved = reserved().reschedule(date(2026, 6, 20))

    assert (moved.version, moved.turn.required_by) == (1, date(2026, 6, 20))


def test_another_priority_moves_a_demand_s_turn_and_is_nobody_elses_concern() -> None:
    raised = reserved().reprioritise(1)

    assert (raised.version, raised.turn.priority) == (1, 1)
    assert raised.turn < reserved().turn


def test_a_closed_demand_waits_for_nothing() -> None:
    assert not reserved(5, 3).close()[0].waits
    assert reserved(5, 3).waits
    assert not reserved(5, 5).waits


def test_an_order_nobody_heard_of_is_unknown() -> None:
    with pytest.raises(OrderUnknown):
        a_book().demands.get(an_order_id(9))


def test_a_demand_decided_about_before_it_was_served_is_announced_first() -> None:
    book = a_book()
    heard(book, 5)

    book.demands.keep(*book.demands.get(an_order_id()).close())
    book.demands.announce()

    told = [(fact.event.TYPE.split(".")[2], fact.key_seq, fact.event.unsettled) for fact in book.demands.told()]
    assert told == [("demand-reserved", 1, True), ("demand-closed", 2, False)]


def test_a_fact_names_what_caused_it() -> None:
    book, cause = a_book(), a_cause()
    stocked(book, 5)
    book.demands.acting = cause.id
    heard(book, 5)
    book.demands.acting = None

    allocated(book)

    assert [fact.cause for fact in book.demands.told()] == [cause.id]
    assert book.demands.new() == [the_demand(book)]
    assert book.demands.changed() == []


def test_what_an_order_holds_is_added_up_however_it_is_found() -> None:
    book = a_book()
    holding = stocked(book, 5)
    heard(book, 5)
    allocated(book)
    (reservation,) = book.demands.moved()

    book.demands.load_reservation(reservation, 2)
    book.demands.load_reservation(reservation, 2)

    assert book.demands.held_by(an_order_id()) == {holding: 7}
    assert book.demands.moved() == {reservation: 5}
    assert book.demands.known_holders(holding) == [an_order_id()]
    assert book.demands.unheard() == [an_order_id(number) for number in range(2, 100)]


def test_an_order_that_may_be_served_in_an_emergency_takes_what_is_suspended_as_well() -> None:
    demand = reserved()

    allowed = demand.allow_emergency_use()

    assert allowed.conditions - demand.conditions == {Condition.N}
    assert allowed.version == demand.version


def test_every_demand_that_was_looked_at_is_known() -> None:
    book = a_book()
    heard(book, 5)
    heard(book, 5, 2)

    assert book.demands.known() == [an_order_id(1), an_order_id(2)]

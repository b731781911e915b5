"""What would become of promises and platforms if something happened."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.orders.domain.comparison import Totals, compare
from services.orders.domain.order import Demand
from services.orders.domain.plan import plan
from services.orders.domain.sourcing import WorkState
from services.orders.domain.supposition import (
    Capacity,
    Growth,
    LotRejection,
    Opening,
    Rejection,
    Stop,
    Supposition,
    subject,
)
from services.orders.domain.whatif import project, sources_of
from tests.unit.orders.makers import TODAY, a_source, a_supplier
from tests.unit.orders.suppositions import a_line, a_snapshot, a_tail, planned, supposing

SLOW = {"capacity_per_week": 5}


def test_as_it_is_every_promise_stands() -> None:
    lines = planned(a_line(1, a_source("F-01", 20)), a_line(2))

    outcome = project(a_snapshot(*lines))

    assert [outcome.orders[line.order.order_id] for line in lines] == [line.order for line in lines]


def test_what_a_stopped_source_was_to_bring_comes_later_where_nobody_else_is_earlier() -> None:
    lines = planned(a_line(1, a_source("F-01", 20), a_source("F-02", 60)))
    moved = planned(a_line(1, a_source("F-01", 20), a_source("F-02", 30)))

    assert supposing(a_snapshot(*lines), Stop("F-01", 20)) == [40]
    assert supposing(a_snapshot(*moved), Stop("F-01", 20)) == [30]


def test_what_has_arrived_does_not_come_again() -> None:
    (line,) = planned(a_line(1, a_source("F-01", 20)))
    come = replace(line.order, demand=Demand(heard=2, reserved=5, arrived=5))

    outcome = project(a_snapshot(replace(line, order=come)), [Stop("F-01", 20)])

    assert outcome.orders[come.order_id].work_orders == come.work_orders


def test_a_line_that_inventory_has_not_answered_is_not_planned() -> None:
    line = a_line(1, a_source())
    asked = replace(line, order=replace(line.order, demand=Demand()))

    assert supposing(a_snapshot(asked), Stop("F-01", 20)) == [None]


def test_a_source_that_is_overdue_stops_from_today_on() -> None:
    (line,) = planned(a_line(1, a_source("F-01", 20)))
    (work,) = line.order.work_orders
    overdue = replace(line.order, work_orders=(replace(work, due=TODAY - timedelta(days=9)),))

    assert supposing(a_snapshot(replace(line, order=overdue)), Stop("F-01", 10)) == [10]


@pytest.mark.parametrize(("due", "days"), [(date.min, 20), (date.max, (date.max - TODAY).days)])
def test_a_day_at_the_edge_of_the_calendar_moves_no_further(due: date, days: int) -> None:
    (line,) = planned(a_line(1, a_source("F-01", 20, capacity_per_week=4)))
    (work,) = line.order.work_orders
    edge = a_snapshot(replace(line, order=replace(line.order, work_orders=(replace(work, due=due),))))

    assert supposing(edge, Stop("F-01", 20)) == [days]
    assert supposing(edge, Stop("F-01", 20), Capacity("F-01", 50)) == [days]
    assert supposing(edge, Stop("F-01", 20), Capacity("F-01", 200)) == [days]


def test_half_the_capacity_doubles_the_wait_for_it() -> None:
    busy = a_source("F-01", 20, capacity_per_week=4)
    lines = planned(a_line(1, busy, quantity=4), a_line(2, busy, quantity=4))

    assert supposing(a_snapshot(*lines)) == [20, 27]
    assert supposing(a_snapshot(*lines), Capacity("F-01", 50)) == [27, 41]
    assert supposing(a_snapshot(*lines), Capacity("F-01", 200)) == [20, 20]


@pytest.mark.parametrize(
    ("capacity", "percent", "expected"),
    [
        (1, 100, [20, 27]),
        (1, 50, [27, 41]),
        (1, 200, [20, 20]),
        (1, 0, [3670, 3670]),
        (3, 100, [20, 20]),
        (3, 50, [20, 23]),
        (3, 20, [25, 37]),
        (4, 25, [20, 27]),
        (4, 10, [31, 48]),
    ],
)
def test_no_part_of_a_small_capacity_is_lost_to_rounding(capacity: int, percent: int, expected: list[int]) -> None:
    busy = a_source("F-01", 20, capacity_per_week=capacity)
    lines = planned(a_line(1, busy, quantity=1), a_line(2, busy, quantity=1))

    assert supposing(a_snapshot(*lines), Capacity("F-01", percent)) == expected


def test_a_lot_that_is_rejected_is_missing_on_its_way_and_where_it_is_held() -> None:
    coming, holds = planned(a_line(1, a_source("F-01", 20)), a_line(2, a_source("F-01", 20)))
    on_the_way = replace(coming.order.work_orders[0], due=TODAY + timedelta(days=3))
    held = replace(holds.order, demand=replace(holds.order.demand, reserved=5), work_orders=())
    held = plan(held, holds.market, TODAY).order
    snapshot = a_snapshot(
        replace(coming, order=replace(coming.order, work_orders=(on_the_way,))), replace(holds, order=held)
    )
    first, second = coming.order.order_id, held.order_id

    assert supposing(snapshot) == [3, 0]
    assert supposing(snapshot, LotRejection("F-01:L-1", {(first, 1): 9}, {})) == [20, 0]
    assert supposing(snapshot, LotRejection("F-01:L-1", {}, {second: 2})) == [3, 20]
    both = LotRejection("F-01:L-1", {(first, 1): 2}, {second: 9})
    assert supposing(snapshot, both, Rejection(first, 1, 2)) == [20, 20]


def test_a_source_that_states_no_capacity_cannot_lose_half_of_it() -> None:
    lines = planned(a_line(1, a_source("F-01", 20)))

    assert supposing(a_snapshot(*lines), Capacity("F-01", 50)) == [20]


def test_the_work_orders_of_a_source_that_may_no_longer_be_asked_stand() -> None:
    (line,) = planned(a_line(1, a_source("F-01", 20)))
    alone = replace(line, market=replace(line.market, sources=()))

    assert supposing(a_snapshot(alone), Capacity("F-01", 50)) == [20]


def test_what_is_rejected_is_asked_for_once_more() -> None:
    (line,) = planned(a_line(1, a_source("F-01", 20)))
    (work,) = line.order.work_orders
    due = replace(line.order, work_orders=(replace(work, due=TODAY + timedelta(days=2)),))

    outcome = project(a_snapshot(replace(line, order=due)), [Rejection(due.order_id, 1, 3)])

    (order,) = outcome.orders.values()
    assert [(each.quantity, (each.due - TODAY).days) for each in order.work_orders] == [(2, 2), (3, 20)]


def test_a_line_loses_its_source_where_nobody_else_may_be_asked() -> None:
    (line,) = planned(a_line(1, a_source("F-01", 20)))
    (work,) = line.order.work_orders
    last = replace(work, state=WorkState.REFUSED)
    snapshot = a_snapshot(replace(line, order=replace(line.order, work_orders=(last,))))

    after = project(snapshot, [Rejection(line.order.order_id, 1, 5)])
    found = compare(project(snapshot), after)

    assert [order.order_id for order in found.unsourced] == [line.order.order_id]
    assert [(move.days, sources_of(move.after)) for move in found.moves] == [(None, ())]
    assert found.promises == Totals(later=1, earlier=0, days_later=0, days_earlier=0)


def test_a_source_that_opens_takes_over_what_it_brings_earlier() -> None:
    lines = planned(a_line(1, a_source("F-01", 20)), a_line(2, a_source("F-01", 60)), a_line(3))
    opens = Opening("ROTOR-BLADE", a_source("JV-1", 15), TODAY + timedelta(days=15))

    outcome = project(a_snapshot(*lines), [opens])

    assert [sources_of(order) for order in outcome.orders.values()] == [("F-01",), ("JV-1",), ("JV-1",)]
    assert supposing(a_snapshot(*lines), opens) == [20, 30, 30]


def test_a_source_that_opens_with_other_terms_keeps_what_it_has_to_do() -> None:
    lines = planned(a_line(1, a_source("F-01", 60)), a_line(2, a_source("F-01", 60, approved=False)))
    opens = Opening("ROTOR-BLADE", a_source("F-01", 20, **SLOW), TODAY)

    assert supposing(a_snapshot(*lines), opens) == [27, 27]


def test_a_new_source_can_be_stopped_in_the_same_breath() -> None:
    opens = Opening("ROTOR-BLADE", a_supplier("JV-1", 15), TODAY)

    assert supposing(a_snapshot(a_line(1)), opens, Stop("JV-1", 10)) == [25]


@pytest.mark.parametrize(
    ("growth", "expected"),
    [
        ([Growth(Decimal(2))], [27, 27]),
        ([Growth(Decimal(2), "GEARBOX")], [20, 27]),
        ([Growth(Decimal(2)), Growth(Decimal(1), "GEARBOX")], [27, 20]),
        ([Growth(Decimal("0.5"))], [20, 20]),
    ],
    ids=str,
)
def test_demand_that_grows_asks_sources_for_more(growth: list[Supposition], expected: list[int]) -> None:
    lines = planned(a_line(1, a_source("F-01", 20, **SLOW)), a_line(2, a_source("F-01", 20, **SLOW), part="GEARBOX"))

    assert supposing(a_snapshot(*lines), *growth) == expected


def test_demand_that_shrinks_gives_nothing_back_that_is_held() -> None:
    line = a_line(1, a_source("F-01", 20), quantity=10)
    held = replace(line.order, demand=Demand(heard=2, reserved=7, issued=1))

    outcome = project(a_snapshot(replace(line, order=held)), [Growth(Decimal("0.5"))])

    (order,) = outcome.orders.values()
    assert (order.quantity, order.demand.reserved, order.need) == (8, 7, 0)


def test_a_line_that_has_no_source_anyway_does_not_lose_it() -> None:
    snapshot = a_snapshot(a_line(1))

    found = compare(project(snapshot), project(snapshot, [Stop("F-01", 20)]))

    assert (found.moves, found.unsourced) == ([], [])


def test_lines_are_planned_in_turn_and_each_sees_what_was_given_before() -> None:
    sources = (a_source("F-01", 20, **SLOW), a_source("F-02", 30, **SLOW))
    last = a_line(1, *sources, priority=13)
    first = a_line(2, *sources, priority=2)
    second = a_line(3, *sources, priority=2)

    assert supposing(a_snapshot(last, second, first)) == [30, 20, 27]


def test_a_platform_stands_still_until_the_last_of_its_lines() -> None:
    lines = planned(a_line(1, a_source("F-01", 20)), a_line(2, a_source("F-02", 30)))
    snapshot = a_snapshot(*lines, grounded=(a_tail(*lines), a_tail(number="ZP-2"), a_tail(lines[1], number="ZP-3")))

    found = compare(project(snapshot), project(snapshot, [Stop("F-01", 100)]))

    (release,) = found.releases
    assert (release.tail.tail_number, release.before.days_down, release.after.days_down) == ("ZP-5104", 30, 90)
    assert release.after.expected == TODAY + timedelta(days=120)
    assert found.platforms == Totals(later=1, earlier=0, days_later=60, days_earlier=0)


def test_a_blocking_line_that_is_not_in_the_snapshot_comes_as_it_is_promised() -> None:
    (line,) = planned(a_line(1, a_source("F-01", 20)))

    outcome = project(a_snapshot(grounded=(a_tail(line),)))

    assert [each.days_down for each in outcome.platforms.values()] == [20]


def test_what_moves_is_listed_worst_first_and_added_up() -> None:
    lines = planned(a_line(1, a_source("F-01", 20)), a_line(2, a_source("F-02", 60)), a_line(3, a_source("F-01", 20)))
    snapshot = a_snapshot(*lines)
    opens = Opening("ROTOR-BLADE", a_source("JV-1", 50), TODAY)

    found = compare(project(snapshot), project(snapshot, [opens, Stop("F-01", 5)]))

    assert [(move.before.order_id[-9:], move.days) for move in found.moves] == [
        ("0001-2026", 5),
        ("0003-2026", 5),
        ("0002-2026", -10),
    ]
    assert found.promises == Totals(later=2, earlier=1, days_later=10, days_earlier=10)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (Stop("F-01", 1), Stop("F-01", 2), True),
        (Stop("F-01", 1), Capacity("F-01", 50), False),
        (Rejection("O", 1, 1), Rejection("O", 1, 2), True),
        (Rejection("O", 1, 1), Rejection("O", 2, 1), False),
        (LotRejection("L", {}, {}), LotRejection("L", {("O", 1): 1}, {}), True),
        (LotRejection("L", {}, {}), LotRejection("M", {}, {}), False),
        (Opening("P", a_source(), TODAY), Opening("P", a_source(), TODAY), True),
        (Opening("P", a_source(), TODAY), Opening("Q", a_source(), TODAY), False),
        (Growth(Decimal(2)), Growth(Decimal(3)), True),
        (Growth(Decimal(2)), Growth(Decimal(2), "P"), False),
    ],
    ids=str,
)
def test_the_same_may_not_be_supposed_twice(one: Any, other: Any, *, is_same: bool) -> None:
    assert (subject(one) == subject(other)) is is_same

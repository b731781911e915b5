"""What would become of what is on the road already, and of what is overdue."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.orders.domain.lead_time import LeadTime, Prior, Seen, learn
from services.orders.domain.promise import Promise
from services.orders.domain.supposition import Capacity, Rejection, Stop, Supposition
from services.orders.domain.whatif import OpenLine, project
from tests.unit.orders.makers import TODAY, a_source
from tests.unit.orders.suppositions import a_line, a_snapshot, a_tail, planned, supposing


def a_silent_line(learned: LeadTime | None) -> OpenLine:
    """Make a line whose source was to bring it nine days ago, and is silent."""
    (line,) = planned(a_line(1, a_source("F-01", 20, lead_time=learned)))
    (work,) = line.order.work_orders
    silent = replace(work, asked_on=TODAY - timedelta(days=29), due=TODAY - timedelta(days=9))
    promise = Promise(silent.due, "accepted by F-01")
    return replace(line, order=replace(line.order, work_orders=(silent,), promise=promise))


def days_down(line: OpenLine, *supposed: Supposition) -> tuple[int, int]:
    """Tell for how long a platform that waits for a line stands still, as it is and if this happened."""
    snapshot = a_snapshot(line, grounded=(a_tail(line),))
    (before,), (after,) = (project(snapshot, each).platforms.values() for each in ((), supposed))
    return before.days_down, after.days_down


def test_a_platform_stands_still_until_the_day_that_is_foreseen_of_an_overdue_line() -> None:
    learned = learn(20, Seen(at_least=[29]), Prior())
    remaining = learned.remaining_days(29)

    assert days_down(a_silent_line(learned), Stop("F-01", 10)) == (remaining, remaining + 10)


def test_a_platform_stands_still_throughout_where_nobody_can_say_when_its_overdue_line_comes() -> None:
    assert days_down(a_silent_line(None), Stop("F-01", 10)) == (90, 90)


@pytest.mark.parametrize(
    ("road", "days"),
    [({}, [60]), ({1: 5}, [20]), ({1: 3}, [60])],
    ids=["nothing on the road", "all on the road", "a part on the road"],
)
def test_what_is_on_the_road_comes_though_its_source_stops(road: dict[int, int], days: list[int]) -> None:
    (line,) = planned(a_line(1, a_source("F-01", 20)))

    assert supposing(a_snapshot(replace(line, road=road)), Stop("F-01", 40)) == days


def test_what_is_not_on_the_road_yet_is_late_alone_and_may_be_asked_of_others() -> None:
    (line,) = planned(a_line(1, a_source("F-01", 20), a_source("F-02", 30)))
    sent = a_snapshot(replace(line, road={1: 3}))

    (order,) = project(sent, [Stop("F-01", 40)]).orders.values()

    left = order.left
    assert [(each.source, left[each.n]) for each in order.work_orders if left[each.n]] == [("F-01", 3), ("F-02", 2)]
    assert supposing(sent, Stop("F-01", 40)) == [30]
    assert supposing(sent) == [20]


def test_what_is_rejected_is_not_what_has_left_while_something_else_is_there() -> None:
    (line,) = planned(a_line(1, a_source("F-01", 20)))
    snapshot = a_snapshot(replace(line, road={1: 3}))

    def left(rejected: int) -> list[tuple[int, int]]:
        (order,) = project(snapshot, [Stop("F-01", 40), Rejection(line.order.order_id, 1, rejected)]).orders.values()
        return [((each.due - TODAY).days, order.left[each.n]) for each in order.work_orders if order.left[each.n]]

    assert left(2) == [(20, 3), (60, 2)]
    assert left(4) == [(20, 1), (60, 4)]


def test_a_part_that_is_not_on_the_road_and_silent_comes_later_than_it_is_foreseen() -> None:
    learned = learn(20, Seen(at_least=[29]), Prior())
    silent = replace(a_silent_line(learned), road={1: 2})

    assert days_down(silent, Stop("F-01", 10)) == (learned.remaining_days(29), learned.remaining_days(29) + 10)


def test_what_is_on_the_road_neither_waits_for_capacity_nor_holds_anybody_up() -> None:
    busy = a_source("F-01", 20, capacity_per_week=4)
    first, second = planned(a_line(1, busy, quantity=4), a_line(2, busy, quantity=4))

    assert supposing(a_snapshot(first, second), Capacity("F-01", 50)) == [27, 41]
    assert supposing(a_snapshot(replace(first, road={1: 4}), second), Capacity("F-01", 50)) == [20, 34]

"""What expediting would cost others: who slips, who loses what is held, whose platform stands still longer."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from services.orders.domain.asking import Need
from services.orders.domain.comparison import Comparison
from services.orders.domain.order import Demand, Order
from services.orders.domain.plan import plan
from services.orders.domain.platforms import TailName
from services.orders.domain.pricing import (
    Act,
    BroughtForward,
    Cannibalised,
    EmergencyUsed,
    Hurried,
    Raised,
    Shared,
    Shipped,
    Taken,
    Widened,
    needed,
    price,
)
from services.orders.domain.ranking import Ask, Market, rank
from services.orders.domain.release import Grounded, Line
from services.orders.domain.whatif import OpenLine, Snapshot
from shared.types import Condition, Platform, Urgency
from tests.unit.orders.makers import NOW, TODAY, a_market, a_placed_order, a_source, a_work_order

MINE, OTHER, ELSE = "7201YA6327A001-2026", "7201YA6327A002-2026", "7201YA6327A003-2026"
SLOW = a_market(a_source(capacity_per_week=7))
SOON = date(2027, 1, 1)
LATE = date(2027, 2, 1)
MORE_URGENT = Raised(Need(Urgency.A, 1))
LAST = date.max - timedelta(days=1)


def a_line(
    order_id: str, due: date | None = None, *, market: Market = SLOW, part: str = "ROTOR-BLADE", reserved: int = 0
) -> OpenLine:
    placed, _ = a_placed_order(order_id=order_id, part=part, priority=11, urgency=Urgency.C)
    works = () if due is None else (a_work_order(quantity=5 - reserved, due=due),)
    order = replace(placed, demand=Demand(heard=1, reserved=reserved), work_orders=works)
    return OpenLine(plan(order, market, TODAY).order, market, NOW)


def priced(
    lines: Sequence[OpenLine], act: Act, taken: Taken | None = None, grounded: Sequence[Grounded] = ()
) -> Comparison:
    snapshot = Snapshot(TODAY, lines, grounded, horizon_days=365)
    return price(snapshot, MINE, act, taken or Taken())


def moves(found: Comparison) -> dict[str, int | None]:
    return {move.after.order_id: move.days for move in found.moves}


def test_a_hurried_work_order_overtakes_those_between_the_two_days_by_what_its_source_can_make() -> None:
    before, between, after = a_line(ELSE, SOON), a_line(OTHER, date(2027, 1, 20)), a_line(MINE, LATE)
    elsewhere = a_line("7201YA6327A004-2026", date(2027, 1, 20), part="GEARBOX")

    found = priced([before, between, after, elsewhere], Hurried(1, date(2027, 1, 10)))

    assert moves(found) == {MINE: -22, OTHER: 5}
    (slip,) = [move for move in found.moves if move.after.order_id == OTHER]
    assert slip.after.promise is not None
    assert slip.after.promise.reason == f"F-01 makes {MINE} first"


def test_whoever_is_overtaken_waits_ten_years_at_most_and_not_beyond_the_last_day_there_is() -> None:
    slow = a_market(a_source(capacity_per_week=1))
    huge = a_line(MINE, date.max, market=slow)
    order = replace(huge.order, quantity=10**12, work_orders=(a_work_order(quantity=10**12, due=date.max),))
    lines = [replace(huge, order=order), a_line(OTHER, date(2027, 1, 20), market=slow), a_line(ELSE, LAST, market=slow)]

    found = priced(lines, Hurried(1, SOON))

    assert moves(found) == {MINE: (SOON - date.max).days, OTHER: 3650, ELSE: 1}


def test_a_source_that_has_stated_no_capacity_is_taken_to_let_nobody_wait() -> None:
    any_time = a_market(a_source())
    lines = [a_line(OTHER, date(2027, 1, 20), market=any_time), a_line(MINE, LATE, market=any_time)]

    assert moves(priced(lines, Hurried(1, SOON))) == {MINE: -31}


def test_a_source_without_terms_any_more_is_taken_to_let_nobody_wait() -> None:
    nobody = a_market()

    assert moves(priced([a_line(MINE, LATE, market=nobody)], Hurried(1, SOON))) == {MINE: -31}


def test_platforms_are_grounded_longer_by_what_is_overtaken() -> None:
    tail = Grounded(TailName(Platform.MI_17V_5, "ZP-5104"), "IND", (Line(OTHER, "ROTOR-BLADE", date(2027, 1, 20)),))

    found = priced([a_line(OTHER, date(2027, 1, 20)), a_line(MINE, LATE)], Hurried(1, SOON), grounded=[tail])

    (release,) = found.releases
    assert (release.tail, release.days) == (tail.name, 5)


def test_what_a_raised_order_takes_is_gone_from_its_losers_who_are_sourced_anew() -> None:
    holder, other = a_line(OTHER, reserved=5), a_line("7201YA6327A004-2026", part="GEARBOX", reserved=5)
    taken = Taken(gets=3, losses={OTHER: 3})

    found = priced([holder, other, a_line(MINE, LATE)], MORE_URGENT, taken)

    assert moves(found) == {OTHER: 30}
    mine = priced([holder, a_line(MINE, LATE)], MORE_URGENT, Taken(gets=9, losses={OTHER: 9, MINE: 1}))
    assert set(moves(mine)) == {MINE, OTHER}


def test_another_depot_that_has_not_so_much_moves_nothing() -> None:
    act = Shipped("D-02", 5, SOON)

    assert moves(priced([a_line(MINE, LATE)], act, Taken(gets=0, is_told=True))) == {}
    assert set(moves(priced([a_line(MINE, LATE)], act, Taken(gets=5, is_told=True)))) == {MINE}


def test_an_order_that_is_brought_forward_is_sourced_before_those_that_are_needed_later() -> None:
    busy = a_market(a_source(capacity_per_week=5))
    first, mine = a_line(OTHER, market=busy), a_line(MINE, market=busy)
    later = replace(mine.order, required_by=mine.order.required_by + timedelta(days=9), work_orders=(), promise=None)
    earlier = replace(first.order, work_orders=(), promise=None)
    lines = [replace(first, order=earlier), replace(mine, order=later)]

    found = priced(lines, BroughtForward(earlier.required_by - timedelta(days=1)))

    assert moves(found) == {MINE: -7, OTHER: 7}


def test_an_order_that_accepts_a_substitute_is_sourced_from_who_makes_it_and_holds_what_stock_has_of_it() -> None:
    makes = a_market(a_source(makes=frozenset({"3VK1Y/VKR-1/B"})))
    waits = a_line(MINE, market=makes)
    order = replace(waits.order, accepted=("S1KH4/BP-1/03",), work_orders=(), promise=None)
    both = Widened((*order.accepted, "3VK1Y/VKR-1/B"))

    sourced = priced([replace(waits, order=order)], both)
    served = priced([replace(waits, order=order)], both, Taken(gets=5))

    (made,), (held,) = sourced.moves, served.moves
    assert made.before.promise is None or made.before.promise.promised_for is None
    assert [work.source for work in made.after.work_orders] == ["F-01"]
    assert held.after.promise is not None
    assert (held.after.promise.promised_for, held.after.accepted) == (TODAY, both.accepted)


def test_an_order_that_may_be_issued_goods_for_emergency_use_has_today_what_stock_has_of_them() -> None:
    waits = a_line(MINE, LATE)

    (held,) = priced([waits], EmergencyUsed(), Taken(gets=5)).moves

    assert held.after.promise is not None
    assert held.after.promise.promised_for == TODAY
    assert Condition.N in held.after.conditions


def test_what_another_brings_leaves_the_order_as_needed_as_it_was() -> None:
    order = a_line(MINE, LATE).order

    assert needed(order, Shipped("D-02", 5, SOON)) == order


def test_a_part_that_is_taken_from_another_platform_releases_the_one_that_waits_and_keeps_the_donor_down() -> None:
    waits, other = Line(MINE, "ROTOR-BLADE", SOON), Line(OTHER, "ROTOR-BLADE", LATE)
    receiver = Grounded(TailName(Platform.MI_17V_5, "ZP-1"), "IND", (waits,))
    donor = Grounded(TailName(Platform.MI_17V_5, "ZP-2"), "IND", (other,))
    early_donor = replace(donor, lines=(replace(other, foreseen=TODAY),))
    act = Cannibalised(receiver.name, donor.name)
    beside = replace(donor, name=TailName(Platform.MI_17V_5, "ZP-3"))
    lines = [a_line(MINE, SOON), a_line(OTHER, LATE)]

    found = priced(lines, act, grounded=[receiver, donor, beside])
    costs = priced(lines[:1], act, grounded=[receiver, early_donor])

    back = [
        {each.tail.tail_number: (each.before.expected, each.after.expected) for each in one.releases}
        for one in (found, costs)
    ]
    assert back == [{"ZP-1": (SOON, TODAY)}, {"ZP-1": (SOON, TODAY), "ZP-2": (TODAY, SOON)}]
    assert moves(found) == {}


def test_a_second_source_has_more_to_do_for_those_that_come_later() -> None:
    two = a_market(
        a_source(lead_time_days=40, approved=False), a_source("F-02", lead_time_days=10, capacity_per_week=5)
    )
    offer = rank(two, Ask(quantity=5, day=TODAY))[0]
    mine, later = a_line(MINE, LATE, market=two), a_line(OTHER, market=a_market())
    waits = OpenLine(replace(later.order, work_orders=()), two, NOW)
    elsewhere = a_line(ELSE, date(2027, 1, 5), part="GEARBOX")

    found = priced([mine, waits, elsewhere], Shared(offer, 5))

    assert moves(found) == {MINE: (TODAY + timedelta(days=10) - LATE).days, OTHER: 7}


def test_what_another_depot_ships_brings_the_day_of_its_arrival() -> None:
    found = priced([a_line(MINE, LATE)], Shipped("D-02", 5, TODAY + timedelta(days=3)))

    (move,) = found.moves
    assert move.after.promise is not None
    assert move.after.promise.promised_for == TODAY + timedelta(days=3)
    assert move.after.promise.reason == "shipped by D-02, if it holds so much"


def test_the_snapshot_itself_stays_as_it_is() -> None:
    line = a_line(MINE, LATE)
    before: Order = line.order

    priced([line], Hurried(1, SOON))

    assert line.order == before

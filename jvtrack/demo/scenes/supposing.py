"""What would have been lost without those who help: a what-if while all of their goods are still on the way."""

from collections.abc import Mapping, Sequence
from datetime import date

from jvtrack.client import SourceStops, WhatIf
from jvtrack.client.answers.whatif import ReleaseMove
from jvtrack.demo.company import Company, Supposed
from jvtrack.demo.depot import Tail
from jvtrack.demo.findings import Finding
from shared.types import OrderId, SiteId, TailNumber

STOPPED_DAYS = 365
TOGETHER = "without both"


async def suppose(
    company: Company, tails: Sequence[Tail], *, orders: Sequence[OrderId], helpers: Mapping[SiteId, TailNumber]
) -> list[Finding]:
    """Ask for how much longer platforms would stand still without each helper, and without both; nothing is touched."""
    doors = company.planner.orders
    before = [await doors.get(order) for order in orders]
    expected = {tail.tail_number: await _expected(company, tail) for tail in tails}
    stops = {_without(site): [SourceStops(site=site, days=STOPPED_DAYS)] for site in helpers}
    both = [stop for scenario in stops.values() for stop in scenario]
    found = await doors.what_if({**stops, TOGETHER: both}, platform=tails[0].platform)
    company.supposed.append(Supposed(found, expected))
    untouched = before == [await doors.get(order) for order in orders]
    lost = {name: _days_lost(found, name, expected) for name in found.scenarios}
    each = sum(lost[_without(site)] for site in helpers)
    return [
        *(_of_one(found, _without(site), tail) for site, tail in helpers.items()),
        Finding(
            f"what if neither {' nor '.join(helpers)} had delivered",
            f"{lost[TOGETHER]} platform-days lost; promises are {'untouched' if untouched else 'NOT as before'}",
            holds=untouched and lost[TOGETHER] == each > 0,
        ),
    ]


def days_down(found: WhatIf, scenario: str, expected: Mapping[TailNumber, date | None]) -> dict[TailNumber, int]:
    """Tell for how many days each platform would stand still, the whole horizon where nobody knows how long."""
    moved = {each.tail_number: each.days_down_after for each in found.scenarios[scenario].releases}
    return {tail: moved.get(tail, _days_as_it_is(found, day)) for tail, day in expected.items()}


def days_as_it_is(found: WhatIf, expected: Mapping[TailNumber, date | None]) -> dict[TailNumber, int]:
    """Tell for how many days each platform stands still with nothing supposed."""
    return {tail: _days_as_it_is(found, day) for tail, day in expected.items()}


def _days_as_it_is(found: WhatIf, day: date | None) -> int:
    return found.horizon_days if day is None else min(found.horizon_days, max(0, (day - found.today).days))


def _days_lost(found: WhatIf, scenario: str, expected: Mapping[TailNumber, date | None]) -> int:
    return sum(days_down(found, scenario, expected).values()) - sum(days_as_it_is(found, expected).values())


def _without(site: SiteId) -> str:
    return f"without {site}"


def _of_one(found: WhatIf, scenario: str, tail: TailNumber) -> Finding:
    """Tell what becomes of the platform that one helper works for."""
    move = next((each for each in found.scenarios[scenario].releases if each.tail_number == tail), None)
    return Finding(
        f"what if {tail} had to do {scenario}",
        "nothing would change" if move is None else _said(move),
        holds=move is not None and move.days_down_after > move.days_down_before,
    )


def _said(move: ReleaseMove) -> str:
    days = move.days_down_after - move.days_down_before
    return f"back {_day(move.before)} -> {_day(move.after)}, {days} platform-days lost"


def _day(day: date | None) -> str:
    return "nobody knows when" if day is None else f"{day:%d %b %Y}"


async def _expected(company: Company, tail: Tail) -> date | None:
    return (await company.planner.orders.platforms.get(tail.platform, tail.tail_number)).expected_release

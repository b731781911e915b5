"""What holds of every what-if, whatever the lines and their sources."""

import copy
from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from services.orders.domain.comparison import compare
from services.orders.domain.plan import plan
from services.orders.domain.source import Source
from services.orders.domain.splitting import GAIN_DAYS_MIN
from services.orders.domain.supposition import Capacity, Growth, Opening, Stop, Supposition, subject
from services.orders.domain.whatif import OpenLine, Snapshot, day_of, project
from tests.unit.orders.makers import TODAY, a_source
from tests.unit.orders.suppositions import a_line, a_snapshot, a_tail, planned

sites = st.sampled_from(["F-01", "F-02", "F-03"])
some_days = st.integers(1, 120)


def sources(capacities: st.SearchStrategy[int | None]) -> st.SearchStrategy[list[Source]]:
    one = st.builds(a_source, sites, st.integers(0, 90), capacity_per_week=capacities)
    return st.lists(one, max_size=3, unique_by=lambda source: source.site)


@st.composite
def snapshots(
    draw: st.DrawFn,
    capacities: st.SearchStrategy[int | None] = st.none() | st.integers(1, 6),  # noqa: B008  # a strategy has no state
) -> Snapshot:
    """Draw lines of two parts, each part with sources of its own."""
    markets = {part: draw(sources(capacities)) for part in ("GEARBOX", "ROTOR-BLADE")}
    lines = [
        a_line(serial, *markets[part], part=part, quantity=draw(st.integers(1, 9)), priority=draw(st.integers(1, 15)))
        for serial, part in enumerate(draw(st.lists(st.sampled_from(sorted(markets)), max_size=5)), 1)
    ]
    known = planned(*lines) if draw(st.booleans()) else tuple(lines)
    return a_snapshot(*known, grounded=(a_tail(*known[:2]),))


suppositions = st.lists(
    st.builds(Stop, sites, some_days)
    | st.builds(Capacity, sites, st.integers(1, 300))
    | st.builds(Growth, st.sampled_from([Decimal(2), Decimal("0.5"), Decimal("1.25")]), st.none() | st.just("GEARBOX"))
    | st.builds(Opening, st.just("GEARBOX"), st.builds(a_source, st.just("JV-1"), some_days), st.just(TODAY)),
    max_size=4,
    unique_by=subject,
)


@settings(deadline=None)
@given(snapshots())
def test_where_nothing_is_supposed_nothing_moves(snapshot: Snapshot) -> None:
    settled = replace(snapshot, lines=planned(*snapshot.lines))

    outcome = project(settled)

    assert [outcome.orders[line.order.order_id] for line in settled.lines] == [line.order for line in settled.lines]
    assert compare(outcome, project(settled)).moves == []


@settings(deadline=None)
@given(snapshots(), suppositions)
def test_the_same_question_has_the_same_answer_and_changes_nothing(
    snapshot: Snapshot, supposed: list[Supposition]
) -> None:
    kept = copy.deepcopy(snapshot)

    first = project(snapshot, supposed)
    again = project(replace(snapshot, lines=tuple(reversed(snapshot.lines))), list(reversed(supposed)))

    assert snapshot == kept
    assert first == again


@settings(deadline=None)
@given(snapshots(), suppositions)
def test_every_line_adds_up_whatever_is_supposed(snapshot: Snapshot, supposed: list[Supposition]) -> None:
    for order in project(snapshot, supposed).orders.values():
        demand = order.demand
        parts = (demand.reserved, order.sourced, demand.issued, demand.cancelled, order.open)
        assert sum(parts) == order.quantity
        assert min(parts) >= 0


@settings(deadline=None)
@given(snapshots(capacities=st.none()), sites, some_days)
def test_a_stopped_source_makes_nothing_earlier_than_it_could_be_today(
    snapshot: Snapshot, site: str, stopped: int
) -> None:
    after = project(snapshot, [Stop(site, stopped)])

    for line in snapshot.lines:
        assert _day(day_of(after.orders[line.order.order_id])) >= _best_today(line)


def _best_today(line: OpenLine) -> date:
    """Give the day of a line as it is, or the one if it were planned today, whichever is earlier."""
    anew = replace(line.order, work_orders=(), promise=None)
    return min(_day(day_of(plan(order, line.market, TODAY).order)) for order in (line.order, anew))


@settings(deadline=None)
@given(snapshots(), st.integers(100, 400))
def test_more_capacity_makes_a_line_that_is_alone_later_by_less_than_a_week_or_within_its_time(
    snapshot: Snapshot, percent: int
) -> None:
    # What is shared out may be asked of one source again, where shares would no longer be a week sooner.
    for line in snapshot.lines[:1]:
        alone = a_snapshot(line)
        before, after = project(alone), project(alone, [Capacity(site, percent) for site in ("F-01", "F-02", "F-03")])
        order_id = line.order.order_id
        day, moved = _day(day_of(before.orders[order_id])), _day(day_of(after.orders[order_id]))
        assert moved <= line.order.required_by or (moved - day).days < GAIN_DAYS_MIN


def _day(day: date | None) -> date:
    return day or date.max

"""Scenarios as they are shown: each compared with how it is, the worst first."""

from dataclasses import replace

from services.orders.domain.comparison import Comparison, Move, Release, Totals, compare
from services.orders.domain.order import Order
from services.orders.domain.whatif import day_of, project, sources_of
from services.orders.queries.whatif import Scene
from services.orders.schemas.suppositions import Made, asked
from services.orders.schemas.whatif import (
    MovedPromise,
    MovedRelease,
    ScenarioRead,
    TotalsRead,
    UnsourcedLine,
    WhatIf,
    WhatIfFilter,
    WhatIfRead,
)


def answer(scene: Scene, question: WhatIf, wanted: WhatIfFilter, *, made: Made, shown_max: int) -> WhatIfRead:
    """Show what each scenario would change; takes a second where thousands of lines are open."""
    before = project(scene.snapshot)
    scenarios = {
        name: _shown(_kept(compare(before, project(scene.snapshot, asked(listed, made))), scene, wanted), shown_max)
        for name, listed in question.named.items()
    }
    return WhatIfRead(
        today=scene.snapshot.today,
        horizon_days=scene.snapshot.horizon_days,
        lines=len(scene.snapshot.lines),
        grounded=len(scene.snapshot.grounded),
        scenarios=scenarios,
    )


def _kept(found: Comparison, scene: Scene, wanted: WhatIfFilter) -> Comparison:
    """Leave out what nobody has asked for, before anything is counted."""
    waits_for = {each.name: {line.part for line in each.lines} for each in scene.snapshot.grounded}

    def line(order: Order) -> bool:
        return wanted.part in (None, order.part) and wanted.platform in (None, scene.platforms[order.order_id])

    def tail(release: Release) -> bool:
        is_kind = wanted.platform in (None, release.tail.platform)
        return is_kind and (wanted.part is None or wanted.part in waits_for[release.tail])

    return replace(
        found,
        moves=[move for move in found.moves if line(move.after)],
        unsourced=[order for order in found.unsourced if line(order)],
        releases=[release for release in found.releases if tail(release)],
    )


def _shown(found: Comparison, shown_max: int) -> ScenarioRead:
    return ScenarioRead(
        promises=totals(found.promises),
        platforms=totals(found.platforms),
        unsourced_total=len(found.unsourced),
        moved=[moved(move) for move in found.moves[:shown_max]],
        unsourced=[_unsourced(order) for order in found.unsourced[:shown_max]],
        releases=[release(each) for each in found.releases[:shown_max]],
    )


def totals(found: Totals) -> TotalsRead:
    """Show how many move, and by how much."""
    return TotalsRead(
        later=found.later,
        earlier=found.earlier,
        days_later=found.days_later,
        days_earlier=found.days_earlier,
    )


def moved(move: Move) -> MovedPromise:
    """Show a promise that moves."""
    order = move.after
    assert order.promise is not None, "what moves was promised, or is now"
    return MovedPromise(
        order_id=order.order_id,
        ordered_by=order.ordered_by,
        part=order.part,
        priority=order.priority,
        required_by=order.required_by,
        before=day_of(move.before),
        after=day_of(order),
        days=move.days,
        sources_before=list(sources_of(move.before)),
        sources_after=list(sources_of(order)),
        why=order.promise.reason,
    )


def _unsourced(order: Order) -> UnsourcedLine:
    return UnsourcedLine(
        order_id=order.order_id,
        part=order.part,
        priority=order.priority,
        required_by=order.required_by,
        open=order.open,
    )


def release(found: Release) -> MovedRelease:
    """Show a platform that comes back on another day."""
    return MovedRelease(
        platform=found.tail.platform,
        tail_number=found.tail.tail_number,
        before=found.before.expected,
        after=found.after.expected,
        days_down_before=found.before.days_down,
        days_down_after=found.after.days_down,
    )

"""How a demand stands in its queue, and why what is free is not given to it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.inventory.domain.demand import Demand
from services.inventory.domain.explaining import Ahead, Coming, Free, StandingKind, Surroundings, standing
from shared.events.stock import Gate
from shared.types import Condition
from tests.unit.inventory.makers import OTHER_DEPOT, SHIPMENT, a_demand, an_order_id

A, B, F, N = Condition.A, Condition.B, Condition.F, Condition.N
DAY = date(2026, 6, 1)


def lateral(quantity: int = 5) -> Demand:
    return a_demand(quantity, ordered_by=OTHER_DEPOT, partial=False)


def told(demand: Demand, **around: Any) -> list[tuple[StandingKind, int | None, str]]:
    return [(each.kind, each.quantity, each.text) for each in standing(demand, Surroundings(**around))[1:]]


def test_a_demand_that_waits_for_nothing_says_what_has_become_of_it() -> None:
    (reason,) = standing(replace(a_demand(5), reserved=3, issued=2), Surroundings())

    assert (reason.kind, reason.text) == (
        StandingKind.SERVED,
        "it waits for nothing: 3 held, 2 issued, 0 cancelled of 5",
    )


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (Ahead(), "nobody waits before it"),
        (Ahead(2, 7), "orders that wait before it: 2, for 7"),
        (Ahead(3, 7, ("X-1", "X-2")), "orders that wait before it: 3, for 7 (X-1, X-2)"),
    ],
    ids=["nobody", "counted", "named"],
)
def test_its_turn_is_told_with_who_waits_before_it(ahead: Ahead, words: str) -> None:
    demand = replace(a_demand(5), reserved=2)

    turn = standing(demand, Surroundings(ahead=ahead))[0]

    assert (turn.kind, turn.quantity, turn.day) == (StandingKind.TURN, 3, demand.required_by)
    assert turn.text == (
        f"priority {demand.priority:02}, needed by {demand.required_by}, waits for 3 of 5; {words}"
    )  # fmt: skip


def test_where_nothing_is_free_that_is_said() -> None:
    assert told(a_demand()) == [(StandingKind.NOTHING_FREE, None, "nothing of it is free at D-01")]


@pytest.mark.parametrize(
    ("free", "kind", "words"),
    [
        (Free(F, 2), StandingKind.CONDITION, "2 are free in condition F, which is never issued"),
        (Free(B, 2), StandingKind.CONDITION, "2 are free in condition B, which it does not accept"),
        (
            Free(N, 2),
            StandingKind.CONDITION,
            "2 are free in condition N, which is issued in an emergency, on an approver's word alone",
        ),
        (Free(A, 2, has_expired=True), StandingKind.EXPIRED, "2 are free in condition A: their shelf life is over"),
        (
            Free(A, 2, gate=Gate.FIRST_ARTICLE),
            StandingKind.HELD_BACK,
            "2 are free in condition A: the gate first-article holds them back",
        ),
    ],
    ids=lambda each: getattr(each, "value", None),
)
def test_free_stock_that_it_may_not_have_is_told_with_the_reason(free: Free, kind: StandingKind, words: str) -> None:
    assert told(a_demand(), free=[free]) == [(kind, 2, words)]


def test_what_is_protected_is_kept_from_another_depots_order_alone() -> None:
    free = [Free(A, 4), Free(B, 1)]

    own, others = told(a_demand(9), free=free, protected=3), told(lateral(2), free=free, protected=3)

    assert own[-1] == (StandingKind.FREE, 4, "4 are free for it, and are given out at the next look at this stock")
    assert others[1:] == [
        (StandingKind.PROTECTED, 2, "2 of 4 that are free stay at D-01 for its own orders: 3 are protected"),
        (StandingKind.FREE, 2, "2 are free for it, and are given out at the next look at this stock"),
    ]


def test_too_little_for_all_or_nothing_is_said() -> None:
    assert told(lateral(5), free=[Free(A, 3)]) == [
        (StandingKind.ALL_OR_NOTHING, 3, "it takes all 5 or nothing, and 3 are free for it")
    ]
    assert told(lateral(5), free=[Free(A, 3)], protected=9)[-1][0] is StandingKind.PROTECTED


def test_what_is_free_while_others_wait_goes_to_them_first() -> None:
    (free,) = told(a_demand(5), free=[Free(A, 9)], ahead=Ahead(1, 2))

    assert free == (StandingKind.FREE, 5, "5 are free for it, and are given out once those before it are served")


def test_what_lower_bands_hold_is_told() -> None:
    assert told(a_demand(), held_below=4)[-1] == (
        StandingKind.LOWER_BAND,
        4,
        "4 are held by orders of lower bands, from which it may take",
    )


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (None, "made for stock"),
        (an_order_id(1), "made for this order"),
        (an_order_id(2), "made for another order"),
    ],
)
def test_what_is_on_the_road_is_told_and_another_order_not_named(order: str | None, words: str) -> None:
    reason = standing(a_demand(), Surroundings(coming=[Coming(SHIPMENT, 4, DAY, order)]))[-1]

    assert reason.text == f"4, {words}, are on the road in F-01:S-1 since 2026-06-01"
    assert (reason.kind, reason.quantity, reason.shipment) == (StandingKind.ON_THE_ROAD, 4, SHIPMENT)
    assert reason.order == (order if order == an_order_id(1) else None)

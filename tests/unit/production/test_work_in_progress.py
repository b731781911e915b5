"""What becomes of pieces in work that were asked back, and of what was voided of it."""

from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any

import pytest

from services.production.domain.making import ReuseUnclear, WorkInProgressWanted
from services.production.domain.posted import WorkOrderUnknown
from services.production.domain.work_order import WorkOrder
from shared.events.envelope import new_event_id
from shared.events.factory import FactoryFact
from shared.events.making import InProgress, Making
from shared.events.production import WorkOrderQuantityChanged
from shared.events.progress import WorkInProgressDecided
from shared.events.workshop import (
    FactoryWorkInProgressDecided,
)
from tests.unit.production.makers import (
    FACTORY,
    PART,
    WORK_ORDER,
    a_finish,
    a_floor,
    a_posted,
    a_reduction,
    a_scrap,
    a_start,
    a_void,
    a_work_order,
)
from tests.unit.production.workshop import a_decision, a_missing_kit, after, cancelled

LATER = date(2027, 6, 1)
OTHER = "7201YA6327A002-2026-W1"


@pytest.mark.parametrize(
    ("outcome", "reused_for", "quantity", "making"),
    [
        (InProgress.FOR_STOCK, None, 4, Making(for_stock=3)),
        (InProgress.SCRAPPED, None, 1, Making(scrapped=3)),
        (InProgress.REUSED, OTHER, 1, Making(reused=3)),
    ],
)
def test_what_becomes_of_cancelled_work_is_told_and_only_what_is_finished_still_comes(
    outcome: InProgress, reused_for: str | None, quantity: int, making: Making
) -> None:
    _, told = cancelled(10, started=4).note(new_event_id(), a_decision(3, outcome, reused_for=reused_for))

    assert isinstance(told, WorkInProgressDecided)
    assert (told.quantity, told.decided, told.making) == (quantity, 3, making)


def test_work_that_is_scrapped_counts_once_whether_its_lots_tell_it_before_or_after() -> None:
    scrapped = [after(cancelled(10, started=4), *words) for words in permutations((a_decision(3), a_scrap(3)))]

    assert [each.quantity for each in scrapped] == [1, 1]


def test_nothing_is_decided_on_work_that_is_wanted() -> None:
    with pytest.raises(WorkInProgressWanted):
        after(a_work_order(10), a_start(4)).require_possible(a_decision(1))


def test_no_more_is_decided_on_than_is_unwanted() -> None:
    decided = after(cancelled(10, started=4), a_decision(3))

    decided.require_possible(a_decision(1))
    with pytest.raises(WorkInProgressWanted):
        decided.require_possible(a_decision(2))


@pytest.mark.parametrize(
    ("then", "undecided"),
    [
        ((), 4),
        ((a_decision(3),), 1),
        ((a_decision(4),), 0),
        ((a_decision(1), a_scrap(1)), 3),
        ((a_finish(3),), 1),
        ((a_finish(4),), 0),
        ((a_finish(3, completes_work_order=True),), 0),
    ],
)
def test_of_cancelled_work_a_word_is_owed_until_its_fate_is_told_or_it_is_done(
    then: tuple[FactoryFact, ...], undecided: int
) -> None:
    assert after(cancelled(10, started=4), *then).undecided == undecided


def test_what_was_finished_before_it_was_asked_back_is_in_work_no_more() -> None:
    begun = after(a_work_order(4), a_start(3), a_finish(2)).reduce(a_reduction(4))[0]
    told = after(begun, a_decision(1))

    assert (begun.undecided, told.undecided) == (1, 0)
    for work_order, words in ((begun, 2), (told, 1)):
        with pytest.raises(WorkInProgressWanted):
            work_order.require_possible(a_decision(words))


def test_what_is_finished_as_it_was_said_leaves_the_others_to_be_spoken_of() -> None:
    assert after(cancelled(10, started=4), a_decision(3, InProgress.FOR_STOCK), a_finish(3)).undecided == 1


FOR_STOCK = a_decision(1, InProgress.FOR_STOCK)


@pytest.mark.parametrize(
    ("then", "undecided"),
    [
        ((a_decision(1), a_finish(2)), 1),
        ((a_decision(1), a_finish(2), a_decision(1)), 0),
        ((a_finish(2), FOR_STOCK, FOR_STOCK), 0),
        ((FOR_STOCK, a_finish(3)), 1),
        ((FOR_STOCK, a_finish(3), a_decision(1)), 0),
        ((FOR_STOCK, a_finish(2), FOR_STOCK, a_finish(1)), 1),
        ((FOR_STOCK, a_finish(2), FOR_STOCK, a_finish(1), FOR_STOCK), 0),
    ],
)
def test_no_piece_is_spoken_of_twice_however_finishes_and_words_follow_each_other(
    then: tuple[FactoryFact, ...], undecided: int
) -> None:
    work_order = after(cancelled(10, started=4), *then)

    assert work_order.undecided == undecided
    with pytest.raises(WorkInProgressWanted):
        work_order.require_possible(a_decision(undecided + 1))


def test_no_word_is_owed_of_what_was_given_back_or_is_wanted() -> None:
    assert after(a_work_order(10), a_start(4)).undecided == 0
    assert a_work_order(10).reduce(a_reduction(10))[0].undecided == 0
    assert after(a_work_order(10), a_start(8)).reduce(a_reduction(4))[0].undecided == 2


def test_pieces_go_on_as_a_work_order_that_the_factory_has() -> None:
    floor = a_floor(work_orders=(cancelled(10, started=4), a_work_order(5, work_order=OTHER)))

    floor.decide(a_posted(a_decision(3, InProgress.REUSED, reused_for=OTHER)))

    assert floor.work_orders[WORK_ORDER].said.told == Making(reused=3)


@pytest.mark.parametrize("others", [(), (a_work_order(5, work_order=OTHER, part="ANOTHER"),)])
def test_pieces_do_not_go_on_as_what_the_factory_was_not_asked_for(others: tuple[WorkOrder, ...]) -> None:
    floor = a_floor(work_orders=(cancelled(10, started=4), *others))

    with pytest.raises(WorkOrderUnknown):
        floor.decide(a_posted(a_decision(3, InProgress.REUSED, reused_for=OTHER)))

    assert floor.told == []


@pytest.mark.parametrize(
    "values",
    [
        {"outcome": InProgress.REUSED},
        {"outcome": InProgress.SCRAPPED, "reused_for": OTHER},
        {"outcome": InProgress.REUSED, "reused_for": WORK_ORDER},
    ],
)
def test_a_decision_names_another_work_order_where_pieces_are_reused_and_only_there(values: dict[str, Any]) -> None:
    floor = a_floor(work_orders=(cancelled(10, started=4),))

    with pytest.raises(ReuseUnclear):
        floor.decide(a_posted(FactoryWorkInProgressDecided(work_order=WORK_ORDER, quantity=1, **values)))

    assert floor.told == []


def test_a_voided_kit_or_decision_stands_no_longer() -> None:
    floor = a_floor(work_orders=(cancelled(10, started=4),))
    for name, fact in {"kit": a_missing_kit(), "fate": a_decision(3)}.items():
        floor.decide(a_posted(fact, name))

    for name in ("kit", "fate"):
        floor.decide(a_posted(a_void(name)))

    told = floor.told[-1].event
    assert isinstance(told, WorkOrderQuantityChanged)
    assert (told.quantity, told.making) == (4, None)
    assert replace(floor.work_orders[WORK_ORDER], version=0) == replace(cancelled(10, started=4), version=0)
    assert (floor.work_orders[WORK_ORDER].factory, floor.work_orders[WORK_ORDER].part) == (FACTORY, PART)

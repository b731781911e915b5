"""A work order brings what was asked for, less what was given back or scrapped, and never less than what is made."""

from datetime import date
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.production.domain.totals import totals_of
from services.production.domain.work_order import Promise, WorkOrder, WorkOrderStatus, open_work_order
from shared.events.envelope import new_event_id
from shared.events.factory import FactoryDelayReported, FactoryWorkOrderAccepted, FactoryWorkOrderRefused, LotFact
from shared.events.production import (
    DelayReported,
    QuantityCause,
    WorkOrderAccepted,
    WorkOrderQuantityChanged,
    WorkOrderRefused,
)
from shared.types import QUANTITY_MAX, ScrapStage
from tests.unit.production.makers import (
    DEPOT,
    DUE,
    FACTORY,
    PART,
    WORK_ORDER,
    a_dispatch,
    a_finish,
    a_reduction,
    a_scrap,
    a_sourcing,
    a_start,
    a_work_order,
)

LATER = date(2027, 6, 1)
REFUSAL = FactoryWorkOrderRefused(work_order=WORK_ORDER, reason="The die is worn out.")


def counted(work_order: WorkOrder, *facts: LotFact) -> WorkOrder:
    for fact in facts:
        work_order, _ = work_order.count(totals_of(fact))
    return work_order


def test_an_opened_work_order_tells_what_it_will_bring_and_where_to() -> None:
    work_order, told = open_work_order(a_sourcing(10))

    assert (told.quantity, told.depot, told.factory, told.part, told.due) == (10, DEPOT, FACTORY, PART, DUE)
    assert (work_order.version, work_order.status) == (1, WorkOrderStatus.OPENED)


def test_what_lots_told_before_the_work_order_was_opened_counts_when_it_is() -> None:
    _, told = open_work_order(a_sourcing(10), totals_of(a_finish(12)))

    assert told.quantity == 12


def test_what_is_asked_back_is_given_back_while_nothing_is_begun() -> None:
    work_order, told = a_work_order(10).reduce(a_reduction(4))

    assert (told.quantity, told.asked, told.given) == (6, 4, 4)
    assert work_order.version == 2


@pytest.mark.parametrize(
    ("facts", "given"),
    [
        ([a_start(7)], 3),
        ([a_start(10)], 0),
        ([a_finish(7)], 3),
        ([a_start(7), a_scrap(2)], 3),
        ([a_start(7), a_finish(7), a_dispatch(7)], 3),
        ([a_dispatch(7)], 3),
        ([a_start(12)], 0),
    ],
)
def test_what_is_in_work_or_made_is_not_given_back(facts: list[LotFact], given: int) -> None:
    _, told = counted(a_work_order(10), *facts).reduce(a_reduction(10))

    assert told.given == given


def test_answers_to_several_reductions_add_up() -> None:
    once, _ = a_work_order(10).reduce(a_reduction(4))
    twice, told = once.reduce(a_reduction(8, asked=12))

    assert (told.asked, told.given, told.quantity) == (12, 10, 0)
    assert twice.status is WorkOrderStatus.WITHDRAWN


@given(
    st.integers(0, 5),
    st.lists(st.sampled_from([a_start(2), a_finish(2), a_scrap(1), a_dispatch(1), a_start(7)]), max_size=6),
    st.integers(1, 9),
)
def test_a_reduction_lowers_the_quantity_by_exactly_what_is_given(spare: int, told: list[LotFact], asked: int) -> None:
    before = counted(a_work_order(5 + spare), *told)

    after, answer = before.reduce(a_reduction(asked))

    assert answer.given <= answer.asked == asked
    assert after.quantity == answer.quantity == before.quantity - answer.given


def test_scrap_lowers_what_the_work_order_brings() -> None:
    work_order, told = counted(a_work_order(10), a_start(10)).count(totals_of(a_scrap(3)))

    assert told is not None
    assert (told.quantity, told.cause) == (7, QuantityCause.SCRAPPED)
    assert work_order.version == 2


def test_scrap_of_surplus_pieces_lowers_nothing() -> None:
    _, told = counted(a_work_order(10), a_start(12)).count(totals_of(a_scrap(2)))

    assert told is None


def test_making_more_than_asked_raises_the_quantity() -> None:
    _, told = counted(a_work_order(10), a_start(12)).count(totals_of(a_finish(12)))

    assert told is not None
    assert (told.quantity, told.cause) == (12, QuantityCause.OVER_PRODUCED)


def test_saying_that_nothing_more_will_be_made_lowers_the_quantity_to_what_was() -> None:
    _, told = counted(a_work_order(10), a_start(10)).count(totals_of(a_finish(8, completes_work_order=True)))

    assert told is not None
    assert (told.quantity, told.cause) == (8, QuantityCause.UNDER_PRODUCED)


def test_a_void_restores_the_quantity() -> None:
    done = totals_of(a_finish(8, completes_work_order=True))
    work_order, _ = a_work_order(10).count(done)

    restored, told = work_order.recount(-done)

    assert told is not None
    assert (told.quantity, told.cause) == (10, QuantityCause.CORRECTED)
    assert restored.version == 3


def test_a_quantity_never_leaves_its_bounds() -> None:
    assert counted(a_work_order(10), a_finish(QUANTITY_MAX), a_finish(QUANTITY_MAX)).quantity == QUANTITY_MAX


def test_a_refusal_keeps_what_is_begun() -> None:
    work_order, told = counted(a_work_order(10), a_start(4)).note(new_event_id(), REFUSAL)

    assert isinstance(told, WorkOrderRefused)
    assert (told.quantity, told.reason) == (4, REFUSAL.reason)
    assert work_order.status is WorkOrderStatus.IN_WORK


def test_a_refusal_of_all_ends_the_work_order() -> None:
    work_order, told = a_work_order(10).note(new_event_id(), REFUSAL)

    assert told.quantity == 0
    assert work_order.status is WorkOrderStatus.REFUSED


def test_accepting_may_name_another_day() -> None:
    work_order, told = a_work_order().note(new_event_id(), FactoryWorkOrderAccepted(work_order=WORK_ORDER, due=LATER))

    assert isinstance(told, WorkOrderAccepted)
    assert told.due == LATER
    assert work_order.status is WorkOrderStatus.ACCEPTED


def test_accepting_without_a_day_keeps_the_day_asked_for() -> None:
    _, told = a_work_order().note(new_event_id(), FactoryWorkOrderAccepted(work_order=WORK_ORDER))

    assert told.due == DUE


def test_a_delay_moves_the_promise_and_its_void_moves_it_back() -> None:
    event = new_event_id()
    delay = FactoryDelayReported(work_order=WORK_ORDER, due=LATER, cause="The forge stood still.")

    delayed, told = a_work_order().note(event, delay)
    restored, untold = delayed.void(event, delay, "It did not.")

    assert isinstance(told, DelayReported)
    assert (told.due, told.cause) == (LATER, delay.cause)
    assert isinstance(untold, DelayReported)
    assert (untold.due, restored.due, restored.version) == (DUE, DUE, 3)


def test_a_void_between_two_delays_leaves_the_later_day() -> None:
    first, second = new_event_id(), new_event_id()
    work_order = a_work_order()
    for event, due in ((first, LATER), (second, date(2027, 9, 1))):
        delay = FactoryDelayReported(work_order=WORK_ORDER, due=due, cause="?")
        work_order, _ = work_order.note(event, delay)

    voided = work_order.forget(first, FactoryDelayReported(work_order=WORK_ORDER, due=LATER, cause="?"))

    assert voided.promises == (Promise(second, date(2027, 9, 1)),)


@pytest.mark.parametrize("fact", [REFUSAL, FactoryWorkOrderAccepted(work_order=WORK_ORDER)])
def test_a_void_of_an_acceptance_or_refusal_tells_the_quantity_that_stands(
    fact: FactoryWorkOrderRefused | FactoryWorkOrderAccepted,
) -> None:
    event = new_event_id()
    noted, _ = a_work_order(10).note(event, fact)

    restored, told = noted.void(event, fact, "Not said.")

    assert isinstance(told, WorkOrderQuantityChanged)
    assert (told.quantity, told.cause) == (10, QuantityCause.CORRECTED)
    assert (restored.accepted, restored.refused) == (0, 0)


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ([a_start(3)], WorkOrderStatus.IN_WORK),
        ([a_start(10), a_finish(10)], WorkOrderStatus.FINISHED),
        ([a_start(10), a_finish(10), a_dispatch(9)], WorkOrderStatus.FINISHED),
        ([a_start(10), a_finish(10), a_dispatch(10)], WorkOrderStatus.DISPATCHED),
        ([a_finish(8, completes_work_order=True), a_dispatch(8)], WorkOrderStatus.DISPATCHED),
    ],
)
def test_a_work_order_says_how_far_it_has_come(facts: list[LotFact], status: WorkOrderStatus) -> None:
    assert counted(a_work_order(10), *facts).status is status


IN_ORDER = [
    [a_start(5), a_finish(5), a_dispatch(5)],
    [a_start(6), a_scrap(1), a_finish(5), a_scrap(1, stage=ScrapStage.FINISHED), a_dispatch(4)],
    [a_start(3), a_finish(2), a_finish(1, completes_work_order=True), a_dispatch(3)],
    [a_start(8), a_finish(8), a_dispatch(2), a_dispatch(6)],
]


@pytest.mark.parametrize("facts", IN_ORDER)
def test_facts_in_order_keep_dispatched_within_good_within_quantity(facts: list[LotFact]) -> None:
    work_order = a_work_order(5)
    for fact in facts:
        work_order, _ = work_order.count(totals_of(fact))

        totals = work_order.totals
        assert 0 <= totals.dispatched <= totals.good <= work_order.quantity


@pytest.mark.parametrize("facts", IN_ORDER)
def test_facts_in_any_order_end_at_the_same_work_order(facts: list[LotFact]) -> None:
    ends = {
        (work_order.totals, work_order.quantity, work_order.status)
        for order in permutations(facts)
        for work_order in [counted(a_work_order(5), *order)]
    }

    assert len(ends) == 1


def test_every_interleaving_of_reduction_and_work_tells_each_change_of_quantity() -> None:
    lot = [a_start(2), a_scrap(1), a_finish(1), a_dispatch(1)]
    for places in product(range(len(lot) + 1), repeat=2):
        work_order, heard, asked = a_work_order(3), 3, 0
        for step in range(len(lot) + 1):
            for _ in range(places.count(step)):
                asked += 1
                work_order, answer = work_order.reduce(a_reduction(1, asked=asked))
                heard = answer.quantity
            if step < len(lot):
                work_order, told = work_order.count(totals_of(lot[step]))
                heard = told.quantity if told else heard

            assert heard == work_order.quantity
            assert work_order.totals.dispatched <= work_order.totals.good <= work_order.quantity


def test_a_work_order_carries_the_day_on_which_the_depot_needs_it() -> None:
    opened, told = open_work_order(a_sourcing(10, required_by=date(2027, 3, 1)))

    assert opened.required_by == told.required_by == date(2027, 3, 1)

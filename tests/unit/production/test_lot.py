"""A lot is the sum of its facts."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.production.domain.lot import Discrepancy, Lot, LotStatus
from services.production.domain.totals import Totals, totals_of
from shared.events.factory import LotFact
from shared.types import ScrapStage
from tests.unit.production.makers import (
    DEPOT,
    FACTORY,
    PART,
    WORK_ORDER,
    a_dispatch,
    a_finish,
    a_scrap,
    a_start,
    a_work_order,
    an_inspection,
    folded,
)

quantities = st.integers(1, 20)
parts = st.sampled_from([PART, "TAIL-BLADE"])
orders = st.sampled_from([None, WORK_ORDER])
stages = st.sampled_from(ScrapStage)
expiries = st.sampled_from([None, date(2027, 1, 1), date(2028, 1, 1)])
facts = st.one_of(
    st.builds(lambda q, p, w: a_start(q, part=p, work_order=w), quantities, parts, orders),
    st.builds(an_inspection, quantities, st.integers(0, 3)),
    st.builds(
        lambda q, e, done: a_finish(q, expires_on=e, completes_work_order=done), quantities, expiries, st.booleans()
    ),
    st.builds(lambda q, s: a_scrap(q, stage=s), quantities, stages),
    st.builds(a_dispatch, quantities),
)


@given(st.lists(facts, min_size=1, max_size=8).flatmap(lambda them: st.tuples(st.just(them), st.permutations(them))))
def test_the_same_facts_in_any_order_make_the_same_lot(orders_of_facts: tuple[list[LotFact], list[LotFact]]) -> None:
    told, reordered = orders_of_facts

    assert folded(*told) == folded(*reordered)


@given(st.lists(facts, min_size=1, max_size=6), facts)
def test_a_voided_fact_leaves_no_trace_in_what_the_lot_is(told: list[LotFact], slip: LotFact) -> None:
    lot = folded(*told)

    voided = lot.add(slip).withdraw(slip)

    assert (voided.totals, voided.status, voided.work_order, voided.expires_on) == (
        lot.totals,
        lot.status,
        lot.work_order,
        lot.expires_on,
    )
    assert voided.discrepancies(None) == lot.discrepancies(None)
    assert voided.version == lot.version + 2


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ([a_start()], LotStatus.STARTED),
        ([a_start(), an_inspection()], LotStatus.INSPECTED),
        ([a_start(), a_finish(4)], LotStatus.PARTLY_FINISHED),
        ([a_start(), a_finish()], LotStatus.FINISHED),
        ([a_start(), a_finish(9), a_scrap(1)], LotStatus.FINISHED),
        ([a_start(), a_finish(), a_dispatch(4)], LotStatus.PARTLY_DISPATCHED),
        ([a_start(), a_finish(), a_dispatch()], LotStatus.DISPATCHED),
        ([a_start(), a_finish(9), a_dispatch(9)], LotStatus.PARTLY_DISPATCHED),
        ([a_dispatch()], LotStatus.DISPATCHED),
        ([a_start(), a_scrap(10)], LotStatus.SCRAPPED),
        ([a_start(), a_finish(), a_scrap(10, stage=ScrapStage.FINISHED)], LotStatus.SCRAPPED),
    ],
)
def test_a_lot_says_how_far_it_has_come(told: list[LotFact], status: LotStatus) -> None:
    assert folded(*told).status is status


def test_a_lot_of_which_every_fact_was_voided_says_so() -> None:
    assert folded(a_start()).withdraw(a_start()).status is LotStatus.VOIDED


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ([a_start(), an_inspection(), a_finish(), a_dispatch()], []),
        ([a_finish()], [Discrepancy.NEVER_STARTED]),
        ([a_start(5), a_finish(6)], [Discrepancy.MADE_EXCEEDS_STARTED]),
        ([a_start(), a_finish(4), a_dispatch(5)], [Discrepancy.GONE_EXCEEDS_FINISHED]),
        (
            [a_start(), a_finish(), a_dispatch(), a_scrap(10, stage=ScrapStage.FINISHED)],
            [Discrepancy.GONE_EXCEEDS_FINISHED],
        ),
        (
            [a_start(), an_inspection(8, 2), a_finish(), a_dispatch(9)],
            [Discrepancy.DISPATCHED_THOUGH_FAILED],
        ),
        ([a_start(), an_inspection(2, 2), a_finish(), a_dispatch(8)], []),
        ([a_start(), a_finish(part="TAIL-BLADE")], [Discrepancy.PARTS_DIFFER]),
        ([a_start(), a_finish(work_order=f"{WORK_ORDER}2")], [Discrepancy.WORK_ORDERS_DIFFER]),
    ],
)
def test_a_contradiction_between_facts_is_a_visible_discrepancy(told: list[LotFact], found: list[Discrepancy]) -> None:
    assert folded(*told).discrepancies(a_work_order()) == found


def test_a_lot_that_names_a_work_order_nobody_opened_shows_it() -> None:
    assert folded(a_start()).discrepancies(None) == [Discrepancy.WORK_ORDER_UNKNOWN]


@pytest.mark.parametrize("work_order", [a_work_order(source="F-02"), a_work_order(part="TAIL-BLADE")])
def test_a_lot_made_for_anothers_work_order_shows_it(work_order: object) -> None:
    assert folded(a_start()).discrepancies(work_order) == [Discrepancy.WORK_ORDER_OF_ANOTHER]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "fact", "lacks"),
    [
        ([], a_start(), False),
        ([], an_inspection(), True),
        ([a_start()], an_inspection(), False),
        ([], a_finish(), True),
        ([a_start()], a_finish(), False),
        ([a_start()], a_dispatch(), True),
        ([a_start(), a_finish(9)], a_dispatch(), True),
        ([a_start(), a_finish()], a_dispatch(), False),
        ([], a_scrap(), True),
        ([a_start()], a_scrap(), False),
        ([a_start()], a_scrap(stage=ScrapStage.FINISHED), True),
        ([a_start(), a_finish()], a_scrap(stage=ScrapStage.FINISHED), False),
    ],
)
def test_a_fact_that_comes_before_one_it_presumes_is_known(
    before: list[LotFact], fact: LotFact, *, lacks: bool
) -> None:
    lot = folded(*before) if before else Lot(f"{FACTORY}:L-1")

    assert lot.lacks_what_presumed(fact) is lacks


def test_a_lot_remembers_the_earliest_end_of_its_shelf_life() -> None:
    lot = folded(a_finish(expires_on=date(2028, 1, 1)), a_finish(expires_on=date(2027, 1, 1)))

    assert lot.expires_on == date(2027, 1, 1)
    assert lot.withdraw(a_finish(expires_on=date(2027, 1, 1))).expires_on == date(2028, 1, 1)
    assert folded(a_finish()).expires_on is None


def test_only_facts_about_lots_are_counted() -> None:
    class LotPainted(LotFact):
        TYPE = "jvtrack.factory.lot-painted.v1"

    with pytest.raises(AssertionError):
        totals_of(LotPainted(lot="L-1", part=PART))


def test_totals_are_taken_out_as_they_were_put_in() -> None:
    assert totals_of(a_dispatch(depot=DEPOT)) - totals_of(a_dispatch(depot=DEPOT)) == Totals()

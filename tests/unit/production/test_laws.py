"""Facts add up: in any order, with any of them voided, they end at the same lot and the same work order."""

from hypothesis import given
from hypothesis import strategies as st

from services.production.domain.floor import Floor
from shared.events.factory import FactoryFact
from shared.types import ScrapStage
from tests.unit.production.makers import (
    WORK_ORDER,
    a_dispatch,
    a_finish,
    a_floor,
    a_posted,
    a_scrap,
    a_start,
    a_void,
    a_work_order,
    an_inspection,
)

STORY = [
    (a_start(10), "E-1"),
    (an_inspection(9, 1), "E-2"),
    (a_scrap(1), "E-3"),
    (a_finish(9, work_order=WORK_ORDER), "E-4"),
    (a_scrap(1, stage=ScrapStage.FINISHED), "E-5"),
    (a_dispatch(8), "E-6"),
]


@given(st.permutations(STORY), st.lists(st.sampled_from([sender_id for _, sender_id in STORY]), unique=True))
def test_facts_in_any_order_and_voids_end_at_the_same_lot_and_work_order(
    story: list[tuple[FactoryFact, str]], voided: list[str]
) -> None:
    floor, expected = (a_floor(work_orders=(a_work_order(10),)) for _ in range(2))
    for fact, sender_id in story:
        post(floor, fact, sender_id)
    for sender_id in voided:
        post(floor, a_void(sender_id))
    for fact, sender_id in STORY:
        if sender_id not in voided:
            post(expected, fact, sender_id)

    assert floor.lots["F-01:L-1"].totals == expected.lots["F-01:L-1"].totals
    assert floor.work_orders[WORK_ORDER].totals == expected.work_orders[WORK_ORDER].totals
    assert floor.work_orders[WORK_ORDER].quantity == expected.work_orders[WORK_ORDER].quantity


@given(st.permutations(STORY))
def test_every_fact_told_is_numbered_without_gap_per_key(story: list[tuple[FactoryFact, str]]) -> None:
    floor = a_floor(work_orders=(a_work_order(10),))
    for fact, sender_id in story:
        post(floor, fact, sender_id)

    for key, first in (("lot:F-01:L-1", 1), (f"work-order:{WORK_ORDER}", 2)):
        numbers = [telling.key_seq for telling in floor.told if telling.event.key == key]
        assert numbers == list(range(first, first + len(numbers)))


def post(floor: Floor, fact: FactoryFact, sender_id: str | None = None) -> None:
    floor.decide(a_posted(fact, sender_id))

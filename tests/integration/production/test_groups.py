"""Groups of factory events on a real database: identities, voids, and what a refusal leaves behind."""

import uuid

from sqlalchemy import text

from services.production.commands.posting import FactoryDoor
from services.production.domain.posted import (
    Accepted,
    CatalogueBehind,
    EventAlreadyVoided,
    EventIdReused,
    EventUnknown,
    SiteNotFactory,
    WorkOrderUnknown,
)
from shared.db import Database
from shared.events.factory import FactoryWorkOrderAccepted
from shared.http.rights import SiteForbidden
from shared.http.tokens import Role
from tests.integration.production.house import a_lot, a_post, an_order, opened, posted, rows, told
from tests.unit.production.makers import (
    PART,
    a_correction,
    a_dispatch,
    a_finish,
    a_principal,
    a_start,
    a_void,
)


async def test_an_id_is_accepted_once_and_answered_alike_again(database: Database, door: FactoryDoor) -> None:
    lot = a_lot()
    (first,) = await posted(database, door, a_post(a_start(lot=lot), f"{lot}-1"))

    again, other = await posted(
        database, door, a_post(a_start(lot=lot), f"{lot}-1"), a_post(a_start(9, lot=lot), f"{lot}-1")
    )

    assert isinstance(first, Accepted)
    assert again == Accepted(first.event_id, first.key, first.key_seq, is_duplicate=True)
    assert isinstance(other, EventIdReused)
    assert await told(database, f"lot:F-01:{lot}") == [(1, "lot-started")]


async def test_a_group_that_is_tried_again_after_its_commit_is_answered_as_the_first_time(
    database: Database, door: FactoryDoor
) -> None:
    post = a_post(a_start(lot=a_lot()), a_lot())

    first = await posted(database, door, post)

    assert await posted(database, door, post) == first


async def test_an_id_that_comes_twice_in_one_group_is_decided_once(database: Database, door: FactoryDoor) -> None:
    lot = a_lot()

    outcomes = await posted(
        database,
        door,
        a_post(a_start(lot=lot), f"{lot}-1"),
        a_post(a_start(lot=lot), f"{lot}-1"),
        a_post(a_start(9, lot=lot), f"{lot}-1"),
    )

    assert isinstance(outcomes[0], Accepted)
    assert isinstance(outcomes[1], Accepted)
    assert (outcomes[1].event_id, outcomes[1].is_duplicate) == (outcomes[0].event_id, True)
    assert isinstance(outcomes[2], EventIdReused)


async def test_a_refused_event_leaves_no_trace_and_its_id_can_be_used_again(
    database: Database, door: FactoryDoor
) -> None:
    lot, order = a_lot(), an_order()
    refused = await posted(
        database,
        door,
        a_post(a_start(lot=lot, part="NOBODYS"), f"{lot}-1"),
        a_post(a_dispatch(lot=lot, depot="D-99"), f"{lot}-2"),
        a_post(a_void("never-sent"), f"{lot}-3"),
        a_post(FactoryWorkOrderAccepted(work_order=f"{order}-W1"), f"{lot}-4"),
    )

    assert [type(outcome) for outcome in refused] == [CatalogueBehind, CatalogueBehind, EventUnknown, WorkOrderUnknown]
    assert await rows(database, "SELECT 1 FROM accepted_event WHERE id LIKE :id", id=f"{lot}-%") == []
    assert await rows(database, "SELECT 1 FROM lot WHERE lot_id = :lot", lot=f"F-01:{lot}") == []
    assert await rows(database, "SELECT 1 FROM work_order WHERE work_order_id = :id", id=f"{order}-W1") == []
    (accepted,) = await posted(database, door, a_post(a_start(lot=lot), f"{lot}-1"))
    assert isinstance(accepted, Accepted)


async def test_good_lines_stand_beside_refused_ones(database: Database, door: FactoryDoor) -> None:
    lot = a_lot()

    outcomes = await posted(
        database,
        door,
        a_post(a_start(lot=lot), f"{lot}-1"),
        a_post(a_correction(f"{lot}-1", a_start(7, lot=lot, part="NOBODYS")), f"{lot}-2"),
        a_post(a_finish(lot=lot), f"{lot}-3"),
    )

    assert [type(outcome) for outcome in outcomes] == [Accepted, CatalogueBehind, Accepted]
    assert await told(database, f"lot:F-01:{lot}") == [(1, "lot-started"), (2, "lot-finished")]


async def test_a_planner_posts_for_suppliers_of_its_nation_and_it_is_recorded(
    database: Database, door: FactoryDoor
) -> None:
    lot, planner = a_lot(), a_principal(Role.PLANNER, "D-01")

    outcomes = await posted(
        database,
        door,
        *(
            a_post(a_start(lot=lot, work_order=None), f"{lot}-{site}", planner, source=site)
            for site in ("S-01", "S-02", "F-01", "S-77")
        ),
    )

    assert [type(outcome) for outcome in outcomes] == [Accepted, SiteForbidden, SiteForbidden, CatalogueBehind]
    (row,) = await rows(database, "SELECT posted_by, on_behalf_of FROM accepted_event WHERE id = :id", id=f"{lot}-S-01")
    assert (row.posted_by, row.on_behalf_of) == (planner.subject, "S-01")


async def test_a_void_undoes_what_an_earlier_group_accepted(database: Database, door: FactoryDoor) -> None:
    lot, order = a_lot(), an_order()
    await opened(database, order)
    work_order = f"{order}-W1"
    await posted(database, door, a_post(a_finish(12, lot=lot, work_order=work_order), f"{lot}-1"))

    await posted(database, door, a_post(a_void(f"{lot}-1"), f"{lot}-2"))

    (row,) = await rows(database, "SELECT quantity, finished FROM work_order WHERE work_order_id = :id", id=work_order)
    assert (row.quantity, row.finished) == (10, 0)
    assert await told(database, f"work-order:{work_order}") == [
        (1, "work-order-opened"),
        (2, "work-order-quantity-changed"),
        (3, "work-order-quantity-changed"),
    ]


async def test_a_chain_of_corrections_over_several_groups_ends_at_the_last(
    database: Database, door: FactoryDoor
) -> None:
    lot, other = a_lot(), a_lot()
    await posted(database, door, a_post(a_finish(5, lot=lot), f"{lot}-1"))
    await posted(database, door, a_post(a_correction(f"{lot}-1", a_finish(6, lot=lot)), f"{lot}-2"))
    await posted(database, door, a_post(a_correction(f"{lot}-2", a_finish(7, lot=other)), f"{lot}-3"))

    (outcome,) = await posted(database, door, a_post(a_void(f"{lot}-1"), f"{lot}-4"))

    assert isinstance(outcome, EventAlreadyVoided)
    found = await rows(
        database, "SELECT lot_id, finished FROM lot WHERE lot_id IN (:a, :b)", a=f"F-01:{lot}", b=f"F-01:{other}"
    )
    assert {row.lot_id: row.finished for row in found} == {f"F-01:{lot}": 0, f"F-01:{other}": 7}


async def test_opening_a_work_order_counts_what_its_lots_told_before(database: Database, door: FactoryDoor) -> None:
    lot, order = a_lot(), an_order()
    work_order = f"{order}-W1"
    await posted(
        database,
        door,
        a_post(a_finish(12, lot=lot, work_order=work_order), f"{lot}-1"),
        a_post(a_finish(3, lot=lot, work_order=work_order), f"{lot}-2"),
        a_post(a_void(f"{lot}-2"), f"{lot}-3"),
        a_post(a_finish(99, lot=a_lot(), work_order=work_order, part="TAIL-BLADE"), f"{lot}-4"),
    )
    assert await rows(database, "SELECT 1 FROM work_order WHERE work_order_id = :id", id=work_order) == []

    opening = await opened(database, order, 10)

    assert (opening.quantity, opening.totals.finished) == (12, 12)


async def test_numbers_that_have_come_are_kept_as_stretches_and_the_oldest_gaps_forgotten(
    database: Database, door: FactoryDoor
) -> None:
    lot = a_lot()
    source = f"F-01/{lot}"
    for number in (1, 2, 3, 7, 3):
        await posted(database, door, a_post(a_start(lot=lot), f"{number}", source=source, sequence=number))
    (row,) = await rows(database, "SELECT seen::text, events, duplicates FROM sender WHERE source = :s", s=source)
    assert (row.seen, row.events, row.duplicates) == ("{[1,4),[7,8)}", 4, 1)

    await posted(database, door, *(a_post(a_start(lot=lot), f"{n}", source=source, sequence=n) for n in (10, 12, 14)))

    (row,) = await rows(database, "SELECT seen::text, known_from FROM sender WHERE source = :s", s=source)
    assert (row.seen, row.known_from) == ("{[1,11),[12,13),[14,15)}", 10)


async def test_an_event_that_comes_again_under_another_number_hides_no_gap(
    database: Database, door: FactoryDoor
) -> None:
    lot = a_lot()
    source = f"F-01/{lot}"
    await posted(database, door, a_post(a_start(lot=lot), "a", source=source, sequence=1))
    await posted(database, door, a_post(a_start(lot=lot), "c", source=source, sequence=3))

    (again,) = await posted(database, door, a_post(a_start(lot=lot), "a", source=source, sequence=2))

    (row,) = await rows(database, "SELECT seen::text, events, duplicates FROM sender WHERE source = :s", s=source)
    assert isinstance(again, Accepted)
    assert again.is_duplicate
    assert (row.seen, row.events, row.duplicates) == ("{[1,2),[3,4)}", 2, 1)


async def test_a_number_under_two_ids_is_noted_as_reused(database: Database, door: FactoryDoor) -> None:
    lot = a_lot()
    source = f"F-01/{lot}"
    first = a_post(a_start(lot=lot), "a", source=source, sequence=1)
    await posted(database, door, first)
    await posted(database, door, first)  # the same try once more: its commit was not heard of
    await posted(database, door, a_post(a_start(lot=lot), "a", source=source, sequence=1))

    await posted(database, door, a_post(a_start(lot=lot), "b", source=source, sequence=1))
    await posted(database, door, *(a_post(a_start(lot=lot), f"c{n}", source=source, sequence=5) for n in range(2)))

    (row,) = await rows(
        database, "SELECT seen::text, reused::text, events, duplicates FROM sender WHERE source = :s", s=source
    )
    assert (row.seen, row.reused, row.events, row.duplicates) == ("{[1,2),[5,6)}", "{[1,2),[5,6)}", 4, 1)


async def test_a_number_that_only_a_repetition_brings_makes_no_sender(database: Database, door: FactoryDoor) -> None:
    lot = a_lot()
    source = f"F-01/{lot}"
    await posted(database, door, a_post(a_start(lot=lot), "a", source=source))

    await posted(database, door, a_post(a_start(lot=lot), "a", source=source, sequence=9))

    assert await rows(database, "SELECT 1 FROM sender WHERE source = :s", s=source) == []


async def test_a_depot_tells_no_facts_of_a_factory(database: Database, door: FactoryDoor) -> None:
    lot = a_lot()
    operator, misnamed = a_principal(Role.OPERATOR), a_principal(Role.FACTORY, "D-01")

    outcomes = await posted(
        database,
        door,
        a_post(a_start(lot=lot), f"{lot}-1", operator, source="D-01"),
        a_post(a_start(lot=lot), f"{lot}-2", misnamed, source="D-01"),
    )

    assert [type(outcome) for outcome in outcomes] == [SiteNotFactory, SiteNotFactory]


async def test_a_part_that_was_unknown_is_known_once_the_catalogue_has_told_it(
    database: Database, door: FactoryDoor
) -> None:
    lot, part = a_lot(), f"P-{uuid.uuid4().hex[:8].upper()}"
    (before,) = await posted(database, door, a_post(a_start(lot=lot, part=part), f"{lot}-1"))
    async with database.transaction() as session:
        insert = "INSERT INTO part_copy (part_id, unit_of_issue, quantity_scale) SELECT :part, 'EA', 0"
        await session.execute(text(insert), {"part": part})

    (after,) = await posted(database, door, a_post(a_start(lot=lot, part=part), f"{lot}-1"))

    assert isinstance(before, CatalogueBehind)
    assert isinstance(after, Accepted)
    assert part != PART

"""A work order that is hurried: the factory is told, once, and its own day stays until it names another."""

from datetime import date

from shared.events.expediting import OrderSourceHurried
from tests.unit.production.makers import a_work_order

SOON = date(2026, 12, 20)


def asked(wanted_by: date = SOON) -> OrderSourceHurried:
    before = a_work_order(10)
    return OrderSourceHurried(
        order=before.order,
        site=before.depot,
        part=before.part,
        work_order=before.work_order_id,
        source=before.factory,
        wanted_by=wanted_by,
        due=before.due,
        reason="Grounded.",
        asked_by="planner@IND",
    )


def test_a_hurried_work_order_is_told_with_the_day_and_the_reason_and_promises_what_it_did() -> None:
    before = a_work_order(10)

    after, told = before.hurry(asked())

    assert told is not None
    assert (told.wanted_by, told.reason, told.due, told.quantity) == (SOON, "Grounded.", before.due, before.quantity)
    assert (after.wanted_by, after.version, after.due) == (SOON, before.version + 1, before.due)


def test_hurried_to_the_same_day_again_nothing_is_told() -> None:
    after, _ = a_work_order(10).hurry(asked())

    assert after.hurry(asked()) == (after, None)
    assert after.hurry(asked(date(2026, 12, 1)))[1] is not None

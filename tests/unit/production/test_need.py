"""What a depot says of its need reaches a work order: another day, another priority, other references."""

from dataclasses import replace
from datetime import date

from shared.events.production import Reference
from tests.unit.production.makers import a_work_order


def test_a_new_day_of_need_is_told_as_a_change_of_the_work_order_and_changes_nothing_else() -> None:
    before = a_work_order(10)

    after, told = before.follow(required_by=date(2027, 4, 1))

    assert told is not None
    assert (told.required_by, told.quantity, told.due) == (date(2027, 4, 1), before.quantity, before.due)
    assert after == replace(before, version=before.version + 1, required_by=date(2027, 4, 1))
    assert after.follow(required_by=date(2027, 4, 1)) == (after, None)


def test_a_new_priority_is_told_as_a_change_of_the_work_order_and_changes_nothing_else() -> None:
    before = a_work_order(10)

    after, told = before.follow(priority=1)

    assert told is not None
    assert (told.priority, told.quantity, told.due) == (1, before.quantity, before.due)
    assert after == replace(before, version=before.version + 1, priority=1)
    assert after.follow(priority=1) == (after, None)


def test_other_references_are_told_as_a_change_of_the_work_order_and_change_nothing_else() -> None:
    before, taken = a_work_order(10), (Reference(maker="3VK1Y", number="VKR-1", revision="B"),)

    after, told = before.follow(references=taken)

    assert told is not None
    assert (told.references, told.quantity, told.due) == (taken, before.quantity, before.due)
    assert after == replace(before, version=before.version + 1, references=taken)
    assert after.follow(references=taken) == (after, None)
    assert after.follow(references=())[0].references == ()

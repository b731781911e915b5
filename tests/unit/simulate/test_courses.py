"""What becomes of a work order is drawn from its name, and makes sense."""

import pytest

from jvtrack.simulate.courses import LATE_FROM, course_of

WORK_ORDERS = [f"S0070253360{number:03}-2025-W1" for number in range(200)]


def test_the_same_work_order_takes_the_same_course() -> None:
    def drawn(name: str) -> object:
        return course_of(7, name, quantity=9, lead_time_days=40)

    assert drawn(WORK_ORDERS[0]) == drawn(WORK_ORDERS[0]) != drawn(WORK_ORDERS[1])


@pytest.mark.parametrize("quantity", [1, 2, 500])
def test_a_course_has_its_order_and_never_spoils_all(quantity: int) -> None:
    for name in WORK_ORDERS:
        course = course_of(7, name, quantity=quantity, lead_time_days=40)

        assert 0 < course.begun < course.made < course.sent < course.received
        assert 0 <= course.spoilt < quantity


def test_a_source_says_that_it_is_late_while_it_makes_what_will_be_late() -> None:
    courses = [course_of(7, name, quantity=3, lead_time_days=40) for name in WORK_ORDERS]
    late = [course for course in courses if course.told_late is not None]

    assert 0 < len(late) < len(courses)
    assert {course.late_days > 0 for course in late} == {True}
    assert {course.late_days for course in courses if course.told_late is None} == {0}
    assert all(course.sent > LATE_FROM * 40 for course in late)
    assert all(course.begun < (course.told_late or 0) < course.made for course in late)

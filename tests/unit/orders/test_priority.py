"""Priority designators: looked up, never entered."""

import pytest

from services.orders.domain.priority import (
    Activity,
    ActivityOfAnother,
    Designator,
    UrgencyUnapproved,
    approver,
    designator,
    priority,
)
from shared.types import Urgency

TABLE = {"I": (1, 4, 11), "II": (2, 5, 12), "III": (3, 6, 13), "IV": (7, 9, 14), "V": (8, 10, 15)}


@pytest.mark.parametrize("each", list(Designator))
def test_the_priority_follows_from_designator_and_urgency(each: Designator) -> None:
    found = tuple(priority(each, urgency) for urgency in Urgency)

    assert found == TABLE[each]


def test_an_activity_code_is_its_own_depot_s_alone() -> None:
    activity = Activity("D-01", Designator.I)

    activity.require("7201YA", "D-01")
    with pytest.raises(ActivityOfAnother):
        activity.require("7201YA", "D-02")


def test_an_activity_that_nobody_has_assigned_comes_last() -> None:
    assert designator("7201YA", None, "D-01") is Designator.V
    assert designator("7201YA", Activity("D-01", Designator.II), "D-01") is Designator.II


@pytest.mark.parametrize("urgency", [Urgency.A, Urgency.B])
def test_an_urgent_need_takes_a_named_approver(urgency: Urgency) -> None:
    assert approver(urgency, asked_by="wg-cdr.rao", may_approve=True) == "wg-cdr.rao"
    with pytest.raises(UrgencyUnapproved):
        approver(urgency, asked_by="clerk", may_approve=False)


def test_a_routine_need_takes_no_approval() -> None:
    assert approver(Urgency.C, asked_by="clerk", may_approve=False) is None
    assert approver(Urgency.C, asked_by="wg-cdr.rao", may_approve=True) is None

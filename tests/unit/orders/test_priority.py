"""Priority designators: looked up, never entered."""

import pytest

from services.orders.domain.priority import Activity, ActivityOfAnother, Designator, priority
from shared.types import Urgency

TABLE = {"I": (1, 4, 11), "II": (2, 5, 12), "III": (3, 6, 13), "IV": (7, 9, 14), "V": (8, 10, 15)}


@pytest.mark.parametrize("designator", list(Designator))
def test_the_priority_follows_from_designator_and_urgency(designator: Designator) -> None:
    found = tuple(priority(designator, urgency) for urgency in Urgency)

    assert found == TABLE[designator]


def test_an_activity_code_is_its_own_depot_s_alone() -> None:
    activity = Activity("D-01", Designator.I)

    activity.require("7201YA", "D-01")
    with pytest.raises(ActivityOfAnother):
        activity.require("7201YA", "D-02")
